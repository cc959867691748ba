using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Opens PostgreSQL at start: checks, then schema, by one node at a time, all in one transaction.</summary>
public static partial class PostgresStart
{
    /// <summary>Older ones are not tested.</summary>
    private static readonly Version OldestServer = new(15, 0);

    /// <summary>How long a start waits for a server that is not there (yet).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Held while one node looks at the schema and migrates it ("FastChat").</summary>
    private const long SchemaLock = 0x4661737443686174;

    /// <summary>How long one migration's statements may take, in seconds; large tables take their time.</summary>
    private const int MigrationSeconds = 3600;

    private const string CreateHistory =
        $"""
        CREATE TABLE IF NOT EXISTS "{SchemaMigration.History}" (
          "MigrationId" character varying(150) NOT NULL,
          "ProductVersion" character varying(32) NOT NULL,
          CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId"));

        """;

    private static readonly IReadOnlyList<SchemaMigration> Migrations = SchemaMigration.Beside(typeof(PostgresStart));

    /// <summary>The migrations that this program has, in their order.</summary>
    internal static IReadOnlyList<string> Known { get; } = [.. Migrations.Select(migration => migration.Id)];

    /// <summary>Connects to the database and brings its schema up to date.</summary>
    /// <exception cref="DatabaseRefusedException">It can't be used; nothing was changed in it.</exception>
    public static PostgresDatabase Open(PostgresAddress address, TimeProvider time, ILoggerFactory loggers)
    {
        var own = PostgresConnections.Own(address);
        try
        {
            using var connection = Connect(address, own, time, loggers.CreateLogger(typeof(PostgresStart)));
            var isDirect = PostgresConnections.IsDirect(connection);
            using var transaction = connection.BeginTransaction();
            BringUpToDate(address, connection);
            var epoch = (string)Scalar(connection, "SELECT epoch FROM database_info")!;
            transaction.Commit();
            return new PostgresDatabase(
                PostgresConnections.Pool(address, isDirect), own, PostgresConnections.Log(address, isDirect), new Epoch(epoch), time, loggers);
        }
        catch (Exception fault)
        {
            own.Dispose();
            throw PostgresFaults.IsOutage(fault) ? Unusable(address, fault) : fault;
        }
    }

    /// <summary>Connects to a server that is there now and not too old.</summary>
    /// <exception cref="DatabaseRefusedException">It is not.</exception>
    internal static NpgsqlConnection Connect(PostgresAddress address)
    {
        using var own = PostgresConnections.Own(address);
        try
        {
            var connection = own.OpenConnection();
            try
            {
                RequireVersion(address, connection);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (Exception fault) when (PostgresFaults.IsOutage(fault) || fault is ArgumentException)
        {
            throw Unusable(address, fault);
        }
    }

    private static NpgsqlConnection Connect(PostgresAddress address, NpgsqlDataSource own, TimeProvider time, ILogger logger)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return own.OpenConnection();
            }
            catch (Exception fault) when (IsAway(fault) && time.GetElapsedTime(began) < Patience)
            {
                LogAway(logger, address, PostgresFaults.Reason(fault));
                using var pause = new CancellationTokenSource(Pause, time);
                pause.Token.WaitHandle.WaitOne();
            }
            catch (ArgumentException fault)
            {
                // The driver checks some settings, such as a certificate's file, only when it connects.
                throw new DatabaseRefusedException($"The database {address} can't be used: {fault.Message}", fault);
            }
        }
    }

    /// <summary>Waiting may help: nobody answers, or the server is just starting. A wrong password stays wrong.</summary>
    private static bool IsAway(Exception fault) =>
        fault is NpgsqlException && (fault is not PostgresException answer || answer.SqlState is "57P03" or "53300" or "08P01" or "08000" or "08006");

    /// <summary>Brings the schema up to date within the connection's transaction, by one node at a time, and tells which migrations that took.</summary>
    /// <exception cref="DatabaseRefusedException">It can't be used.</exception>
    internal static IReadOnlyList<string> BringUpToDate(PostgresAddress address, NpgsqlConnection connection)
    {
        RequireVersion(address, connection);
        LockSchema(connection);
        var applied = FindApplied(address, connection);
        var missing = Migrations.Where(migration => !applied.Contains(migration.Id, StringComparer.Ordinal)).ToList();
        if (missing.Count > 0)
        {
            Scalar(connection, CreateHistory + string.Concat(missing.Select(migration => migration.Script)), MigrationSeconds);
        }

        Scalar(connection, $"INSERT INTO database_info (id, epoch) VALUES (1, '{Guid.CreateVersion7()}') ON CONFLICT DO NOTHING");
        return [.. missing.Select(migration => migration.Id)];
    }

    /// <summary>Until the transaction ends no node starts; waits for those that are starting.</summary>
    internal static void LockSchema(NpgsqlConnection connection) =>
        Scalar(connection, $"SELECT pg_advisory_xact_lock({SchemaLock})", MigrationSeconds);

    private static void RequireVersion(PostgresAddress address, NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion < OldestServer)
        {
            throw new DatabaseRefusedException(
                $"The database {address} is PostgreSQL {connection.PostgreSqlVersion}, which is too old: {OldestServer.Major} or newer is needed.");
        }
    }

    /// <summary>The migrations that the database has seen, in their order; what is not ours or newer is refused.</summary>
    internal static IReadOnlyList<string> FindApplied(PostgresAddress address, NpgsqlConnection connection)
    {
        if (Scalar(connection, "SELECT current_schema()") is not string)
        {
            throw new DatabaseRefusedException($"The database {address} has no schema in which to work: the role's search_path names none that exists.");
        }

        if (!Exists(connection, SchemaMigration.History) || !Exists(connection, "database_info"))
        {
            return IsEmpty(connection)
                ? []
                : throw new DatabaseRefusedException($"The database {address} belongs to another application, not to FastChat; nothing in it was touched.");
        }

        var applied = (string[])Scalar(
            connection, $$"""SELECT coalesce(array_agg("MigrationId"::text ORDER BY "MigrationId" COLLATE "C"), '{}') FROM "{{SchemaMigration.History}}" """)!;
        return Array.Find(applied, id => !Known.Contains(id, StringComparer.Ordinal)) is { } newer
            ? throw new DatabaseRefusedException(
                $"The database {address} is newer than this program: it has the schema {newer}, which this program does not know; nothing in it was touched.")
            : applied;
    }

    private static bool Exists(NpgsqlConnection connection, string table) =>
        (bool)Scalar(connection, $"SELECT to_regclass(quote_ident(current_schema()) || '.\"{table}\"') IS NOT NULL")!;

    /// <summary>Nothing stands in the schema but what extensions brought along.</summary>
    private static bool IsEmpty(NpgsqlConnection connection) => (bool)Scalar(
        connection,
        """
        SELECT NOT EXISTS (
          SELECT FROM pg_class c
          WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
        """)!;

    private static object? Scalar(NpgsqlConnection connection, string statement, int seconds = PostgresConnections.CommandSeconds)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.CommandTimeout = seconds;
        return command.ExecuteScalar();
    }

    private static DatabaseRefusedException Unusable(PostgresAddress address, Exception fault) =>
        new($"The database {address} can't be used: {PostgresFaults.Reason(fault)}.", fault);

    [LoggerMessage(6101, LogLevel.Warning, "The database {Address} can't be reached yet: {Reason}")]
    private static partial void LogAway(ILogger logger, PostgresAddress address, string reason);
}
