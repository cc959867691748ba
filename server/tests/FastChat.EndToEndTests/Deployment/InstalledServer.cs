using FastChat.Faults.Processes;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>A server started as something else than these tests would start it: as another user, from another folder, with nothing but a given environment.</summary>
internal sealed class InstalledServer : IAsyncDisposable
{
    private readonly ChildProcess process;
    private readonly IDisposable slot;

    private InstalledServer(ChildProcess process, IDisposable slot, int port)
    {
        this.slot = slot;
        this.process = process;
        Root = new Uri($"http://127.0.0.1:{port}/");
    }

    public Uri Root { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="user">Who runs it, by the name of user and group, or by the number of both.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="environment">Its whole environment, but for where it listens.</param>
    /// <param name="command">The program with its arguments.</param>
    public static async Task<InstalledServer> StartAsync(string user, string folder, IEnumerable<string> environment, params string[] command)
    {
        var port = FreePort.Next();
        string[] identity = Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--no-new-privs"] : [];
        string[] all = [.. identity, "env", "-i", .. environment, $"ASPNETCORE_URLS=http://127.0.0.1:{port}", .. command];
        var taken = await ProcessSlots.TakeAsync();
        var server = new InstalledServer(ChildProcess.Start(all, folder), taken, port);
        var api = new ApiClient(server.Root);
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    Assert.False(server.process.HasExited, $"{command[0]} exited while starting: {server.process.Output}");
                    return await api.StatusAsync("health/ready") == 200;
                },
                $"{command[0]} becomes ready",
                Patience.Start);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As systemd stops it.</summary>
    public Task<int> StopAsync()
    {
        process.Send(Signal.Terminate);
        return process.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        slot.Dispose();
    }
}
