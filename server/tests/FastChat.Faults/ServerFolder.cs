using System.Diagnostics;
using System.Text;

namespace FastChat.Faults;

/// <summary>
/// A folder for a server that refuses to run as root, and the way to run programs as the user to whom it belongs: Debian's
/// <c>postgres</c> when we are root, else ourselves.
/// </summary>
internal sealed class ServerFolder : IDisposable
{
    private const string User = "postgres";

    private readonly List<string> prefix = [];

    public ServerFolder(string name)
    {
        Path = Directory.CreateTempSubdirectory($"fastchat-{name}-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", User, Path);
            prefix.AddRange(["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups"]);
        }
    }

    public string Path { get; }

    public string LogFile => System.IO.Path.Combine(Path, "log");

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : string.Empty;

    /// <summary>Writes a file that the server may read.</summary>
    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs a program to its end.</summary>
    public void Run(params string[] command)
    {
        using var process = Process.Start(Start([.. prefix, .. command], capture: true))!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}: {output}");
        }

        void Note(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

    /// <summary>Starts a server, whose process is the result: the shell and the change of user are replaced by it. What it says goes to the log.</summary>
    public Process Launch(params string[] command) =>
        Process.Start(Start(["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile, .. prefix, .. command], capture: false))!;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private ProcessStartInfo Start(string[] command, bool capture)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Path,
            RedirectStandardError = capture,
            RedirectStandardOutput = capture,
        };

        // What is set for the tests' own database must not reach this one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        return start;
    }
}
