using System.Globalization;
using FastChat.Server.Cluster;
using FastChat.Server.Limits;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>Looks at everything on which a server depends, and says what is wrong and what to do; changes nothing.</summary>
/// <param name="settings">The settings that the server would have.</param>
/// <param name="faults">What is wrong with them, in sentences.</param>
/// <param name="open">Makes a database ready for an operator's work.</param>
/// <param name="busAt">Makes the bus of a broker's address.</param>
/// <param name="output">A line for each thing that was looked at.</param>
internal sealed class Doctor(
    IConfiguration settings, IReadOnlyList<string> faults, Func<StorageOptions, IDatabaseAdministration> open, Func<Uri, IBus> busAt, TextWriter output)
{
    /// <summary>With fewer open files a server takes fewer connections than its settings allow.</summary>
    private const int ManyFiles = 60_000;

    private int wrong;
    private int warnings;

    /// <summary>Looks at everything.</summary>
    /// <returns>True if nothing is wrong.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await TellAsync(Finding.Ok("program", $"FastChat {Verbs.Version} on .NET {Environment.Version}"));
        foreach (var fault in faults)
        {
            await TellAsync(Finding.Wrong("settings", fault.TrimEnd('.')));
        }

        if (faults.Count == 0)
        {
            await TellAsync(Finding.Ok("settings", "all can be used"));
        }

        await ExamineDatabaseAsync(cancellationToken);
        await TellAsync(OpenFiles());
        await foreach (var finding in AddressCheck.RunAsync(settings, cancellationToken))
        {
            await TellAsync(finding);
        }

        await output.WriteLineAsync((wrong, warnings) switch
        {
            (0, 0) => "Everything is as it should be.",
            (0, _) => $"Nothing is wrong; {Count(warnings, "warning")}.",
            _ => $"{Count(wrong, "thing")} wrong, {Count(warnings, "warning")}.",
        });
        return wrong == 0;
    }

    private async Task ExamineDatabaseAsync(CancellationToken cancellationToken)
    {
        StorageOptions storage;
        try
        {
            storage = StorageOptions.From(settings);
        }
        catch (DatabaseRefusedException fault)
        {
            await TellAsync(Finding.Wrong("database", fault.Message.TrimEnd('.')));
            return;
        }

        var database = open(storage);
        await foreach (var finding in database.ExamineAsync(cancellationToken))
        {
            await TellAsync(finding);
        }

        await TellAsync(await BusCheck.RunAsync(settings, storage, open, busAt, cancellationToken));
    }

    private static Finding OpenFiles() => Capacity.ReadOpenFiles() switch
    {
        null => Finding.Ok("open files", "this system does not tell how many there may be"),
        >= ManyFiles and var files => Finding.Ok("open files", $"up to {Number(files)}"),
        { } files => Finding.Warning("open files", $"only {Number(files)}, enough for {Number(Capacity.Of(files, 0).Sockets)} connections: raise the limit (ulimit -n, LimitNOFILE) for more; a service may have another one than this shell"),
    };

    private async Task TellAsync(Finding finding)
    {
        wrong += finding.Verdict == Verdict.Wrong ? 1 : 0;
        warnings += finding.Verdict == Verdict.Warning ? 1 : 0;
        var verdict = finding.Verdict switch { Verdict.Ok => "ok", Verdict.Warning => "warning", _ => "wrong" };
        await output.WriteLineAsync($"{verdict,-8} {finding.Subject}: {finding.Text.ReplaceLineEndings(" ")}.");
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Count(int number, string thing) => $"{number} {thing}{(number == 1 ? string.Empty : "s")}";
}
