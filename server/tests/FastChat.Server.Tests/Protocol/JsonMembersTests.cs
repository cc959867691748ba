using System.Text;
using System.Text.Json;
using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class JsonMembersTests
{
    [Theory]
    [InlineData("""{"type":"PING","type":"PING"}""")]
    [InlineData("""{"x":1,"x":2}""")]
    [InlineData("""{"type":"PING","unknown":1,"unknown":null}""")]
    [InlineData("""{"type":"PING","\u0074ype":"PING"}""")]
    [InlineData("""{"\u0078":1,"x":2}""")]
    [InlineData("""{"":1,"":2}""")]
    public void A_member_given_twice_is_refused_known_or_not_however_it_is_spelled(string json) => AssertRefused(json);

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(2000)]
    public void A_duplicate_is_seen_among_many_members_wherever_it_stands(int count)
    {
        var names = Enumerable.Range(0, count).Select(i => $"\"m{i}\":{i}").ToList();
        Assert.Equal(count, Read($"{{{string.Join(',', names)}}}").Value.All.Count());
        foreach (var repeated in new[] { 0, count / 2, count - 1 })
        {
            AssertRefused($"{{{string.Join(',', names)},\"m{repeated}\":0}}");
        }
    }

    [Fact]
    public void Names_that_differ_in_case_or_in_composition_are_different_members() =>
        Assert.Equal(["type", "Type", "\u00E9", "e\u0301"], Read("""{"type":1,"Type":2,"\u00e9":3,"e\u0301":4}""").Value.All.Select(member => member.Name));

    [Theory]
    [InlineData("""{"limits":{"a":1,"a":2}}""")]
    [InlineData("""{"list":[{"a":1,"a":2}]}""")]
    [InlineData("""{"a":{"b":{"c":1,"c":2}}}""")]
    public void A_nested_object_may_have_a_member_twice(string json) => Assert.Null(Read(json).Refusal);

    [Theory]
    [InlineData("""{"a":"\ud83d"}""")]
    [InlineData("""{"a":"\ude00"}""")]
    [InlineData("""{"a":"\ude00\ud83d"}""")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""")]
    [InlineData("""{"a":"\ud83d \ude00"}""")]
    [InlineData("""{"a":"\ud83d\n\ude00"}""")]
    [InlineData("""{"a":"\uD83D\\ude00"}""")]
    [InlineData("""{"\ud83d":1}""")]
    [InlineData("""{"unknown":["x",{"y":"\ud83d"}]}""")]
    [InlineData("""{"unknown":{"\ude00":1}}""")]
    [InlineData("""{"a":["\ud83d"]}""")]
    public void Half_of_a_surrogate_pair_is_refused_in_names_values_and_nested(string json) => AssertRefused(json);

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"a":"\uD83D\uDE00\uD83D\uDE00"}""", "😀😀")]
    [InlineData("""{"a":"\\ud83d"}""", "\\ud83d")]
    [InlineData("""{"a":"\"\\\/\b\f\n\r\t\u0041"}""", "\"\\/\b\f\n\r\tA")]
    [InlineData("""{"a":"😀é"}""", "😀é")]
    [InlineData("""{"a":"\u0000"}""", "\0")]
    public void Whole_characters_are_read_escaped_or_not(string json, string expected)
    {
        Assert.True(Read(json).Value.TryGet("a", out var member));
        Assert.True(member.TryGetString(out var text));
        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Eight_levels_are_read_and_nine_are_not(char open, char close)
    {
        string Nest(int levels) => open == '['
            ? "{\"a\":" + new string(open, levels - 1) + new string(close, levels - 1) + "}"
            : string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string(close, levels);
        Assert.Null(Read(Nest(8)).Refusal);
        AssertRefused(Nest(9));
        AssertRefused(Nest(5000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"{}\"")]
    [InlineData("{")]
    [InlineData("{\"a\"}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("{\"a\":[1}")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("{},")]
    [InlineData("{}//")]
    [InlineData("/**/{}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{}\0")]
    public void What_is_not_exactly_one_object_is_refused(string json) => AssertRefused(json);

    [Theory]
    [InlineData(" {} ")]
    [InlineData("\r\n\t{\"a\" : [ ] }\n")]
    public void White_space_around_the_object_is_allowed(string json) => Assert.Null(Read(json).Refusal);

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public void Bytes_that_are_no_UTF8_are_refused(byte[] bytes)
    {
        byte[] json = [.. "{\"a\":\""u8, .. bytes, .. "\"}"u8];
        Assert.Equal(ErrorCode.InvalidJson, JsonMembers.Read(json).Refusal?.Code);
    }

    [Fact]
    public void A_value_is_exactly_its_own_text()
    {
        var members = Read("""{ "s" : "x\n" , "n":-1.5e3 ,"o": {"a": [1, 2]} ,"l":[ ], "t":true,"z":null }""").Value;
        Assert.Equal(
            [
                ("s", JsonTokenType.String, "\"x\\n\""),
                ("n", JsonTokenType.Number, "-1.5e3"),
                ("o", JsonTokenType.StartObject, "{\"a\": [1, 2]}"),
                ("l", JsonTokenType.StartArray, "[ ]"),
                ("t", JsonTokenType.True, "true"),
                ("z", JsonTokenType.Null, "null"),
            ],
            members.All.Select(member => (member.Name, member.Member.Kind, Encoding.UTF8.GetString(member.Member.Text.Span))));
    }

    [Fact]
    public void GW8_null_counts_as_absent()
    {
        var members = Read("""{"a":null,"b":false}""").Value;
        Assert.False(members.TryGet("a", out _));
        Assert.False(members.TryGet("c", out _));
        Assert.True(members.TryGet("b", out var no));
        Assert.True(no.TryGetBoolean(out var value));
        Assert.False(value);
    }

    [Fact]
    public void Members_of_a_nested_object_are_walked_in_their_order_repeats_too()
    {
        Assert.True(Read("""{"revs":{"a":1,"b":{"c":2},"a":3}}""").Value.TryGet("revs", out var revs));
        Assert.Equal(
            [("a", "1"), ("b", "{\"c\":2}"), ("a", "3")],
            JsonMembers.Nested(revs).Select(member => (member.Name, Encoding.UTF8.GetString(member.Member.Text.Span))));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("42", 42L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-1", null)]
    [InlineData("1.0", null)]
    [InlineData("1e2", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("\"1\"", null)]
    [InlineData("true", null)]
    [InlineData("[1]", null)]
    public void An_integer_is_written_without_fraction_or_exponent_and_in_range(string text, long? expected)
    {
        Assert.True(Read($"{{\"n\":{text}}}").Value.TryGet("n", out var member));
        Assert.Equal(expected, member.TryGetInteger(0, long.MaxValue, out var value) ? value : null);
    }

    [Fact]
    public void Values_of_other_kinds_are_no_string_and_no_boolean()
    {
        foreach (var text in new[] { "1", "[]", "{}", "[\"x\"]" })
        {
            Assert.True(Read($"{{\"v\":{text}}}").Value.TryGet("v", out var member));
            Assert.False(member.TryGetString(out _));
            Assert.False(member.TryGetBoolean(out _));
            Assert.False(member.TryGetId(out _));
        }
    }

    private static Outcome<JsonMembers> Read(string json) => JsonMembers.Read(Encoding.UTF8.GetBytes(json));

    private static void AssertRefused(string json) => Assert.Equal(ErrorCode.InvalidJson, Read(json).Refusal?.Code);
}
