using System.CommandLine;
using System.Runtime.InteropServices;
using FastChat.Server.Cluster;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>The verbs of the program; without one it serves.</summary>
/// <param name="settings">The settings that hold for a command line, from wherever the server takes them.</param>
/// <param name="faults">What is wrong with those settings, in sentences.</param>
/// <param name="open">Makes the database of a URL ready for an operator's work; nothing is connected to yet.</param>
/// <param name="busAt">Makes the bus between nodes of a broker's address; nothing is connected to yet.</param>
/// <param name="output">For what was done.</param>
/// <param name="errors">For why something was not done.</param>
/// <param name="time">The clock.</param>
public sealed class CommandLine(
    Func<string[], IConfiguration> settings,
    Func<string[], IReadOnlyList<string>> faults,
    Func<StorageOptions, IDatabaseAdministration> open,
    Func<Uri, IBus> busAt,
    TextWriter output,
    TextWriter errors,
    TimeProvider time)
{
    /// <summary>The command line makes no sense; 1 is for what was refused or failed.</summary>
    private const int UsageExit = 2;

    /// <summary>A process that a signal ended has this and the signal's number.</summary>
    private const int SignalExit = 128;

    private static readonly string[] Questions = ["--help", "-h", "-?", "/?", "/h", "--version"];

    private readonly Option<string?> database = new($"--{StorageOptions.Setting}", "--database_url", "--database-url")
    {
        Description = "The database, as the setting of this name; a URL with a password is better kept in the environment.",
        HelpName = "URL",
        Recursive = true,
    };

    private int signal;

    /// <summary>
    /// True if nothing but settings is there: <c>--name value</c>, <c>--name=value</c>, <c>/name value</c> or <c>name=value</c>, as the
    /// framework reads them. Any other word is a verb, or meant to be one.
    /// </summary>
    public static bool IsServing(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (Questions.Contains(args[i], StringComparer.Ordinal))
            {
                return false;
            }

            if (args[i].Contains('=', StringComparison.Ordinal))
            {
                continue;
            }

            if (!args[i].StartsWith('-') && !args[i].StartsWith('/'))
            {
                return false;
            }

            // Its value.
            i++;
        }

        return true;
    }

    /// <summary>Does what the command line asks for.</summary>
    /// <returns>The exit code: 0 if it was done, 1 if it was refused or failed, 2 if the command line makes no sense, 130 or 143 if it was interrupted.</returns>
    public async Task<int> RunAsync(string[] args)
    {
        var root = Root();
        if (args.FirstOrDefault(arg => !arg.StartsWith('-')) is { } verb && verb == args[0] && root.Subcommands.All(command => command.Name != verb))
        {
            await errors.WriteLineAsync($"FastChat has no verb {verb}: there are {string.Join(", ", root.Subcommands.Select(command => command.Name))}; without one it serves.");
            return UsageExit;
        }

        // A file's name may begin with @.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            await errors.WriteLineAsync($"{parsed.Errors[0].Message} See fastchat {(args.Length > 0 && root.Subcommands.Any(command => command.Name == args[0]) ? args[0] + " " : string.Empty)}--help.");
            return UsageExit;
        }

        // Signals are ours: the library's way ends the process after two seconds, whatever it is doing.
        var configuration = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        using var interrupted = new CancellationTokenSource();
        using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Interrupt(context, 2, interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Interrupt(context, 15, interrupted));
        return await parsed.InvokeAsync(configuration, interrupted.Token);
    }

    private RootCommand Root()
    {
        var file = new Argument<string>("FILE") { Description = "The backup." };
        file.Validators.Add(given =>
        {
            if (given.Tokens.Any(token => token.Value.StartsWith('-')))
            {
                given.AddError($"{given.Tokens[0].Value} is no option here; for a file of that name write ./{given.Tokens[0].Value}.");
            }
        });
        var doctor = new Command("doctor", "Looks at settings, database, bus, clock and addresses, and says what is wrong and what to do.");
        doctor.SetAction(async (parsed, token) =>
        {
            var given = Given(parsed);
            return await new Doctor(settings(given), faults(given), open, busAt, output).RunAsync(token) ? 0 : 1;
        });
        var force = new Option<bool>("--force") { Description = "Replace FILE if it is there." };
        var to = new Option<string>("--to") { Description = "Where to, as DATABASE_URL would name it.", HelpName = "URL", Required = true };
        return new RootCommand("FastChat serves, unless a verb says otherwise. As settings it takes --urls URL and others, see docs/configuration.md.")
        {
            database,
            doctor,
            Verb("backup", "Writes all of the database to FILE, while servers run or not.", [file], [force], (parsed, verbs, token) =>
                verbs.BackupAsync(Path.GetFullPath(parsed.GetValue(file)!), parsed.GetValue(force), token)),
            Verb("restore", "Replaces the database's content by that of FILE, under a new epoch. No server may run.", [file], [], (parsed, verbs, token) =>
                verbs.RestoreAsync(Path.GetFullPath(parsed.GetValue(file)!), token)),
            Verb("migrate", "Brings the database's schema up to date and ends.", [], [], (_, verbs, token) => verbs.MigrateAsync(token)),
            Verb("move", "Copies everything into another database that is empty, the epoch too. No server may run.", [], [to], (parsed, verbs, token) =>
                verbs.MoveAsync(parsed.GetValue(to)!, token)),
        };
    }

    private string[] Given(ParseResult parsed) => parsed.GetValue(database) is { } url ? [$"--{StorageOptions.Setting}={url}"] : [];

    private Command Verb(
        string name, string description, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<ParseResult, Verbs, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, token) =>
        {
            try
            {
                await run(parsed, new Verbs(StorageOptions.From(settings(Given(parsed))), open, output, time), token);
                return 0;
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                await errors.WriteLineAsync($"FastChat was interrupted during {name}; nothing was changed.");
                return SignalExit + signal;
            }
#pragma warning disable CA1031 // The last boundary there is.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                foreach (var sentence in Sentences.Explain(fault))
                {
                    await errors.WriteLineAsync($"FastChat can't {name}: {sentence}");
                }

                return 1;
            }
        });
        return command;
    }

    private void Interrupt(PosixSignalContext context, int number, CancellationTokenSource interrupted)
    {
        context.Cancel = true;
        signal = number;
        interrupted.Cancel();
    }
}
