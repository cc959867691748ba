using System.Net.Sockets;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Tells outages of PostgreSQL, and races between transactions, from bugs.</summary>
internal static class PostgresFaults
{
    // https://www.postgresql.org/docs/current/errcodes-appendix.html, by class: connection, resources, operator, system.
    private static readonly string[] OutageClasses = ["08", "28", "3D", "53", "57", "58"];

    /// <summary>The lock was not to be had in time, the server only reads (it is a stand-by), a transaction idled too long.</summary>
    private static readonly string[] Outages = ["55P03", "25006", "25P03"];

    /// <summary>Another transaction was in the way; the same again may succeed.</summary>
    public static bool IsRace(Exception fault) =>
        FindAnswer(fault)?.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>A row with the same unique key is there already, perhaps since a moment ago.</summary>
    public static bool IsUniqueViolation(Exception fault) => FindAnswer(fault)?.SqlState == PostgresErrorCodes.UniqueViolation;

    /// <summary>The database can't be reached or can't do it now.</summary>
    public static bool IsOutage(Exception fault)
    {
        if (FindAnswer(fault) is { } answer)
        {
            return IsFatal(answer) || OutageClasses.Contains(answer.SqlState[..2], StringComparer.Ordinal)
                || Outages.Contains(answer.SqlState, StringComparer.Ordinal) || IsRace(answer);
        }

        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException or SocketException or IOException or TimeoutException)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Nobody at all can use the database now; not just that this statement was in somebody's way.</summary>
    public static bool IsGone(Exception fault) => IsOutage(fault) && (FindAnswer(fault) is not { } answer || IsFatal(answer));

    /// <summary>
    /// The server said so itself, without ending the connection: the statement was not carried out. Everything else that is
    /// heard in place of a commit's answer leaves open whether it was.
    /// </summary>
    public static bool IsAnswered(Exception fault) => FindAnswer(fault) is { } answer && !IsFatal(answer);

    /// <summary>The same fault, as <see cref="DatabaseUnavailableException"/> if the database was in the way.</summary>
    public static Exception Translate(Exception fault) =>
        fault is not DatabaseUnavailableException && IsOutage(fault)
            ? new DatabaseUnavailableException($"PostgreSQL can't be used: {Reason(fault)}", fault)
            : fault;

    /// <summary>What happened, in the driver's or the server's words; neither knows the password.</summary>
    public static string Reason(Exception fault)
    {
        if (FindAnswer(fault) is { } answer)
        {
            return $"{answer.MessageText} ({answer.SqlState})";
        }

        var cause = fault;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause.Message.TrimEnd('.');
    }

    private static bool IsFatal(PostgresException answer) => answer.InvariantSeverity is "FATAL" or "PANIC" || answer.SqlState.StartsWith("08", StringComparison.Ordinal);

    private static PostgresException? FindAnswer(Exception? fault)
    {
        while (fault is not null and not PostgresException)
        {
            fault = fault.InnerException;
        }

        return (PostgresException?)fault;
    }
}
