import type { TokenSource } from '../gateway/api';
import { SessionEndedError } from '../gateway/connection';
import { ApiError } from '../gateway/http';
import type { User } from '../protocol/entities';
import type { SessionAnswer, TokenAnswer } from '../protocol/answers';

/** What the session keeper needs of the world; times in milliseconds. */
export interface SessionWorld {
  createGuest(): Promise<SessionAnswer>;
  refresh(signal: AbortSignal): Promise<TokenAnswer>;
  storedUser(): User | null;
  arrived(user: User): Promise<void>;
  /** One tab at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  now(): number;
}

const marginMs = 30_000;

/**
 * Gives access tokens: makes the guest at the first visit, refreshes afterwards. Both run in one tab at a time, so that two
 * tabs that open at once become one guest, and the refresh cookie is not rotated twice side by side.
 */
export function createTokenSource(world: SessionWorld): TokenSource {
  let token: string | null = null;
  let goodUntil = 0;
  let running: Promise<string> | null = null;
  let refreshing = new AbortController();
  let ended = false;

  const keep = (answer: TokenAnswer): string => {
    token = answer.access_token;
    goodUntil = world.now() + answer.expires_in * 1000 - marginMs;
    return token;
  };

  const renew = async (): Promise<string> => {
    if (ended) throw new SessionEndedError();
    if (!world.storedUser()) {
      const session = await world.createGuest();
      await world.arrived(session.user);
      return keep(session);
    }
    try {
      return keep(await world.refresh(refreshing.signal));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) throw new SessionEndedError();
      throw error;
    }
  };

  const renewed = async (): Promise<string> => {
    const value = await world.exclusively(renew);
    const user = world.storedUser();
    // Another tab may have made the guest while this one waited for its turn.
    if (user) await world.arrived(user);
    return value;
  };

  return {
    get(fresh) {
      if (!fresh && token && world.now() < goodUntil) return Promise.resolve(token);
      running ??= renewed().finally(() => (running = null));
      return running;
    },
    drop() {
      refreshing.abort();
      refreshing = new AbortController();
    },
    end() {
      ended = true;
      token = null;
      refreshing.abort();
    },
  };
}
