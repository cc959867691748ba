using FastChat.Faults.Processes;

namespace FastChat.Faults;

/// <summary>
/// A folder for a server that refuses to run as root, and the way to run programs as the user to whom it belongs: Debian's
/// <c>postgres</c> when we are root, else ourselves.
/// </summary>
internal sealed class ServerFolder : IDisposable
{
    private const string User = "postgres";

    private readonly List<string> prefix = [];

    private ServerFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>Makes a folder for a server of this name.</summary>
    public static async Task<ServerFolder> MakeAsync(string name)
    {
        var folder = new ServerFolder(Directory.CreateTempSubdirectory($"fastchat-{name}-").FullName);
        if (Environment.IsPrivilegedProcess)
        {
            await folder.RunAsync("chown", User, folder.Path);
            folder.prefix.AddRange(["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups"]);
        }

        return folder;
    }

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
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    public async Task RunAsync(params string[] command)
    {
        var (exit, output) = await ChildProcess.RunAsync([.. prefix, .. command], Path, WithoutPostgresSettings());
        if (exit != 0)
        {
            throw new InvalidOperationException($"{command[0]} exited with {exit}: {output}");
        }
    }

    /// <summary>Starts a server, whose process is the result: the shell and the change of user are replaced by it. What it says goes to the log.</summary>
    public ChildProcess Launch(params string[] command) => ChildProcess.Start(
        ["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile, .. prefix, .. command],
        Path,
        WithoutPostgresSettings(),
        isCaptured: false);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Settings that are meant for the tests' own database must not reach this one.</summary>
    private static Dictionary<string, string?> WithoutPostgresSettings() => Environment.GetEnvironmentVariables().Keys.Cast<string>()
        .Where(name => name.StartsWith("PG", StringComparison.Ordinal))
        .ToDictionary(name => name, string? (_) => null, StringComparer.Ordinal);
}
