using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>What the unit promises systemd, and what it keeps from the program.</summary>
[Trait("Database", "Own")]
public sealed class SystemdTests
{
    private static readonly string Units = Path.Combine(PublishedServer.Repository, "deploy", "systemd");

    [Theory]
    [InlineData("fastchat.service")]
    [InlineData("fastchat@.service")]
    public async Task SEC_the_units_sandbox_is_tight(string unit) =>
        // 0 is nothing exposed, 100 everything; what runs code that it makes at run time gets no lower than about 13.
        await Shell.RunAsync("systemd-analyze", "security", "--offline=true", "--threshold=20", Path.Combine(Units, unit));

    [Fact]
    public async Task UNIT_systemd_is_told_ready_alive_and_stopping()
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-notify-").FullName;
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "notify")));
        await using (var server = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["NOTIFY_SOCKET"] = Path.Combine(folder, "notify"),
            ["WATCHDOG_USEC"] = "300000",
        }))
        {
            Assert.Equal("READY=1", await NextAsync(manager));
            Assert.Equal("WATCHDOG=1", await NextAsync(manager));
            Assert.Equal("WATCHDOG=1", await NextAsync(manager));
            server.AskToStop();
            var said = await NextAsync(manager);
            while (said == "WATCHDOG=1")
            {
                said = await NextAsync(manager);
            }

            Assert.Equal("STOPPING=1", said);
            Assert.Equal(0, await server.ExitedWithinAsync(Patience.Bound(20)));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task UNIT_the_program_needs_no_system_call_that_the_sandbox_refuses()
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-calls-").FullName;
        var counts = Path.Combine(folder, "counts");
        await using (var server = await ServerProcess.StartAsync(launcher: ["strace", "-f", "-qq", "-c", "-o", counts]))
        {
            var (ada, bob) = await Guest.PairAsync(server);
            await using (var socket = await ada.ConnectAsync())
            {
                await ada.PostMessageAsync(await ada.OpenChatAsync(bob), "hello");
            }

            Signal.Send(Assert.Single(Signal.ChildrenOf(server.Id)), Signal.Terminate);
            await server.ExitedWithinAsync(Patience.Start);
        }

        var used = (await File.ReadAllLinesAsync(counts)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length >= 5 && double.TryParse(columns[0], CultureInfo.InvariantCulture, out _))
            .Select(columns => columns[^1]).Where(call => call != "total").ToList();
        Directory.Delete(folder, recursive: true);
        var allowed = await CallsAsync("@system-service");
        allowed.UnionWith(await CallsAsync("@default"));
        allowed.ExceptWith(await CallsAsync("@privileged"));
        Assert.Contains("epoll_wait", used);

        // SQLite gives its files to the owner of their folder, where it runs as root, which the unit never does.
        allowed.Add("fchown");
        Assert.Equal([], used.Except(allowed, StringComparer.Ordinal));
    }

    /// <summary>The system calls of one of systemd's groups, and of the groups in it.</summary>
    private static async Task<HashSet<string>> CallsAsync(string group)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        var lines = (await Shell.RunAsync("systemd-analyze", "syscall-filter", group)).Split('\n').Select(line => line.Trim());
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#' && line != group))
        {
            if (line[0] == '@')
            {
                all.UnionWith(await CallsAsync(line));
            }
            else
            {
                all.Add(line);
            }
        }

        return all;
    }

    private static async Task<string> NextAsync(Socket manager)
    {
        var buffer = new byte[256];
        using var patience = new CancellationTokenSource(Patience.Answer);
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, patience.Token));
    }
}
