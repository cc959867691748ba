using FastChat.Faults.Processes;

namespace FastChat.Faults.Servers;

/// <summary>A file system of a few megabytes, in memory, that can be filled up and given room again.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts one; null where this process may not mount.</summary>
    public static async Task<SmallDisk?> TryMountAsync(int megabytes)
    {
        var path = Directory.CreateTempSubdirectory("fastchat-disk-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path))
        {
            return new SmallDisk(path);
        }

        Directory.Delete(path);
        return null;
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 64 * 1024, 1024 })
        {
            try
            {
                while (true)
                {
                    ballast.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Not even a piece of this size is left.
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void MakeRoom() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "--lazy", Path);
        Directory.Delete(Path);
    }

    private static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        try
        {
            return (await ChildProcess.RunAsync([command, .. arguments])).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
