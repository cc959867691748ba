using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastChat.Load.Wire;

/// <summary>
/// Linux's readiness queue (5.11 or later, for waits shorter than a millisecond): one thread learns here which of its many
/// sockets have something to read, without a task or a callback for each.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    /// <summary>There is something to read, or the peer has gone.</summary>
    public const uint Readable = 0x001;

    /// <summary>There is room to write.</summary>
    public const uint Writable = 0x004;

    private const int Add = 1;
    private const int Modify = 3;
    private const int SetTimerSlack = 29;
    private const int Interrupted = 4;

    /// <summary>The kernel packs <c>struct epoll_event</c> on x86-64 alone.</summary>
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int Stride = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly SafeFileHandle queue;
    private readonly byte[] events = new byte[512 * Stride];

    /// <summary>Makes the queue, for the thread that calls: its timers get exact from now on.</summary>
    /// <exception cref="Win32Exception">The kernel refused.</exception>
    public Epoll()
    {
        var descriptor = Create(0);
        queue = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new Win32Exception();
        _ = ProcessControl(SetTimerSlack, 1, 0, 0, 0);
    }

    /// <summary>Watches a socket for reading; <paramref name="tag"/> comes back from <see cref="Wait"/>.</summary>
    public void Watch(SafeHandle socket, int tag) => Change(Add, socket, tag, Readable);

    /// <summary>Watches it for <paramref name="wanted"/> from now on.</summary>
    public void Rewatch(SafeHandle socket, int tag, uint wanted) => Change(Modify, socket, tag, wanted);

    /// <summary>Waits for up to <paramref name="nanoseconds"/>; returns how many sockets are ready.</summary>
    public int Wait(long nanoseconds)
    {
        var timeout = new Timeout { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        var count = WaitFor((int)queue.DangerousGetHandle(), ref events[0], events.Length / Stride, ref timeout, 0, 0);
        return count >= 0 || Marshal.GetLastPInvokeError() == Interrupted ? Math.Max(0, count) : throw new Win32Exception();
    }

    /// <summary>The <paramref name="index"/>th ready socket of the last <see cref="Wait"/>: its tag, and what it is ready for.</summary>
    public (int Tag, uint Ready) Event(int index)
    {
        var record = events.AsSpan(index * Stride, Stride);
        return (MemoryMarshal.Read<int>(record[DataOffset..]), MemoryMarshal.Read<uint>(record));
    }

    /// <inheritdoc/>
    public void Dispose() => queue.Dispose();

    private void Change(int operation, SafeHandle socket, int tag, uint wanted)
    {
        Span<byte> record = stackalloc byte[16];
        MemoryMarshal.Write(record, wanted);
        MemoryMarshal.Write(record[DataOffset..], tag);
        if (Control((int)queue.DangerousGetHandle(), operation, (int)socket.DangerousGetHandle(), ref record[0]) != 0)
        {
            throw new Win32Exception();
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int queue, int operation, int socket, ref byte record);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitFor(int queue, ref byte records, int most, ref Timeout timeout, nint mask, nint maskSize);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timeout
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
