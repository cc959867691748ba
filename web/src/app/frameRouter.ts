import type { ChatEngine } from '../chats/engine';
import { renameMember } from '../chats/changes';
import { peerOf, sortedChats, useChats } from '../chats/chatStore';
import type { IdentityApi } from '../gateway/api';
import { keepLimits } from '../gateway/gatewayStore';
import { loadBlocks, receiveBlocks } from '../identity/blocks';
import { setUser, storedUser } from '../identity/identityStore';
import { applyPresence, usePresence } from '../presence/presenceStore';
import { useDirectory } from '../presence/directory';
import type { ClientFrame, HelloAckFrame, PresenceFrame, ServerFrame } from '../protocol/frames';

const watchAtMost = 500;

/** Leads each frame to the domains it concerns: the one place that sees them all. */
export class FrameRouter {
  private watched = '';

  constructor(
    private readonly engine: ChatEngine,
    private readonly send: (frame: ClientFrame) => boolean,
    private readonly api: IdentityApi,
  ) {
    useChats.subscribe((state, before) => {
      if (state.chats !== before.chats) this.watch();
    });
    useDirectory.subscribe(() => this.watch());
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'HELLO_ACK') return this.greeted(frame);
    if (frame.type === 'PRESENCE') return this.presence(frame);
    if (frame.type === 'BLOCKS') return receiveBlocks(frame.user_ids, this.api);
    this.engine.receive(frame);
  }

  private greeted(frame: HelloAckFrame): void {
    // The cookie is the truth about who one is; a stored identity that differs is from another life of this browser.
    const stranger = storedUser()?.user_id !== frame.user.user_id;
    setUser(frame.user);
    if (stranger) return window.location.reload();
    keepLimits(frame.limits);
    this.watched = '';
    const { own } = usePresence.getState();
    if (own === 'away') this.send({ type: 'STATUS', status: own });
    this.watch();
    void this.engine.connected(frame.epoch);
    void loadBlocks(this.api);
  }

  private presence(frame: PresenceFrame): void {
    usePresence.setState((state) => applyPresence(state, frame), true);
    useChats.setState((state) => frame.users.reduce((so, user) => renameMember(so, user.user_id, user.display_name), state));
    const own = frame.users.find((user) => user.user_id === useChats.getState().ownId);
    const me = storedUser();
    if (own && me) setUser({ ...me, display_name: own.display_name });
    this.watch();
  }

  /** Asks for changes of the people in one's chats and of those in the shown directory. */
  private watch(): void {
    const { chats, ownId } = useChats.getState();
    const peers = sortedChats(chats).flatMap((chat) => peerOf(chat, ownId)?.user_id ?? []);
    const shown = usePresence.getState().complete ? [] : useDirectory.getState().users.map((user) => user.user_id);
    const ids = [...new Set([...shown, ...peers])].slice(0, watchAtMost);
    const key = [...ids].sort().join();
    if (key === this.watched || (ids.length === 0 && this.watched === '')) return;
    if (this.send({ type: 'WATCH', user_ids: ids })) this.watched = key;
  }
}
