import type { Block, Chat, Session, User } from '../protocol/entities';
import {
  readBlockAnswer,
  readBlocksAnswer,
  readChangesAnswer,
  readChatAnswer,
  readDirectoryAnswer,
  readLinkAnswer,
  readMessagesAnswer,
  readSessionsAnswer,
  readSyncAnswer,
  readUserAnswer,
  type ChangesAnswer,
  type DirectoryAnswer,
  type LinkAnswer,
  type MessagesAnswer,
  type SyncAnswer,
} from '../protocol/answers';
import { ApiError, request, type Call } from './http';

/** Where access tokens come from. `fresh` asks for a new one because the last was refused. */
export interface TokenSource {
  get(fresh: boolean): Promise<string>;
  /** Gives up the request that is under way, so that what waits for it fails and can begin anew. */
  drop(): void;
  /** The person signed out: nothing is given any more, and above all no new guest is made. */
  end(): void;
}

export interface SyncRequest {
  epoch: string | null;
  revs: Record<string, number>;
  cursor?: string;
}

/** The REST calls about chats. */
export interface ChatsApi {
  openChat(userId: string): Promise<Chat>;
  chat(chatId: string): Promise<Chat>;
  /** Messages before the given place, or the latest ones, ascending. */
  messages(chatId: string, before?: number): Promise<MessagesAnswer>;
  changes(chatId: string, after: number): Promise<ChangesAnswer>;
  sync(body: SyncRequest): Promise<SyncAnswer>;
}

/** The REST calls about oneself, and about whom one does not want to hear from. */
export interface IdentityApi {
  rename(displayName: string): Promise<User>;
  /** Where the user is signed in, used last first. */
  sessions(): Promise<Session[]>;
  revoke(sessionId: string): Promise<void>;
  /** Ends this browser's session. */
  signOut(): Promise<void>;
  /** A one-time link that takes the identity to another device. */
  link(): Promise<LinkAnswer>;
  /** Whom the user has blocked, the latest first. */
  blocks(): Promise<Block[]>;
  block(userId: string): Promise<Block>;
  unblock(userId: string): Promise<void>;
}

/** The REST calls of a signed-in user. */
export interface Api extends ChatsApi, IdentityApi {
  directory(query: string, cursor?: string): Promise<DirectoryAnswer>;
}

const directoryPage = 50;

/** Takes something away; that it is not there any more is what was wanted. */
const gone = (answer: Promise<unknown>): Promise<void> =>
  answer.then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    },
  );

/** Makes the API on a source of tokens; a refused token is replaced and the call repeated once. */
export function createApi(tokens: TokenSource): Api {
  const call = async (path: string, options: Call = {}): Promise<unknown> => {
    try {
      return await request(path, { ...options, token: await tokens.get(false) });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      return request(path, { ...options, token: await tokens.get(true) });
    }
  };
  const query = (values: Record<string, string | number | undefined>): string => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
    return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
  };
  return {
    rename: async (displayName) => readUserAnswer(await call('api/me', { method: 'PATCH', body: { display_name: displayName } })),
    openChat: async (userId) => readChatAnswer(await call('api/chats', { method: 'POST', body: { user_id: userId } })),
    chat: async (chatId) => readChatAnswer(await call(`api/chats/${chatId}`)),
    messages: async (chatId, before) => readMessagesAnswer(await call(`api/chats/${chatId}/messages${query({ before })}`)),
    changes: async (chatId, after) => readChangesAnswer(await call(`api/chats/${chatId}/changes${query({ after })}`)),
    sync: async (body) => readSyncAnswer(await call('api/sync', { method: 'POST', body, twice: true })),
    sessions: async () => readSessionsAnswer(await call('api/sessions')),
    revoke: (sessionId) => gone(call(`api/sessions/${sessionId}`, { method: 'DELETE' })),
    signOut: () => gone(call('api/sessions/current', { method: 'DELETE' })),
    link: async () => readLinkAnswer(await call('api/sessions/link', { method: 'POST', body: {} })),
    blocks: async () => readBlocksAnswer(await call('api/blocks')),
    block: async (userId) => readBlockAnswer(await call('api/blocks', { method: 'POST', body: { user_id: userId } })),
    unblock: (userId) => gone(call(`api/blocks/${userId}`, { method: 'DELETE' })),
    directory: async (q, cursor) =>
      readDirectoryAnswer(await call(`api/presence/online${query({ q, limit: directoryPage, cursor })}`)),
  };
}
