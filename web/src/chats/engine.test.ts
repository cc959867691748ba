import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../gateway/http';
import { directChatWith, unreadOf, useChats } from './chatStore';
import { amy, cache, chat, chatId, makeEngine, me, message, messages } from './testing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const seqs = (): number[] | undefined => useChats.getState().timelines[chatId]?.messages.map((one) => one.seq);
const synced = (last: number, from: number, complete: boolean, more = {}) => ({
  epoch: 'e1',
  reset: false,
  chats: [{ chat: chat(last), messages: from > last ? [] : messages(from, last), complete }],
  removed: [],
  more: false,
  next_cursor: null,
  ...more,
});

describe('live frames', () => {
  it('CL1 the next rev is applied without asking anybody', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(2);
    engine.receive({ type: 'MSG', ...message(3) });
    await settle();
    expect(seqs()).toEqual([1, 2, 3]);
    expect(timeline()?.rev).toBe(3);
    expect(api.changes).not.toHaveBeenCalled();
  });

  it('CL1 a jump in rev fetches changes until caught up', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(2);
    api.changes.mockResolvedValueOnce({ messages: messages(3, 4), rev: 6, more: true });
    api.changes.mockResolvedValueOnce({ messages: messages(5, 6), rev: 6, more: false });
    engine.receive({ type: 'MSG', ...message(6) });
    expect(seqs()).toEqual([1, 2]);
    await settle();
    expect(api.changes.mock.calls).toEqual([
      [chatId, 2],
      [chatId, 4],
    ]);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(timeline()?.rev).toBe(6);
  });

  it('CL1 a frame seen before changes nothing', async () => {
    const { engine, timeline } = makeEngine();
    cache(2);
    const before = timeline();
    engine.receive({ type: 'MSG', ...message(2) });
    expect(timeline()).toBe(before);
  });

  it('CL1 a changed message of higher rev replaces the old one at its place', () => {
    const { engine, timeline } = makeEngine();
    cache(3);
    engine.receive({ type: 'MSG', ...message(2, { rev: 4, content: 'edited' }) });
    expect(seqs()).toEqual([1, 2, 3]);
    expect(timeline()?.messages[1]?.content).toBe('edited');
    expect(useChats.getState().chats[chatId]?.last_seq).toBe(3);
  });

  it('CL1 a failed fetch is tried again', async () => {
    const { api, engine } = makeEngine();
    cache(2);
    api.changes.mockRejectedValueOnce(new ApiError(503, 'UNAVAILABLE', '', 0));
    api.changes.mockResolvedValueOnce({ messages: messages(3, 4), rev: 4, more: false });
    engine.receive({ type: 'MSG', ...message(4) });
    await settle();
    expect(seqs()).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  it('CL1 a message of an unknown chat fetches the chat and its messages', async () => {
    const { api, engine } = makeEngine();
    api.chat.mockResolvedValue(chat(2));
    api.messages.mockResolvedValue({ messages: messages(1, 2), more: false });
    engine.receive({ type: 'MSG', ...message(2) });
    await settle();
    expect(seqs()).toEqual([1, 2]);
    expect(directChatWith(useChats.getState(), amy)?.chat_id).toBe(chatId);
  });

  it('says DELIVERED when a message arrives, and counts it as unread', async () => {
    const { engine, sent } = makeEngine();
    cache(2);
    engine.receive({ type: 'MSG', ...message(3) });
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toMatchObject([{ type: 'DELIVERED', chat_id: chatId, seq: 3 }]);
    const known = useChats.getState().chats[chatId];
    expect(known && unreadOf(useChats.getState(), known)).toBe(3);
  });

  it('CH8 a READ of oneself on another device moves the own position, never back', () => {
    const { engine } = makeEngine();
    cache(5);
    engine.receive({ type: 'READ', chat_id: chatId, user_id: me, seq: 4 });
    engine.receive({ type: 'READ', chat_id: chatId, user_id: me, seq: 2 });
    const known = useChats.getState().chats[chatId];
    expect(known && unreadOf(useChats.getState(), known)).toBe(1);
  });

  it('hides who is typing after six seconds, or at the message', () => {
    const { engine } = makeEngine();
    cache(2);
    const typing = (): unknown => useChats.getState().typing[chatId];
    engine.receive({ type: 'TYPING', chat_id: chatId, user_id: amy, is_typing: true });
    vi.advanceTimersByTime(5999);
    expect(typing()).toEqual([amy]);
    vi.advanceTimersByTime(1);
    expect(typing()).toEqual([]);
    engine.receive({ type: 'TYPING', chat_id: chatId, user_id: amy, is_typing: true });
    engine.receive({ type: 'MSG', ...message(3) });
    expect(typing()).toEqual([]);
  });
});

describe('catching up after a connection was made', () => {
  it('CL3 asks with the cached revisions and takes the changes in', async () => {
    const { api, engine } = makeEngine();
    cache(2);
    api.sync.mockResolvedValue(synced(4, 3, true));
    await engine.connected();
    expect(api.sync).toHaveBeenCalledWith({ epoch: 'e1', revs: { [chatId]: 2 } });
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  it('CL3 asks page by page with the same epoch and revs', async () => {
    const { api, engine } = makeEngine();
    cache(2);
    api.sync.mockResolvedValueOnce(synced(3, 3, true, { more: true, next_cursor: 'c1' }));
    api.sync.mockResolvedValueOnce(synced(3, 4, true, { chats: [] }));
    await engine.connected();
    expect(api.sync.mock.calls[1]).toEqual([{ epoch: 'e1', revs: { [chatId]: 2 }, cursor: 'c1' }]);
  });

  it('CL3 an incomplete answer replaces what was cached', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(2);
    api.sync.mockResolvedValue(synced(900, 801, false));
    await engine.connected();
    expect(timeline()).toMatchObject({ rev: 900, hasOlder: true });
    expect(seqs()?.[0]).toBe(801);
  });

  it("CL3 a revision above the server's is given up", async () => {
    const { api, engine, timeline } = makeEngine();
    cache(9);
    api.sync.mockResolvedValue(synced(5, 1, false));
    await engine.connected();
    await settle();
    expect(seqs()).toEqual([1, 2, 3, 4, 5]);
    expect(timeline()?.rev).toBe(5);
    expect(api.changes).not.toHaveBeenCalled();
  });

  it('CL3 another epoch voids all caches, not what waits to be sent', async () => {
    const { api, engine, outbox } = makeEngine();
    cache(2, 'old');
    outbox.add({ to: amy }, 'still mine');
    api.sync.mockResolvedValue(synced(0, 1, true, { epoch: 'new', reset: true, chats: [] }));
    await engine.connected();
    const state = useChats.getState();
    expect(state).toMatchObject({ epoch: 'new', chats: {}, timelines: {} });
    expect(state.outbox.map((item) => item.content)).toEqual(['still mine']);
  });

  it('CL3 removed chats are dropped', async () => {
    const { api, engine } = makeEngine();
    cache(2);
    api.sync.mockResolvedValue(synced(0, 1, true, { chats: [], removed: [chatId] }));
    await engine.connected();
    expect(useChats.getState().chats).toEqual({});
  });

  it('CL3 a jump heard during the sync is fetched after it', async () => {
    const { api, engine } = makeEngine();
    cache(2);
    api.sync.mockImplementation(async () => {
      engine.receive({ type: 'MSG', ...message(6) });
      return synced(4, 3, true);
    });
    api.changes.mockResolvedValue({ messages: messages(5, 6), rev: 6, more: false });
    await engine.connected();
    await settle();
    expect(api.changes.mock.calls).toEqual([[chatId, 4]]);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('CL3 the answer to a sync of an older connection changes nothing any more', async () => {
    const { api, engine } = makeEngine();
    cache(2);
    let late: (value: ReturnType<typeof synced>) => void = () => undefined;
    api.sync.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    const first = engine.connected();
    engine.disconnected();
    api.sync.mockResolvedValue(synced(9, 3, true));
    await engine.connected();
    late(synced(4, 3, false, { epoch: 'older', reset: true }));
    await first;
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(useChats.getState().epoch).toBe('e1');
  });

  it('CL3 what was fetched from a history that is void is dropped', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(2);
    let late: (value: Awaited<ReturnType<typeof api.changes>>) => void = () => undefined;
    api.changes.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    engine.receive({ type: 'MSG', ...message(9) });
    engine.disconnected();
    api.sync.mockResolvedValue(synced(4, 1, false, { epoch: 'new', reset: true }));
    await engine.connected('new');
    late({ messages: messages(3, 9), rev: 9, more: false });
    await settle();
    expect(seqs()).toEqual([1, 2, 3, 4]);
    engine.receive({ type: 'MSG', ...message(5) });
    expect(timeline()?.rev).toBe(5);
  });

  it('CL3 a sync that fails is tried again while the connection lives', async () => {
    const { api, engine } = makeEngine();
    api.sync.mockRejectedValueOnce(new ApiError(0, 'NETWORK', '', 0));
    const done = engine.connected();
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect(api.sync).toHaveBeenCalledTimes(2);
  });

  it('says again how far was read when the server did not hear it', async () => {
    const { api, engine, sent } = makeEngine();
    cache(4);
    engine.positions.read(chatId);
    await vi.advanceTimersByTimeAsync(200);
    sent.length = 0;
    api.sync.mockResolvedValue(synced(4, 5, true));
    await engine.connected();
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toMatchObject([{ type: 'READ', chat_id: chatId, seq: 4 }]);
  });
});

describe('history', () => {
  it('is loaded upward by seq and joined before what is known', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(0);
    useChats.setState({
      chats: { [chatId]: chat(200) },
      timelines: { [chatId]: { rev: 200, messages: messages(101, 200), hasOlder: true, loaded: true } },
    });
    api.messages.mockResolvedValue({ messages: messages(1, 100), more: false });
    await engine.history.older(chatId);
    expect(api.messages).toHaveBeenCalledWith(chatId, 101);
    expect(timeline()).toMatchObject({ rev: 200, hasOlder: false });
    expect(seqs()).toHaveLength(200);
  });
});
