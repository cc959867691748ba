using FastChat.Faults.Audit;

namespace FastChat.EndToEndTests.Faults;

/// <summary>An audit that finds nothing proves something only if it would have found it: each broken promise in a doctored history.</summary>
public sealed class DeliveryAuditTests
{
    private const string Chat = "the chat";
    private static readonly string[] Ids = [.. Enumerable.Range(0, 4).Select(_ => Guest.NewId())];
    private readonly DeliveryRecorder recorder = new();
    private readonly List<AuditedMessage> history = [];

    [Fact]
    public void AUDIT_a_history_in_which_all_is_well_has_no_findings()
    {
        Exchange();

        var report = Run();

        Assert.Equal("", report.Describe());
        Assert.Equal((3, 0, 0), (report.Acked, report.Unknown, report.Refused));
    }

    [Fact]
    public void AUDIT_an_acknowledged_message_that_is_not_in_the_history_is_lost()
    {
        Exchange();
        history.RemoveAt(2);

        AssertFound(Run(lastSeq: 2), FindingKind.Lost, "acknowledged at 3 and is not in the history");
    }

    [Fact]
    public void AUDIT_a_message_that_a_member_has_not_seen_is_lost()
    {
        Send(1, "one");
        Ack(1, 1);
        Store(1, 1, "one");
        See("ada", 1, 1, "one");

        AssertFound(Run(), FindingKind.Lost, "bob has not seen");
    }

    [Fact]
    public void AUDIT_a_chat_that_is_not_there_any_more_is_lost()
    {
        Exchange();

        Assert.Equal(3, DeliveryAudit.Run(recorder, []).Count(FindingKind.Lost));
    }

    [Fact]
    public void AUDIT_a_message_at_two_places_is_doubled()
    {
        Exchange();
        Store(3, 4, "content 3");
        See("ada", 3, 4, "content 3");
        See("bob", 3, 4, "content 3");

        AssertFound(Run(), FindingKind.Doubled, "is at 3 and at 4");
    }

    [Fact]
    public void AUDIT_a_message_acknowledged_at_two_places_is_doubled()
    {
        Exchange();
        Ack(3, 7);

        AssertFound(Run(), FindingKind.Doubled, "acknowledged at 3 and at 7");
    }

    [Fact]
    public void AUDIT_a_message_shown_twice_is_doubled()
    {
        Exchange();
        See("bob", 3, 3, "content 3");

        AssertFound(Run(), FindingKind.Doubled, "bob got place 3 twice");
    }

    [Fact]
    public void AUDIT_a_frame_that_comes_twice_on_one_connection_is_doubled_and_an_earlier_one_reordered()
    {
        Exchange();
        recorder.CameLive(Chat, Ids[1], rev: 5, lastRev: 5);
        recorder.CameLive(Chat, Ids[1], rev: 4, lastRev: 5);

        var report = Run();
        Assert.Equal((1, 1), (report.Count(FindingKind.Doubled), report.Count(FindingKind.Reordered)));
    }

    [Fact]
    public void AUDIT_what_was_sent_after_an_acknowledgement_and_stands_before_it_is_reordered()
    {
        Send(1, "one");
        Ack(1, 2);
        Send(2, "two");
        Ack(2, 1);
        Store(2, 1, "two");
        Store(1, 2, "one");
        SeeAll();

        AssertFound(Run(), FindingKind.Reordered, "was sent after");
    }

    [Fact]
    public void AUDIT_messages_under_way_together_may_stand_in_any_order_unless_the_answers_tell_otherwise()
    {
        Send(1, "one");
        Send(2, "two");
        Ack(2, 1);
        Ack(1, 2);
        Store(2, 1, "two");
        Store(1, 2, "one");
        SeeAll();
        Assert.Equal("", Run().Describe());

        recorder.AcknowledgedInTurn(Chat, Ids[1], (Turn: 1, Seq: 2), (Turn: 2, Seq: 1));
        AssertFound(Run(), FindingKind.Reordered, "number 1 of its connection");
    }

    [Fact]
    public void AUDIT_a_message_at_another_place_than_was_acknowledged_is_reordered()
    {
        Exchange();
        (history[1], history[2]) = (history[2] with { Seq = 2 }, history[1] with { Seq = 3 });

        AssertFound(Run(), FindingKind.Reordered, "was acknowledged at 2 and is at 3");
    }

    [Fact]
    public void AUDIT_a_member_who_saw_another_order_saw_it_reordered()
    {
        Exchange();
        recorder.Forgot("bob", Chat);
        See("bob", 2, 1, "content 2");
        See("bob", 1, 2, "content 1");
        See("bob", 3, 3, "content 3");

        Assert.Equal(2, Run().Count(FindingKind.Reordered));
    }

    [Fact]
    public void AUDIT_a_history_told_in_another_order_is_reordered()
    {
        Exchange();
        (history[0], history[1]) = (history[1], history[0]);

        AssertFound(Run(), FindingKind.Reordered, "the history tells 1 after 2");
    }

    [Fact]
    public void AUDIT_a_message_that_nobody_sent_is_a_phantom()
    {
        Exchange();
        Store(0, 4, "whence?");
        See("ada", 0, 4, "whence?");
        See("bob", 0, 4, "whence?");

        AssertFound(Run(), FindingKind.Phantom, "was never sent");
    }

    [Fact]
    public void AUDIT_a_message_that_was_refused_and_is_there_is_a_phantom()
    {
        Send(1, "one");
        recorder.RefusedForGood("ada", Ids[1], "VALIDATION");
        Store(1, 1, "one");
        SeeAll();

        AssertFound(Run(), FindingKind.Phantom, "was refused");
    }

    [Fact]
    public void AUDIT_a_message_that_only_a_member_saw_is_a_phantom()
    {
        Exchange();
        See("bob", 0, 4, "only shown");

        AssertFound(Run(), FindingKind.Phantom, "where nothing is");
    }

    [Fact]
    public void AUDIT_a_place_without_a_message_is_a_hole()
    {
        Exchange();
        Send(0, "later");
        Store(0, 5, "later");
        See("ada", 0, 5, "later");
        See("bob", 0, 5, "later");

        AssertFound(Run(), FindingKind.Hole, "nothing is at 4..4");
    }

    [Fact]
    public void AUDIT_a_chat_that_says_it_is_longer_than_its_history_has_a_hole()
    {
        Exchange();

        AssertFound(Run(lastSeq: 5), FindingKind.Hole, "the history ends at 3, the chat at 5");
    }

    [Fact]
    public void AUDIT_other_content_than_was_sent_is_altered()
    {
        Exchange();
        history[1] = history[1] with { Content = "something else" };

        AssertFound(Run(), FindingKind.Altered, "other content");
    }

    [Fact]
    public void AUDIT_a_message_without_an_answer_is_unknown_whether_it_is_there_or_not()
    {
        Exchange();
        Send(0, "unanswered");
        Assert.Equal("", Run().Describe());

        Store(0, 4, "unanswered");
        See("ada", 0, 4, "unanswered");
        See("bob", 0, 4, "unanswered");
        var report = Run();

        Assert.Equal("", report.Describe());
        Assert.Equal((3, 1), (report.Acked, report.Unknown));
    }

    /// <summary>Three messages of Ada to Bob, as it should be.</summary>
    private void Exchange()
    {
        for (var number = 1; number <= 3; number++)
        {
            Send(number, $"content {number}");
            Ack(number, number);
            Store(number, number, $"content {number}");
        }

        SeeAll();
    }

    private void Send(int id, string content) => recorder.Sending("ada", Chat, Ids[id], content);

    private void Ack(int id, long seq) => recorder.Acknowledged("ada", Ids[id], seq);

    private void Store(int id, long seq, string content) => history.Add(Message(id, seq, content));

    private void See(string user, int id, long seq, string content) => recorder.Applied(user, Message(id, seq, content));

    private void SeeAll()
    {
        foreach (var message in history)
        {
            recorder.Applied("ada", message);
            recorder.Applied("bob", message);
        }
    }

    private static AuditedMessage Message(int id, long seq, string content) => new(Chat, Ids[id], seq, seq, "ada", content);

    private AuditReport Run(long? lastSeq = null) =>
        DeliveryAudit.Run(recorder, [new AuditedChat(Chat, lastSeq ?? history.Max(message => message.Seq), ["ada", "bob"], history)]);

    private static void AssertFound(AuditReport report, FindingKind kind, string text) =>
        Assert.Contains(report.Findings, finding => finding.Kind == kind && finding.Text.Contains(text, StringComparison.Ordinal));
}
