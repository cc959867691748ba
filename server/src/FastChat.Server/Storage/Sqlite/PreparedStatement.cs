using Microsoft.Data.Sqlite;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>A statement that is compiled once and run many times, its parameters named <c>$1</c>, <c>$2</c> …</summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly SqliteCommand command;

    /// <summary>Compiles one of the program's own statements.</summary>
    public PreparedStatement(SqliteConnection connection, string sql)
    {
        command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants of this folder; values only ever go in as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
    }

    /// <summary>The transaction in which it runs next.</summary>
    public SqliteTransaction? Transaction
    {
        set => command.Transaction = value;
    }

    /// <summary>Runs it and returns the number of rows changed.</summary>
    public int Run(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs it and returns its rows.</summary>
    public SqliteDataReader Query(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return command.ExecuteReader();
    }

    /// <inheritdoc/>
    public void Dispose() => command.Dispose();

    private void Bind(ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count == i)
            {
                command.Parameters.AddWithValue($"${i + 1}", values[i]);
            }
            else
            {
                command.Parameters[i].Value = values[i];
            }
        }
    }
}
