using FastChat.Server.Storage.Archive;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>Whole tables of a SQLite database, row by row, in the values that all databases share.</summary>
internal static class SqliteRows
{
    /// <summary>The tables of the model.</summary>
    public static IReadOnlyList<KeptTable> Model { get; } = ReadModel();

    /// <summary>The rows of a table, sorted by its key.</summary>
    public static IEnumerable<object?[]> Read(SqliteConnection connection, KeptTable table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Names(table.Columns)} FROM {table.Name} ORDER BY {string.Join(", ", table.Key)}";
        using var reader = command.ExecuteReader();
        var row = new object?[table.Columns.Count];
        while (reader.Read())
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : Value(reader, i, table.Columns[i].Kind);
            }

            yield return row;
        }
    }

    /// <summary>Inserts rows, one statement compiled for all.</summary>
    public static async Task WriteAsync(
        SqliteConnection connection, KeptTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        var parameters = table.Columns.Select((_, i) => command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" })).ToList();
        command.CommandText = $"INSERT INTO {table.Name} ({Names(table.Columns)}) VALUES ({string.Join(", ", parameters.Select(parameter => parameter.ParameterName))})";
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            for (var i = 0; i < row.Length; i++)
            {
                parameters[i].Value = Parameter(row[i]);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The table with those of its columns that the database has; null if it does not have the table.</summary>
    public static KeptTable? Existing(SqliteConnection connection, KeptTable table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table.Name);
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names.Count == 0 ? null : table with { Columns = [.. table.Columns.Where(column => names.Contains(column.Name))] };
    }

    /// <summary>As the server reads it: SQLite lets any value into any column, and one that was put there by hand must not stop a backup.</summary>
    private static object Value(SqliteDataReader reader, int i, ColumnKind kind) => kind switch
    {
        ColumnKind.Uuid => SqliteDbContext.ToId(reader.GetFieldValue<byte[]>(i)),
        ColumnKind.Integer => reader.GetInt64(i),
        ColumnKind.Time => StoredTime.From(reader.GetInt64(i)).ToUnixTimeMilliseconds(),
        ColumnKind.Boolean => reader.GetInt64(i) != 0,
        ColumnKind.Text => reader.GetString(i),
        _ => reader.GetFieldValue<byte[]>(i),
    };

    private static object Parameter(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => SqliteDbContext.ToBlob(id),
        bool flag => flag ? 1L : 0L,
        _ => value,
    };

    private static string Names(IReadOnlyList<KeptColumn> columns) => string.Join(", ", columns.Select(column => column.Name));

    private static IReadOnlyList<KeptTable> ReadModel()
    {
        using var context = new SqliteDbContext(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite().Options);
        return KeptTables.Of(context.Model);
    }
}
