import type { Block, Chat, Message, PresenceEntry, Session, User } from './entities';
import { readBlock, readChat, readMessage, readPresenceEntry, readSession, readUser } from './readEntities';
import { Reader } from './reader';

/** An access token; `expires_in` is in seconds. */
export interface TokenAnswer {
  access_token: string;
  expires_in: number;
}
export interface SessionAnswer extends TokenAnswer {
  user: User;
  session_id: string;
}
/** A one-time link to another device; `expires_in` is in seconds. */
export interface LinkAnswer {
  link_token: string;
  expires_in: number;
}
export interface MessagesAnswer {
  messages: Message[];
  more: boolean;
}
export interface ChangesAnswer extends MessagesAnswer {
  rev: number;
}
export interface DirectoryAnswer {
  users: PresenceEntry[];
  online_count: number;
  next_cursor: string | null;
}
/** One chat of a sync answer; `complete: false` means: forget what is cached of it and start from these messages. */
export interface SyncedChat {
  chat: Chat;
  messages: Message[];
  complete: boolean;
}
export interface SyncAnswer {
  epoch: string;
  reset: boolean;
  chats: SyncedChat[];
  removed: string[];
  more: boolean;
  next_cursor: string | null;
}

const token = (from: Reader): TokenAnswer => ({ access_token: from.text('access_token'), expires_in: from.number('expires_in') });

export const readTokenAnswer = (value: unknown): TokenAnswer => token(Reader.of(value));

export function readSessionAnswer(value: unknown): SessionAnswer {
  const from = Reader.of(value);
  return { ...token(from), user: from.object('user', readUser), session_id: from.text('session_id') };
}

export function readLinkAnswer(value: unknown): LinkAnswer {
  const from = Reader.of(value);
  return { link_token: from.text('link_token'), expires_in: from.number('expires_in') };
}

export const readSessionsAnswer = (value: unknown): Session[] => Reader.of(value).list('sessions', readSession);

export const readBlockAnswer = (value: unknown): Block => readBlock(Reader.of(value));

export const readBlocksAnswer = (value: unknown): Block[] => Reader.of(value).list('blocks', readBlock);

export const readUserAnswer = (value: unknown): User => readUser(Reader.of(value));

export const readChatAnswer = (value: unknown): Chat => readChat(Reader.of(value));

export function readMessagesAnswer(value: unknown): MessagesAnswer {
  const from = Reader.of(value);
  return { messages: from.list('messages', readMessage), more: from.flag('more') };
}

export function readChangesAnswer(value: unknown): ChangesAnswer {
  return { ...readMessagesAnswer(value), rev: Reader.of(value).number('rev') };
}

export function readDirectoryAnswer(value: unknown): DirectoryAnswer {
  const from = Reader.of(value);
  return {
    users: from.list('users', readPresenceEntry),
    online_count: from.number('online_count'),
    next_cursor: from.textOrNull('next_cursor'),
  };
}

const readSyncedChat = (from: Reader): SyncedChat => ({
  chat: from.object('chat', readChat),
  messages: from.list('messages', readMessage),
  complete: from.flag('complete'),
});

export function readSyncAnswer(value: unknown): SyncAnswer {
  const from = Reader.of(value);
  return {
    epoch: from.text('epoch'),
    reset: from.flag('reset'),
    chats: from.list('chats', readSyncedChat),
    removed: from.texts('removed'),
    more: from.flag('more'),
    next_cursor: from.textOrNull('next_cursor'),
  };
}
