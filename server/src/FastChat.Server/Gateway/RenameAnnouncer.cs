using System.Threading.Channels;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Presence;
using FastChat.Server.Storage;

namespace FastChat.Server.Gateway;

/// <summary>A rename reaches all who see the user and all who share a chat with them, online list or not (PR7).</summary>
internal sealed partial class RenameAnnouncer : BackgroundService
{
    private readonly Channel<UserRenamedHint> renames = Channel.CreateBounded<UserRenamedHint>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ChatMembers members;
    private readonly PresenceTracker presence;
    private readonly PresenceBroadcaster broadcaster;
    private readonly PresenceDirectory directory;
    private readonly ILogger<RenameAnnouncer> logger;

    public RenameAnnouncer(
        ChatMembers members,
        PresenceTracker presence,
        PresenceBroadcaster broadcaster,
        PresenceDirectory directory,
        IBackplane backplane,
        ILogger<RenameAnnouncer> logger)
    {
        this.members = members;
        this.presence = presence;
        this.broadcaster = broadcaster;
        this.directory = directory;
        this.logger = logger;
        backplane.Subscribe(hint =>
        {
            if (hint is UserRenamedHint renamed)
            {
                renames.Writer.TryWrite(renamed);
            }
        });
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var renamed in renames.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await AnnounceAsync(renamed, stoppingToken);
            }
            catch (DatabaseUnavailableException fault)
            {
                // Those who missed it learn the name at their next sync.
                LogNotAnnounced(fault);
            }
#pragma warning disable CA1031 // A fault at one rename must not end the announcing of all others, and the server with it.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogNotAnnounced(fault);
            }
        }
    }

    private async Task AnnounceAsync(UserRenamedHint renamed, CancellationToken cancellationToken)
    {
        var states = await directory.StatesAsync([renamed.UserId], cancellationToken);
        foreach (PresenceBody state in states)
        {
            presence.Renamed(state with { DisplayName = renamed.DisplayName });
        }

        var acquaintances = await members.AcquaintancesAsync(renamed.UserId, cancellationToken);
        broadcaster.Note(renamed.UserId, [.. acquaintances, renamed.UserId]);
    }

    [LoggerMessage(4006, LogLevel.Warning, "A rename could not be announced to everybody")]
    private partial void LogNotAnnounced(Exception fault);
}
