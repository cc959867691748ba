using System.Threading.Channels;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Presence;
using FastChat.Server.Storage;

namespace FastChat.Server.Gateway;

/// <summary>A rename reaches all who see the user and all who share a chat with them, online list or not (PR7).</summary>
internal sealed partial class RenameAnnouncer : BackgroundService
{
    private readonly Channel<Rename> renames = Channel.CreateBounded<Rename>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ChatMembers members;
    private readonly PresenceTracker presence;
    private readonly PresenceBroadcaster broadcaster;
    private readonly PresenceDirectory directory;
    private readonly Profiles profiles;
    private readonly ILogger<RenameAnnouncer> logger;

    public RenameAnnouncer(
        ChatMembers members,
        PresenceTracker presence,
        PresenceBroadcaster broadcaster,
        PresenceDirectory directory,
        PresenceReconciler reconciler,
        Profiles profiles,
        IBackplane backplane,
        ILogger<RenameAnnouncer> logger)
    {
        this.members = members;
        this.presence = presence;
        this.broadcaster = broadcaster;
        this.directory = directory;
        this.profiles = profiles;
        this.logger = logger;
        backplane.Subscribe(hint =>
        {
            if (hint is UserRenamedHint renamed)
            {
                renames.Writer.TryWrite(new Rename(renamed.UserId, renamed.DisplayName));
            }
        });
        reconciler.RenameFound += userId => renames.Writer.TryWrite(new Rename(userId, null));
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

    private async Task AnnounceAsync(Rename renamed, CancellationToken cancellationToken)
    {
        if ((renamed.DisplayName ?? (await profiles.FindAsync(renamed.UserId, cancellationToken))?.DisplayName) is not { } name)
        {
            return;
        }

        var states = await directory.StatesAsync([renamed.UserId], cancellationToken);
        foreach (PresenceBody state in states)
        {
            presence.Renamed(state with { DisplayName = name });
        }

        var acquaintances = await members.AcquaintancesAsync(renamed.UserId, cancellationToken);
        broadcaster.Note(renamed.UserId, [.. acquaintances, renamed.UserId]);
    }

    /// <summary>A new name; null: the one that the database has when its turn comes.</summary>
    private sealed record Rename(Guid UserId, string? DisplayName);

    [LoggerMessage(4006, LogLevel.Warning, "A rename could not be announced to everybody")]
    private partial void LogNotAnnounced(Exception fault);
}
