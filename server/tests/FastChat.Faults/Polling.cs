using System.Diagnostics;

namespace FastChat.Faults;

/// <summary>Waiting for a condition that nothing announces.</summary>
public static class Polling
{
    /// <summary>Looks at once, then after 5 ms, and less and less often, down to ten times a second.</summary>
    /// <param name="condition">What has to become true.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="complaint">The message if it takes longer.</param>
    /// <exception cref="InvalidOperationException">It took longer.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> complaint)
    {
        var clock = Stopwatch.StartNew();
        for (var pause = 5.0; !await condition(); pause = Math.Min(100, pause * 1.2))
        {
            if (clock.Elapsed > limit)
            {
                throw new InvalidOperationException(complaint());
            }

            await Task.Delay(TimeSpan.FromMilliseconds(pause));
        }
    }

    /// <summary>Waits until a port of this machine takes connections.</summary>
    /// <param name="port">The port.</param>
    /// <param name="hasExited">Whether the program that is to listen there has ended.</param>
    /// <param name="name">The program's name.</param>
    /// <param name="log">What it wrote, for the message.</param>
    /// <exception cref="InvalidOperationException">The program ended, or did not listen within <see cref="Patience.Start"/>.</exception>
    public static Task UntilListeningAsync(int port, Func<bool> hasExited, string name, Func<string> log) => UntilAsync(
        async () => hasExited() ? throw new InvalidOperationException($"{name} exited while starting:\n{log()}") : await ListensAsync(port),
        Patience.Start,
        () => $"{name} did not listen on port {port} within {Patience.Start.TotalSeconds} s:\n{log()}");

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var probe = new System.Net.Sockets.TcpClient();
            await probe.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
