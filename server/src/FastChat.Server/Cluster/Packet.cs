using System.Buffers;
using System.Globalization;
using System.Text;

namespace FastChat.Server.Cluster;

/// <summary>What stands before the hints in each packet on the bus.</summary>
/// <param name="NodeId">Who sent it.</param>
/// <param name="Number">Its place among the packets of that node; what a node had to leave out takes a number too, so that a gap is seen.</param>
/// <param name="Stamp">The sender's clock, a timestamp that says something only to itself.</param>
internal readonly record struct PacketHeader(Guid NodeId, long Number, long Stamp)
{
    /// <summary>The form; a node passes over packets of another.</summary>
    private const string Form = "1";

    /// <summary>The longest header, in bytes.</summary>
    public const int MostBytes = 2 + 23 + 20 + 20 + 1;

    /// <summary>Adds it to a packet.</summary>
    public void Write(ArrayBufferWriter<byte> to) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Form} {HintWriter.Id(NodeId)} {Number} {Stamp}\n"), to);

    /// <summary>Takes it off a packet's front; what is left are the hints.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> packet, out PacketHeader header)
    {
        header = default;
        var end = packet.IndexOf((byte)'\n');
        if (end < 0)
        {
            return false;
        }

        var line = packet[..end];
        packet = packet[(end + 1)..];
        if (!HintReader.Word(ref line).SequenceEqual("1"u8)
            || !HintReader.TryId(HintReader.Word(ref line), out var nodeId)
            || !long.TryParse(HintReader.Word(ref line), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var stamp))
        {
            return false;
        }

        header = new PacketHeader(nodeId, number, stamp);
        return true;
    }
}

/// <summary>Puts hints into as few packets as they fit into, in their order. Not thread-safe.</summary>
/// <param name="nodeId">The sender.</param>
/// <param name="mostBytes">A packet may be this long.</param>
internal sealed class PacketWriter(Guid nodeId, int mostBytes)
{
    private readonly ArrayBufferWriter<byte> one = new(4096);
    private readonly List<ReadOnlyMemory<byte>> packets = [];
    private ArrayBufferWriter<byte>? open;
    private long number;

    /// <summary>Room for hints in a packet.</summary>
    private int Room => mostBytes - PacketHeader.MostBytes;

    /// <summary>Adds a hint; false if it is too long for the bus, and then nobody hears of it.</summary>
    public bool Add(Hint hint, long stamp)
    {
        one.ResetWrittenCount();
        HintWriter.Write(one, hint);
        if (one.WrittenCount > Room)
        {
            if (HintWriter.ByReference(hint) is not { } reference)
            {
                return false;
            }

            one.ResetWrittenCount();
            HintWriter.Write(one, reference);
        }

        if (open is not null && open.WrittenCount + one.WrittenCount > mostBytes)
        {
            Finish();
        }

        Open(stamp).Write(one.WrittenSpan);
        return true;
    }

    /// <summary>Hints had to be left out: the next packet's number tells the others.</summary>
    public void Skip() => number++;

    /// <summary>All packets since the last call; without hints it is an empty one, which only says that the node lives.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take(long stamp)
    {
        Open(stamp);
        Finish();
        var taken = packets.ToArray();
        packets.Clear();
        return taken;
    }

    private ArrayBufferWriter<byte> Open(long stamp)
    {
        if (open is null)
        {
            open = new ArrayBufferWriter<byte>(1024);
            new PacketHeader(nodeId, ++number, stamp).Write(open);
        }

        return open;
    }

    private void Finish()
    {
        packets.Add(open!.WrittenMemory);
        open = null;
    }
}
