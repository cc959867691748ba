/** A channel to the other tabs of the same origin; silent where the browser has none. */
export interface TabChannel<T> {
  post(message: T): void;
  listen(handler: (message: T) => void): void;
}

/** Opens the named channel. Messages come from our own code in another tab, perhaps of another version: `read` checks them. */
export function openChannel<T>(name: string, read: (value: unknown) => T | null): TabChannel<T> {
  if (typeof BroadcastChannel === 'undefined') return { post: () => undefined, listen: () => undefined };
  const channel = new BroadcastChannel(`fastchat.${name}`);
  return {
    post: (message) => channel.postMessage(message),
    listen: (handler) =>
      channel.addEventListener('message', (event: MessageEvent<unknown>) => {
        const message = read(event.data);
        if (message !== null) handler(message);
      }),
  };
}
