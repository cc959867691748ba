import type { Message } from '../protocol/entities';
import { daysBetween } from '../shared/times';
import type { OutboxItem } from './chatStore';

/** One line of the timeline: a stored message, or an own one on its way (without `seq`, always at the end). */
export interface Entry {
  key: string;
  seq: number | null;
  senderId: string;
  content: string;
  time: string;
  edited: boolean;
  deleted: boolean;
  /** How many hidden messages the line stands for; 0 for one that is shown. */
  hidden: number;
  item: OutboxItem | null;
}

/** How an entry stands among its neighbours. */
export interface Placement {
  day: boolean;
  divider: boolean;
  /** First and last of a group that shares avatar and name. */
  first: boolean;
  last: boolean;
}

const groupMs = 5 * 60_000;

export const entryOfMessage = (message: Message): Entry => ({
  key: message.message_id,
  seq: message.seq,
  senderId: message.sender_id,
  content: message.content,
  time: message.sent_at,
  edited: message.edited_at !== undefined,
  deleted: message.deleted_at !== undefined,
  hidden: 0,
  item: null,
});

/** A run of hidden messages as one line. Its place is the one before it, so that the unread divider passes it by. */
export const entryOfHidden = (first: Message, count: number): Entry => ({
  ...entryOfMessage(first),
  seq: first.seq - 1,
  hidden: count,
});

export const entryOfItem = (item: OutboxItem, ownId: string): Entry => ({
  key: item.message_id,
  seq: null,
  senderId: ownId,
  content: item.content,
  time: item.created_at,
  edited: false,
  deleted: false,
  hidden: 0,
  item,
});

/** Whether the unread divider stands before `entry`: it is the first after the place read up to when the chat was opened. */
const isDivided = (before: Entry | undefined, entry: Entry, readUpTo: number | null): boolean =>
  readUpTo !== null && entry.seq !== null && entry.seq > readUpTo && (before?.seq ?? 0) <= readUpTo;

function joins(before: Entry | undefined, entry: Entry, readUpTo: number | null): boolean {
  if (
    !before ||
    before.hidden > 0 ||
    entry.hidden > 0 ||
    before.senderId !== entry.senderId ||
    isDivided(before, entry, readUpTo)
  )
    return false;
  const [earlier, later] = [new Date(before.time), new Date(entry.time)];
  return later.getTime() - earlier.getTime() < groupMs && daysBetween(earlier, later) === 0;
}

/** Day separator, unread divider and grouping of an entry, from its neighbours alone: cheap for any length of chat. */
export function placementOf(
  before: Entry | undefined,
  entry: Entry,
  after: Entry | undefined,
  readUpTo: number | null,
): Placement {
  return {
    day: !before || daysBetween(new Date(before.time), new Date(entry.time)) !== 0,
    divider: isDivided(before, entry, readUpTo),
    first: !joins(before, entry, readUpTo),
    last: !after || !joins(entry, after, readUpTo),
  };
}
