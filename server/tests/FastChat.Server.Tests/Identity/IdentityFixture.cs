using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastChat.Server.Tests.Identity;

/// <summary>Identity on a database in memory, with a clock that a test moves.</summary>
internal sealed class IdentityFixture : IDisposable
{
    private Task? lookingUp;

    public IdentityFixture()
    {
        Backplane = new InProcessBackplane(NullLogger<InProcessBackplane>.Instance);
        Backplane.Subscribe(Hints.Add);
        Revoked = new RevokedSessions(Backplane, Time);
        Tokens = new AccessTokens(Revoked, Time);
        Activity = new SessionActivity(Database, Time, NullLogger<SessionActivity>.Instance);
        Lookup = new SessionLookup(Database);
        Sessions = new SessionService(Database, Tokens, Revoked, Lookup, Activity, Time);
        Refresh = new RefreshService(Database, Tokens, Revoked, Time, NullLogger<RefreshService>.Instance);
        Links = new LinkService(Database, Tokens, Time);
        Profiles = new Profiles(Database, Backplane);
    }

    public FakeTime Time { get; } = new();

    public MemoryDatabase Database { get; } = new();

    public InProcessBackplane Backplane { get; }

    public Noted<Hint> Hints { get; } = new();

    public RevokedSessions Revoked { get; }

    public AccessTokens Tokens { get; }

    public SessionActivity Activity { get; }

    public SessionLookup Lookup { get; }

    public SessionService Sessions { get; }

    public RefreshService Refresh { get; }

    public LinkService Links { get; }

    public Profiles Profiles { get; }

    /// <summary>Starts identity as the program does, and signs a guest in.</summary>
    public async Task<NewSession> SignInAsync()
    {
        await StartAsync();
        return await Sessions.CreateGuestAsync(GuestNames.Next(), "test", CancellationToken.None);
    }

    public async Task StartAsync()
    {
        await new IdentityStart(Database, Tokens, Revoked, Time, NullLogger<IdentityStart>.Instance).RunAsync(CancellationToken.None);
        await (lookingUp ??= Lookup.StartAsync(CancellationToken.None));
    }

    public void Dispose()
    {
        Lookup.Dispose();
        Activity.Dispose();
        Database.Dispose();
    }
}
