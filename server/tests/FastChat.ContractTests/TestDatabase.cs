using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;
using FastChat.Server.Presence;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FastChat.ContractTests;

/// <summary>A fresh database of one kind, with the seams that it serves.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>When the users of a test were seen last, as they are made.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public abstract IDatabase Database { get; }

    public abstract IMessageLog Log { get; }

    public abstract IPresenceStore Presence { get; }

    public abstract INodeStore Nodes { get; }

    public ChatQueries Chats => new(Database);

    /// <summary>Somebody else keeps this database from being written until the result is disposed.</summary>
    public abstract Task<IAsyncDisposable> KeepFromWritingAsync();

    /// <summary>A node has ended without a word; it renewed itself last at that time.</summary>
    public Task LetDieAsync(Guid nodeId, DateTimeOffset renewedAt) => Database.WriteAsync(
        (db, ct) => db.Database.IsSqlite()
            ? db.Database.ExecuteSqlRawAsync(
                "UPDATE nodes SET renewed_at = {0} WHERE node_id = {1}", [renewedAt.ToUnixTimeMilliseconds(), SqliteDbContext.ToBlob(nodeId)], ct)
            : db.Database.ExecuteSqlRawAsync("UPDATE nodes SET renewed_at = {0} WHERE node_id = {1}", [renewedAt.UtcDateTime, nodeId], ct),
        CancellationToken.None);

    public abstract ValueTask DisposeAsync();

    public static User NewUser(string name) =>
        new() { UserId = Guid.CreateVersion7(), DisplayName = name, Kind = User.Guest, CreatedAt = Start, LastSeen = Start };

    public async Task<Guid> UserAsync(string name)
    {
        var user = NewUser(name);
        await Database.WriteAsync(
            async (db, ct) =>
            {
                db.Add(user);
                return await db.SaveChangesAsync(ct);
            },
            CancellationToken.None);
        return user.UserId;
    }

    public Task<DateTimeOffset> LastSeenAsync(Guid user) => Database.ReadAsync(
        (db, ct) => db.Set<User>().Where(candidate => candidate.UserId == user).Select(candidate => candidate.LastSeen).SingleAsync(ct),
        CancellationToken.None);

    /// <summary>The whole of a chat, by <c>seq</c>.</summary>
    public async Task<IReadOnlyList<FastChat.Protocol.MessageBody>> MessagesAsync(Guid chat, Guid member) =>
        (await Chats.HistoryAsync(chat, member, null, 100_000, CancellationToken.None)).Value.Messages;
}
