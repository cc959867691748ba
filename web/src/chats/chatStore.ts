import { create } from 'zustand';
import type { Chat, Member } from '../protocol/entities';
import { hiddenAfter } from './hidden';
import { emptyTimeline, type Timeline } from './timeline';

/** Where the server keeps a message: the revision of its chat that brought it. */
export interface StoredAt {
  chat_id: string;
  rev: number;
}

/** A message on its way: shown at once, sent until the server answers (CL4). */
export interface OutboxItem {
  message_id: string;
  /** Exactly one of the two, as in the `MSG` frame; it never changes, for the server compares repeats. */
  target: { chat_id: string } | { to: string };
  content: string;
  /** What the person was called to whom it is addressed, for while there is no chat with them yet. */
  name?: string;
  created_at: string;
  /** Ascending in the order of writing, also across tabs. */
  order: number;
  /** The tab that sends it; empty while none does, because it was written without a connection. */
  owner: string;
  /** The server's refusal; an item with one waits for the person. */
  failed?: string;
  /** The server has it: it is not sent again, and stays in view until the timeline holds it. Not kept over a reload. */
  stored?: StoredAt;
}

/** Everything the client knows of chats. Ids are keys; members' own positions live in the chat, as on the server. */
export interface ChatsState {
  ownId: string;
  epoch: string | null;
  chats: Readonly<Record<string, Chat>>;
  timelines: Readonly<Record<string, Timeline>>;
  outbox: readonly OutboxItem[];
  /** Ids of outbox items that the browser could not keep: they last as long as the page. */
  unkept: readonly string[];
  /** A refused text on its way back into the composer of its conversation. */
  returned: { conversation: string; text: string } | null;
  /** Users who are typing, by chat. */
  typing: Readonly<Record<string, readonly string[]>>;
  /** Unsent texts by conversation key, see `conversationKey`. */
  drafts: Readonly<Record<string, string>>;
  /** Chats whose history is being fetched, and those where that failed. */
  history: Readonly<Record<string, 'loading' | 'failed'>>;
  /** Whether a sync was completed since the page was opened, so that an unknown chat is known not to exist. */
  synced: boolean;
}

export const noChats: ChatsState = {
  ownId: '',
  epoch: null,
  chats: {},
  timelines: {},
  outbox: [],
  unkept: [],
  returned: null,
  typing: {},
  drafts: {},
  history: {},
  synced: false,
};

export const useChats = create<ChatsState>()(() => noChats);

export const memberOf = (chat: Chat, userId: string): Member | undefined =>
  chat.members.find((member) => member.user_id === userId);

/** The other side of a direct chat. */
export const peerOf = (chat: Chat, ownId: string): Member | undefined => chat.members.find((member) => member.user_id !== ownId);

/**
 * Messages not read yet: counted from positions, so that it is the same on all devices. Hidden ones do not count: those that are
 * known here are left out, and for those that are not there is the server's word.
 */
export function unreadOf({ timelines, ownId }: Pick<ChatsState, 'timelines' | 'ownId'>, chat: Chat): number {
  const read = memberOf(chat, ownId)?.read_seq ?? chat.last_seq;
  if (read >= chat.last_seq) return 0;
  return Math.max(0, Math.min(chat.unread, chat.last_seq - read - hiddenAfter(timelines[chat.chat_id] ?? emptyTimeline, read)));
}

/** The direct chat with a user, when there is one. */
export const directChatWith = (state: ChatsState, userId: string): Chat | undefined =>
  Object.values(state.chats).find((chat) => chat.kind === 'direct' && peerOf(chat, state.ownId)?.user_id === userId);

/** Names a conversation the same before and after its chat is opened: direct ones by the other person. */
export function conversationKey(chat: Chat, ownId: string): string {
  const peer = chat.kind === 'direct' ? peerOf(chat, ownId) : undefined;
  return peer?.user_id ?? chat.chat_id;
}

/** Chats as the list shows them: the latest change first. */
export const sortedChats = (chats: ChatsState['chats']): Chat[] =>
  Object.values(chats).sort((a, b) => b.updated_at.localeCompare(a.updated_at) || a.chat_id.localeCompare(b.chat_id));
