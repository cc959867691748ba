import { create } from 'zustand';
import { SessionEndedError } from '../gateway/connection';
import type { TokenSource } from '../gateway/api';
import { ApiError, request } from '../gateway/http';
import { readLinkAnswer, readSessionAnswer, readSessionsAnswer, type SessionAnswer } from '../protocol/answers';
import type { User } from '../protocol/entities';
import { forgetDatabase } from '../shared/database';
import { withLock } from '../shared/locks';
import { storage } from '../shared/storage';
import { setUser, storedUser } from './identityStore';
import { takeLink, type DeviceLink } from './link';

/** The link by which this page was opened, until the person has decided about it. */
export const useArrival = create<{ link: DeviceLink | 'broken' | null }>()(() => ({ link: null }));

/** What came of using a link. `foreign`: it belongs to somebody else than it says, and was not used here. */
export type Arrival = { is: 'done' } | { is: 'over' } | { is: 'failed' } | { is: 'foreign'; user: User };

/** Looks for a link in the address, now and when one is opened in this tab. */
export function watchForLinks(): void {
  const look = (): void => {
    const link = takeLink();
    if (link !== null) useArrival.setState({ link });
  };
  window.addEventListener('hashchange', look);
  look();
}

type Ended = Pick<SessionAnswer, 'session_id' | 'access_token'>;

const open = (link_token: string, more: object = {}): Promise<unknown> =>
  request('api/sessions', { method: 'POST', body: { link_token, ...more } });

/** Ends a session that this browser holds no cookie of, or not any more. Best effort: it would be of no use to anybody. */
const end = (session: Ended): Promise<unknown> =>
  request(`api/sessions/${session.session_id}`, { method: 'DELETE', token: session.access_token, withoutCookies: true }).catch(
    () => undefined,
  );

/**
 * Becomes whom the link belongs to, if that is whom it says. A first session without a cookie finds out whose it is, so that a
 * link that lies costs this browser nothing; the one that stays is made from that.
 */
async function exchange(link: DeviceLink): Promise<SessionAnswer | User> {
  const first = readSessionAnswer(await open(link.token, { refresh: 'body' }));
  if (first.user.user_id !== link.userId || first.user.display_name !== link.name) {
    await end(first);
    return first.user;
  }
  const second = await request('api/sessions/link', {
    method: 'POST',
    body: {},
    token: first.access_token,
    withoutCookies: true,
  }).then(readLinkAnswer);
  const session = readSessionAnswer(await open(second.link_token));
  await end(first);
  return session;
}

/** The session that this browser has, so that it can be ended when the cookie is another one's. */
async function currentSession(tokens: TokenSource): Promise<Ended | null> {
  try {
    const access_token = await tokens.get(false);
    const sessions = readSessionsAnswer(await request('api/sessions', { token: access_token }));
    const session_id = sessions.find((session) => session.current)?.session_id;
    return session_id === undefined ? null : { session_id, access_token };
  } catch (error) {
    // One that has ended is no reason to stay who one was.
    if (error instanceof SessionEndedError || (error instanceof ApiError && error.status === 401)) return null;
    throw error;
  }
}

/** Uses a link. Afterwards this page has to be loaded anew: all it knows is of the one it was. */
export async function acceptLink(link: DeviceLink, tokens: TokenSource): Promise<Arrival> {
  const old = storedUser();
  try {
    const before = old && (await currentSession(tokens));
    return await withLock('session', async () => {
      const made = await exchange(link);
      if (!('access_token' in made)) return { is: 'foreign', user: made };
      if (before) await end(before);
      storage.wipe('fastchat.');
      if (old) await forgetDatabase(old.user_id);
      setUser(made.user);
      storage.seal();
      return { is: 'done' };
    });
  } catch (error) {
    return { is: error instanceof ApiError && error.status === 401 ? 'over' : 'failed' };
  }
}
