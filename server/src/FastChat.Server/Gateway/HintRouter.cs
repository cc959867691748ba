using FastChat.Server.Blocks;
using FastChat.Server.Cluster;
using FastChat.Server.Identity;

namespace FastChat.Server.Gateway;

/// <summary>What this node does when it hears a hint, its own or another node's.</summary>
internal sealed class HintRouter(Fanout fanout, DeliveryOrder order, RevokedSessions revoked, BlockUpdates blocks)
{
    /// <summary>Begins to hear.</summary>
    public void Subscribe(IBackplane backplane)
    {
        backplane.Subscribe(Handle);
        revoked.Remembered += fanout.Close;
        blocks.Listed += fanout.TellBlocks;
    }

    private void Handle(Hint hint)
    {
        switch (hint)
        {
            case MessageHint message:
                order.Deliver(message);
                break;
            case ChatOpenedHint { Frame.Frame.IsEmpty: true } opened:
                order.ReadAgain(opened);
                break;
            case ChatOpenedHint opened:
                fanout.Deliver(opened.Frame);
                break;
            case FrameHint frame:
                fanout.Deliver(frame);
                break;
        }
    }
}
