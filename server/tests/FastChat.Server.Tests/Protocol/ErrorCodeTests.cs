using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class ErrorCodeTests
{
    [Fact]
    public void Every_code_has_the_contract_s_spelling_and_status() => Assert.Equal(
        [
            ("INVALID_JSON", 400), ("VALIDATION", 400), ("UNKNOWN_TYPE", 400), ("HELLO_REQUIRED", 400), ("HELLO_TIMEOUT", 400),
            ("UNAUTHORIZED", 401), ("FORBIDDEN", 403), ("USER_NOT_FOUND", 404), ("CHAT_NOT_FOUND", 404), ("NOT_FOUND", 404),
            ("METHOD_NOT_ALLOWED", 405), ("UNSUPPORTED_MEDIA_TYPE", 415), ("CONFLICT", 409), ("TOO_LARGE", 413),
            ("RATE_LIMITED", 429), ("UNAVAILABLE", 503), ("INTERNAL_ERROR", 500),
        ],
        Enum.GetValues<ErrorCode>().Select(code => (code.ToWire(), code.ToHttpStatus())));

    [Fact]
    public void What_is_no_code_has_no_spelling() => Assert.Throws<ArgumentOutOfRangeException>(() => ((ErrorCode)99).ToWire());

    [Fact]
    public void Every_code_stands_in_the_contract()
    {
        var contract = File.ReadAllText(Path.Combine(Tree.Root, "protocol", "README.md"));
        Assert.All(Enum.GetValues<ErrorCode>(), code => Assert.Contains($"`{code.ToWire()}`", contract, StringComparison.Ordinal));
    }

    [Fact]
    public void A_refused_member_is_named_in_the_sentence_and_beside_it()
    {
        var refusal = Refusal.Invalid("seq", "must be an integer");
        Assert.Equal((ErrorCode.Validation, "`seq` must be an integer", "seq"), (refusal.Code, refusal.Message, refusal.Member));
    }

    [Fact]
    public void An_outcome_is_either_a_value_or_a_refusal()
    {
        Outcome<string> good = "x";
        Outcome<string> bad = Refusal.Invalid("a", "b");
        Assert.True(good.TryGet(out var value, out _));
        Assert.Equal("x", value);
        Assert.False(bad.TryGet(out _, out var refusal));
        Assert.Equal(bad.Refusal, refusal);
        Assert.Throws<InvalidOperationException>(() => bad.Value);
    }
}
