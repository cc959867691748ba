import type { Api } from '../gateway/api';
import { applySynced, removeChat } from './changes';
import { memberOf, noChats, useChats } from './chatStore';

const maxPages = 50;

/** What a sync tells its caller for each chat: the server's view of one's own positions. */
export type Synced = (chatId: string, server: { read: number; delivered: number }) => void;

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
 * `liveRev` tells the highest revision heard on the present connection. Throws when the server can't be asked.
 */
export async function syncChats(api: Api, liveRev: (chatId: string) => number, synced: Synced): Promise<void> {
  const asked = { epoch: useChats.getState().epoch, revs: knownRevs() };
  let cursor: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const answer = await api.sync(cursor === null ? asked : { ...asked, cursor });
    useChats.setState((state) => {
      // Another history of the database: all that was cached is void. What the person wrote is not.
      const kept = answer.reset && page === 0 ? { ...state, chats: noChats.chats, timelines: noChats.timelines } : state;
      const without = answer.removed.reduce(removeChat, kept);
      const next = answer.chats.reduce((so, chat) => applySynced(so, chat, liveRev(chat.chat.chat_id)), without);
      return { ...next, epoch: answer.epoch };
    });
    for (const { chat } of answer.chats) {
      const own = memberOf(chat, useChats.getState().ownId);
      if (own) synced(chat.chat_id, { read: own.read_seq, delivered: own.delivered_seq });
    }
    if (!answer.more || answer.next_cursor === null) return;
    cursor = answer.next_cursor;
  }
}
