import { deleteDB, openDB, type IDBPDatabase } from 'idb';

/** Object stores of the browser's database. The domains decide what their values hold. */
export type StoreName = 'chats' | 'outbox' | 'meta';

/** What became of a change: `absent` when there was nothing to change, `unavailable` when nothing can be kept at all. */
export type Changed = 'changed' | 'refused' | 'absent' | 'unavailable';

/** A key-value view of IndexedDB, one database per user, so that a new identity never sees another's messages. */
export interface Database {
  /** Whether values are kept at all, as far as that is known. */
  isOpen(): boolean;
  all(store: StoreName): Promise<unknown[]>;
  get(store: StoreName, key: string): Promise<unknown>;
  /** Keeps a value; false when the browser does not, because storage is forbidden, full or broken. */
  put(store: StoreName, key: string, value: unknown): Promise<boolean>;
  /** Changes a value in one transaction, which no other tab can come between; `change` gives `undefined` to refuse. */
  change(store: StoreName, key: string, change: (value: unknown) => unknown): Promise<Changed>;
  remove(store: StoreName, key: string): Promise<void>;
  clear(store: StoreName): Promise<void>;
  /** Keeps nothing any more, and lets the database go. */
  close(): void;
}

const prefix = 'fastchat.';
const nameOf = (userId: string): string => prefix + userId;

/** Some browsers leave a request to open unanswered for long, or for ever; nothing may wait for that. */
const openMs = 3000;

const tooLong = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, openMs));

/** What a person wrote reaches the disk before it counts as kept; what can be fetched again need not. */
const durabilityOf = (store: StoreName): IDBTransactionOptions => ({ durability: store === 'outbox' ? 'strict' : 'relaxed' });

class BrowserDatabase implements Database {
  private db: IDBPDatabase | null = null;
  private isClosed = false;
  private opening: Promise<void>;
  /** The one wait that everybody shares: who comes later goes on at once. */
  private patience = tooLong();

  constructor(
    private readonly name: string,
    private readonly openedLate: () => void,
  ) {
    this.opening = this.open();
  }

  isOpen = (): boolean => this.db !== null;

  all = (store: StoreName): Promise<unknown[]> => this.run<unknown[]>([], (db) => db.getAll(store));

  get = (store: StoreName, key: string): Promise<unknown> => this.run<unknown>(undefined, (db) => db.get(store, key));

  put = (store: StoreName, key: string, value: unknown): Promise<boolean> =>
    this.run(false, async (db) => {
      const work = db.transaction(store, 'readwrite', durabilityOf(store));
      // Committed with the request itself: a page that is closed the next moment would else take it along.
      await Promise.all([work.store.put(value, key), work.commit(), work.done]);
      return true;
    });

  change = (store: StoreName, key: string, change: (value: unknown) => unknown): Promise<Changed> =>
    this.run<Changed>('unavailable', async (db) => {
      const work = db.transaction(store, 'readwrite', durabilityOf(store));
      const before: unknown = await work.store.get(key);
      const after = before === undefined ? undefined : change(before);
      if (after !== undefined) await work.store.put(after, key);
      await work.done;
      return before === undefined ? 'absent' : after === undefined ? 'refused' : 'changed';
    });

  remove = (store: StoreName, key: string): Promise<void> => this.run(undefined, (db) => db.delete(store, key));

  clear = (store: StoreName): Promise<void> => this.run(undefined, (db) => db.clear(store));

  close = (): void => {
    this.isClosed = true;
    this.db?.close();
    this.db = null;
  };

  private async open(): Promise<void> {
    let isLate = false;
    void this.patience.then(() => (isLate = this.db === null));
    try {
      this.db = await openDB(this.name, 1, {
        upgrade(db) {
          for (const store of ['chats', 'outbox', 'meta']) db.createObjectStore(store);
        },
        // Another tab deletes the database (new identity): let it.
        blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
        // The browser gave it up (storage cleared, disk broken for a moment): what comes now is kept in a new one.
        terminated: () => {
          this.db = null;
          if (this.isClosed) return;
          this.patience = tooLong();
          this.opening = this.open();
        },
      });
    } catch {
      // Forbidden, as in some private windows: nothing is kept, and nothing fails.
    }
    if (this.isClosed) return this.close();
    if (isLate && this.db) this.openedLate();
  }

  private async run<T>(otherwise: T, work: (db: IDBPDatabase) => Promise<T>): Promise<T> {
    if (this.isClosed) return otherwise;
    if (!this.db) await Promise.race([this.opening, this.patience]);
    if (!this.db) return otherwise;
    try {
      return await work(this.db);
    } catch {
      return otherwise;
    }
  }
}

/**
 * Opens the user's database. Where IndexedDB is forbidden nothing is kept, and nothing fails. `openedLate` is told when it
 * opened after the first callers had been sent on without it.
 */
export const openDatabase = (userId: string, openedLate: () => void = () => undefined): Database =>
  new BrowserDatabase(nameOf(userId), openedLate);

/** How long to wait for a tab that does not let a database go: it is frozen, and the browser deletes it once it is not. */
const deleteMs = 2000;

const forget = (name: string): Promise<void> =>
  Promise.race([deleteDB(name).catch(() => undefined), new Promise<void>((resolve) => setTimeout(resolve, deleteMs))]);

/** Forgets all that is cached for a user. */
export const forgetDatabase = (userId: string): Promise<void> => forget(nameOf(userId));

/** Forgets what is cached for anybody who was here in this browser. */
export async function forgetDatabases(): Promise<void> {
  // Old browsers can't list them; the caller names the one that it knows.
  const known = await indexedDB.databases().catch(() => []);
  await Promise.all(known.flatMap(({ name }) => (name?.startsWith(prefix) ? [forget(name)] : [])));
}
