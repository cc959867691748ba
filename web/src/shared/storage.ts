/** What could not be written: it is known for as long as the page lives, so that the page can rely on what it has just kept. */
const unwritten = new Map<string, string>();

/** Whether this page has to leave nothing behind any more. */
let isSealed = false;

/** localStorage that is allowed to be switched off or full: writing is best effort, and what fails is forgotten with the page. */
export const storage = {
  get(key: string): string | null {
    const kept = unwritten.get(key);
    if (kept !== undefined) return kept;
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key: string, value: string): void {
    if (isSealed) return void unwritten.set(key, value);
    try {
      localStorage.setItem(key, value);
      unwritten.delete(key);
    } catch {
      // A full or forbidden store costs persistence, never the chat.
      unwritten.set(key, value);
    }
  },
  remove(key: string): void {
    unwritten.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
  /** From now on nothing is written: what this page still wants to keep, a draft for instance, ends with it. */
  seal(): void {
    isSealed = true;
  },
  /** Takes away all that this and other pages have written under names that begin so. */
  wipe(...prefixes: string[]): void {
    unwritten.clear();
    try {
      const keys = Object.keys(localStorage).filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
      for (const key of keys) localStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
};
