import type { ChatsApi } from '../gateway/api';
import { applySynced, removeChat } from './changes';
import { memberOf, noChats, useChats } from './chatStore';

const maxPages = 50;

/** Who a sync works for. */
export interface SyncCaller {
  /** Whether the connection still is the one that the sync was begun for; what an older one asked for is void. */
  isCurrent(): boolean;
  /** The highest revision heard on the present connection. */
  liveRev(chatId: string): number;
  /** The database has another history; all that was cached has been forgotten. */
  reset(): void;
  /** A chat was taken in, with the server's view of one's own positions. */
  synced(chatId: string, server: { read: number; delivered: number }): void;
}

/** The revisions up to which everything is known, for chats whose messages are loaded. */
function knownRevs(): Record<string, number> {
  const { timelines } = useChats.getState();
  return Object.fromEntries(
    Object.entries(timelines)
      .filter(([, timeline]) => timeline.loaded)
      .map(([id, timeline]) => [id, timeline.rev]),
  );
}

/**
 * Catches up after a connection was made (CL3): asks with the cached revisions, page by page, and takes the answers in.
 * Throws when the server can't be asked.
 */
export async function syncChats(api: ChatsApi, caller: SyncCaller): Promise<void> {
  const asked = { epoch: useChats.getState().epoch, revs: knownRevs() };
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const answer = await api.sync(cursor === null ? asked : { ...asked, cursor });
    // Late by a whole connection: the state has gone on without it, and would be set back.
    if (!caller.isCurrent()) return;
    const isReset = answer.reset && page === 0;
    useChats.setState((state) => {
      // Another history of the database: all that was cached is void. What the person wrote is not.
      const kept = isReset ? { ...state, chats: noChats.chats, timelines: noChats.timelines } : state;
      const without = answer.removed.reduce(removeChat, kept);
      const next = answer.chats.reduce((so, chat) => applySynced(so, chat, caller.liveRev(chat.chat.chat_id)), without);
      return { ...next, epoch: answer.epoch };
    });
    if (isReset) caller.reset();
    for (const { chat } of answer.chats) {
      const own = memberOf(chat, useChats.getState().ownId);
      if (own) caller.synced(chat.chat_id, { read: own.read_seq, delivered: own.delivered_seq });
    }
    if (!answer.more || answer.next_cursor === null) return;
    cursor = answer.next_cursor;
  }
}
