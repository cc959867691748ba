import { vi } from 'vitest';
import type { ChatsApi } from '../gateway/api';
import type { Chat, Message } from '../protocol/entities';
import type { ClientFrame } from '../protocol/frames';
import { noChats, useChats, type OutboxItem } from './chatStore';
import { ChatEngine } from './engine';
import { Outbox } from './outbox';

export const me = '0199f3a2-7c10-7b3e-9d52-4f6b1c2a8e01';
export const amy = '0199f3a2-8d44-7e19-a1b7-0c5d9e3f7a02';
export const chatId = '0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04';

/** A message whose `rev` is its `seq` unless told otherwise. */
export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  chat_id: chatId,
  message_id: `message-${seq}`,
  seq,
  rev: seq,
  sender_id: amy,
  content: `text ${seq}`,
  sent_at: new Date(Date.UTC(2026, 9, 17, 9, 0, seq)).toISOString(),
  ...more,
});

export const messages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

export const chat = (last: number, more: Partial<Chat> = {}): Chat => ({
  chat_id: chatId,
  kind: 'direct',
  members: [
    { user_id: me, display_name: 'Quiet Otter', delivered_seq: 0, read_seq: 0 },
    { user_id: amy, display_name: 'Amber Finch', delivered_seq: 0, read_seq: 0 },
  ],
  last_seq: last,
  rev: last,
  last_message: last > 0 ? message(last) : null,
  unread: last,
  updated_at: '2026-10-17T09:00:00.000Z',
  ...more,
});

/** An engine on a fake server and an empty store; the clock is vitest's fake one. `sending` tells which other tabs send. */
export function makeEngine(sending: (tab: string) => boolean = () => false) {
  useChats.setState({ ...noChats, ownId: me }, true);
  const api = {
    openChat: vi.fn<ChatsApi['openChat']>(),
    chat: vi.fn<ChatsApi['chat']>(),
    messages: vi.fn<ChatsApi['messages']>(),
    changes: vi.fn<ChatsApi['changes']>(),
    sync: vi.fn<ChatsApi['sync']>(),
  };
  api.sync.mockResolvedValue({ epoch: 'e1', reset: false, chats: [], removed: [], more: false, next_cursor: null });
  const sent: ClientFrame[] = [];
  const saved = new Map<string, OutboxItem>();
  const send = (frame: ClientFrame): boolean => sent.push(frame) > 0;
  const suspect = vi.fn<() => void>();
  const outbox = new Outbox({
    send,
    save: (item) => void saved.set(item.message_id, item),
    forget: (id) => void saved.delete(id),
    isSending: async (tab) => sending(tab),
    claim: async () => 'mine',
    isShared: () => true,
    suspect,
    frameBytes: () => 65_536,
    tab: 'this-tab',
    now: Date.now,
  });
  const engine = new ChatEngine(api, send, outbox);
  const sentMessages = () => sent.flatMap((frame) => (frame.type === 'MSG' ? [frame] : []));
  const timeline = () => useChats.getState().timelines[chatId];
  return { api, engine, outbox, suspect, sent, sentMessages, saved, timeline };
}

/** Puts a chat with messages up to `last` into the store, as an earlier sync would have. */
export function cache(last: number, epoch = 'e1'): void {
  useChats.setState({
    epoch,
    chats: { [chatId]: chat(last) },
    timelines: { [chatId]: { rev: last, messages: messages(1, last), hasOlder: false, loaded: true } },
  });
}
