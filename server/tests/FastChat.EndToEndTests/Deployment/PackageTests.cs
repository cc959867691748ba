using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>The Debian package on this very machine: installed, upgraded, removed, purged. systemd is not needed, its unit's command is run by hand.</summary>
[Trait("Database", "Own")]
[TakesLong]
public sealed class PackageTests
{
    private const string Settings = "/etc/fastchat/fastchat.env";
    /// <summary>How versions end that only tests install.</summary>
    private const string OfTests = "~test";

    private const string Data = "/var/lib/fastchat";

    [Fact]
    public async Task PACKAGE_installs_starts_upgrades_with_everything_kept_and_is_purged_without_a_trace()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root installs packages.");
        Assert.SkipWhen(Directory.Exists("/run/systemd/system"), "Here the package would start a service on FastChat's own port.");
        if ((await Shell.TryAsync("dpkg-query", ["--show", "fastchat"])).Output.Contains(OfTests, StringComparison.Ordinal))
        {
            // A run that was killed has left it behind.
            await Shell.RunAsync("dpkg", "--purge", "fastchat");
        }

        Assert.False(Directory.Exists("/usr/lib/fastchat") || Directory.Exists(Data), "FastChat is installed on this machine; its data is not for tests.");
        var folder = Directory.CreateTempSubdirectory("fastchat-package-").FullName;
        try
        {
            await RunAsync(folder);
        }
        finally
        {
            await Shell.TryAsync("dpkg", ["--purge", "fastchat"]);
            Directory.Delete(folder, recursive: true);
        }

        Assert.DoesNotContain("fastchat", await File.ReadAllTextAsync("/etc/passwd") + await File.ReadAllTextAsync("/etc/group"), StringComparison.Ordinal);
        Assert.All(new[] { Data, "/etc/fastchat", "/usr/lib/fastchat", "/usr/share/fastchat", "/usr/share/doc/fastchat" }, path => Assert.False(Directory.Exists(path), path));
    }

    private static async Task RunAsync(string folder)
    {
        await Shell.RunAsync("dpkg", "--install", await BuildAsync(folder, $"0.0.1{OfTests}"));
        Assert.Equal("root:fastchat 640", (await Shell.RunAsync("stat", "-c", "%U:%G %a", Settings)).Trim());
        Assert.Equal("fastchat:fastchat 750", (await Shell.RunAsync("stat", "-c", "%U:%G %a", Data)).Trim());
        await Shell.RunAsync("systemd-analyze", "verify", "/lib/systemd/system/fastchat.service", "/lib/systemd/system/fastchat@.service");
        Visitor ada;
        await using (var server = await StartAsync())
        {
            ada = await Visitor.ArriveAsync(server.Root);
            await Shell.RunAsync("setpriv", "--reuid=fastchat", "--regid=fastchat", "--clear-groups", "fastchat", "backup", $"{Data}/before.gz");
            Assert.Equal(0, await server.StopAsync());
        }

        await File.AppendAllTextAsync(Settings, "Docs__Enabled=false\n");
        await Shell.RunAsync("dpkg", "--force-confold", "--install", await BuildAsync(folder, $"0.0.2{OfTests}"));
        Assert.EndsWith("Docs__Enabled=false\n", await File.ReadAllTextAsync(Settings), StringComparison.Ordinal);
        await using (var server = await StartAsync())
        {
            (await new ApiClient(server.Root, ada.Token).GetAsync("api/me")).Is(200);
            (await new ApiClient(server.Root).GetAsync("docs/index.html")).Is(404);
            Assert.Equal(0, await server.StopAsync());
        }

        await Shell.RunAsync("dpkg", "--remove", "fastchat");
        Assert.False(Directory.Exists("/usr/lib/fastchat"), "The program is still there.");
        Assert.True(File.Exists($"{Data}/fastchat.db") && File.Exists(Settings), "Removing is not purging: data and settings stay.");
        await Shell.RunAsync("dpkg", "--purge", "fastchat");
    }

    private static async Task<string> BuildAsync(string folder, string version)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["FASTCHAT_PUBLISHED"] = Path.GetDirectoryName(PublishedServer.Path)!,
            ["FASTCHAT_PACKAGE_QUICKLY"] = "1",
        };
        var (exit, output) = await Shell.TryAsync(Path.Combine(PublishedServer.Repository, "bin", "package"), [folder, version], settings);
        Assert.True(exit == 0, output);
        return Path.Combine(folder, output.Split('\n').Single(line => line.EndsWith(".deb", StringComparison.Ordinal) && line.StartsWith(folder, StringComparison.Ordinal)));
    }

    /// <summary>The unit's own command and environment, and what its file of settings says.</summary>
    private static Task<InstalledServer> StartAsync()
    {
        var unit = File.ReadAllLines("/lib/systemd/system/fastchat.service");
        var environment = Values(unit, "Environment=").Concat(File.ReadAllLines(Settings).Where(line => line.Length > 0 && line[0] != '#'))
            .Where(setting => !setting.StartsWith("ASPNETCORE_URLS=", StringComparison.Ordinal)).Append("MANAGEMENT_URL=");
        return InstalledServer.StartAsync(Values(unit, "User=").Single(), Values(unit, "WorkingDirectory=").Single(), environment, Values(unit, "ExecStart=").Single());
    }

    private static IEnumerable<string> Values(IEnumerable<string> unit, string name) =>
        unit.Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => line[name.Length..]);
}
