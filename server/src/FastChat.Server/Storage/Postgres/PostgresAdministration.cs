using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Storage.Postgres;

/// <summary>A PostgreSQL database as an operator handles it.</summary>
public sealed class PostgresAdministration(PostgresAddress address) : IDatabaseAdministration
{
    /// <summary>How backups name this kind of database.</summary>
    internal const string Kind = "postgresql";

    /// <inheritdoc/>
    public string Name => address.ToString();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = PostgresStart.Connect(address);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var applied = PostgresStart.BringUpToDate(address, connection);
            await transaction.CommitAsync(CancellationToken.None);
            return applied;
        }
        catch (Exception fault) when (PostgresFaults.IsOutage(fault))
        {
            throw Unusable(fault);
        }
    }

    /// <inheritdoc/>
    public async Task<ITableSource> ReadAsync(bool alone, CancellationToken cancellationToken)
    {
        PostgresLock? held = null;
        try
        {
            held = alone ? await PostgresLock.TakeAsync(address, migrate: false, cancellationToken) : null;
            return await PostgresSnapshot.OpenAsync(address, held, cancellationToken);
        }
        catch (Exception fault)
        {
            await ReleaseAsync(held);
            throw PostgresFaults.IsOutage(fault) ? Unusable(fault) : fault;
        }
    }

    /// <inheritdoc/>
    public async Task<IDatabaseReplacement> ReplaceAsync(SourceInfo source, bool onlyIfEmpty, CancellationToken cancellationToken)
    {
        if (!PostgresStart.Known.Contains(source.Schema, StringComparer.Ordinal))
        {
            throw new DatabaseRefusedException($"The content is newer than this program: it has the schema {source.Schema}, which this program does not know.");
        }

        PostgresLock? held = null;
        try
        {
            held = await PostgresLock.TakeAsync(address, migrate: true, cancellationToken);
            return await PostgresReplacement.BeginAsync(address, held, onlyIfEmpty, cancellationToken);
        }
        catch (Exception fault)
        {
            await ReleaseAsync(held);
            throw PostgresFaults.IsOutage(fault) ? Unusable(fault) : fault;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Finding> ExamineAsync(CancellationToken cancellationToken) =>
        PostgresExamination.ExamineAsync(address, TimeProvider.System, cancellationToken);

    /// <inheritdoc/>
    public Task<Finding> ExamineBusAsync(CancellationToken cancellationToken) => PostgresExamination.ExamineBusAsync(address, cancellationToken);

    private static ValueTask ReleaseAsync(PostgresLock? held) => held?.DisposeAsync() ?? ValueTask.CompletedTask;

    private DatabaseRefusedException Unusable(Exception fault) => new($"The database {address} can't be used: {PostgresFaults.Reason(fault)}.", fault);
}
