using System.Diagnostics;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>A server started as something else than these tests would start it: as another user, from another folder, with nothing but a given environment.</summary>
internal sealed class InstalledServer : IAsyncDisposable
{
    private readonly Process process;

    private InstalledServer(Process process, int port)
    {
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
        var started = Process.Start(new ProcessStartInfo(all[0], all[1..]) { WorkingDirectory = folder })!;
        var server = new InstalledServer(started, port);
        var api = new ApiClient(server.Root);
        await Eventually.HoldsAsync(async () =>
        {
            Assert.False(started.HasExited, $"{command[0]} ended with {(started.HasExited ? started.ExitCode : 0)}");
            return await api.StatusAsync("health/ready") == 200;
        }, command[0]);
        return server;
    }

    /// <summary>As systemd stops it.</summary>
    public async Task<int> StopAsync()
    {
        Signal.Send(process.Id, Signal.Terminate);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
