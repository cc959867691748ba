using FastChat.Server.Storage.Archive;
using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The embedded database as an operator handles it.</summary>
/// <param name="path">The file, absolute.</param>
public sealed class SqliteAdministration(string path) : IDatabaseAdministration
{
    /// <summary>How backups name this kind of database.</summary>
    internal const string Kind = "sqlite";

    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken) => Task.FromResult(SqliteStart.Migrate(path));

    /// <inheritdoc/>
    public Task<ITableSource> ReadAsync(bool alone, CancellationToken cancellationToken)
    {
        SqliteStart.RequireSqlite();
        SqliteFile.RequireOurs(path);
        var held = alone ? SqliteFile.Take(path) : null;
        try
        {
            return Task.FromResult<ITableSource>(SqliteSnapshot.Open(path, held));
        }
        catch (Exception fault)
        {
            held?.Dispose();
            throw Refused(fault);
        }
    }

    /// <inheritdoc/>
    public Task<IDatabaseReplacement> ReplaceAsync(SourceInfo source, bool onlyIfEmpty, CancellationToken cancellationToken)
    {
        SqliteStart.RequireSqlite();
        if (!SqliteSchema.Known.Contains(source.Schema, StringComparer.Ordinal))
        {
            throw new DatabaseRefusedException($"The content is newer than this program: it has the schema {source.Schema}, which this program does not know.");
        }

        var held = SqliteFile.Take(path);
        try
        {
            if (onlyIfEmpty && !held.IsNew)
            {
                RequireEmpty();
            }

            return Task.FromResult<IDatabaseReplacement>(SqliteReplacement.Begin(path, held));
        }
        catch (Exception fault)
        {
            held.Dispose();
            throw Refused(fault);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Finding> ExamineAsync(CancellationToken cancellationToken) => SqliteExamination.Examine(path).ToAsyncEnumerable();

    /// <inheritdoc/>
    public Task<Finding> ExamineBusAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Finding.Wrong("bus", "the embedded database carries none: a single node needs none"));

    private void RequireEmpty()
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT EXISTS (SELECT * FROM users) OR EXISTS (SELECT * FROM chats) OR EXISTS (SELECT * FROM chat_messages)";
        if (SqliteSchema.Applied(connection).Count > 0 && (long)command.ExecuteScalar()! != 0)
        {
            throw new DatabaseRefusedException($"The database {path} is not empty: it has users, chats or messages.");
        }
    }

    private Exception Refused(Exception fault) =>
        SqliteFaults.IsOutage(fault) ? new DatabaseRefusedException($"The database {path} can't be opened: {fault.Message}", fault) : fault;
}
