import type { Database } from '../shared/database';
import { readChatAnswer, readMessagesAnswer } from '../protocol/answers';
import { Reader } from '../protocol/reader';
import { useChats, type ChatsState, type OutboxItem } from './chatStore';
import type { Timeline } from './timeline';

const keptMessages = 100;
const writeMs = 400;

interface Cached {
  epoch: string | null;
  chat: ChatsState['chats'][string];
  timeline: Timeline;
}

/** Reads the outbox of earlier visits and other tabs. What this version can't read is left out. */
export async function loadOutbox(database: Database): Promise<OutboxItem[]> {
  const items = await database.all('outbox');
  return items.flatMap((value) => readable(() => readOutboxItem(value)));
}

/** Reads the chats that an earlier visit kept. Values that another version wrote and this one can't read are left out. */
export async function loadCache(database: Database): Promise<void> {
  const [values, epoch] = await Promise.all([database.all('chats'), database.get('meta', 'epoch')]);
  const known = typeof epoch === 'string' ? epoch : null;
  const cached = values.flatMap((value) => readable(() => readCached(value))).filter((entry) => entry.epoch === known);
  useChats.setState({
    epoch: known,
    chats: Object.fromEntries(cached.map(({ chat }) => [chat.chat_id, chat])),
    timelines: Object.fromEntries(cached.map(({ chat, timeline }) => [chat.chat_id, timeline])),
  });
}

/** Writes chats and their latest messages down, a moment after they changed, so that they open without a network. */
export function keepCache(database: Database): void {
  let written = useChats.getState();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const state = useChats.getState();
    const before = written;
    written = state;
    if (state.epoch !== before.epoch) void database.put('meta', 'epoch', state.epoch);
    for (const id of Object.keys(before.chats)) if (!state.chats[id]) void database.remove('chats', id);
    for (const id of Object.keys(state.chats)) {
      const same =
        state.chats[id] === before.chats[id] && state.timelines[id] === before.timelines[id] && state.epoch === before.epoch;
      const entry = same ? null : cachedOf(state, id);
      if (entry) void database.put('chats', id, entry);
    }
  };
  useChats.subscribe((state, before) => {
    if (state.chats === before.chats && state.timelines === before.timelines && state.epoch === before.epoch) return;
    timer ??= setTimeout(write, writeMs);
  });
  window.addEventListener('pagehide', write);
}

function cachedOf(state: ChatsState, chatId: string): Cached | null {
  const chat = state.chats[chatId];
  const timeline = state.timelines[chatId];
  if (!chat || !timeline?.loaded) return null;
  const messages = timeline.messages.slice(-keptMessages);
  const hasOlder = timeline.hasOlder || messages.length < timeline.messages.length;
  return { epoch: state.epoch, chat, timeline: { ...timeline, messages, hasOlder } };
}

function readable<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch {
    return [];
  }
}

function readCached(value: unknown): Cached {
  const from = Reader.of(value);
  const timeline = from.object('timeline', (inner) => ({
    rev: inner.number('rev'),
    hasOlder: inner.flag('hasOlder'),
    loaded: inner.flag('loaded'),
  }));
  const { chat, timeline: raw } = value as { chat: unknown; timeline: object };
  const { messages } = readMessagesAnswer({ ...raw, more: false });
  return { epoch: from.textOrNull('epoch'), chat: readChatAnswer(chat), timeline: { ...timeline, messages } };
}

/** Reads an outbox item from the database or another tab; throws when it is none. */
export function readOutboxItem(value: unknown): OutboxItem {
  const from = Reader.of(value);
  const target = from.object('target', (inner) => {
    const chatId = inner.textOrNull('chat_id');
    return chatId === null ? { to: inner.text('to') } : { chat_id: chatId };
  });
  return {
    message_id: from.text('message_id'),
    target,
    content: from.text('content'),
    created_at: from.text('created_at'),
    order: from.number('order'),
    owner: from.text('owner'),
    ...from.optionalText('name'),
    ...from.optionalText('failed'),
  };
}
