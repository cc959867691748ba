namespace FastChat.Faults.Audit;

/// <summary>The verdict on an experiment.</summary>
public sealed class AuditReport
{
    internal AuditReport(DeliveryRecorder recorder, IReadOnlyList<Finding> findings)
    {
        (Acked, Unknown, Refusals, Resent, TryAgain) = (recorder.Acked, recorder.Unknown, recorder.Refusals, recorder.Resent, recorder.TryAgain);
        Findings = findings;
    }

    /// <summary>Messages acknowledged, each once.</summary>
    public long Acked { get; }

    /// <summary>Messages of which nobody knows whether they are stored, as no answer has come.</summary>
    public long Unknown { get; }

    /// <summary>Messages refused for good.</summary>
    public long Refused => Refusals.Values.Sum();

    /// <summary>Messages refused for good, by the error's code.</summary>
    public IReadOnlyDictionary<string, long> Refusals { get; }

    /// <summary>Attempts after the first.</summary>
    public long Resent { get; }

    /// <summary>Times that the server asked to send again.</summary>
    public long TryAgain { get; }

    /// <summary>Every broken promise; none is the aim.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>How many of a kind.</summary>
    public int Count(FindingKind kind) => Findings.Count(finding => finding.Kind == kind);

    /// <summary>The first findings of each kind, one a line, for a failed test's message; empty if there are none.</summary>
    public string Describe() => string.Join('\n', Findings.GroupBy(finding => finding.Kind)
        .SelectMany(kind => kind.Take(10).Select(finding => $"{kind.Key} ({kind.Count()} in all), chat {finding.ChatId}: {finding.Text}")));
}
