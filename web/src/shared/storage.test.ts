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
