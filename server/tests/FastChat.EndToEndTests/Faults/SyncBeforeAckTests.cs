using System.Text;
using FastChat.Faults.Audit;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Faults;

/// <summary>A survived kill -9 proves nothing about the disk: the kernel had the bytes. This looks at the system calls.</summary>
public sealed class SyncBeforeAckTests
{
    private const int OneByOne = 20;

    /// <summary>So many at once that one read still takes them all, as the trace is searched call by call.</summary>
    private const int Together = 6;
    private const int Rounds = 10;

    [Fact]
    [Trait("Database", "SQLite")]
    public async Task CH1_between_a_messages_arrival_and_its_ack_SQLites_log_is_brought_to_disk()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());

        await AssertSyncedAsync(server, log: "fastchat.db-wal>", () => [server.Id]);
    }

    [Fact]
    [Trait("Database", "Own")]
    public async Task CH1_between_a_messages_arrival_and_its_ack_PostgreSQLs_log_is_brought_to_disk()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var server = await OnPostgres.StartAsync(postgres);

        await AssertSyncedAsync(server, log: "/pg_wal/", () => [server.Id, postgres.ProcessId, .. Signal.ChildrenOf(postgres.ProcessId)]);
    }

    [Fact]
    public void TRACE_an_ack_that_overtakes_its_sync_is_found()
    {
        const string one = "11111111-1111-7111-8111-111111111111";
        const string two = "22222222-2222-7222-8222-222222222222";
        string[] trace =
        [
            Came(10, one),
            """11 1.1 fdatasync(9</data/fastchat.db-wal>) = 0""",
            Acked(12, one),
            """11 1.2 fdatasync(9</data/fastchat.db-wal> <unfinished ...>""",
            Came(10, two),
            """11 1.3 <... fdatasync resumed>) = 0""",
            """11 1.4 fdatasync(8</data/fastchat.db>) = 0""",
            Acked(12, two),
        ];

        var read = SystemCallTrace.Read(trace, "fastchat.db-wal");

        Assert.Equal([one, two], read.Acknowledged);
        Assert.Equal([two], read.AcknowledgedTooSoon);
        Assert.Equal(2, read.Syncs);
    }

    private static async Task AssertSyncedAsync(ServerProcess server, string log, Func<int[]> processes)
    {
        Assert.SkipUnless(Tracer.IsInstalled, "strace is not installed.");
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        await using var socket = await ada.ConnectRawAsync();
        await using var tracer = await Tracer.AttachAsync(processes());
        var sent = new List<string>();
        foreach (var count in Enumerable.Repeat(1, OneByOne).Concat(Enumerable.Repeat(Together, Rounds)))
        {
            var ids = Enumerable.Range(0, count).Select(_ => Guest.NewId()).ToList();
            await socket.SendBytesAsync([.. ids.SelectMany(id => Frame(chat, id))]);
            for (var number = 0; number < count; number++)
            {
                await socket.ExpectAsync("MSG_ACK");
            }

            sent.AddRange(ids);
        }

        var trace = SystemCallTrace.Read(await tracer.StopAsync(), log);
        Assert.Equal(sent.Order(StringComparer.Ordinal), trace.Received.Order(StringComparer.Ordinal));
        Assert.Equal(sent.Order(StringComparer.Ordinal), trace.Acknowledged.Order(StringComparer.Ordinal));
        Assert.Empty(trace.AcknowledgedTooSoon);
        Assert.InRange(trace.Syncs, OneByOne + 1, int.MaxValue);
    }

    /// <summary>Unmasked, in effect, so that the trace can be read: a mask of zeros is as good as any.</summary>
    private static byte[] Frame(string chat, string id)
    {
        var text = Json.Write(new { type = "MSG", chat_id = chat, message_id = id, content = "durable" });
        return RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes(text), mask: new byte[4]);
    }

    private static string Came(int thread, string id) =>
        $$"""{{thread}} 1.0 recvmsg(200<socket:[1]>, {msg_iov=[{iov_base="\201\376\0\252\0\0\0\0{\"type\":\"MSG\",\"chat_id\":\"c\",\"message_id\":\"{{id}}\",\"content\":\"x\"}", iov_len=4096}]}, 0) = 178""";

    private static string Acked(int thread, string id) =>
        $$"""{{thread}} 1.0 sendto(200<socket:[1]>, "\201~\0\270{\"type\":\"MSG_ACK\",\"chat_id\":\"c\",\"message_id\":\"{{id}}\",\"seq\":1}", 188, 0, NULL, 0) = 188""";
}
