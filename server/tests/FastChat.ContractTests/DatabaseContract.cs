using Xunit;

namespace FastChat.ContractTests;

/// <summary>A suite that runs on every kind of database, each test on a fresh one with three users.</summary>
public abstract class DatabaseContract : IAsyncLifetime
{
    protected TestDatabase Database { get; private set; } = null!;

    private protected Asked Log => field ??= new Asked(Database.Log);

    protected Guid Ann { get; private set; }

    protected Guid Bob { get; private set; }

    protected Guid Eve { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Database = await StartAsync();
        (Ann, Bob, Eve) = (await Database.UserAsync("Ann"), await Database.UserAsync("Bob"), await Database.UserAsync("Eve"));
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<TestDatabase> StartAsync();
}
