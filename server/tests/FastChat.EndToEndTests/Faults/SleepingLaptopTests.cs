using FastChat.Faults.Clients;
using FastChat.Faults.Network;

namespace FastChat.EndToEndTests.Faults;

public sealed class SleepingLaptopTests
{
    [Fact]
    public async Task CL4_GW5_who_wakes_up_in_another_network_loses_nothing_and_the_dead_connection_goes()
    {
        await using var server = await ServerProcess.StartAsync(Settings.NoLimitsBut());
        await using var home = new ChaosProxy(server.Port);
        await using var train = new ChaosProxy(server.Port);
        var behaviour = new ClientSettings { Silence = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(1) };
        await using var crowd = await Crowd.GatherAsync(
            server.Root, number => number == 0 ? home.Root : server.Root, new CrowdSettings { Users = 3, Rate = 20, Client = behaviour });
        var laptop = crowd.Clients[0];
        crowd.StartTyping();
        await Eventually.HoldsAsync(() => crowd.Recorder.Acked > 50, "messages");

        // The lid closes: no FIN, no RST, in either direction; what it types into the dead connection waits.
        home.FreezeAll();
        laptop.Root = train.Root;
        await laptop.UntilAsync(client => client.Connections == 2, "the new connection", Verdict.Settling);
        await Verdict.AssertKeptAsync(crowd, server.Root);

        // The new connection ends properly. If the server still held the dead one, the user would stay online.
        var watcher = await Guest.CreateAsync(server);
        await laptop.DisposeAsync();
        await Eventually.HoldsAsync(async () => !(await Online.IdsAsync(watcher)).Contains(laptop.Account.UserId), "offline", Patience.Bound(20));
    }
}
