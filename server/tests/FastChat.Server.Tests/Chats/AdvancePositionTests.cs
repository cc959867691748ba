using System.Text;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FastChat.Server.Tests.Chats;

public sealed class AdvancePositionTests
{
    private static readonly Guid Ann = Guid.NewGuid();
    private static readonly Guid Bob = Guid.NewGuid();
    private static readonly Guid Chat = Guid.NewGuid();
    private static readonly Guid Connection = Guid.NewGuid();

    private readonly FakeMessageLog log = new();
    private readonly List<Hint> hints = [];
    private readonly List<Refusal> refusals = [];
    private readonly AdvancePosition positions;

    public AdvancePositionTests()
    {
        var backplane = new InProcessBackplane(NullLogger<InProcessBackplane>.Instance);
        backplane.Subscribe(hints.Add);
        positions = new AdvancePosition(log, backplane);
    }

    [Theory]
    [InlineData(true, "READ")]
    [InlineData(false, "DELIVERED")]
    public void CH8_a_move_is_announced_to_all_members_but_the_connection_that_asked(bool isRead, string type)
    {
        var request = Ask(isRead);
        request.Moved = new MovedPosition(5, [Ann, Bob]);
        request.Complete();
        var hint = Assert.IsType<FrameHint>(hints.Single());
        Assert.Equal($$"""{"type":"{{type}}","chat_id":"{{Chat}}","user_id":"{{Ann}}","seq":5}""", Encoding.UTF8.GetString(hint.Frame.Span));
        Assert.Equal([Ann, Bob], hint.UserIds);
        Assert.Equal((Connection, new MergeKey(type, Chat, Ann), false), (hint.ExceptConnection, hint.Key, hint.IsDroppable));
        Assert.Empty(refusals);
    }

    [Fact]
    public void CH8_what_does_not_move_is_told_to_nobody()
    {
        Ask(isRead: true).Complete();
        Assert.Empty(hints);
        Assert.Empty(refusals);
    }

    [Fact]
    public void CH6_a_refusal_is_answered_to_who_asked_alone()
    {
        Ask(isRead: true);
        log.Refuse(ChatQueries.NotFound);
        Assert.Equal([ErrorCode.ChatNotFound], refusals.Select(refusal => refusal.Code));
        Assert.Empty(hints);
    }

    [Fact]
    public void A_full_log_is_UNAVAILABLE()
    {
        log.IsFull = true;
        positions.Advance(Ann, new AdvanceFrame(true, Chat, 9), Connection, refusals.Add);
        Assert.Equal([ErrorCode.Unavailable], refusals.Select(refusal => refusal.Code));
    }

    private AdvanceRequest Ask(bool isRead)
    {
        positions.Advance(Ann, new AdvanceFrame(isRead, Chat, 9), Connection, refusals.Add);
        var request = Assert.IsAssignableFrom<AdvanceRequest>(log.Requests.Single());
        Assert.Equal((Ann, Chat, isRead, 9), (request.UserId, request.ChatId, request.IsRead, request.Seq));
        return request;
    }
}
