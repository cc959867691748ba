import { storage } from '../shared/storage';
import { useChats } from './chatStore';

const prefix = 'fastchat.draft.';

/** Reads the drafts of earlier visits. */
export function loadDrafts(): void {
  const drafts: Record<string, string> = {};
  try {
    for (const key of Object.keys(localStorage)) {
      const text = key.startsWith(prefix) ? localStorage.getItem(key) : null;
      if (text) drafts[key.slice(prefix.length)] = text;
    }
  } catch {
    // Storage is switched off: no drafts.
  }
  useChats.setState({ drafts });
}

/** Keeps, or with an empty text forgets, what is being written in a conversation. */
export function keepDraft(conversation: string, text: string): void {
  const { drafts } = useChats.getState();
  if ((drafts[conversation] ?? '') === text) return;
  if (text === '') {
    storage.remove(prefix + conversation);
    useChats.setState({ drafts: Object.fromEntries(Object.entries(drafts).filter(([key]) => key !== conversation)) });
  } else {
    storage.set(prefix + conversation, text);
    useChats.setState({ drafts: { ...drafts, [conversation]: text } });
  }
}
