namespace FastChat.Faults.Processes;

/// <summary>
/// Bounds how many servers, databases, brokers and proxies run at once, by the cores there are; more only slow each other down until
/// limits expire. A class of tests that already holds a slot never waits for another one, so two classes cannot deadlock: what it takes beyond the
/// bound keeps other classes from starting instead.
/// </summary>
public static class ProcessSlots
{
    private static readonly Lock Gate = new();
    private static readonly LinkedList<(string Owner, TaskCompletionSource Granted)> Waiting = [];
    private static readonly Dictionary<string, int> Held = new(StringComparer.Ordinal);
    private static int used;

    /// <summary>How many are given out before tests have to wait: eight for each core, as most of them wait most of the time.</summary>
    public static int Count { get; } = 8 * Environment.ProcessorCount;

    /// <summary>Names the class of tests on whose behalf this is called. A test assembly sets it; without it all are one owner.</summary>
    public static Func<string> CurrentOwner { get; set; } = () => "";

    /// <summary>Waits for a slot, in the order of asking.</summary>
    /// <returns>The slot; dispose it when the process has ended.</returns>
    /// <exception cref="TimeoutException">None became free within the limit of a whole test.</exception>
    public static async Task<IDisposable> TakeAsync()
    {
        var owner = CurrentOwner();
        TaskCompletionSource granted;
        lock (Gate)
        {
            if (used < Count || Held.ContainsKey(owner))
            {
                Grant(owner);
                return new Slot(owner);
            }

            granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Waiting.AddLast((owner, granted));
        }

        try
        {
            await granted.Task.WaitAsync(Patience.Test);
        }
        catch (TimeoutException fault)
        {
            if (!Withdraw(granted))
            {
                return new Slot(owner);
            }

            throw new TimeoutException($"{owner}: none of the {Count} process slots became free within {Patience.Test.TotalSeconds} s.", fault);
        }

        return new Slot(owner);
    }

    private static void Grant(string owner)
    {
        used++;
        Held[owner] = Held.GetValueOrDefault(owner) + 1;
    }

    /// <summary>Takes a request back; false if it has been granted after all.</summary>
    private static bool Withdraw(TaskCompletionSource granted)
    {
        lock (Gate)
        {
            return Waiting.FirstOrDefault(request => request.Granted == granted) is { Owner: not null } request && Waiting.Remove(request);
        }
    }

    private static void Release(string owner)
    {
        lock (Gate)
        {
            used--;
            if (--Held[owner] == 0)
            {
                Held.Remove(owner);
            }

            while (used < Count && Waiting.First is { } next)
            {
                Waiting.RemoveFirst();
                Grant(next.Value.Owner);
                next.Value.Granted.SetResult();
            }
        }
    }

    private sealed class Slot(string owner) : IDisposable
    {
        private bool isReleased;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref isReleased, true))
            {
                Release(owner);
            }
        }
    }
}
