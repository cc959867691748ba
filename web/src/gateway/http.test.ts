import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError, request } from './http';

const fetching = vi.fn<typeof fetch>();
const answer = (value: unknown): Response => new Response(JSON.stringify(value));
const never = (_: unknown, options?: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { location: { href: 'http://chat.example/' } });
  vi.stubGlobal('fetch', fetching);
  fetching.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a call that may be repeated is made once more when nothing comes, and the first answer counts', async () => {
  fetching.mockImplementationOnce(never).mockResolvedValueOnce(answer({ from: 'second' }));
  const asked = request('api/sync', { twice: true });
  await vi.advanceTimersByTimeAsync(2999);
  expect(fetching).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await asked).toEqual({ from: 'second' });
});

it('an answer in time, or a failure, is not asked for again', async () => {
  fetching.mockResolvedValueOnce(answer({ from: 'first' })).mockRejectedValueOnce(new TypeError('no network'));
  expect(await request('api/sync', { twice: true })).toEqual({ from: 'first' });
  await expect(request('api/sync', { twice: true })).rejects.toMatchObject({ code: 'NETWORK' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fetching).toHaveBeenCalledTimes(2);
});

it('other calls are made once, however long they take', async () => {
  fetching.mockImplementation(never);
  const end = new AbortController();
  const asked = request('api/chats', { method: 'POST', body: {}, signal: end.signal });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fetching).toHaveBeenCalledTimes(1);
  end.abort();
  await expect(asked).rejects.toThrow(ApiError);
});
