using FastChat.Server.Identity;
using FastChat.Server.Rest;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class VerifiedTokensTests
{
    private readonly FakeTime time = new();

    [Fact]
    public void A_token_is_found_by_its_whole_text_alone()
    {
        var tokens = new VerifiedTokens(time);
        var said = Said();
        tokens.Add("header.payload.signature", said);
        Assert.Same(said, tokens.Find("header.payload.signature"));
        Assert.Null(tokens.Find("header.payload.signaturf"));
        Assert.Null(tokens.Find("header.payload"));
    }

    [Fact]
    public void When_there_are_too_many_the_expired_ones_go_first()
    {
        var tokens = new VerifiedTokens(time);
        for (var i = 0; i < 40_000; i++)
        {
            tokens.Add($"old {i}", Said());
        }

        time.Advance(AccessTokens.Lifetime + AccessTokens.ClockSkew);
        for (var i = 0; i <= 10_000; i++)
        {
            tokens.Add($"new {i}", Said());
        }

        Assert.Null(tokens.Find("old 39999"));
        Assert.NotNull(tokens.Find("new 0"));
    }

    [Fact]
    public void A_flood_of_good_tokens_is_bounded()
    {
        var tokens = new VerifiedTokens(time);
        for (var i = 0; i <= 50_000; i++)
        {
            tokens.Add($"token {i}", Said());
        }

        Assert.Null(tokens.Find("token 0"));
        tokens.Add("one more", Said());
        Assert.NotNull(tokens.Find("one more"));
    }

    private VerifiedToken Said() =>
        new(new Caller(Guid.NewGuid(), Guid.NewGuid()), time.GetUtcNow(), time.GetUtcNow() + AccessTokens.Lifetime);
}
