using System.Text;
using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class PresenceListTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(200, false)]
    public void A_list_of_encoded_entries_is_the_frame_to_the_byte(int count, bool complete)
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var users = Enumerable.Range(0, count)
            .Select(i => new PresenceBody(Guid.CreateVersion7(), $"\"Zoë\" 🦊 {i}", i % 2 == 0 ? "online" : "away", time.AddSeconds(i)))
            .ToList();
        var list = FrameWriter.EncodePresenceList(complete, users.ConvertAll(FrameWriter.EncodeEntry), count + 7);
        var frame = FrameWriter.Encode(new PresenceFrame(Full: true, complete, users, count + 7));
        Assert.Equal(Encoding.UTF8.GetString(frame.Span), Encoding.UTF8.GetString(list.Span));
    }
}
