using System.Diagnostics;
using FastChat.Protocol;
using FastChat.Server.Cluster;
using FastChat.Server.Telemetry;

namespace FastChat.Server.Gateway;

/// <summary>Brings what is published to the connections of this node. A frame was encoded once; its bytes are shared.</summary>
internal sealed class Fanout(ConnectionRegistry registry, TimeProvider time)
{
    /// <summary>Brings a frame to the connections of this node for which it is meant.</summary>
    public void Deliver(FrameHint hint)
    {
        foreach (var userId in hint.UserIds)
        {
            foreach (var connection in registry.Of(userId))
            {
                if (connection.Id != hint.ExceptConnection)
                {
                    connection.Send(hint);
                }
            }
        }
    }

    /// <summary>Brings a message, and what belongs before it.</summary>
    public void Deliver(MessageHint hint)
    {
        using var span = hint.Trace == default ? null : Instruments.Spans.StartActivity("message fan-out", ActivityKind.Consumer, hint.Trace);
        foreach (var frame in hint.Frames)
        {
            Deliver(frame);
        }

        if (hint.CommittedAt != 0)
        {
            GatewayMetrics.Delivered(time.GetElapsedTime(hint.CommittedAt));
        }
    }

    /// <summary>True if one of the users has a connection here.</summary>
    public bool Reaches(IEnumerable<Guid> userIds) => userIds.Any(userId => registry.Of(userId).Length > 0);

    /// <summary>Tells the connections of a user whom they have blocked, after a change of it (BL8).</summary>
    public void TellBlocks(Guid userId, IReadOnlyList<Guid> blocked) =>
        Deliver(new FrameHint([userId], FrameWriter.Encode(new BlocksFrame(blocked)), null) { Key = new MergeKey("BLOCKS", default, userId) });

    /// <summary>Ends the connections of a session that was revoked (ID3).</summary>
    public void Close(Guid sessionId)
    {
        foreach (var connection in registry.All)
        {
            if (connection.Live?.SessionId == sessionId)
            {
                connection.Close(CloseCode.SessionRevoked, "session revoked", forGood: true);
            }
        }
    }
}
