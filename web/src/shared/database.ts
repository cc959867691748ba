import { deleteDB, openDB, type IDBPDatabase } from 'idb';

/** Object stores of the browser's database. The domains decide what their values hold. */
export type StoreName = 'chats' | 'outbox' | 'meta';

/** A key-value view of IndexedDB, one database per user, so that a new identity never sees another's messages. */
export interface Database {
  all(store: StoreName): Promise<unknown[]>;
  get(store: StoreName, key: string): Promise<unknown>;
  put(store: StoreName, key: string, value: unknown): Promise<void>;
  remove(store: StoreName, key: string): Promise<void>;
  clear(store: StoreName): Promise<void>;
}

const nameOf = (userId: string): string => `fastchat.${userId}`;

/** Some browsers leave a request to open unanswered for ever; nothing may wait for that. */
const openMs = 3000;

const tooLong = (): Promise<null> => new Promise((resolve) => setTimeout(() => resolve(null), openMs));

async function open(userId: string): Promise<IDBPDatabase | null> {
  try {
    return await openDB(nameOf(userId), 1, {
      upgrade(db) {
        for (const store of ['chats', 'outbox', 'meta']) db.createObjectStore(store);
      },
      // Another tab deletes the database (new identity): let it.
      blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
    });
  } catch {
    return null;
  }
}

/** Opens the user's database. Where IndexedDB is forbidden (some private windows) nothing is kept, and nothing fails. */
export function openDatabase(userId: string): Database {
  const opened = Promise.race([open(userId), tooLong()]);
  const run = async <T>(otherwise: T, work: (db: IDBPDatabase) => Promise<T>): Promise<T> => {
    const db = await opened;
    if (!db) return otherwise;
    try {
      return await work(db);
    } catch {
      return otherwise;
    }
  };
  return {
    all: (store) => run<unknown[]>([], (db) => db.getAll(store)),
    get: (store, key) => run<unknown>(undefined, (db) => db.get(store, key)),
    put: (store, key, value) => run(undefined, async (db) => void (await db.put(store, value, key))),
    remove: (store, key) => run(undefined, (db) => db.delete(store, key)),
    clear: (store) => run(undefined, (db) => db.clear(store)),
  };
}

/** Forgets all that is cached for a user. */
export async function forgetDatabase(userId: string): Promise<void> {
  await deleteDB(nameOf(userId)).catch(() => undefined);
}
