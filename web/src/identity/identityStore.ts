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

export const useIdentity = create<{ user: User | null }>()(() => ({ user: storedUser() }));

const tabs = openChannel<User>('identity', read);

/** Takes over what the server says about oneself, for this tab, the next visit and the other tabs. */
export function setUser(user: User): void {
  const before = useIdentity.getState().user;
  if (before && before.user_id === user.user_id && before.display_name === user.display_name) return;
  storage.set(key, JSON.stringify(user));
  useIdentity.setState({ user });
  tabs.post(user);
}

/** Forgets who one was; the next session is another guest. */
export const forgetUser = (): void => storage.remove(key);

/** Follows the other tabs: a rename at once, another identity by starting over. */
export function followOtherTabs(): void {
  tabs.listen((user) => {
    const mine = useIdentity.getState().user;
    if (mine && mine.user_id !== user.user_id) window.location.reload();
    else useIdentity.setState({ user });
  });
}
