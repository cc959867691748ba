using FastChat.Faults.Audit;
using FastChat.Faults.Clients;

namespace FastChat.EndToEndTests.Faults;

/// <summary>The client of the fault tests must not take its own resending for a fault of the server's.</summary>
public sealed class OutboxTests
{
    private readonly DeliveryRecorder recorder = new();

    [Fact]
    public void CL4_a_late_refusal_of_the_first_copy_leaves_the_second_one_its_place_in_the_order()
    {
        var outbox = new Outbox("ada", new ClientSettings { Window = 2, ResendAfter = TimeSpan.Zero }, recorder);
        var (first, second) = (Guest.NewId(), Guest.NewId());
        outbox.Add(new OutboxItem("chat", first, "one"));
        Assert.Single(outbox.TakeDue());
        Assert.Single(outbox.TakeDue());
        outbox.Add(new OutboxItem("chat", second, "two"));
        Assert.Equal(2, outbox.TakeDue().Count);

        outbox.Refused(Answer(first) with { Type = "ERROR", Code = "UNAVAILABLE" });
        outbox.Acknowledged(Answer(first) with { Seq = 1 });
        outbox.Acknowledged(Answer(second) with { Seq = 2 });

        Assert.Equal((0, 0), (recorder.Found, outbox.Count));
    }

    private static ServerFrame Answer(string messageId) =>
        new("MSG_ACK", "chat", messageId, 0, 0, null, null, Duplicate: false, null, null, null, null, null);
}
