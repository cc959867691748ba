using System.Diagnostics;
using System.Globalization;
using FastChat.Faults.Audit;
using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Faults;

[Collection(Alone.Name)]
public sealed class SlowReaderTests
{
    private const int Flood = 600;
    private const long MiB = 1024 * 1024;

    /// <summary>16 KB each, as many bytes as a message may have.</summary>
    private static readonly string Large = string.Concat(Enumerable.Repeat("😀", 3900));

    [Fact]
    public async Task GW4_a_reader_who_stalls_costs_bounded_memory_and_nobody_else_time_and_is_whole_again()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        await using var proxy = new ChaosProxy(server.Port, Seed.Value);
        var recorder = new DeliveryRecorder();
        await using var ada = await ClientAsync(server.Root, server.Root, recorder);
        await using var bob = await ClientAsync(server.Root, proxy.Root, recorder);
        var chat = await ada.Account.OpenChatAsync(server.Root, bob.Account);
        var (carol, dave) = await Guest.PairAsync(server);
        await using var bystander = await carol.ConnectAsync();
        var others = await carol.OpenChatAsync(dave);

        var reading = await FloodAsync(server, ada, chat, bystander, others);
        await bob.UntilAsync(client => client.RevOf(chat) == Flood, "all of the first flood", Verdict.Settling);

        proxy.ToClient.Stall();
        var stalled = await FloodAsync(server, ada, chat, bystander, others);
        await Eventually.HoldsAsync(async () => !(await Online.IdsAsync(carol)).Contains(bob.Account.UserId), "the end of the connection");
        proxy.ToClient.Resume();
        await bob.UntilAsync(client => client.RevOf(chat) == 2 * Flood && client.IsQuiet, "all of both floods", Verdict.Settling);

        Assert.InRange(bob.Connections, 2, int.MaxValue);
        Assert.All(bob.CloseCodes, code => Assert.Equal(4003, code));
        Assert.InRange(stalled.Median, TimeSpan.Zero, (reading.Median * 3) + TimeSpan.FromMilliseconds(10));

        // The database's own page cache and the collector's budget still grow meanwhile. The queue's bound is OutboundQueue's tests' matter.
        Assert.InRange(stalled.Memory, 0, reading.Memory + (64 * MiB));
        string[] members = [ada.Account.UserId, bob.Account.UserId];
        Verdict.AssertKept(DeliveryAudit.Run(recorder, [await Witness.ReadAsync(server.Root, bob.Account, chat, members)]));
    }

    private static async Task<FaultTolerantClient> ClientAsync(Uri server, Uri root, DeliveryRecorder recorder)
    {
        var client = new FaultTolerantClient(await Account.CreateAsync(server), root, recorder, new ClientSettings { Window = 16 });
        client.Start();
        return client;
    }

    /// <summary>A flood of large messages to one; how long another's small ones take meanwhile, and the server's memory after.</summary>
    private static async Task<(TimeSpan Median, long Memory)> FloodAsync(
        ServerProcess server, FaultTolerantClient sender, string chat, ChatSocket bystander, string others)
    {
        for (var number = 0; number < Flood; number++)
        {
            sender.Post(chat, $"{number} {Large}");
        }

        var times = new List<TimeSpan>();
        do
        {
            var clock = Stopwatch.StartNew();
            await bystander.AskAsync(new { type = "MSG", chat_id = others, message_id = Guest.NewId(), content = "do you notice anything?" }, "MSG_ACK");
            times.Add(clock.Elapsed);
        }
        while (sender.Waiting > 0);

        return (times.Order().ElementAt(times.Count / 2), MemoryOf(server));
    }

    /// <summary>Resident bytes that are no file's.</summary>
    private static long MemoryOf(ServerProcess server)
    {
        var line = File.ReadLines($"/proc/{server.Id}/status").First(entry => entry.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
