using FastChat.Faults;
using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Identity;
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
    public async Task<string> FreshAsync(string kind)
    {
        if (kind == "sqlite")
        {
            return $"sqlite:{Path.Combine(Folder, $"{Guid.NewGuid():N}.db")}";
        }

        var server = await PostgresServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        databases.Add(name);
        return kind == "pgbouncer" ? (await PgBouncerServer.SharedAsync()).Url(name) : server.Url(name);
    }

    /// <summary>A database with something in every table.</summary>
    public async Task<string> FilledAsync(string kind, int messages = 300)
    {
        var url = await FreshAsync(kind);
        await ChangeAsync(url, (db, ct) => Content.FillAsync(db, messages, ct));
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
        ? PostgresStart.Open(address, TimeProvider.System, NullLoggerFactory.Instance)
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
            await (await PostgresServer.SharedAsync()).DropDatabaseAsync(name);
        }
    }

    private static IDatabaseAdministration Administration(StorageOptions storage) =>
        storage.Postgres is { } server ? new PostgresAdministration(server) : new SqliteAdministration(storage.SqlitePath!);

    private static StorageOptions Options(string url) =>
        StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build());

    /// <summary>Rows with all that is hard to carry over: no values, all bytes, all scripts, the ends of ranges.</summary>
    private static class Content
    {
        private static readonly DateTimeOffset Start = TestDatabase.Start;

        public static async Task<int> FillAsync(FastChatDbContext db, int messages, CancellationToken cancellationToken)
        {
            var users = Enumerable.Range(0, 5).Select(i => new User
            {
                UserId = Guid.CreateVersion7(),
                DisplayName = $"Ünï {i} 😀",
                Kind = User.Guest,
                CreatedAt = Start.AddMilliseconds(i),
                LastSeen = Start.AddDays(i),
            }).ToList();
            db.AddRange(users);
            db.Add(SigningKey.Create(Start));
            var sessions = users.ConvertAll(user => new Session
            {
                SessionId = Guid.NewGuid(),
                UserId = user.UserId,
                Client = "<a> & \"b\"",
                CreatedAt = Start,
                LastSeen = Start,
                RevokedAt = user == users[0] ? Start : null,
            });
            db.AddRange(sessions);
            db.AddRange(sessions.SelectMany(session => Enumerable.Range(0, 3).Select(generation => new RefreshToken
            {
                TokenHash = RefreshToken.HashOf(RefreshToken.NewSecret()),
                SessionId = session.SessionId,
                Generation = generation,
                CreatedAt = Start,
                UsedAt = generation < 2 ? Start : null,
            })));
            db.Add(new LinkToken { TokenHash = RefreshToken.HashOf("link"), UserId = users[0].UserId, SessionId = sessions[0].SessionId, CreatedAt = Start });
            await db.SaveChangesAsync(cancellationToken);
            db.Add(new UserBlock { BlockerId = users[0].UserId, BlockedId = users[1].UserId, BlockedAt = Start, LastSeen = DateTimeOffset.UnixEpoch });
            foreach (var other in users.Skip(1))
            {
                var chat = new Chat
                {
                    ChatId = Guid.CreateVersion7(),
                    Kind = Chat.Direct,
                    DirectLow = users[0].UserId,
                    DirectHigh = other.UserId,
                    LastSeq = messages,
                    Rev = messages + 1,
                    CreatedAt = Start,
                    UpdatedAt = Start,
                };
                db.Add(chat);
                await db.SaveChangesAsync(cancellationToken);
                db.AddRange(new[] { users[0], other }.Select(user => new ChatMember { ChatId = chat.ChatId, UserId = user.UserId, DeliveredSeq = 2, ReadSeq = 1, Opened = user == other, JoinedAt = Start, HiddenFrom = user == other ? 3 : 0, HiddenSeq = user == other ? messages : 0, Blocking = user != other }));
                db.Add(new HiddenRange { ChatId = chat.ChatId, UserId = other.UserId, FirstSeq = 3, LastSeq = messages });
                db.Add(new HeldPosition { UserId = users[0].UserId, ViewerId = other.UserId, ChatId = chat.ChatId, DeliveredSeq = 2, ReadSeq = 1 });
                db.AddRange(Enumerable.Range(1, messages).Select(seq => new ChatMessage
                {
                    ChatId = chat.ChatId,
                    Seq = seq,
                    MessageId = Guid.NewGuid(),
                    Rev = seq,
                    SenderId = users[0].UserId,
                    Content = $"{seq} 世界 \u2028 \"{new string('x', seq * 7 % 4000)}\" 😀\r\n",
                    ContentHash = RefreshToken.HashOf($"{seq}"),
                    SentAt = Start.AddMilliseconds(seq),
                    EditedAt = seq % 3 == 0 ? Start.AddYears(1000) : null,
                    DeletedAt = seq % 5 == 0 ? DateTimeOffset.UnixEpoch : null,
                }));
            }

            return await db.SaveChangesAsync(cancellationToken);
        }
    }
}
