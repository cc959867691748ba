using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// Makes a transaction read-only with its first statement, in the same round trip. It holds for the transaction alone, so a
/// pooler may give the connection to anybody afterwards.
/// </summary>
internal sealed class ReadOnlyTransaction : DbCommandInterceptor
{
    private const string Prefix = "SET TRANSACTION READ ONLY;\n";

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Mark(command, eventData.Context);
        return new(result);
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Mark(command, eventData.Context);
        return new(result);
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Mark(command, eventData.Context);
        return new(result);
    }

    private static void Mark(DbCommand command, DbContext? context)
    {
        if (context is PostgresDbContext { IsReadOnly: false } reading)
        {
            reading.IsReadOnly = true;
            command.CommandText = Prefix + command.CommandText;
        }
    }
}
