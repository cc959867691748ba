using System.Runtime.CompilerServices;
using FastChat.Server.Storage.Archive;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Whole tables of a PostgreSQL database, row by row, in the values that all databases share.</summary>
internal static class PostgresRows
{
    /// <summary>The tables of the model.</summary>
    public static IReadOnlyList<KeptTable> Model { get; } = ReadModel();

    /// <summary>The rows of a table, sorted by its key, as they come from the server.</summary>
    public static async IAsyncEnumerable<object?[]> ReadAsync(
        NpgsqlConnection connection, KeptTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = $"SELECT {Names(table.Columns)} FROM {table.Name} ORDER BY {string.Join(", ", table.Key)}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new object?[table.Columns.Count];
        while (await reader.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < row.Length; i++)
            {
                // The row is here as a whole, so nothing is waited for.
#pragma warning disable VSTHRD103
                row[i] = reader.IsDBNull(i) ? null : Value(reader, i, table.Columns[i].Kind);
#pragma warning restore VSTHRD103
            }

            yield return row;
        }
    }

    /// <summary>Inserts rows by <c>COPY</c>.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, KeptTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var types = await TypesAsync(connection, table, cancellationToken);
        var columns = table.Columns.Select(column => (column.Kind, Type: types[column.Name])).ToList();
        await using var import = await connection.BeginBinaryImportAsync($"COPY {table.Name} ({Names(table.Columns)}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        import.Timeout = TimeSpan.Zero;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await import.StartRowAsync(cancellationToken);
            for (var i = 0; i < row.Length; i++)
            {
                await WriteAsync(import, row[i], columns[i].Kind, columns[i].Type, cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>The table with those of its columns that the database has; null if it does not have the table.</summary>
    public static async Task<KeptTable?> ExistingAsync(NpgsqlConnection connection, KeptTable table, CancellationToken cancellationToken)
    {
        var types = await TypesAsync(connection, table, cancellationToken);
        return types.Count == 0 ? null : table with { Columns = [.. table.Columns.Where(column => types.ContainsKey(column.Name))] };
    }

    /// <summary>The columns that a table has, with their types.</summary>
    private static async Task<Dictionary<string, string>> TypesAsync(NpgsqlConnection connection, KeptTable table, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT a.attname::text, t.typname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) AND a.attnum > 0 AND NOT a.attisdropped
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = table.Name });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            types.Add(rows.GetString(0), rows.GetString(1));
        }

        return types;
    }

    private static object Value(NpgsqlDataReader reader, int i, ColumnKind kind) => kind switch
    {
        ColumnKind.Uuid => reader.GetGuid(i),
        ColumnKind.Integer => reader.GetInt64(i),
        ColumnKind.Boolean => reader.GetBoolean(i),
        ColumnKind.Text => reader.GetString(i),
        ColumnKind.Time => new DateTimeOffset(reader.GetDateTime(i)).ToUnixTimeMilliseconds(),
        _ => reader.GetFieldValue<byte[]>(i),
    };

    private static Task WriteAsync(NpgsqlBinaryImporter import, object? value, ColumnKind kind, string type, CancellationToken cancellationToken) => (value, kind) switch
    {
        (null, _) => import.WriteNullAsync(cancellationToken),
        (Guid id, _) => import.WriteAsync(id, NpgsqlDbType.Uuid, cancellationToken),
        (long ms, ColumnKind.Time) => import.WriteAsync(DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken),
        (long number, _) when type == "int4" => import.WriteAsync(checked((int)number), NpgsqlDbType.Integer, cancellationToken),
        (long number, _) => import.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken),
        (bool flag, _) => import.WriteAsync(flag, NpgsqlDbType.Boolean, cancellationToken),
        (string text, _) => import.WriteAsync(text, NpgsqlDbType.Text, cancellationToken),
        (byte[] bytes, _) => import.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellationToken),
        _ => throw new ArgumentException($"a column holds a {value.GetType().Name}", nameof(value)),
    };

    private static string Names(IReadOnlyList<KeptColumn> columns) => string.Join(", ", columns.Select(column => column.Name));

    private static IReadOnlyList<KeptTable> ReadModel()
    {
        using var context = new PostgresDbContext(new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql().Options);
        return KeptTables.Of(context.Model);
    }
}
