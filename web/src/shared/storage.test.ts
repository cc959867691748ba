import { afterEach, expect, it, vi } from 'vitest';
import { storage } from './storage';

afterEach(() => vi.unstubAllGlobals());

const refuse = (): never => {
  throw new DOMException('denied', 'SecurityError');
};

it('knows what it was told while the store is forbidden', () => {
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  expect(storage.get('a')).toBeNull();
  storage.set('a', '1');
  expect(storage.get('a')).toBe('1');
  storage.remove('a');
  expect(storage.get('a')).toBeNull();
});

it('keeps nothing any more once it is sealed, and takes away what is ours and nothing else', async () => {
  const kept: Record<string, string> = { 'fastchat.identity': 'x', 'mui-mode': 'dark', other: 'y' };
  const methods = {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void delete kept[key],
  };
  // As in a browser, the keys are the object's own members.
  vi.stubGlobal('localStorage', new Proxy(kept, { get: (_, name: string) => methods[name as keyof typeof methods] }));
  vi.resetModules();
  const fresh = (await import('./storage')).storage;
  fresh.seal();
  fresh.set('fastchat.draft', 'late');
  fresh.wipe('fastchat.', 'mui-');
  expect(kept).toEqual({ other: 'y' });
  expect(fresh.get('fastchat.draft')).toBeNull();
});

it('knows the newer value when the store was full, and lets go of it once it is written', () => {
  const kept = new Map([['a', 'old']]);
  let isFull = true;
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => (isFull ? refuse() : kept.set(key, value)),
    removeItem: (key: string) => kept.delete(key),
  });
  storage.set('a', 'new');
  expect(storage.get('a')).toBe('new');
  isFull = false;
  storage.set('a', 'newest');
  kept.set('a', 'of another tab');
  expect(storage.get('a')).toBe('of another tab');
});
