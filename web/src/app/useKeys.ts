import { useEffect } from 'react';
import { sortedChats, useChats } from '../chats/chatStore';
import { currentRoute, goTo } from '../shared/route';
import type { DialogName } from './useDialogs';

const isField = (element: EventTarget | null): boolean =>
  element instanceof HTMLInputElement ||
  element instanceof HTMLTextAreaElement ||
  (element instanceof HTMLElement && element.isContentEditable);

function goToNeighbour(step: 1 | -1): void {
  const chats = sortedChats(useChats.getState().chats);
  if (chats.length === 0) return;
  const route = currentRoute();
  const at = route.page === 'chat' ? chats.findIndex((chat) => chat.chat_id === route.chatId) : -1;
  const start = step === 1 ? 0 : chats.length - 1;
  const next = chats[at === -1 ? start : (at + step + chats.length) % chats.length];
  if (next) goTo({ page: 'chat', chatId: next.chat_id });
}

/** The keys that work everywhere on the page. */
export function useKeys(show: (name: DialogName) => void, inDialog: boolean): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.isComposing || inDialog) return;
      const handled = act(event, show);
      if (handled) event.preventDefault();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [show, inDialog]);
}

function act(event: KeyboardEvent, show: (name: DialogName) => void): boolean {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return (show('search'), true);
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    goToNeighbour(event.key === 'ArrowDown' ? 1 : -1);
    return true;
  }
  if (event.key === 'Escape' && !event.defaultPrevented && currentRoute().page !== 'home') return (goTo({ page: 'home' }), true);
  if (event.key === '?' && !isField(event.target)) return (show('keys'), true);
  return false;
}
