using System.Net;
using System.Net.Sockets;
using FastChat.Faults.Processes;

namespace FastChat.EndToEndTests.Tools;

/// <summary>Ports for servers and proxies of the tests.</summary>
public sealed class FreePortTests
{
    private const int Ports = 3000;

    [Fact]
    public async Task A_free_port_can_be_taken_at_once_while_processes_are_started()
    {
        using var enough = new CancellationTokenSource();
        var starting = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await ChildProcess.RunOrThrowAsync("/bin/true");
            }
        })));
        var taken = new List<int>();
        for (var number = 0; number < Ports; number++)
        {
            var port = FreePort.Next();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            taken.Add(port);
        }

        await enough.CancelAsync();
        await starting;
        Assert.Equal(Ports, taken.Distinct().Count());
    }
}
