import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useState } from 'react';
import type { Chat } from '../protocol/entities';
import { useChatActions } from './actions';
import { useChats } from './chatStore';
import { hiddenAfter } from './hidden';
import { emptyTimeline } from './timeline';
import type { Entries } from './useEntries';

/** Pixels of the end that may be out of view while it still counts as seen. */
const endInView = 60;

const hasAttention = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** Whether the window is visible and has the focus. */
export function useAttention(): boolean {
  const [attention, setAttention] = useState(hasAttention);
  useEffect(() => {
    const look = (): void => setAttention(hasAttention());
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return attention;
}

/**
 * Tells whether the end is in view and how many messages came since it was not.
 * Marks the chat as read only while the window has the focus and the end is in view.
 */
export function useReading(
  chat: Chat | null,
  list: Virtualizer<HTMLDivElement, Element>,
  entries: Entries,
  attention: boolean,
): { atEnd: boolean; fresh: number } {
  const { read } = useChatActions();
  const atEnd = entries.count === 0 || list.range === null || list.isAtEnd(endInView);
  const chatId = chat?.chat_id;
  const lastSeq = chat?.last_seq ?? 0;

  const [seen, setSeen] = useState(lastSeq);
  useEffect(() => {
    if (!atEnd) return;
    setSeen(lastSeq);
    if (chatId && attention && list.range !== null) read(chatId);
  }, [atEnd, attention, chatId, lastSeq, list, read]);

  const hidden = useChats(({ timelines }) =>
    chatId && lastSeq > seen ? hiddenAfter(timelines[chatId] ?? emptyTimeline, seen) : 0,
  );
  return { atEnd, fresh: Math.max(0, lastSeq - seen - hidden) };
}
