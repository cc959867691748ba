using FastChat.Faults.Network;

namespace FastChat.Soak;

/// <summary>The network between clients and server: now fair, now foul, for all behind one proxy at once.</summary>
internal sealed class Weather(ChaosProxy proxy, Random random)
{
    /// <summary>How often each kind of weather came.</summary>
    public Dictionary<string, int> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Changes every few seconds until it is told to stop; then it is fair.</summary>
    public async Task BlowAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var name = Change();
            Seen[name] = Seen.GetValueOrDefault(name) + 1;
            await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 4)), enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Clear();
        }
    }

    private string Change()
    {
        switch (random.Next(10))
        {
            case 0:
                proxy.ToClient.Drop = text => text.Contains("\"MSG_ACK\"", StringComparison.Ordinal) && proxy.ToClient.Chance(0.2);
                return "acks dropped (20 %)";
            case 1:
                proxy.ToClient.Drop = text => text.Contains("\"MSG\"", StringComparison.Ordinal) && proxy.ToClient.Chance(0.2);
                return "messages dropped (20 %)";
            case 2:
                (proxy.ToServer.Delay, proxy.ToServer.Jitter) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80));
                (proxy.ToClient.Delay, proxy.ToClient.Jitter) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80));
                return "delayed (40–200 ms)";
            case 3:
                (proxy.ToServer.BytesPerSecond, proxy.ToClient.BytesPerSecond) = (4000, 8000);
                return "throttled (4 and 8 kB/s)";
            case 4:
                (random.Next(2) == 0 ? proxy.ToServer : proxy.ToClient).Stall();
                return "stalled";
            case 5:
                proxy.CutAll(CutKind.Reset);
                return "reset";
            case 6:
                proxy.ToServer.CutAfter(random.Next(5000), random.Next(2) == 0 ? CutKind.Close : CutKind.Reset);
                return "cut inside a client's frame";
            case 7:
                proxy.ToClient.CutInside(text => text.Contains("\"MSG_ACK\"", StringComparison.Ordinal), random.Next(100), CutKind.Close);
                return "cut inside an ack";
            case 8:
                proxy.FreezeAll();
                return "dead without a word";
            default:
                proxy.Refuse();
                proxy.CutAll(CutKind.Close);
                return "refused";
        }
    }

    private void Clear()
    {
        proxy.Accept();
        foreach (var direction in new[] { proxy.ToServer, proxy.ToClient })
        {
            (direction.Delay, direction.Jitter, direction.BytesPerSecond, direction.Drop) = (TimeSpan.Zero, TimeSpan.Zero, 0, null);
            direction.Resume();
        }
    }
}
