using System.Text;
using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace FastChat.Server.Tests.Chats;

public sealed class SendMessageTests
{
    private static readonly Guid Ann = Guid.NewGuid();
    private static readonly Guid Bob = Guid.NewGuid();
    private static readonly Guid Chat = Guid.NewGuid();
    private static readonly Guid Connection = Guid.NewGuid();

    private readonly FakeTime time = new();
    private readonly FakeMessageLog log = new();
    private readonly List<string> events = [];
    private readonly List<FrameHint> hints = [];
    private readonly SendMessage sendMessage;

    public SendMessageTests()
    {
        var backplane = new InProcessBackplane(NullLogger<InProcessBackplane>.Instance);
        backplane.Subscribe(hint =>
        {
            foreach (var frame in hint is MessageHint message ? message.Frames : [Assert.IsType<FrameHint>(hint)])
            {
                hints.Add(frame);
                var type = Encoding.UTF8.GetString(frame.Frame.Span).Split('"')[3];
                var to = string.Join('+', frame.UserIds.Select(user => user == Ann ? "ann" : "bob"));
                events.Add($"{type} to {to}{(frame.ExceptConnection is null ? string.Empty : " but the sender's connection")}");
            }
        });
        sendMessage = new SendMessage(log, backplane, Options.Create(new ChatOptions { MessageBurst = 2 }), time);
    }

    [Fact]
    public void Bad_members_are_refused_before_the_rate_and_cost_nothing_of_it()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(ErrorCode.TooLarge, Send(content: new string('x', 4001))?.Code);
            Assert.Equal(ErrorCode.Validation, Send(content: " ")?.Code);
            var toOneself = Send(to: Ann);
            Assert.Equal((ErrorCode.Validation, "to"), (toOneself?.Code, toOneself?.Member));
        }

        Assert.Null(Send());
        Assert.Null(Send());
        Assert.Equal(ErrorCode.RateLimited, Send()?.Code);
        Assert.Equal(ErrorCode.TooLarge, Send(content: new string('x', 4001))?.Code);
        Assert.Equal(2, log.Requests.Count);
    }

    [Fact]
    public void CH11_sending_to_oneself_is_refused_before_the_rate_and_the_log()
    {
        var refusal = Send(to: Ann);
        Assert.Equal("`to` must be another user", refusal?.Message);
        Assert.Empty(log.Requests);
    }

    [Fact]
    public void GW7_the_rate_comes_before_the_log_is_asked_and_is_the_user_s_on_all_connections()
    {
        Assert.Null(Send(connection: Guid.NewGuid()));
        Assert.Null(Send(connection: Guid.NewGuid()));
        var refusal = Send(connection: Guid.NewGuid());
        Assert.Equal((ErrorCode.RateLimited, TimeSpan.FromSeconds(1)), (refusal?.Code, refusal?.RetryAfter));
        Assert.Null(sendMessage.Send(new MessageDraft(Bob, Chat, null, Guid.NewGuid(), "x"), null, _ => { }));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Send());
        Assert.Equal(4, log.Requests.Count);
    }

    [Fact]
    public void A_full_log_is_UNAVAILABLE_and_nothing_is_announced()
    {
        log.IsFull = true;
        var refusal = Send();
        Assert.Equal((ErrorCode.Unavailable, TimeSpan.FromSeconds(1)), (refusal?.Code, refusal?.RetryAfter));
        Assert.Empty(events);
    }

    [Fact]
    public void CH1_nothing_is_answered_or_announced_before_the_log_has_stored_it()
    {
        Assert.Null(Send());
        Assert.Empty(events);
        Store();
        Assert.Equal(["answered 7", "MSG to ann+bob but the sender's connection"], events);
    }

    [Fact]
    public void The_draft_goes_to_the_log_as_it_is()
    {
        var draft = new MessageDraft(Ann, Chat, null, Guid.NewGuid(), "  x \n");
        Assert.Null(sendMessage.Send(draft, Connection, _ => { }));
        Assert.Equal(draft, Assert.IsAssignableFrom<AppendRequest>(log.Requests.Single()).Draft);
    }

    [Fact]
    public void A_message_can_be_merged_by_its_chat_and_an_opening_never()
    {
        Send();
        Store(before: Body());
        Assert.Equal([null, new MergeKey("MSG", Chat, default)], hints.Select(hint => hint.Key));
        Assert.All(hints, hint => Assert.False(hint.IsDroppable));
        Assert.Equal([null, Connection], hints.Select(hint => hint.ExceptConnection));
    }

    [Fact]
    public void CH13_a_first_message_that_makes_its_chat_opens_it_for_the_sender_before_the_ack_and_for_the_other_before_the_message()
    {
        Send(to: Bob);
        Store(before: Body());
        Assert.Equal(
            ["CHAT_OPENED to ann", "answered 7", "CHAT_OPENED to bob", "MSG to ann+bob but the sender's connection"], events);
        Assert.All(hints.Take(2), hint => Assert.Contains("\"last_seq\":0,\"rev\":0,\"last_message\":null", Encoding.UTF8.GetString(hint.Frame.Span), StringComparison.Ordinal));
    }

    [Fact]
    public void CH14_the_first_message_of_a_chat_that_was_opened_before_opens_it_for_the_other_side_only()
    {
        Send();
        Store(before: Body());
        Assert.Equal(["answered 7", "CHAT_OPENED to bob", "MSG to ann+bob but the sender's connection"], events);
    }

    [Fact]
    public void CH2_a_repeat_is_answered_and_announced_to_nobody()
    {
        Send();
        Store(duplicate: true);
        Assert.Equal(["answered 7 again"], events);
    }

    [Fact]
    public void What_the_log_refuses_is_answered_and_announced_to_nobody()
    {
        Send();
        log.Refuse(ChatQueries.NotFound);
        Assert.Equal(["refused ChatNotFound"], events);
    }

    [Fact]
    public async Task A_caller_without_a_connection_waits_for_the_answer()
    {
        var sending = sendMessage.SendAsync(new MessageDraft(Ann, Chat, null, Guid.NewGuid(), "x"));
        Assert.False(sending.IsCompleted);
        Store();
        Assert.Equal(7, (await sending).Value.Message.Seq);
        Assert.Equal(["MSG to ann+bob"], events);
        Assert.Equal(ErrorCode.Validation, (await sendMessage.SendAsync(new MessageDraft(Ann, Chat, null, Guid.NewGuid(), " "))).Refusal?.Code);
    }

    [Fact]
    public void BL2_who_has_blocked_the_sender_gets_the_place_alone_and_no_CHAT_OPENED()
    {
        Send();
        var request = Stored(before: Body());
        request.Stored = request.Stored! with { Members = [Ann], HiddenFrom = [Bob], NewTo = [Ann] };
        request.Complete();
        Assert.Equal(["answered 7", "MSG to ann but the sender's connection", "MSG to bob but the sender's connection"], events);
        var message = request.Stored.Message;
        Assert.Equal(
            $$"""{"type":"MSG","chat_id":"{{Chat}}","message_id":"{{message.MessageId}}","seq":7,"rev":9,"sender_id":"{{Ann}}","sent_at":"{{message.SentAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","hidden":true}""",
            Encoding.UTF8.GetString(hints[1].Frame.Span));
        Assert.Equal(hints[0].Key, hints[1].Key);
    }

    private Refusal? Send(Guid? to = null, string content = "x", Guid? connection = null) => sendMessage.Send(
        new MessageDraft(Ann, to is null ? Chat : null, to, Guid.NewGuid(), content),
        connection ?? Connection,
        outcome => events.Add(outcome.TryGet(out var stored, out var refusal)
            ? $"answered {stored.Message.Seq}{(stored.Duplicate ? " again" : string.Empty)}"
            : $"refused {refusal.Code}"));

    private void Store(bool duplicate = false, ChatBody? before = null) => Stored(duplicate, before).Complete();

    private AppendRequest Stored(bool duplicate = false, ChatBody? before = null)
    {
        var request = Assert.IsAssignableFrom<AppendRequest>(log.Requests[^1]);
        var message = new MessageFrame
        {
            ChatId = Chat,
            MessageId = request.Draft.MessageId,
            Seq = 7,
            Rev = 9,
            SenderId = Ann,
            Content = request.Draft.Content,
            SentAt = time.GetUtcNow(),
        };
        request.Stored = new StoredMessage(message, [Ann, Bob], duplicate, before);
        return request;
    }

    private ChatBody Body() => new()
    {
        ChatId = Chat,
        Kind = "direct",
        Members = [],
        LastSeq = 0,
        Rev = 0,
        LastMessage = null,
        Unread = 0,
        UpdatedAt = time.GetUtcNow(),
    };
}
