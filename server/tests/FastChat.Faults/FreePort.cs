using System.Net;
using System.Net.Sockets;
using FastChat.Faults.Processes;

namespace FastChat.Faults;

/// <summary>Ports below the kernel's ephemeral range, so that no outgoing connection takes one between the check and the start.</summary>
public static class FreePort
{
    private const int First = 18000;
    private const int Count = 14000;
    private static int last = Environment.ProcessId * 37;

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref last) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("No free port was found.");
    }

    private static bool IsFree(int port)
    {
        lock (ChildProcess.Forking)
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
