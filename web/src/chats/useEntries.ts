import { useMemo } from 'react';
import type { Message } from '../protocol/entities';
import { useChats, type OutboxItem } from './chatStore';
import { entryOfHidden, entryOfItem, entryOfMessage, type Entry } from './entries';
import { rowOf, rowStarts } from './hidden';
import { emptyTimeline, indexOfSeq } from './timeline';

/** The lines of a conversation by index, made when they are looked at: a chat may have 100,000. */
export interface Entries {
  count: number;
  at(index: number): Entry | undefined;
  /** Where the message with this place stands, or would. */
  indexOf(seq: number): number;
}

// Entries keep their identity as long as their message does, so that unchanged rows are not rendered again.
const ofMessages = new WeakMap<Message, Entry>();
const ofItems = new WeakMap<OutboxItem, Entry>();

function remembered<K extends object>(memory: WeakMap<K, Entry>, key: K, make: () => Entry): Entry {
  const known = memory.get(key);
  if (known) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

function hiddenRun(first: Message, count: number): Entry {
  const known = ofMessages.get(first);
  if (known?.hidden === count) return known;
  const made = entryOfHidden(first, count);
  ofMessages.set(first, made);
  return made;
}

/** Among so many latest messages one may stand that still waits: more than the cache or an answer of a sync brings. */
const recent = 300;

/** Stored messages by `seq`, own waiting ones last (CL4). */
export function useEntries(chatId: string | null, conversation: string): Entries {
  const timeline = useChats((state) => (chatId ? state.timelines[chatId] : undefined)) ?? emptyTimeline;
  const outbox = useChats((state) => state.outbox);
  const ownId = useChats((state) => state.ownId);
  return useMemo(() => {
    const { messages } = timeline;
    const stored = new Set(outbox.length > 0 ? messages.slice(-recent).map((message) => message.message_id) : []);
    const waiting = outbox.filter(
      (item) =>
        ('to' in item.target ? item.target.to === conversation : item.target.chat_id === chatId) && !stored.has(item.message_id),
    );
    const starts = rowStarts(messages);
    const rows = starts?.length ?? messages.length;
    return {
      count: rows + waiting.length,
      at: (index) => {
        const start = starts ? starts[index] : index;
        const message = start === undefined ? undefined : messages[start];
        if (message?.hidden) return hiddenRun(message, (starts?.[index + 1] ?? messages.length) - (start ?? 0));
        if (message) return remembered(ofMessages, message, () => entryOfMessage(message));
        const item = waiting[index - rows];
        return item && remembered(ofItems, item, () => entryOfItem(item, ownId));
      },
      indexOf: (seq) => rowOf(starts, indexOfSeq(messages, seq)),
    };
  }, [timeline, outbox, ownId, chatId, conversation]);
}
