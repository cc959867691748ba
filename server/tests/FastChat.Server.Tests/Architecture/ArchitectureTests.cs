using Mono.Cecil;
using Xunit;

namespace FastChat.Server.Tests.Architecture;

public sealed class ArchitectureTests
{
    /// <summary>Which rooms each room may see. <c>Protocol</c> may be seen by all but the leaves, which need nothing of the wire.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Protocol"] = [],
        ["Text"] = [],
        ["Limits"] = [],
        ["Telemetry"] = [],
        ["Cluster"] = ["Telemetry"],
        ["Cluster.Postgres"] = ["Cluster"],
        ["Cluster.RabbitMq"] = ["Cluster"],
        ["Storage"] = [],
        ["Rest"] = ["Protocol", "Telemetry"],
        ["Identity"] = ["Protocol", "Cluster", "Limits", "Rest", "Storage", "Text"],
        ["Blocks"] = ["Cluster", "Storage"],
        ["Presence"] = ["Protocol", "Blocks", "Cluster", "Identity", "Limits", "Rest", "Storage", "Telemetry", "Text"],
        ["Chats"] = ["Protocol", "Blocks", "Cluster", "Identity", "Limits", "Rest", "Storage", "Telemetry", "Text"],
        ["Gateway"] = ["Protocol", "Blocks", "Chats", "Cluster", "Hosting", "Identity", "Limits", "Presence", "Rest", "Storage", "Telemetry"],
        ["Hosting"] = ["Protocol", "Limits", "Rest", "Storage"],
        ["Management"] = ["Hosting", "Telemetry"],
        ["Operations"] = ["Cluster", "Hosting", "Limits", "Storage", "Storage.Archive"],
        ["Storage.Archive"] = [],
        ["Storage.Postgres"] = ["Protocol", "Chats", "Cluster", "Presence", "Storage", "Storage.Archive"],
        ["Storage.Sqlite"] = ["Protocol", "Chats", "Cluster", "Presence", "Storage", "Storage.Archive", "Telemetry"],
    };

    /// <summary>Interfaces with one implementation in this tree, each with its reason.</summary>
    private static readonly Dictionary<string, string> Seams = new(StringComparer.Ordinal)
    {
        ["FastChat.Server.Blocks.ILastSeen"] = "a block asks when somebody was here without seeing presence",
        ["FastChat.Server.Presence.IPresenceOutput"] = "Presence shows to connections without seeing the gateway",
    };

    private static readonly string[] Vague = ["Manager", "Managers", "Helper", "Helpers", "Util", "Utils"];

    [Fact]
    public void A_room_sees_only_the_rooms_to_which_its_arrows_point()
    {
        var wrong = References.All
            .Where(edge => edge.From != "Program")
            .Select(edge => (edge.From, edge.To, Rooms: (From: References.Room(edge.From), To: References.Room(edge.To))))
            .Where(edge => edge.Rooms.From != edge.Rooms.To && !Arrows[edge.Rooms.From].Contains(edge.Rooms.To, StringComparer.Ordinal))
            .Select(edge => $"{edge.From} → {edge.To}");
        Assert.Empty(wrong.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_rooms_are_those_of_the_drawing()
    {
        var rooms = References.Types.Select(References.Outermost).Where(References.IsOurs).Where(name => name != "Program").Select(References.Room).Distinct();
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), rooms.Order(StringComparer.Ordinal));
    }

    /// <summary>An arrow that nobody uses any more is taken out of the drawing.</summary>
    [Fact]
    public void Every_arrow_of_the_drawing_is_used()
    {
        var used = References.All.Where(edge => edge.From != "Program").Select(edge => $"{References.Room(edge.From)} → {References.Room(edge.To)}").ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Arrows.SelectMany(room => room.Value.Select(seen => $"{room.Key} → {seen}")).Except(used, StringComparer.Ordinal));
    }

    [Fact]
    public void The_gateway_sees_nothing_of_the_host_but_its_readiness() => Assert.Equal(
        ["FastChat.Server.Hosting.Readiness"],
        References.All.Where(edge => References.Room(edge.From) == "Gateway" && References.Room(edge.To) == "Hosting").Select(edge => edge.To).Distinct());

    [Theory]
    [InlineData("FastChat.Server.Storage.Sqlite.")]
    [InlineData("FastChat.Server.Storage.Postgres.")]
    [InlineData("FastChat.Server.Cluster.Postgres.")]
    [InlineData("FastChat.Server.Cluster.RabbitMq.")]
    public void Only_Program_sees_an_adaptor(string adaptor) => Assert.Equal(
        ["Program"],
        References.All
            .Where(edge => edge.To.StartsWith(adaptor, StringComparison.Ordinal) && !edge.From.StartsWith(adaptor, StringComparison.Ordinal))
            .Select(edge => edge.From)
            .Distinct());

    [Fact]
    public void The_wire_s_types_need_nothing_but_the_platform()
    {
        var protocol = References.Types.First(type => type.Namespace == "FastChat.Protocol").Module;
        Assert.All(protocol.AssemblyReferences, reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_say_what_things_are()
    {
        var names = References.Types.Where(type => References.IsOurs(References.Outermost(type))).SelectMany(type => type.Namespace.Split('.').Append(type.Name));
        Assert.Empty(names.Where(name => name == "Common" || Vague.Any(name.EndsWith)).Distinct());
    }

    [Fact]
    public void An_interface_has_two_implementations_or_a_reason()
    {
        var ours = References.Types.Where(type => References.IsOurs(References.Outermost(type))).ToList();
        var lonely = ours
            .Where(type => type.IsInterface && ours.Count(other => Implements(other, type)) < 2)
            .Select(type => type.FullName);
        Assert.Equal(Seams.Keys.Order(StringComparer.Ordinal), lonely.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        var tooLong = Directory.GetFiles(Path.Combine(Tree.Root, "server"), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(Tree.Root, path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > 300);
        Assert.Empty(tooLong);
    }

    private static bool Implements(TypeDefinition type, TypeDefinition contract) =>
        !type.IsInterface && type.Interfaces.Any(implemented => implemented.InterfaceType.FullName == contract.FullName);
}
