using FastChat.Server.Blocks;
using FastChat.Server.Chats;
using FastChat.Server.Identity;
using FastChat.Server.Storage;

namespace FastChat.ContractTests.Archive;

/// <summary>Rows with all that is hard to carry over: no values, all bytes, all scripts, the ends of ranges.</summary>
internal static class ArchiveContent
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
