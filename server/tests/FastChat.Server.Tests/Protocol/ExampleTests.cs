using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

/// <summary>The golden frames of <c>protocol/examples</c>, which the web client's tests read too.</summary>
public sealed class ExampleTests
{
    private static readonly Dictionary<string, JsonTypeInfo> Frames = new(StringComparer.Ordinal)
    {
        ["HELLO_ACK"] = ProtocolJsonContext.Default.HelloAckFrame,
        ["PRESENCE"] = ProtocolJsonContext.Default.PresenceFrame,
        ["CHAT_OPENED"] = ProtocolJsonContext.Default.ChatOpenedFrame,
        ["MSG"] = ProtocolJsonContext.Default.MessageFrame,
        ["MSG_ACK"] = ProtocolJsonContext.Default.MessageAckFrame,
        ["READ"] = ProtocolJsonContext.Default.PositionFrame,
        ["DELIVERED"] = ProtocolJsonContext.Default.PositionFrame,
        ["TYPING"] = ProtocolJsonContext.Default.TypingFrame,
        ["BLOCKS"] = ProtocolJsonContext.Default.BlocksFrame,
        ["RECONNECT"] = ProtocolJsonContext.Default.ReconnectFrame,
        ["PONG"] = ProtocolJsonContext.Default.PongFrame,
        ["ERROR"] = ProtocolJsonContext.Default.ErrorFrame,
    };

    public static TheoryData<string> ClientExamples => Names("client");

    public static TheoryData<string> ServerExamples => Names("server");

    [Theory]
    [MemberData(nameof(ClientExamples))]
    public void The_parser_reads_a_client_s_example(string name)
    {
        var parsed = ClientFrameParser.Parse(File.ReadAllBytes(Path.Combine(Tree.Examples("client"), name)));
        Assert.Null(parsed.Refusal);
        Assert.Equal(name.Split('.')[0], parsed.Type);
        Assert.NotNull(parsed.Frame);
    }

    /// <summary>Read into our record and written again, it is the same document: no member more, none less, each value as it was.</summary>
    [Theory]
    [MemberData(nameof(ServerExamples))]
    public void Our_records_write_exactly_a_server_s_example(string name)
    {
        var example = File.ReadAllBytes(Path.Combine(Tree.Examples("server"), name));
        var typeInfo = Frames[name.Split('.')[0]];
        var written = JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(example, typeInfo), typeInfo);
        Assert.True(
            JsonElement.DeepEquals(JsonDocument.Parse(example).RootElement, JsonDocument.Parse(written).RootElement),
            $"{name} is written as {Encoding.UTF8.GetString(written)}");
    }

    [Fact]
    public void Every_type_that_the_server_sends_has_an_example()
    {
        Assert.Equal(Frames.Keys.Order(), Names("server").Select(row => row.Data.Split('.')[0]).Distinct().Order());
        var types = typeof(IServerFrame).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IServerFrame)));
        Assert.Equal(types.Select(type => type.Name).Order(), Frames.Values.Select(info => info.Type.Name).Distinct().Order());
    }

    [Fact]
    public void Every_type_that_a_client_sends_has_an_example() => Assert.Equal(
        ["DELIVERED", "HELLO", "MSG", "OPEN_CHAT", "PING", "READ", "STATUS", "TYPING", "WATCH"],
        Names("client").Select(row => row.Data.Split('.')[0]).Distinct().Order());

    /// <summary>Members that an example may leave out; all others of a record stand in its example, so that none is untested.</summary>
    [Fact]
    public void An_example_shows_every_member_but_those_of_edits()
    {
        var missing = new List<string>();
        foreach (var (type, info) in Frames)
        {
            using var example = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Tree.Examples("server"), type + ".json")));
            missing.AddRange(info.Properties
                .Where(property => !example.RootElement.TryGetProperty(property.Name, out _))
                .Select(property => $"{type}.{property.Name}"));
        }

        Assert.Equal(["HELLO_ACK.ref", "MSG.deleted_at", "MSG.edited_at", "MSG.hidden", "PRESENCE.ref"], missing.Order(StringComparer.Ordinal));
    }

    private static TheoryData<string> Names(string side) =>
        new(Directory.GetFiles(Tree.Examples(side), "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
}
