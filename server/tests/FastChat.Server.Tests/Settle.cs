using System.Runtime.CompilerServices;

namespace FastChat.Server.Tests;

/// <summary>Waits for background work. The limits are generous and scaled to the machine: they only end a test that would hang.</summary>
internal static class Settle
{
    /// <summary>How often a condition is looked at without a pause: most background work needs no more.</summary>
    private const int QuickLooks = 100;

    /// <summary>Waits until the condition holds; a test that gets nowhere fails.</summary>
    public static async Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var limit = Patience.For(60);
        var began = TimeProvider.System.GetTimestamp();
        for (var looks = 0; !condition(); looks++)
        {
            if (TimeProvider.System.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException($"This did not happen within {limit.TotalSeconds:0} s: {what}");
            }

            if (looks < QuickLooks)
            {
                await Task.Yield();
            }
            else
            {
                await Task.Delay(1);
            }
        }
    }

    /// <summary>Waits for a task, but not forever.</summary>
    public static async Task WithinLimitAsync(this Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        var limit = Patience.For(60);
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException fault) when (!task.IsCompleted)
        {
            throw new TimeoutException($"This did not end within {limit.TotalSeconds:0} s: {what}", fault);
        }
    }

    /// <summary>Waits for a task's result, but not forever.</summary>
    public static async Task<T> WithinLimitAsync<T>(this Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await WithinLimitAsync((Task)task, what);
        return await task;
    }
}
