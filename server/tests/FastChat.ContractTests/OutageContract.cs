using FastChat.Protocol;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.ContractTests;

/// <summary>
/// <see cref="IMessageLog"/> while nothing can be written. The limit is on real time: a database's own lock timeouts take part in it.
/// </summary>
public abstract class OutageContract : DatabaseContract
{
    [Fact]
    public async Task While_nothing_can_be_written_requests_are_refused_as_UNAVAILABLE_within_five_seconds_and_leave_no_hole()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "1")).Message.ChatId;
        await using (await Database.KeepFromWritingAsync())
        {
            var began = TimeProvider.System.GetTimestamp();
            var append = Log.AppendAsync(Ann, chat, null, "lost");
            var toUser = Log.AppendAsync(Ann, null, Eve, "lost");
            var advance = Log.AdvanceAsync(Bob, chat, isRead: true, 1);
            var open = Log.OpenAsync(Bob, Eve);
            await Task.WhenAll(append, toUser, advance, open);
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Patience.For(5.5));
            LogRequest[] requests = [await append, await toUser, await advance, await open];
            Assert.All(requests, request => Assert.Equal(ErrorCode.Unavailable, request.Refusal?.Code));
            Assert.All(requests, request => Assert.NotNull(request.Refusal?.RetryAfter));

            // Reading goes on meanwhile.
            Assert.Single(await Database.MessagesAsync(chat, Bob));
        }

        Assert.Equal(2, (await Log.AppendAsync(Ann, chat, null, "2")).Stored?.Message.Seq);
        Assert.Equal(["1", "2"], (await Database.MessagesAsync(chat, Bob)).Select(message => message.Content));
        Assert.Equal([chat], (await Database.Chats.ListAsync(Ann, 10, null, default)).Chats.Select(body => body.ChatId));
        Assert.Equal(0, (await Database.Chats.FindAsync(chat, Bob, default)).Value.Members.Single(member => member.UserId == Bob).ReadSeq);
    }
}
