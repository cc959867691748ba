using System.Globalization;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// How connections are made. No session state is relied on, so that a pooler in transaction mode may stand in between: nothing is
/// reset, no setting outlives its transaction, and statements are prepared only where the server itself answers.
/// </summary>
internal static class PostgresConnections
{
    /// <summary>How long connecting may take, in seconds, unless the URL says otherwise; less than a caller waits for an answer.</summary>
    private const int ConnectSeconds = 2;

    /// <summary>How long a statement may take, in seconds; a database that hangs counts as away after that.</summary>
    internal const int CommandSeconds = 3;

    /// <summary>How long a cancelled statement has to end before its connection is given up, in milliseconds.</summary>
    private const int CancelMs = 500;

    /// <summary>Connections for ordinary queries at most; what waits longer than for a connection's timeout is refused.</summary>
    private const int MostPooled = 20;

    /// <summary>Statements that a connection without a pooler keeps prepared at most.</summary>
    private const int MostPrepared = 64;

    /// <summary>
    /// What the log's statements are planned with where they are prepared: each finds a handful of rows by key, once and for all, whatever
    /// the statistics say of tables that were empty a moment ago.
    /// </summary>
    private const string ByKeys = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    /// <summary>Whether the server itself answers and no pooler stands in between: a pooler hands out process numbers of its own.</summary>
    public static bool IsDirect(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return command.ExecuteScalar() is int process && process == connection.ProcessID;
    }

    /// <summary>Connections that are shared by ordinary queries and changes.</summary>
    public static NpgsqlDataSource Pool(PostgresAddress address, bool isDirect)
    {
        var settings = Settings(address);
        settings.MaxAutoPrepare = isDirect ? MostPrepared : 0;
        settings.MaxPoolSize = MostPooled;
        settings.ConnectionIdleLifetime = 60;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Connections that each have one owner and are closed when they are disposed.</summary>
    public static NpgsqlDataSource Own(PostgresAddress address) => new NpgsqlDataSourceBuilder(OwnSettings(address).ConnectionString).Build();

    /// <summary>As <see cref="Own"/>, for the message log: planning its statements anew takes the server longer than carrying them out.</summary>
    public static NpgsqlDataSource Log(PostgresAddress address, bool isDirect)
    {
        var settings = OwnSettings(address);
        if (isDirect)
        {
            settings.MaxAutoPrepare = MostPrepared;
            settings.AutoPrepareMinUsages = 2;
            settings.Options = $"{settings.Options} {ByKeys}".Trim();
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>As <see cref="Own"/>, for hints between nodes: a crash may forget them, so their commits wait for no disk.</summary>
    public static NpgsqlDataSource Bus(PostgresAddress address)
    {
        var settings = OwnSettings(address);
        settings.Options = $"{settings.Options} -c synchronous_commit=off".Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    private static NpgsqlConnectionStringBuilder OwnSettings(PostgresAddress address)
    {
        var settings = Settings(address);
        settings.Pooling = false;

        // What its owner gives up is cut off at once: it has told the server itself how long it may wait.
        settings.CancellationTimeout = -1;
        return settings;
    }

    private static NpgsqlConnectionStringBuilder Settings(PostgresAddress address)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Database = address.Database,
            Username = address.User,
            Password = address.Password,
            ApplicationName = "fastchat",
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
            CancellationTimeout = CancelMs,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 1,
            NoResetOnClose = true,
            MaxAutoPrepare = 0,
            Multiplexing = false,
            Enlist = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
        };
        foreach (var (name, value) in address.Options)
        {
            Apply(settings, name, value);
        }

        return settings;
    }

    private static void Apply(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                settings.SslMode = Enum.Parse<SslMode>(value.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true);
                break;
            case "channel_binding":
                settings.ChannelBinding = Enum.Parse<ChannelBinding>(value, ignoreCase: true);
                break;
            case "sslrootcert":
                // The system's own authorities are the driver's default.
                settings.RootCertificate = value == "system" ? null : value;
                break;
            case "sslcert":
                settings.SslCertificate = value;
                break;
            case "sslkey":
                settings.SslKey = value;
                break;
            case "connect_timeout":
                settings.Timeout = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "application_name":
                settings.ApplicationName = value;
                break;
            case "options":
                settings.Options = value;
                break;
            default:
                throw new ArgumentException($"the option {name} was let in and is not applied", nameof(name));
        }
    }
}
