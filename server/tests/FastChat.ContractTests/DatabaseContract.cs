using Xunit;

namespace FastChat.ContractTests;

/// <summary>A suite that runs on every kind of database, each test on a fresh one with three users.</summary>
public abstract class DatabaseContract : IAsyncLifetime
{
    protected TestDatabase Database { get; private set; } = null!;

    private protected Asked Log => field ??= new Asked(Database.Log);

    protected static Guid Ann => Templates.Users[0].UserId;

    protected static Guid Bob => Templates.Users[1].UserId;

    protected static Guid Eve => Templates.Users[2].UserId;

    public async ValueTask InitializeAsync() => Database = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<TestDatabase> StartAsync();
}
