using FastChat.ContractTests.Archive;
using FastChat.Server.Identity;
using FastChat.Server.Storage;
using Microsoft.Data.Sqlite;

namespace FastChat.ContractTests;

/// <summary>
/// Databases that are migrated and filled once a run; each test gets a copy. A template has no epoch: a copy gets its own when it is
/// opened for the first time, as a new database does.
/// </summary>
internal static class Templates
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(bool IsPostgres, int Messages), Task<string>> Made = [];
    private static readonly Lazy<string> Folder = new(CreateFolder);

    /// <summary>The users of every template without messages: Ann, Bob and Eve.</summary>
    public static IReadOnlyList<User> Users { get; } = [.. new[] { "Ann", "Bob", "Eve" }.Select(TestDatabase.NewUser)];

    /// <summary>Copies a PostgreSQL template and returns the name of the copy.</summary>
    /// <param name="messages">How many messages each chat has; 0: no chats, only <see cref="Users"/>.</param>
    public static async Task<string> CopyPostgresAsync(int messages = 0)
    {
        var server = await PostgresServer.SharedAsync();
        return await server.CreateDatabaseAsync(await MakeOnceAsync(isPostgres: true, messages));
    }

    /// <summary>Copies an SQLite template to a path.</summary>
    /// <param name="path">Where no file is yet.</param>
    /// <param name="messages">How many messages each chat has; 0: no chats, only <see cref="Users"/>.</param>
    public static async Task CopySqliteAsync(string path, int messages = 0) => File.Copy(await MakeOnceAsync(isPostgres: false, messages), path);

    private static Task<string> MakeOnceAsync(bool isPostgres, int messages)
    {
        lock (Gate)
        {
            if (!Made.TryGetValue((isPostgres, messages), out var made))
            {
                Made.Add((isPostgres, messages), made = isPostgres ? MakePostgresAsync(messages) : MakeSqliteAsync(messages));
            }

            return made;
        }
    }

    private static async Task<string> MakePostgresAsync(int messages)
    {
        var server = await PostgresServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await OperatorSite.ChangeAsync(server.Url(name), (db, ct) => FillAsync(db, messages, ct));
        await server.ExecuteAsync(name, "DELETE FROM database_info");
        return name;
    }

    private static async Task<string> MakeSqliteAsync(int messages)
    {
        var path = Path.Combine(Folder.Value, $"{messages}.db");
        await OperatorSite.ChangeAsync($"sqlite:{path}", (db, ct) => FillAsync(db, messages, ct));

        // Closing the last connection moves the write-ahead log into the file, so the file alone is the database.
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM database_info";
        await command.ExecuteNonQueryAsync();
        return path;
    }

    private static Task<int> FillAsync(FastChatDbContext db, int messages, CancellationToken cancellationToken)
    {
        if (messages > 0)
        {
            return ArchiveContent.FillAsync(db, messages, cancellationToken);
        }

        db.AddRange(Users);
        return db.SaveChangesAsync(cancellationToken);
    }

    private static string CreateFolder()
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-templates-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
