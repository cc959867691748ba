using System.Diagnostics;
using System.Globalization;

namespace FastChat.EndToEndTests.Security.Fuzz;

/// <summary>A server for mutated inputs alone, so that its memory and files tell about them and nothing else.</summary>
public sealed class FuzzServer() : ServerFixture([.. Settings.NoLimits]);

/// <summary>
/// How many inputs a run has and from which seed, and what the server looked like before and after. <c>FASTCHAT_FUZZ_INPUTS</c> (all kinds
/// together), <c>FASTCHAT_FUZZ_SEED</c> and <c>FASTCHAT_FUZZ_REPORT</c> (a file, a line for each kind) are set by <c>bin/bench --fuzz</c>.
/// </summary>
public sealed class FuzzRun
{
    /// <summary>In the tests: some ten thousand.</summary>
    private const int Few = 24_000;

    /// <summary>What the server may have more of at the end than after a fifth of the inputs, when all of it is warm.</summary>
    private const long MostGrowth = 96L * 1024 * 1024;

    private readonly string kind;
    private readonly ServerProcess server;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long warmBytes;
    private int warmFiles;

    private FuzzRun(string kind, double share, ServerProcess server)
    {
        this.kind = kind;
        this.server = server;
        Inputs = (int)(share * (Read("FASTCHAT_FUZZ_INPUTS") ?? Few));
        Seed = Read("FASTCHAT_FUZZ_SEED") ?? Environment.TickCount;
    }

    public int Inputs { get; }

    public int Seed { get; }

    /// <summary>What came of them, by a word for it.</summary>
    public SortedDictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs the inputs; what fails names the seed with which it can be run again.</summary>
    /// <param name="kind">What is fed to the server.</param>
    /// <param name="share">Which part of all inputs these are.</param>
    /// <param name="server">The server.</param>
    /// <param name="run">Feeds it <see cref="Inputs"/> inputs and counts them in <see cref="Outcomes"/>.</param>
    public static async Task RunAsync(string kind, double share, ServerProcess server, Func<FuzzRun, Random, Task> run)
    {
        var fuzz = new FuzzRun(kind, share, server);
        try
        {
            await run(fuzz, new Random(fuzz.Seed));
            await fuzz.EndAsync();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"The {kind} with FASTCHAT_FUZZ_SEED={fuzz.Seed} failed: {failure.Message}", failure);
        }
    }

    public void Count(string outcome)
    {
        lock (Outcomes)
        {
            Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
        }
    }

    /// <summary>To be told how many inputs have been fed: after a fifth of them it looks at the server.</summary>
    public void At(int fed)
    {
        if (warmFiles == 0 && fed >= Inputs / 5)
        {
            (warmBytes, warmFiles) = (Usage.Bytes(server.Id), Usage.Files(server.Id));
        }
    }

    private async Task EndAsync()
    {
        Assert.Equal(Inputs, Outcomes.Where(outcome => !outcome.Key.StartsWith('(')).Sum(outcome => outcome.Value));
        var (bytes, files) = (Usage.Bytes(server.Id), 0);
        Assert.InRange(bytes - warmBytes, long.MinValue, MostGrowth);
        await Eventually.HoldsAsync(() => (files = Usage.Files(server.Id)) <= warmFiles + 16, $"As few open files as before ({warmFiles})");
        server.AssertCalmLog();
        if (Environment.GetEnvironmentVariable("FASTCHAT_FUZZ_REPORT") is { Length: > 0 } report)
        {
            var outcomes = string.Join(", ", Outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}"));
            await File.AppendAllTextAsync(report, string.Create(CultureInfo.InvariantCulture,
                $"| {kind} | {Inputs:N0} | {Seed} | {clock.Elapsed.TotalSeconds:0} s | {warmBytes >> 20} → {bytes >> 20} MB | {warmFiles} → {files} | {outcomes} |\n"));
        }
    }

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
