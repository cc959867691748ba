using FastChat.Protocol;
using FastChat.Server.Identity;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class DisplayNameTests
{
    [Theory]
    [InlineData("Ada", "Ada")]
    [InlineData("  Ada \t  Love\u00a0lace\n", "Ada Love lace")]
    [InlineData("Zoe\u0308", "Zo\u00eb")]
    [InlineData("李小龍", "李小龍")]
    [InlineData("👩‍👩‍👧‍👦 Family", "👩‍👩‍👧‍👦 Family")]
    [InlineData("Sunny Admin", "Sunny Admin")]
    [InlineData("Adam", "Adam")]
    public void ID4_a_name_is_normalized_trimmed_and_its_white_space_collapsed(string given, string kept) =>
        Assert.Equal(kept, DisplayName.Parse(given).Value.Value);

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("\u200b")]
    [InlineData("\u3164")]
    [InlineData("\u2060\u00ad \u115f\U000e0041")]
    [InlineData("a\u0000b")]
    [InlineData("a\u0007b")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200fb")]
    [InlineData("a\ufffeb")]
    public void ID4_what_can_t_be_seen_or_turns_the_text_around_is_refused(string given) => AssertRefused(given);

    [Fact]
    public void ID4_half_a_surrogate_pair_is_refused() => AssertRefused("a" + (char)0xD800);

    [Theory]
    [InlineData("admin")]
    [InlineData("ADMIN")]
    [InlineData("Admin")]
    [InlineData("\u0410dmin")]
    [InlineData("\u0430dm\u0456n")]
    [InlineData("adm1n")]
    [InlineData("adm|n")]
    [InlineData("a d m i n")]
    [InlineData("a\u200bdmin")]
    [InlineData("ａｄｍｉｎ")]
    [InlineData("𝐚𝐝𝐦𝐢𝐧")]
    [InlineData("adrnin")]
    [InlineData("System")]
    [InlineData("\u0405y\u0455tem")]
    [InlineData("FastChat")]
    [InlineData("Fast Chat")]
    [InlineData("Administrator")]
    [InlineData("Moderat0r")]
    [InlineData("-admin-")]
    public void ID4_a_name_that_looks_like_a_reserved_one_is_refused(string given) => AssertRefused(given);

    [Fact]
    public void ID4_a_name_has_up_to_32_grapheme_clusters_and_128_bytes()
    {
        Assert.True(DisplayName.Parse(new string('x', 32)).Refusal is null);
        AssertRefused(new string('x', 33));
        Assert.True(DisplayName.Parse(string.Concat(Enumerable.Repeat("😀", 32))).Refusal is null);
        AssertRefused("x" + string.Concat(Enumerable.Repeat("😀", 32)));
        AssertRefused("x" + new string('\u0323', 64));
    }

    [Fact]
    public void ID4_made_up_names_pass_their_own_rules_and_are_many()
    {
        Assert.True(GuestNames.Count >= 10_000, $"only {GuestNames.Count}");
        for (var i = 0; i < 500; i++)
        {
            var name = GuestNames.Next();
            Assert.Equal(name, DisplayName.Parse(name.Value).Value);
        }
    }

    private static void AssertRefused(string given)
    {
        var refusal = DisplayName.Parse(given).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal((ErrorCode.Validation, "display_name"), (refusal.Code, refusal.Member));
    }
}
