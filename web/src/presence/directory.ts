import { create } from 'zustand';
import type { Api } from '../gateway/api';
import type { PresenceEntry } from '../protocol/entities';

/** A page-wise view of everybody who is online, for when the list over the socket is not complete. */
export interface DirectoryState {
  query: string;
  users: readonly PresenceEntry[];
  cursor: string | null;
  loading: boolean;
}

export const useDirectory = create<DirectoryState>()(() => ({ query: '', users: [], cursor: null, loading: false }));

/** Looks for people by a part of their name. */
export async function searchDirectory(api: Api, query: string): Promise<void> {
  useDirectory.setState({ query, loading: true });
  await load(api, query, undefined);
}

/** Loads the next page of the present search. */
export async function moreOfDirectory(api: Api): Promise<void> {
  const { query, cursor, loading } = useDirectory.getState();
  if (loading || !cursor) return;
  useDirectory.setState({ loading: true });
  await load(api, query, cursor);
}

async function load(api: Api, query: string, cursor: string | undefined): Promise<void> {
  try {
    const answer = await api.directory(query, cursor);
    useDirectory.setState((state) => {
      // An answer to an older search that came late.
      if (state.query !== query) return state;
      return { users: cursor ? [...state.users, ...answer.users] : answer.users, cursor: answer.next_cursor, loading: false };
    });
  } catch {
    // Offline or refused: what is shown stays, the next search tries again.
    useDirectory.setState((state) => (state.query === query ? { loading: false } : state));
  }
}
