namespace FastChat.EndToEndTests.Gateway;

public sealed class SlowReaderTests
{
    [Fact]
    public async Task GW4_who_does_not_read_is_let_go_and_nobody_else_notices()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        var (ada, bob) = await Guest.PairAsync(server);
        var carol = await Guest.CreateAsync(server);
        var (slowChat, otherChat) = (await ada.OpenChatAsync(bob), await ada.OpenChatAsync(carol));
        await using var mine = await ada.ConnectAsync();
        await using var carols = await carol.ConnectAsync();
        await using var stuck = await bob.ConnectRawAsync(receiveBuffer: 8192);
        await mine.SeesAsync(bob, "online");

        // 16 KiB a message, far more of them than all buffers on the way hold; Bob's connection reads nothing of it.
        var content = string.Concat(Enumerable.Repeat("😀", 4000));
        const int flood = 800;
        for (var number = 0; number < flood; number++)
        {
            await mine.AskAsync(new { type = "MSG", chat_id = slowChat, message_id = Guest.NewId(), content }, "MSG_ACK");
        }

        var before = carols.Now;
        await mine.AskAsync(new { type = "MSG", chat_id = otherChat, message_id = Guest.NewId(), content = "do you notice anything?" }, "MSG_ACK");
        await carols.ExpectAsync("MSG");
        Assert.InRange((carols.Now - before).TotalSeconds, 0, Patience.Bound(2).TotalSeconds);
        await carols.SeesAsync(bob, "offline", Patience.For(60));
        Assert.Contains(await stuck.ExpectEndAsync(Patience.For(60)), new int?[] { 4003, null });

        await using var again = await bob.ConnectAsync();
        await again.AssertQuietAsync();
        Assert.Equal(flood, (await bob.ChatAsync(slowChat)).Number("unread"));
        Assert.Equal(flood, (await bob.HistoryAsync(slowChat)).Count);
    }
}
