using FastChat.Faults.Clients;

namespace FastChat.Nodes;

/// <summary>Many visitors, who can be made to write to each other.</summary>
internal sealed class Visitors : IAsyncDisposable
{
    private readonly CancellationTokenSource enough = new();
    private readonly CancellationTokenSource over = new();
    private readonly Task minding;
    private Task writing = Task.CompletedTask;

    private Visitors(IReadOnlyList<Visitor> all)
    {
        All = all;
        minding = MindSilenceAsync();
    }

    public IReadOnlyList<Visitor> All { get; }

    /// <summary>Makes guests and connects them; ends when all are there.</summary>
    /// <param name="server">Where they are made.</param>
    /// <param name="count">How many.</param>
    /// <param name="rootOf">Where each connects.</param>
    public static async Task<Visitors> GatherAsync(Uri server, int count, Func<int, Uri> rootOf)
    {
        var made = new Visitor[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            made[number] = new Visitor(await Account.CreateAsync(server), rootOf(number));
            made[number].Start();
        });
        var all = new Visitors(made);
        await all.UntilAllLiveAsync(TimeSpan.FromMinutes(2));
        return all;
    }

    /// <summary>Waits until every one has a connection; false if the time is over before.</summary>
    public async Task<bool> UntilAllLiveAsync(TimeSpan limit)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); !All.All(one => one.IsLive);)
        {
            if (clock.Elapsed > limit)
            {
                return false;
            }

            await Task.Delay(50);
        }

        return true;
    }

    /// <summary>So many of them write, together at this rate, each to the next one.</summary>
    public void StartWriting(int writers, double rate) => writing = WriteAsync(writers, rate);

    /// <summary>They write no more, and have got their answers, or have waited 10 s for them.</summary>
    public async Task StopWritingAsync()
    {
        await enough.CancelAsync();
        await writing;
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(10) && All.Any(one => one.Unanswered > 0);)
        {
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        await over.CancelAsync();
        await writing;
        await minding;
        foreach (var one in All)
        {
            await one.DisposeAsync();
            one.Account.Dispose();
        }

        enough.Dispose();
        over.Dispose();
    }

    private async Task MindSilenceAsync()
    {
        while (!over.IsCancellationRequested)
        {
            foreach (var one in All)
            {
                one.MindSilence();
            }

            await Task.Delay(500, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(int writers, double rate)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (long number = 0; !enough.IsCancellationRequested; number++)
        {
            var due = TimeSpan.FromSeconds(number / rate) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(2))
            {
                await Task.Delay(due, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            var writer = (int)(number % writers);
            All[writer].Send(All[(writer + 1) % All.Count].Account.UserId);
        }
    }
}
