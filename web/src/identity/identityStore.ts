import { create } from 'zustand';
import type { User } from '../protocol/entities';
import { Reader } from '../protocol/reader';
import { readUser } from '../protocol/readEntities';
import { openChannel } from '../shared/channel';
import { storage } from '../shared/storage';

const key = 'fastchat.identity';

function read(value: unknown): User | null {
  try {
    return readUser(Reader.of(value));
  } catch {
    return null;
  }
}

/** The user this browser was last, or null. Never a token: those live in memory and in an HttpOnly cookie. */
export function storedUser(): User | null {
  try {
    return read(JSON.parse(storage.get(key) ?? 'null'));
  } catch {
    return null;
  }
}

interface IdentityState {
  user: User | null;
  /** The person is signing out: what the server says about the end of the session is no news. */
  leaving: boolean;
}

export const useIdentity = create<IdentityState>()(() => ({ user: storedUser(), leaving: false }));

const tabs = openChannel<User>('identity', read);

/** Takes over what the server says about oneself, for this tab, the next visit and the other tabs. */
export function setUser(user: User): void {
  const before = useIdentity.getState().user;
  if (before && before.user_id === user.user_id && before.display_name === user.display_name) return;
  storage.set(key, JSON.stringify(user));
  useIdentity.setState({ user });
  tabs.post(user);
}

/** Follows the other tabs: a rename at once, another identity by starting over. */
export function followOtherTabs(): void {
  tabs.listen((user) => {
    const mine = useIdentity.getState().user;
    if (!mine || mine.user_id === user.user_id) return useIdentity.setState({ user });
    // A draft that is written down on the way out would be found by the next one.
    storage.seal();
    window.location.reload();
  });
}
