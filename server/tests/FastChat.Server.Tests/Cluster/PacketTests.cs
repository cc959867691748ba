using System.Text;
using FastChat.Server.Cluster;
using Xunit;

namespace FastChat.Server.Tests.Cluster;

/// <summary>What goes over the bus, as bytes.</summary>
public sealed class PacketTests
{
    private const int Seed = 1;

    private static readonly Guid Node = Guid.NewGuid();

    [Fact]
    public void Many_hints_share_few_packets_and_keep_their_order()
    {
        var writer = new PacketWriter(Node, 7_900);
        var hints = Enumerable.Range(0, 500).Select(i => (Hint)new UserRenamedHint(Guid.NewGuid(), $"name {i}")).ToList();
        Assert.All(hints, hint => Assert.True(writer.Add(hint, 1)));
        var packets = writer.Take(1);
        Assert.All(packets, packet => Assert.InRange(packet.Length, 1, 7_900));
        Assert.InRange(packets.Count, 2, 5);
        Assert.Equal(hints, packets.SelectMany(Read));
        Assert.Equal(Enumerable.Range(1, packets.Count).Select(number => (long)number), packets.Select(packet => Header(packet).Number));
    }

    [Fact]
    public void What_was_left_out_takes_a_number_so_that_the_gap_is_seen()
    {
        var writer = new PacketWriter(Node, 7_900);
        var first = Header(writer.Take(5)[0]);
        writer.Skip();
        Assert.Equal((Node, 1, 5), (first.NodeId, first.Number, first.Stamp));
        Assert.Equal(3, Header(writer.Take(6)[0]).Number);
    }

    [Fact]
    public void A_hint_of_presence_arrives_as_it_was_sent_and_without_its_entries_if_they_are_too_long()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);
        PresenceEntry[] entries =
        [
            new(Guid.NewGuid(), "Ann with spaces é", PresenceState.Away, at), new(Guid.NewGuid(), string.Empty, PresenceState.Gone, at.AddDays(1)),
        ];
        var writer = new PacketWriter(Node, 7_900);
        writer.Add(new PresenceHint(Node, 42, entries), 1);
        writer.Add(new PresenceHint(Node, 43, null), 1);
        writer.Add(new PresenceHint(Node, 44, []), 1);
        var hints = writer.Take(1).SelectMany(Read).Cast<PresenceHint>().ToList();
        Assert.Equal([(Node, 42), (Node, 43), (Node, 44)], hints.Select(hint => (hint.NodeId, (int)hint.Version)));
        Assert.Equal(entries, hints[0].Entries);
        Assert.Null(hints[1].Entries);
        Assert.Empty(hints[2].Entries!);

        var longest = Enumerable.Repeat(new PresenceEntry(Node, new string('\u6587', 40), PresenceState.Online, at), PresenceHint.MostEntries).ToList();
        Assert.True(writer.Add(new PresenceHint(Node, 45, longest), 1));
        Assert.Equal(longest, Assert.IsType<PresenceHint>(Assert.Single(writer.Take(1).SelectMany(Read))).Entries);
        var narrow = new PacketWriter(Node, 1_000);
        Assert.True(narrow.Add(new PresenceHint(Node, 46, longest), 1));
        Assert.Equal(new PresenceHint(Node, 46, null), Assert.Single(narrow.Take(1).SelectMany(Read)));
    }

    [Fact]
    public void What_can_not_go_by_reference_and_is_too_long_is_refused_and_leaves_nothing_behind()
    {
        var writer = new PacketWriter(Node, 1_000);
        Assert.False(writer.Add(new FrameHint([Guid.NewGuid()], new byte[2_000], null), 1));
        var small = new SessionRevokedHint(Guid.NewGuid());
        Assert.True(writer.Add(small, 1));
        Assert.Equal([small], Read(Assert.Single(writer.Take(1))));
    }

    [Fact]
    public void Lines_of_a_kind_that_is_not_known_and_broken_ones_are_passed_over()
    {
        var id = HintWriter.Id(Node);
        string[] lines =
        [
            $"s {id}", "? something of a newer version", "s", "s short", string.Empty, "f", "f -", $"f - - - {id},x frame", $"m {id} 1 99", $"m {id} x 1", $"m {id} 1 1",
            $"b {id} {id}", $"b {id} {id} {id}", "o x", "n", $"p {id} 1", $"p {id} 1 41", $"p {id} 1 -2", $"p {id} 1 1", $"e {id} 3 1 Ann", $"n {id} Ann",
        ];
        Assert.Equal(
            [new SessionRevokedHint(Node), new BlocksChangedHint(Node, Node, Node), new UserRenamedHint(Node, "Ann")],
            ReadLines(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    [Fact]
    public void Bytes_cut_and_changed_anywhere_are_read_without_a_fault()
    {
        var writer = new PacketWriter(Id(0), 7_900);
        var frame = new FrameHint([Id(1), Id(2)], "{\"a\":1}"u8.ToArray(), Id(3)) { Key = new MergeKey("MSG", Id(4), Id(5)) };
        writer.Add(new MessageHint(Id(6), 3, [frame, frame]), 1);
        writer.Add(new ChatOpenedHint(Id(7), frame), 1);
        writer.Add(new PresenceHint(Id(8), 7, [new PresenceEntry(Id(9), "Ann", PresenceState.Online, DateTimeOffset.UnixEpoch)]), 1);
        var whole = writer.Take(1)[0].ToArray();
        var random = new Random(Seed);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = whole[..random.Next(whole.Length + 1)];
            for (var j = random.Next(4); j > 0 && bytes.Length > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var count = Read(bytes).Count;
            Assert.True(count <= 8, $"packet {i} of seed {Seed} has {count} hints: {Convert.ToBase64String(bytes)}");
        }
    }

    private static Guid Id(int number) => new(number, 1, 0, new byte[8]);

    private static PacketHeader Header(ReadOnlyMemory<byte> packet)
    {
        var bytes = packet.Span;
        Assert.True(PacketHeader.TryRead(ref bytes, out var header));
        return header;
    }

    private static List<Hint> Read(ReadOnlyMemory<byte> packet)
    {
        var bytes = packet.Span;
        return PacketHeader.TryRead(ref bytes, out _) ? ReadLines(bytes) : [];
    }

    private static List<Hint> ReadLines(ReadOnlySpan<byte> lines)
    {
        var reader = new HintReader(lines);
        var hints = new List<Hint>();
        while (reader.Next() is { } hint)
        {
            hints.Add(hint);
        }

        return hints;
    }
}
