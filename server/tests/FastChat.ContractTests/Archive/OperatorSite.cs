using FastChat.ContractTests.Postgres;
using FastChat.Server.Operations;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Archive;
using FastChat.Server.Storage.Postgres;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastChat.ContractTests.Archive;

/// <summary>Databases of all kinds, by their URLs, and the verbs that an operator uses on them.</summary>
internal sealed class OperatorSite : IAsyncDisposable
{
    private readonly List<string> databases = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("fastchat-operator-").FullName;

    /// <summary>What the verbs said, good and bad.</summary>
    public StringWriter Said { get; } = new();

    /// <summary>The URL of a database that is not there yet (SQLite) or has no tables yet.</summary>
    public async Task<string> FreshAsync(string kind) =>
        kind == "sqlite" ? NewFile() : await AddressAsync(kind, await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());

    /// <summary>A database with something in every table and an epoch of its own.</summary>
    public async Task<string> FilledAsync(string kind, int messages = 300)
    {
        var url = kind == "sqlite" ? NewFile() : await AddressAsync(kind, await Templates.CopyPostgresAsync(messages));
        if (Options(url).SqlitePath is { } path)
        {
            await Templates.CopySqliteAsync(path, messages);
        }

        ((IDisposable)Open(url)).Dispose();
        return url;
    }

    /// <summary>Opens the database as a server does, changes it, and closes it again.</summary>
    public static async Task ChangeAsync(string url, Func<FastChatDbContext, CancellationToken, Task<int>> change)
    {
        var opened = Open(url);
        using var closing = (IDisposable)opened;
        await opened.WriteAsync(change, CancellationToken.None);
    }

    public static IDatabase Open(string url) => Options(url).Postgres is { } address
        ? PostgresStart.Open(PostgresTestDatabase.Patient(address), new UnhurriedTime(), NullLoggerFactory.Instance)
        : SqliteStart.Open(Options(url).SqlitePath!, NullLoggerFactory.Instance);

    public static IDatabaseAdministration Administration(string url) => Administration(Options(url));

    /// <summary>Every row of every table.</summary>
    public static async Task<List<string>> DumpAsync(string url)
    {
        await using var source = await Administration(url).ReadAsync(alone: false, CancellationToken.None);
        var lines = new List<string>();
        foreach (var table in source.Tables)
        {
            await foreach (var row in source.ReadAsync(table.Table, CancellationToken.None))
            {
                lines.Add($"{table.Table.Name} {string.Join('|', row.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value ?? "NULL"))}");
            }
        }

        return lines;
    }

    public static async Task<string> EpochAsync(string url)
    {
        await using var source = await Administration(url).ReadAsync(alone: false, CancellationToken.None);
        return source.Info.Epoch;
    }

    /// <summary>Runs a verb on a database; the answer is the exit code.</summary>
    public Task<int> RunAsync(string url, params string[] args)
    {
        Said.GetStringBuilder().Clear();
        return new CommandLine(
            given => new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).AddCommandLine(given).Build(),
            _ => [],
            Administration,
            _ => throw new NotSupportedException("There is no broker here."),
            Said,
            Said,
            TimeProvider.System).RunAsync(args);
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        await Said.DisposeAsync();
        foreach (var name in databases)
        {
            await Discarded.AddAsync(await PostgresServer.SharedAsync(), name);
        }
    }

    private string NewFile() => $"sqlite:{Path.Combine(Folder, $"{Guid.NewGuid():N}.db")}";

    /// <summary>The URL of a PostgreSQL database, which is discarded with the site.</summary>
    private async Task<string> AddressAsync(string kind, string name)
    {
        databases.Add(name);
        return kind == "pgbouncer" ? (await PgBouncerServer.SharedAsync()).Url(name) : (await PostgresServer.SharedAsync()).Url(name);
    }

    private static IDatabaseAdministration Administration(StorageOptions storage) =>
        storage.Postgres is { } server ? new PostgresAdministration(PostgresTestDatabase.Patient(server)) : new SqliteAdministration(storage.SqlitePath!);

    private static StorageOptions Options(string url) =>
        StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build());
}
