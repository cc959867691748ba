import type { Chat, Message } from '../protocol/entities';
import type { ChatsState } from './chatStore';
import { emptyTimeline, indexOfSeq, type Timeline } from './timeline';

/*
 * Messages of a person whom one had blocked when they came: each has its place in the order, and nothing is shown, counted or
 * told of it.
 */

/** How many of the known messages after a place are hidden. */
export function hiddenAfter({ messages }: Timeline, seq: number): number {
  let count = 0;
  for (let index = indexOfSeq(messages, seq + 1); index < messages.length; index++) if (messages[index]?.hidden) count++;
  return count;
}

/** The last message of a chat that is shown, as far as it is known here. */
export function lastShown({ timelines }: Pick<ChatsState, 'timelines'>, chat: Chat): Message | null {
  if (!chat.last_message?.hidden) return chat.last_message;
  return timelines[chat.chat_id]?.messages.findLast((message) => !message.hidden) ?? null;
}

/** The place up to which something can be delivered and read: that of the last message that is shown. */
export function lastShownSeq(state: Pick<ChatsState, 'timelines'>, chat: Chat): number {
  const { messages } = state.timelines[chat.chat_id] ?? emptyTimeline;
  const last = messages.at(-1) ?? chat.last_message;
  return last?.hidden ? (messages.findLast((message) => !message.hidden)?.seq ?? 0) : chat.last_seq;
}

/**
 * Where the rows of a timeline begin, as indexes into its messages: each message is a row, and each run of hidden ones is.
 * Null when nothing is hidden, so that a long chat costs nothing.
 */
export function rowStarts(messages: readonly Message[]): number[] | null {
  if (!messages.some((message) => message.hidden)) return null;
  const starts: number[] = [];
  for (let index = 0; index < messages.length; index++) {
    if (!messages[index]?.hidden || !messages[index - 1]?.hidden) starts.push(index);
  }
  return starts;
}

/** The row in which the message with this index stands. */
export function rowOf(starts: readonly number[] | null, index: number): number {
  if (!starts) return index;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
