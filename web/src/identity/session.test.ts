import { describe, expect, it, vi } from 'vitest';
import { SessionEndedError } from '../gateway/connection';
import { ApiError } from '../gateway/http';
import type { User } from '../protocol/entities';
import { createTokenSource, type SessionWorld } from './session';

const user: User = { user_id: '0199f3a2-7c10-7b3e-9d52-4f6b1c2a8e01', display_name: 'Quiet Otter', kind: 'guest' };

/** Two tabs share what is in here: the stored user, the lock, the server. */
function browser() {
  let stored: User | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const shared = {
    now: 0,
    createGuest: vi.fn(async () => ({ user, session_id: 's', access_token: 'first', expires_in: 600 })),
    refresh: vi.fn(async () => ({ access_token: 'next', expires_in: 600 })),
  };
  const world = (): SessionWorld => ({
    createGuest: shared.createGuest,
    refresh: shared.refresh,
    storedUser: () => stored,
    arrived: async (arrived) => void (stored = arrived),
    exclusively: (work) => {
      const turn = last.then(work, work);
      last = turn;
      return turn;
    },
    now: () => shared.now,
  });
  return { shared, world, store: (value: User) => void (stored = value) };
}

describe('access tokens', () => {
  it('a refresh that hangs on a dead network is given up when asked, and the next one is a new request', async () => {
    const { shared, world, store } = browser();
    store(user);
    const hung: AbortSignal[] = [];
    const tokens = createTokenSource({
      ...world(),
      refresh: (signal) =>
        new Promise((_, reject) => {
          hung.push(signal);
          signal.addEventListener('abort', () => reject(new ApiError(0, 'NETWORK', '', 0)));
        }),
    });
    const first = tokens.get(false);
    await vi.waitFor(() => expect(hung).toHaveLength(1));
    tokens.drop();
    await expect(first).rejects.toThrow(ApiError);
    void tokens.get(false).catch(() => undefined);
    await vi.waitFor(() => expect(hung).toHaveLength(2));
    expect(hung[1]?.aborted).toBe(false);
    expect(shared.createGuest).not.toHaveBeenCalled();
  });

  it('ID2 two tabs that open at once make one guest', async () => {
    const { shared, world } = browser();
    const tokens = await Promise.all([createTokenSource(world()).get(false), createTokenSource(world()).get(false)]);
    expect(tokens).toEqual(['first', 'next']);
    expect(shared.createGuest).toHaveBeenCalledTimes(1);
  });

  it('are kept in memory until half a minute before their end', async () => {
    const { shared, world, store } = browser();
    store(user);
    const source = createTokenSource(world());
    await source.get(false);
    shared.now = 569_000;
    await source.get(false);
    expect(shared.refresh).toHaveBeenCalledTimes(1);
    shared.now = 570_001;
    await source.get(false);
    expect(shared.refresh).toHaveBeenCalledTimes(2);
  });

  it('are fetched once by callers who ask at the same time', async () => {
    const { shared, world, store } = browser();
    store(user);
    const source = createTokenSource(world());
    await Promise.all([source.get(true), source.get(true), source.get(false)]);
    expect(shared.refresh).toHaveBeenCalledTimes(1);
  });

  it('none is given and no guest made once the person has signed out', async () => {
    const { shared, world } = browser();
    const source = createTokenSource(world());
    source.end();
    await expect(source.get(true)).rejects.toThrow(SessionEndedError);
    expect(shared.createGuest).not.toHaveBeenCalled();
  });

  it('ID3 end with the session, while a network failure ends nothing', async () => {
    const { shared, world, store } = browser();
    store(user);
    const source = createTokenSource(world());
    shared.refresh.mockRejectedValueOnce(new ApiError(401, 'UNAUTHORIZED', '', 0));
    await expect(source.get(true)).rejects.toThrow(SessionEndedError);
    shared.refresh.mockRejectedValueOnce(new ApiError(0, 'NETWORK', '', 0));
    await expect(source.get(true)).rejects.toThrow(ApiError);
    await expect(source.get(true)).resolves.toBe('next');
  });
});
