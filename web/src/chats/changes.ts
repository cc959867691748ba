import type { Chat, Message } from '../protocol/entities';
import type { SyncedChat } from '../protocol/answers';
import type { ChatsState } from './chatStore';
import { emptyTimeline, mergeMessages, timelineOfPage, type Timeline } from './timeline';

/** What became of a live frame: taken in, known already, or a jump that has to be fetched (CL1). */
export type Outcome = 'applied' | 'known' | 'gap' | 'unknownChat';

type Data = Pick<ChatsState, 'chats' | 'timelines'>;

const put = <T>(record: Readonly<Record<string, T>>, key: string, value: T): Record<string, T> => ({ ...record, [key]: value });

/**
 * Moves a member's positions forward; reading also delivers (CH8). The server's word may be ahead of the messages known here:
 * a position is announced at once, while the message it speaks of may still be on its way by `changes`.
 */
export function advance(chat: Chat, userId: string, to: { read?: number; delivered?: number }): Chat {
  const members = chat.members.map((member) => {
    if (member.user_id !== userId) return member;
    const read_seq = Math.max(member.read_seq, to.read ?? 0);
    const delivered_seq = Math.max(member.delivered_seq, read_seq, to.delivered ?? 0);
    return read_seq === member.read_seq && delivered_seq === member.delivered_seq
      ? member
      : { ...member, read_seq, delivered_seq };
  });
  return members.every((member, index) => member === chat.members[index]) ? chat : { ...chat, members };
}

function withMessage(chat: Chat, message: Message): Chat {
  const isLatest = message.seq >= chat.last_seq;
  const isBump = !message.hidden && message.sent_at > chat.updated_at;
  const added = Math.max(0, message.seq - chat.last_seq);
  const next: Chat = {
    ...chat,
    rev: Math.max(chat.rev, message.rev),
    last_seq: Math.max(chat.last_seq, message.seq),
    last_message: isLatest ? message : chat.last_message,
    // At most so many: what one has read is taken off by the position, see `unreadOf`.
    unread: chat.unread + added - (added > 0 && message.hidden ? 1 : 0),
    // A hidden message does not move its chat to the top of the list: that would be news of it.
    updated_at: isBump ? message.sent_at : chat.updated_at,
  };
  // Sending reads the chat up to one's own message, and nobody announces it.
  return advance(next, message.sender_id, { read: message.seq });
}

/** Takes in a live message: the next revision is applied, a later one only remembered as the head to catch up to. */
export function receiveMessage<T extends Data>(state: T, message: Message): { state: T; outcome: Outcome } {
  const chat = state.chats[message.chat_id];
  if (!chat) return { state, outcome: 'unknownChat' };
  const timeline = state.timelines[message.chat_id] ?? emptyTimeline;
  if (message.rev <= timeline.rev) return { state, outcome: 'known' };
  if (message.rev > timeline.rev + 1) {
    return { state: raiseHead(state, chat.chat_id, message.rev), outcome: 'gap' };
  }
  const next: Timeline = { ...timeline, rev: message.rev, messages: mergeMessages(timeline, [message]), loaded: true };
  return {
    state: {
      ...state,
      chats: put(state.chats, chat.chat_id, withMessage(chat, message)),
      timelines: put(state.timelines, chat.chat_id, next),
    },
    outcome: 'applied',
  };
}

/** Remembers that the chat has reached a revision that is not known here yet. */
export function raiseHead<T extends Data>(state: T, chatId: string, rev: number): T {
  const chat = state.chats[chatId];
  return !chat || chat.rev >= rev ? state : { ...state, chats: put(state.chats, chatId, { ...chat, rev }) };
}

/** Takes in an answer of `changes`: everything up to `rev` is known afterwards. */
export function applyChanges<T extends Data>(state: T, chatId: string, messages: readonly Message[], rev: number): T {
  const chat = state.chats[chatId];
  if (!chat) return state;
  const timeline = state.timelines[chatId] ?? emptyTimeline;
  const next = { ...timeline, rev: Math.max(timeline.rev, rev), messages: mergeMessages(timeline, messages), loaded: true };
  return {
    ...state,
    chats: put(state.chats, chatId, messages.reduce(withMessage, { ...chat, rev: Math.max(chat.rev, rev) })),
    timelines: put(state.timelines, chatId, next),
  };
}

/** The newer of both views of a chat; positions only ever move forward. */
function newerChat(mine: Chat | undefined, theirs: Chat): Chat {
  if (!mine) return theirs;
  return withPositions(mine.rev > theirs.rev ? { ...theirs, ...pickHead(mine) } : theirs, mine);
}

const withPositions = (chat: Chat, known: Chat | undefined): Chat =>
  (known?.members ?? []).reduce(
    (moved, member) => advance(moved, member.user_id, { read: member.read_seq, delivered: member.delivered_seq }),
    chat,
  );

const pickHead = ({ rev, last_seq, last_message, unread, updated_at }: Chat) => ({
  rev,
  last_seq,
  last_message,
  unread,
  updated_at,
});

/** Takes in a chat that was opened, here or by the other side. */
export function applyOpened<T extends Data>(state: T, chat: Chat): T {
  const timeline = state.timelines[chat.chat_id] ?? { ...emptyTimeline, loaded: chat.rev === 0, hasOlder: chat.last_seq > 0 };
  return {
    ...state,
    chats: put(state.chats, chat.chat_id, newerChat(state.chats[chat.chat_id], chat)),
    timelines: put(state.timelines, chat.chat_id, timeline),
  };
}

/** Takes in one chat of a sync answer (CL3): changes are merged, an incomplete answer replaces what was cached. */
export function applySynced<T extends Data>(state: T, synced: SyncedChat, liveRev: number): T {
  const { chat, messages, complete } = synced;
  const known = state.timelines[chat.chat_id];
  if (!complete) {
    const first = messages.reduce((lowest, message) => Math.min(lowest, message.seq), Infinity);
    return {
      ...state,
      // A revision heard on this connection meanwhile is above the answer and has to be fetched.
      chats: put(state.chats, chat.chat_id, {
        ...withPositions(chat, state.chats[chat.chat_id]),
        rev: Math.max(chat.rev, liveRev),
      }),
      timelines: put(state.timelines, chat.chat_id, timelineOfPage(messages, chat.rev, first > 1 && chat.last_seq > 0)),
    };
  }
  const newer = newerChat(state.chats[chat.chat_id], chat);
  const base = known ?? emptyTimeline;
  const merged = mergeMessages(base, messages);
  const hasOlder = base.loaded ? base.hasOlder : (merged[0]?.seq ?? chat.last_seq + 1) > 1;
  return {
    ...state,
    chats: put(state.chats, chat.chat_id, { ...newer, rev: Math.max(newer.rev, liveRev) }),
    timelines: put(state.timelines, chat.chat_id, {
      rev: Math.max(base.rev, chat.rev),
      messages: merged,
      hasOlder,
      loaded: true,
    }),
  };
}

/** The state without a chat. */
export function removeChat<T extends Data>(state: T, chatId: string): T {
  const chats = Object.fromEntries(Object.entries(state.chats).filter(([id]) => id !== chatId));
  const timelines = Object.fromEntries(Object.entries(state.timelines).filter(([id]) => id !== chatId));
  return { ...state, chats, timelines };
}

/** Takes over a person's new name in all chats (PR7). */
export function renameMember<T extends Data>(state: T, userId: string, name: string): T {
  const renamed = Object.values(state.chats).filter((chat) =>
    chat.members.some((member) => member.user_id === userId && member.display_name !== name),
  );
  if (renamed.length === 0) return state;
  const chats = { ...state.chats };
  for (const chat of renamed) {
    const members = chat.members.map((member) => (member.user_id === userId ? { ...member, display_name: name } : member));
    chats[chat.chat_id] = { ...chat, members };
  }
  return { ...state, chats };
}
