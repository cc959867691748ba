namespace FastChat.Server.Storage;

/// <summary>
/// The way to the database for ordinary queries and changes, through EF Core. What must be fast has a seam of its own
/// (<c>IMessageLog</c>, <c>IPresenceStore</c>).
/// </summary>
public interface IDatabase
{
    /// <summary>Runs queries, all on one snapshot. The context tracks nothing, and with SQLite its connection cannot write.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached.</exception>
    Task<T> ReadAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> query, CancellationToken cancellationToken);

    /// <summary>
    /// Runs one transaction and returns after its commit is durable. The change may be run again after a deadlock, so it
    /// has no effect but on the context; it calls <c>SaveChangesAsync</c> itself and awaits nothing but the context.
    /// If it throws, nothing is stored.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached or written.</exception>
    Task<T> WriteAsync<T>(Func<FastChatDbContext, CancellationToken, Task<T>> change, CancellationToken cancellationToken);
}

/// <summary>The database can't be reached or can't write; the caller is answered <c>UNAVAILABLE</c>.</summary>
public sealed class DatabaseUnavailableException : Exception
{
    public DatabaseUnavailableException()
    {
    }

    public DatabaseUnavailableException(string message)
        : base(message)
    {
    }

    public DatabaseUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The database can't be used at all; the message is the one sentence that the operator reads before the program ends.</summary>
public sealed class DatabaseRefusedException : Exception
{
    public DatabaseRefusedException()
    {
    }

    public DatabaseRefusedException(string message)
        : base(message)
    {
    }

    public DatabaseRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
