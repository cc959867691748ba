import type { ClientFrame } from '../protocol/frames';
import { conversationKey, type ChatsState, type OutboxItem, type StoredAt } from './chatStore';
import { emptyTimeline } from './timeline';

/** Whether an item still has to be sent: the server neither has it nor refused it. */
export const isWaiting = (item: OutboxItem): boolean => item.failed === undefined && item.stored === undefined;

/** The conversation of an item, named the same whether it is addressed to a person or to the chat with them. */
export function conversationOf(state: ChatsState, item: OutboxItem): string {
  if ('to' in item.target) return item.target.to;
  const chat = state.chats[item.target.chat_id];
  return chat ? conversationKey(chat, state.ownId) : item.target.chat_id;
}

/** Whether the timeline has all that is stored up to there: the message stands in it, or in the history before it. */
export function holds({ timelines }: ChatsState, { chat_id, rev }: StoredAt): boolean {
  const { loaded, rev: known } = timelines[chat_id] ?? emptyTimeline;
  return loaded && known >= rev;
}

/** The outbox with an item put in at its place. */
export const withItem = (outbox: readonly OutboxItem[], item: OutboxItem): OutboxItem[] =>
  [...outbox.filter((one) => one.message_id !== item.message_id), item].sort(
    (a, b) => a.order - b.order || a.message_id.localeCompare(b.message_id),
  );

/** The state without the given items. */
export const withoutItems = ({ outbox, unkept }: ChatsState, gone: ReadonlyMap<string, unknown>) => ({
  outbox: outbox.filter((item) => !gone.has(item.message_id)),
  unkept: unkept.some((id) => gone.has(id)) ? unkept.filter((id) => !gone.has(id)) : unkept,
});

/** The most bytes that one UTF-16 unit takes in a frame: a control as `\u0001`. */
const bytesAUnit = 6;
const bytesBesides = 400;

/** Whether a frame is no larger than the server takes; 0 is no limit. */
export function fits(frame: Extract<ClientFrame, { type: 'MSG' }>, limit: number): boolean {
  if (limit === 0 || frame.content.length * bytesAUnit + bytesBesides <= limit) return true;
  return new TextEncoder().encode(JSON.stringify(frame)).length <= limit;
}

const remembered = 2000;

/** Ids of messages that are done with, so that late news of them from another tab brings none back. */
export class Tombstones {
  private readonly ids = new Set<string>();

  has = (id: string): boolean => this.ids.has(id);

  add(id: string): void {
    this.ids.add(id);
    if (this.ids.size <= remembered) return;
    const [oldest] = this.ids;
    if (oldest !== undefined) this.ids.delete(oldest);
  }
}

/** Conversations that so far are only in the outbox, the last written first: there is no chat with these people yet. */
export function unopened(state: Pick<ChatsState, 'chats' | 'ownId' | 'outbox'>): { userId: string; item: OutboxItem }[] {
  const opened = new Set(Object.values(state.chats).map((chat) => conversationKey(chat, state.ownId)));
  const last = new Map<string, OutboxItem>();
  for (const item of state.outbox) if ('to' in item.target && !opened.has(item.target.to)) last.set(item.target.to, item);
  return [...last].map(([userId, item]) => ({ userId, item })).sort((a, b) => b.item.order - a.item.order);
}
