using System.Security.Cryptography;
using System.Text;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastChat.Server.Tests.Chats;

/// <summary>Chats on a real SQLite file: a copy of one that is migrated once a run, with an epoch of its own.</summary>
internal sealed class ChatFixture : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Lazy<string> Template = new(MakeTemplate);

    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-chats-").FullName;
    private readonly AnswerPump pump = new(TimeProvider.System, NullLogger<AnswerPump>.Instance);
    private Task? pumping;
    private int chats;

    public ChatFixture()
    {
        var path = Path.Combine(folder, "chat.db");
        File.Copy(Template.Value, path);
        Database = SqliteStart.Open(path, NullLoggerFactory.Instance);
        Backplane.Subscribe(Hints.Add);
        Log = new SqliteMessageLog(Database, pump, TimeProvider.System, NullLogger<SqliteMessageLog>.Instance);
        Queries = new ChatQueries(Database);
        Sync = new SyncChats(Database, Database.Epoch);
        OpenChat = new OpenChat(Log, Queries, Backplane, TimeProvider.System);
    }

    public SqliteDatabase Database { get; }

    public InProcessBackplane Backplane { get; } = new(NullLogger<InProcessBackplane>.Instance);

    public Noted<Hint> Hints { get; } = new();

    public SqliteMessageLog Log { get; }

    public ChatQueries Queries { get; }

    public SyncChats Sync { get; }

    public OpenChat OpenChat { get; }

    public async Task<Guid> UserAsync(string name)
    {
        // Once: a second start would be a second reader of the pump's queue, and cut off the first.
        await (pumping ??= pump.StartAsync(default));
        var id = Guid.CreateVersion7();
        await Database.WriteAsync(
            async (db, ct) =>
            {
                db.Add(new User { UserId = id, DisplayName = name, Kind = User.Guest, CreatedAt = Start, LastSeen = Start });
                return await db.SaveChangesAsync(ct);
            },
            default);
        return id;
    }

    /// <summary>A chat as it stands in the database; each is changed a second after the one made before, unless a time is given.</summary>
    public async Task<Chat> SeedChatAsync(
        Guid one, Guid other, int messages, Func<int, string>? content = null, Func<int, long>? rev = null, DateTimeOffset? at = null)
    {
        rev ??= seq => seq;
        var time = at ?? Start.AddSeconds(++chats);
        var chat = new Chat
        {
            ChatId = Guid.CreateVersion7(),
            Kind = Chat.Direct,
            LastSeq = messages,
            Rev = messages == 0 ? 0 : Enumerable.Range(1, messages).Max(rev),
            CreatedAt = Start,
            UpdatedAt = time,
        };
        await Database.WriteAsync(
            async (db, ct) =>
            {
                db.Add(chat);
                await db.SaveChangesAsync(ct);
                db.Add(new ChatMember { ChatId = chat.ChatId, UserId = one, Opened = true, JoinedAt = Start });
                db.Add(new ChatMember { ChatId = chat.ChatId, UserId = other, JoinedAt = Start });
                for (var seq = 1; seq <= messages; seq++)
                {
                    db.Add(Message(chat.ChatId, seq, rev(seq), one, content?.Invoke(seq) ?? $"message {seq}", time));
                }

                return await db.SaveChangesAsync(ct);
            },
            default);
        return chat;
    }

    public Task<SyncBody> SyncAsync(Guid user, IReadOnlyDictionary<Guid, long>? revs = null, string? epoch = "own", string? cursor = null)
    {
        var known = epoch == "own" ? Database.Epoch.Value : epoch;
        var after = cursor is not null && ChatCursor.TryParse(cursor, out var parsed) ? parsed : (ChatCursor?)null;
        return Sync.SyncAsync(user, new SyncQuestion(known, revs ?? new Dictionary<Guid, long>(), after), default);
    }

    public async ValueTask DisposeAsync()
    {
        await pump.StopAsync(default).WithinLimitAsync();
        pump.Dispose();
        Database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Makes an empty database without an epoch: each copy gets its own when it is opened, as a new database does.</summary>
    private static string MakeTemplate()
    {
        var shared = Directory.CreateTempSubdirectory("fastchat-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(shared, recursive: true);
        var path = Path.Combine(shared, "chat.db");
        SqliteStart.Open(path, NullLoggerFactory.Instance).Dispose();

        // Closing the last connection moves the write-ahead log into the file, so the file alone is the database.
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM database_info";
        command.ExecuteNonQuery();
        return path;
    }

    private static ChatMessage Message(Guid chat, long seq, long rev, Guid sender, string content, DateTimeOffset at) => new()
    {
        ChatId = chat,
        Seq = seq,
        MessageId = Guid.NewGuid(),
        Rev = rev,
        SenderId = sender,
        Content = content,
        ContentHash = SHA256.HashData(Encoding.UTF8.GetBytes(content)),
        SentAt = at,
    };
}

/// <summary>A log that a test answers.</summary>
internal sealed class FakeMessageLog : IMessageLog
{
    public List<LogRequest> Requests { get; } = [];

    public bool IsFull { get; set; }

    public bool Enqueue(LogRequest request)
    {
        if (!IsFull)
        {
            Requests.Add(request);
        }

        return !IsFull;
    }

    public void Refuse(Refusal refusal)
    {
        Requests[^1].Refuse(refusal);
        Requests[^1].Complete();
    }
}
