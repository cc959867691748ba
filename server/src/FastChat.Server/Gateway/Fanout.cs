using FastChat.Protocol;
using FastChat.Server.Cluster;

namespace FastChat.Server.Gateway;

/// <summary>Brings what is published to the connections of this node. A frame was encoded once; its bytes are shared.</summary>
internal sealed class Fanout(ConnectionRegistry registry)
{
    /// <summary>Handles a hint from the bus.</summary>
    public void Handle(Hint hint)
    {
        switch (hint)
        {
            case FrameHint frame:
                Deliver(frame);
                break;
            case SessionRevokedHint revoked:
                Close(revoked.SessionId);
                break;
        }
    }

    /// <summary>Tells the connections of a user whom they have blocked, after a change of it (BL8).</summary>
    public void TellBlocks(Guid userId, IReadOnlyList<Guid> blocked) =>
        Deliver(new FrameHint([userId], FrameWriter.Encode(new BlocksFrame(blocked)), null) { Key = new MergeKey("BLOCKS", default, userId) });

    private void Deliver(FrameHint hint)
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

    private void Close(Guid sessionId)
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
