using FastChat.Faults.Audit;
using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Faults;

/// <summary>What every experiment ends with.</summary>
internal static class Verdict
{
    /// <summary>Long enough for what has to be sent again and caught up with, on a busy machine.</summary>
    public static readonly TimeSpan Settling = Patience.For(120);

    /// <summary>Waits until the crowd has nothing left to do, and asserts that no promise was broken.</summary>
    public static async Task<AuditReport> AssertKeptAsync(Crowd crowd, Uri server)
    {
        await crowd.StopTypingAsync();
        await crowd.UntilQuietAsync(server, Settling);
        var report = await crowd.AuditAsync(server);
        AssertKept(report);
        Assert.Equal(0, report.Unknown);
        return report;
    }

    public static void AssertKept(AuditReport report) => Assert.True(report.Findings.Count == 0, $"{report.Describe()}\n{Seed.Hint}");
}
