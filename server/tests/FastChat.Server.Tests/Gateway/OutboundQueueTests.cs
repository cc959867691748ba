using System.Text;
using FastChat.Server.Cluster;
using FastChat.Server.Gateway;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

public sealed class OutboundQueueTests
{
    private static readonly Guid Chat = Guid.NewGuid();
    private static readonly Guid OtherChat = Guid.NewGuid();

    private readonly FakeTime time = new();
    private readonly OutboundQueue queue;
    private int starts;

    public OutboundQueueTests() => queue = new OutboundQueue(time, () => starts++);

    [Fact]
    public void CL2_what_is_published_before_HELLO_ACK_is_left_out_and_HELLO_ACK_comes_first()
    {
        queue.Add(Hint("early"));
        queue.GoLive(Frame("HELLO_ACK"));
        queue.Add(Hint("late"));
        queue.Add(Frame("answer"));
        Assert.Equal(["HELLO_ACK", "late", "answer"], Take());
    }

    [Fact]
    public void A_writer_is_started_once_for_what_comes_and_anew_when_it_was_done()
    {
        Assert.Equal(0, starts);
        queue.Add(Frame("a"));
        queue.Add(Frame("b"));
        Assert.Equal(1, starts);
        var taken = queue.Take([], out _)!;
        Assert.Equal(["a", "b"], taken.Select(Text));
        queue.Add(Frame("c"));
        Assert.Equal(1, starts);
        taken = queue.Take(taken, out _)!;
        Assert.Equal(["c"], taken.Select(Text));
        Assert.Null(queue.Take(taken, out var isOver));
        Assert.False(isOver);
        queue.Add(Frame("d"));
        Assert.Equal(2, starts);
    }

    [Fact]
    public void GW4_over_the_bound_what_is_droppable_is_dropped()
    {
        var big = FillOver();
        Assert.Equal(1, Counted.By("fastchat.frames.dropped", () => queue.Add(Hint("typing", isDroppable: true))));
        Assert.False(queue.TryAddPresence(Frame("presence")));
        Send(big);
        queue.Add(Hint("typing again", isDroppable: true));
        Assert.Equal(["typing again"], Take());
    }

    [Fact]
    public void GW4_over_the_bound_only_the_latest_frame_of_a_key_is_held_and_comes_once_there_is_room()
    {
        var big = FillOver();
        queue.Add(Hint("chat 1", key: new MergeKey("MSG", Chat, default)));
        queue.Add(Hint("other 1", key: new MergeKey("MSG", OtherChat, default)));
        queue.Add(Hint("read 1", key: new MergeKey("READ", Chat, Chat)));
        Assert.Equal(1, Counted.By("fastchat.frames.dropped", () => queue.Add(Hint("chat 2", key: new MergeKey("MSG", Chat, default)))));
        queue.Add(Frame("answer"));
        var taken = queue.Take([], out _);
        Assert.Equal(["big", "answer"], taken!.Select(frame => frame.Length == big ? "big" : Text(frame)));
        queue.Sent(big);
        Assert.Equal(["chat 2", "other 1", "read 1"], Take());
        queue.Add(Hint("chat 3", key: new MergeKey("MSG", Chat, default)));
        Assert.Equal(["chat 3"], Take());
    }

    [Fact]
    public void GW4_what_is_held_waits_while_the_queue_is_still_over_its_bound()
    {
        queue.GoLive(Frame("ack"));
        var half = new byte[(OutboundQueue.Bound / 2) + 1];
        queue.Add(half);
        queue.Add(half);
        queue.Add(half);
        queue.Add(Hint("held", key: new MergeKey("MSG", Chat, default)));
        queue.Take([], out _);
        queue.Sent(3);
        queue.Sent(half.Length);
        Assert.Null(queue.Take([], out _));
        queue.Sent(half.Length);
        Assert.Equal(["held"], Take());
    }

    [Fact]
    public void GW4_up_to_the_bound_nothing_is_merged_or_dropped()
    {
        queue.GoLive(new byte[OutboundQueue.Bound - 10]);
        queue.Add(Hint("typing", isDroppable: true));
        queue.Add(Hint("abc", key: new MergeKey("MSG", Chat, default)));
        Assert.Equal(TimeSpan.Zero, queue.OverFor);
        Assert.False(queue.HasOverflowed);
    }

    [Fact]
    public void GW4_answers_wait_over_the_bound_but_not_over_four_times_of_it()
    {
        queue.GoLive(default);
        var quarter = new byte[OutboundQueue.Bound];
        for (var i = 0; i < 4; i++)
        {
            queue.Add(quarter);
        }

        Assert.False(queue.HasOverflowed);
        queue.Add(Frame("one too many"));
        Assert.True(queue.HasOverflowed);
        var taken = queue.Take([], out _);
        Assert.Equal(4 * OutboundQueue.Bound, taken!.Sum(frame => frame.Length));
    }

    [Fact]
    public void GW4_published_frames_that_can_not_be_left_out_are_bounded_too()
    {
        queue.GoLive(default);
        queue.Add(new byte[4 * OutboundQueue.Bound]);
        for (var i = 0; i < 3; i++)
        {
            queue.Add(Hint("CHAT_OPENED"));
        }

        Assert.True(queue.HasOverflowed);
        var taken = queue.Take([], out _);
        Assert.Equal(4 * OutboundQueue.Bound, taken!.Sum(frame => frame.Length));
    }

    [Fact]
    public void GW4_it_is_known_for_how_long_a_queue_is_over_its_bound()
    {
        var big = FillOver();
        time.Advance(TimeSpan.FromSeconds(2));
        queue.Add(Frame("more"));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(5), queue.OverFor);
        Send(big);
        Assert.Equal(TimeSpan.Zero, queue.OverFor);
        queue.Add(new byte[big]);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), queue.OverFor);
    }

    [Fact]
    public async Task GW4_who_does_not_read_is_not_read_from_either()
    {
        Assert.True(queue.WaitForRoomAsync().AsTask().IsCompleted);
        var big = FillOver();
        var waiting = queue.WaitForRoomAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Send(big);
        await waiting.WithinLimitAsync();
        queue.Add(new byte[big]);
        waiting = queue.WaitForRoomAsync().AsTask();
        queue.Close();
        await waiting.WithinLimitAsync();
        Assert.True(queue.WaitForRoomAsync().AsTask().IsCompleted);
    }

    [Fact]
    public void PR6_one_presence_frame_waits_at_a_time()
    {
        Assert.True(queue.TryAddPresence(Frame("first")));
        Assert.False(queue.TryAddPresence(Frame("second")));
        Assert.Equal(["first"], Take());
        Assert.True(queue.TryAddPresence(Frame("third")));
    }

    [Fact]
    public void Once_closed_what_is_there_goes_out_and_nothing_is_added()
    {
        queue.GoLive(Frame("ack"));
        queue.Close();
        queue.Add(Frame("late"));
        queue.Add(Hint("late"));
        Assert.Equal(["ack"], Take());
        Assert.Null(queue.Take([], out _));
    }

    [Fact]
    public void Closing_starts_a_last_writer_and_none_after_it()
    {
        queue.Close();
        Assert.Equal(1, starts);
        Assert.Null(queue.Take([], out var isOver));
        Assert.True(isOver);
        queue.Close();
        queue.Add(Frame("late"));
        Assert.Equal(1, starts);
    }

    [Fact]
    public void After_a_failed_write_nothing_waits_and_no_writer_is_started()
    {
        queue.Add(Frame("a"));
        queue.Break();
        queue.Add(Frame("b"));
        queue.Close();
        Assert.Equal(1, starts);
        Assert.Null(queue.Take([], out _));
    }

    private static ReadOnlyMemory<byte> Frame(string text) => Encoding.UTF8.GetBytes(text);

    private static FrameHint Hint(string text, MergeKey? key = null, bool isDroppable = false) =>
        new([], Frame(text), null) { Key = key, IsDroppable = isDroppable };

    private static string Text(ReadOnlyMemory<byte> frame) => Encoding.UTF8.GetString(frame.Span);

    /// <summary>Goes live with one frame that is over the bound, and returns its length.</summary>
    private int FillOver()
    {
        queue.GoLive(new byte[OutboundQueue.Bound + 1]);
        return OutboundQueue.Bound + 1;
    }

    private void Send(int firstLength)
    {
        var taken = queue.Take([], out _);
        Assert.Equal(firstLength, taken![0].Length);
        taken.ForEach(frame => queue.Sent(frame.Length));
    }

    private List<string> Take()
    {
        var taken = queue.Take([], out _);
        var texts = taken!.ConvertAll(Text);
        taken.ForEach(frame => queue.Sent(frame.Length));
        return texts;
    }
}
