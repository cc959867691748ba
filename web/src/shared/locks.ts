import { newId } from './ids';
import { storage } from './storage';

const leaseMs = 4000;
const settleMs = 60;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Web Locks exist only in secure contexts; everything that uses them has to work without. */
export const webLocks = (): LockManager | undefined => (typeof navigator === 'undefined' ? undefined : navigator.locks);

interface Lease {
  by: string;
  until: number;
}

function leaseIn(key: string): Lease | null {
  try {
    return JSON.parse(storage.get(key) ?? 'null') as Lease | null;
  } catch {
    return null;
  }
}

/** A lease in localStorage: weaker than a lock (two tabs within a tick may both win), enough to keep two tabs apart. */
async function withLease<T>(name: string, work: () => Promise<T>): Promise<T> {
  const key = `fastchat.lease.${name}`;
  const mine = newId();
  for (;;) {
    const other = leaseIn(key);
    // One that lasts longer than any of ours was written by a clock that has been set back since.
    if (!other || other.until < Date.now() || other.until > Date.now() + leaseMs) {
      storage.set(key, JSON.stringify({ by: mine, until: Date.now() + leaseMs }));
      await pause(settleMs);
      if (leaseIn(key)?.by === mine) break;
    }
    await pause(settleMs + Math.random() * settleMs);
  }
  try {
    return await work();
  } finally {
    if (leaseIn(key)?.by === mine) storage.remove(key);
  }
}

/** Runs `work` in one tab at a time. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = webLocks();
  if (!locks) return withLease(name, work);
  return locks.request(`fastchat.${name}`, work) as Promise<T>;
}

/** Holds a lock for as long as this tab lives, so that others can tell whether it does. */
export function holdWhileAlive(name: string): void {
  void webLocks()?.request(`fastchat.${name}`, () => new Promise(() => undefined));
}

/** Whether some tab holds the lock. Without Web Locks nobody can tell, and the answer is no. */
export async function isHeld(name: string): Promise<boolean> {
  const locks = webLocks();
  if (!locks) return false;
  return locks.request(`fastchat.${name}`, { ifAvailable: true }, (lock) => Promise.resolve(lock === null));
}
