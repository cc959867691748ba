import { useSyncExternalStore } from 'react';

/** Where in the page one is. `person` is a chat that is not opened yet. */
export type Route = { page: 'home' } | { page: 'chat'; chatId: string } | { page: 'person'; userId: string };

const id = /^[0-9a-f-]{36}$/;

/** Reads a location hash; whatever is not understood is home. */
export function parseRoute(hash: string): Route {
  const [, kind, value = ''] = hash.replace(/^#/, '').split('/');
  if (kind === 'c' && id.test(value)) return { page: 'chat', chatId: value };
  if (kind === 'u' && id.test(value)) return { page: 'person', userId: value };
  return { page: 'home' };
}

const hashOf = (route: Route): string =>
  route.page === 'chat' ? `#/c/${route.chatId}` : route.page === 'person' ? `#/u/${route.userId}` : '#/';

const changed = new EventTarget();

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener('hashchange', listener);
  changed.addEventListener('change', listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener('hashchange', listener);
    changed.removeEventListener('change', listener);
  };
}

/** The present route, re-rendering on change. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return parseRoute(hash);
}

export const currentRoute = (): Route => parseRoute(window.location.hash);

/**
 * Goes to a route. From home a history entry is added, so that the back gesture of a phone leads to the list;
 * from chat to chat the entry is replaced, so that back never walks through every chat one looked at.
 */
export function goTo(route: Route): void {
  const hash = hashOf(route);
  if (hash === window.location.hash) return;
  if (route.page === 'home') return leave();
  if (currentRoute().page === 'home') window.history.pushState({ fromHome: true }, '', hash);
  else window.history.replaceState(window.history.state, '', hash);
  changed.dispatchEvent(new Event('change'));
}

function leave(): void {
  const state: unknown = window.history.state;
  if (typeof state === 'object' && state !== null && 'fromHome' in state) return window.history.back();
  window.history.replaceState(null, '', '#/');
  changed.dispatchEvent(new Event('change'));
}
