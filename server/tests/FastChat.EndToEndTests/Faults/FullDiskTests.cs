using System.Globalization;
using FastChat.Faults.Clients;
using FastChat.Faults.Processes;
using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Faults;

/// <summary>A disk without room: senders are told so, sockets stay, nothing acknowledged is lost, and it goes on when there is room again.</summary>
[Trait("Database", "SQLite")]
[TakesLong]
public sealed class FullDiskTests
{
    [Fact]
    public async Task CH1_GW3_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room()
    {
        await using var disk = await SmallDisk.TryMountAsync(megabytes: 16);
        Assert.SkipWhen(disk is null, "This process may not mount a file system; the limit on file sizes is tried all the same.");
        await using var server = await ServerProcess.StartAsync(
            Settings.NoLimitsBut(), Directory.CreateDirectory(Path.Combine(disk.Path, "data")).FullName);

        await GoesOnAfterAsync(server, () => Task.Run(disk.Fill), () => Task.Run(disk.MakeRoom));
    }

    [Fact]
    public async Task CH1_GW3_a_file_that_may_not_grow_loses_nothing_and_work_goes_on_when_it_may()
    {
        // Who may not mount has this: a write beyond the limit fails as on a full disk. The signal that comes with it is ignored.
        string[] launcher = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""];
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(), launcher: launcher);

        await GoesOnAfterAsync(
            server,
            () => LimitFilesAsync(server, (new FileInfo(server.DatabaseFile + "-wal").Length + 50_000).ToString(CultureInfo.InvariantCulture)),
            () => LimitFilesAsync(server, "unlimited"));
    }

    private static async Task GoesOnAfterAsync(ServerProcess server, Func<Task> takeRoom, Func<Task> giveRoom)
    {
        server.MayComplain = true;
        await using var crowd = await Crowd.GatherAsync(server.Root, _ => server.Root, new CrowdSettings { Users = 4, Rate = 30 });
        crowd.StartTyping();
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= 100, "messages before");

        await takeRoom();
        await Eventually.HoldsAsync(() => crowd.Recorder.TryAgain >= 10, "being told that there is no room");
        var (ada, bob) = (crowd.Clients[0].Account, crowd.Clients[1].Account);
        await using var probe = await Probe.ConnectAsync(server, ada, bob);
        await probe.IsUnavailableAsync();
        Assert.Equal(200, await server.Api.StatusAsync("/health/live"));

        await giveRoom();
        var before = crowd.Recorder.Acked;
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked >= before + 100, "messages after");
        await Verdict.AssertKeptAsync(crowd, server.Root);
        Assert.All(crowd.Clients, client => Assert.Equal(1, client.Connections));
    }

    private static Task<string> LimitFilesAsync(ServerProcess server, string soft) =>
        ChildProcess.RunOrThrowAsync("prlimit", "--pid", server.Id.ToString(CultureInfo.InvariantCulture), $"--fsize={soft}:");
}
