using System.Threading.Channels;

namespace FastChat.Server.Presence;

/// <summary>Shows gathered changes when they are due. It sleeps while there is nothing to show.</summary>
public sealed partial class PresencePacer(PresenceBroadcaster broadcaster, TimeProvider time, ILogger<PresencePacer> logger) : BackgroundService
{
    /// <summary>By how much a frame may come after its time.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        broadcaster.Woken += () => wake.Writer.TryWrite(true);
        while (await wake.Reader.WaitToReadAsync(stoppingToken))
        {
            wake.Reader.TryRead(out _);
            while (ShowDue())
            {
                await Task.Delay(Tick, time, stoppingToken);
            }
        }
    }

    private bool ShowDue()
    {
        try
        {
            return broadcaster.ShowDue();
        }
#pragma warning disable CA1031 // A fault at one connection must not end presence for all.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogShowFailed(fault);
            return true;
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "Showing presence failed")]
    private partial void LogShowFailed(Exception fault);
}
