import type { Chat } from '../protocol/entities';
import {
  readChangesAnswer,
  readChatAnswer,
  readDirectoryAnswer,
  readMessagesAnswer,
  readSyncAnswer,
  readUserAnswer,
  type ChangesAnswer,
  type DirectoryAnswer,
  type MessagesAnswer,
  type SyncAnswer,
} from '../protocol/answers';
import type { User } from '../protocol/entities';
import { ApiError, request, type Call } from './http';

/** Where access tokens come from. `fresh` asks for a new one because the last was refused. */
export interface TokenSource {
  get(fresh: boolean): Promise<string>;
  /** Gives up the request that is under way, so that what waits for it fails and can begin anew. */
  drop(): void;
}

export interface SyncRequest {
  epoch: string | null;
  revs: Record<string, number>;
  cursor?: string;
}

/** The REST calls of a signed-in user. */
export interface Api {
  rename(displayName: string): Promise<User>;
  openChat(userId: string): Promise<Chat>;
  chat(chatId: string): Promise<Chat>;
  /** Messages before the given place, or the latest ones, ascending. */
  messages(chatId: string, before?: number): Promise<MessagesAnswer>;
  changes(chatId: string, after: number): Promise<ChangesAnswer>;
  sync(body: SyncRequest): Promise<SyncAnswer>;
  directory(query: string, cursor?: string): Promise<DirectoryAnswer>;
}

const directoryPage = 50;

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
    directory: async (q, cursor) =>
      readDirectoryAnswer(await call(`api/presence/online${query({ q, limit: directoryPage, cursor })}`)),
  };
}
