import { forgetDatabase, forgetDatabases } from './database';
import { storage } from './storage';

const prefix = 'fastchat-';
/** Our own names in localStorage, and those under which MUI keeps the choice of light or dark. */
const kept = ['fastchat.', 'mui-'];

async function forgetCaches(): Promise<void> {
  if (typeof caches === 'undefined') return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(prefix)).map((name) => caches.delete(name)));
}

async function forgetServiceWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const home = new URL('.', window.location.href.replace(/#.*/, '')).href;
  const registration = await navigator.serviceWorker.getRegistration(home);
  // Other programs of the same host have their own.
  if (registration?.scope === home) await registration.unregister();
}

/**
 * Leaves nothing of a person in this browser: identity, drafts, settings, messages, the outbox, the kept page. What the
 * browser refuses to delete is let be; nothing here throws.
 */
export async function wipeBrowser(userId: string | null): Promise<void> {
  storage.wipe(...kept);
  const work = [forgetServiceWorker().then(forgetCaches), forgetDatabases(), userId ? forgetDatabase(userId) : null];
  await Promise.allSettled(work);
  // A tab that had not heard of it yet may have written meanwhile.
  storage.wipe(...kept);
}
