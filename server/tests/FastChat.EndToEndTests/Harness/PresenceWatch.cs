using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Harness;

/// <summary>What a connection is told about who is there.</summary>
public static class PresenceWatch
{
    /// <summary>The next PRESENCE that shows a user like this.</summary>
    public static Task<JsonObject> SeesAsync(this ChatSocket socket, Guest guest, string status, TimeSpan? within = null) =>
        socket.ExpectAsync("PRESENCE", frame => frame.StatusOf(guest) == status, within);

    public static string? StatusOf(this JsonObject presence, Guest guest) =>
        presence.Children("users").FirstOrDefault(user => user.Text("user_id") == guest.Id)?.Text("status");

    /// <summary>All that was ever said about a user on this connection, in order.</summary>
    public static string[] HistoryOf(this ChatSocket socket, Guest guest) =>
        [.. socket.Arrivals.Where(item => item.Frame.Text("type") == "PRESENCE").Select(item => item.Frame.StatusOf(guest)).OfType<string>()];

    public static List<Arrival> Presences(this ChatSocket socket) =>
        [.. socket.Arrivals.Where(item => item.Frame.Text("type") == "PRESENCE")];

    /// <summary>A newcomer who has been seen: what was to be told before them has been told.</summary>
    public static async Task FenceByNewcomerAsync(this ChatSocket watching, ServerProcess server)
    {
        var newcomer = await Guest.CreateAsync(server);
        await using var socket = await newcomer.ConnectAsync();
        await watching.SeesAsync(newcomer, "online");
    }

    /// <summary>Somebody came and left with a close frame, and has been seen leaving: every grace that began before is over.</summary>
    public static async Task FenceByLeaverAsync(this ChatSocket watching, ServerProcess server)
    {
        var leaver = await Guest.CreateAsync(server);
        await using (var socket = await leaver.ConnectAsync())
        {
            await watching.SeesAsync(leaver, "online");
            await socket.CloseAsync();
        }

        await watching.SeesAsync(leaver, "offline");
        await watching.FenceByNewcomerAsync(server);
    }

    /// <summary>Waits until this connection has been told nothing about presence for so long.</summary>
    public static async Task UntilQuietAsync(this ChatSocket socket, TimeSpan quiet)
    {
        var deadline = socket.Now + quiet + Patience.Answer;
        while (socket.Presences() is not [.., var last] || socket.Now - last.At < quiet)
        {
            Assert.True(socket.Now < deadline, "The presence of an idle server does not come to rest.");
            await Task.Delay(50);
        }
    }
}
