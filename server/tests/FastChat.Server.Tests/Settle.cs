using Xunit;

namespace FastChat.Server.Tests;

/// <summary>Lets background tasks go on until they have come to where a test wants them.</summary>
internal static class Settle
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Yields until the condition holds; a test that gets nowhere fails.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, "the background task never came to the expected state");
            await Task.Yield();
        }
    }
}
