using System.Text;
using System.Text.Json.Nodes;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Faults;

/// <summary>A connection that is cut at every single byte of a message on its way, and of its answer: sent again, it is stored once.</summary>
public sealed class CutConnectionTests(OpenServer open)
{
    /// <summary>So many connections are cut at the same time, each behind a proxy of its own.</summary>
    private const int Lanes = 4;

    [Theory]
    [InlineData(CutKind.Close)]
    [InlineData(CutKind.Reset)]
    public async Task CH2_cut_at_every_byte_of_the_message_it_is_stored_once(CutKind kind)
    {
        var length = Frame(Guest.NewId(), Guest.NewId()).Length;

        await CutAtAllAsync(length, (proxy, offset) => proxy.ToServer.CutAfter(offset, kind));
    }

    [Theory]
    [InlineData(CutKind.Close)]
    [InlineData(CutKind.Reset)]
    public async Task CH2_cut_at_every_byte_of_the_answer_it_is_stored_once(CutKind kind)
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        await using var socket = await ada.ConnectRawAsync();
        await socket.SendBytesAsync(Frame(await ada.OpenChatAsync(bob), Guest.NewId()));
        const int header = 4;
        var length = Encoding.UTF8.GetByteCount((await socket.ExpectAsync("MSG_ACK")).ToJsonString()) + header;

        await CutAtAllAsync(length, (proxy, offset) => proxy.ToClient.CutInside(frame => frame.Contains("\"MSG_ACK\"", StringComparison.Ordinal), offset, kind));
    }

    private Task CutAtAllAsync(int length, Action<ChaosProxy, int> arm) =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => CutAsync(Enumerable.Range(0, length).Where(offset => offset % Lanes == lane), arm)));

    private async Task CutAsync(IEnumerable<int> offsets, Action<ChaosProxy, int> arm)
    {
        var (ada, bob) = await Guest.PairAsync(open.Server);
        var chat = await ada.OpenChatAsync(bob);
        await using var recipient = await bob.ConnectAsync();
        await using var proxy = new ChaosProxy(open.Server.Port);
        var sent = new List<string>();
        foreach (var offset in offsets)
        {
            sent.Add(Guest.NewId());
            await using (var cut = await ConnectAsync(ada, proxy))
            {
                arm(proxy, offset);
                await cut.SendBytesAsync(Frame(chat, sent[^1]));
                Assert.Null(await cut.ExpectEndAsync());
            }

            await using var again = await ConnectAsync(ada, proxy);
            await again.SendBytesAsync(Frame(chat, sent[^1]));
            Assert.Equal((sent[^1], sent.Count), Ids(await again.ExpectAsync("MSG_ACK")));
        }

        var expected = sent.Select((id, index) => (id, index + 1L)).ToList();
        Assert.Equal(expected, (await bob.HistoryAsync(chat)).Select(Ids));
        await recipient.UntilAsync(all => all.Count(item => item.Frame.Text("type") == "MSG") >= sent.Count, "all messages");
        await recipient.FenceAsync();
        Assert.Equal(expected, recipient.Arrivals.Select(item => item.Frame).Where(frame => frame.Text("type") == "MSG").Select(Ids));
    }

    private static async Task<RawSocket> ConnectAsync(Guest guest, ChaosProxy proxy)
    {
        var socket = await RawSocket.ConnectAsync(proxy.Port);
        await socket.SendTextAsync(Json.Write(new { type = "HELLO", token = guest.Token }));
        await socket.ExpectAsync("HELLO_ACK");
        return socket;
    }

    private static byte[] Frame(string chat, string id) =>
        RawSocket.Encode(RawSocket.TextFrame, Encoding.UTF8.GetBytes(Json.Write(new { type = "MSG", chat_id = chat, message_id = id, content = "cut me" })));

    private static (string Id, long Seq) Ids(JsonObject message) => (message.Text("message_id"), message.Number("seq"));
}
