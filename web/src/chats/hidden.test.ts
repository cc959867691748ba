import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../protocol/entities';
import { memberOf, sortedChats, unreadOf, useChats } from './chatStore';
import { entryOfHidden, entryOfMessage, placementOf } from './entries';
import { lastShown, rowOf, rowStarts } from './hidden';
import { amy, cache, chat, chatId, makeEngine, me, message } from './testing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const hidden = (seq: number, more: Partial<Message> = {}): Message => message(seq, { content: '', hidden: true, ...more });
const state = () => useChats.getState();
const known = () => state().chats[chatId] ?? chat(0);
const unread = (): number => unreadOf(state(), known());

describe('a message of a blocked person', () => {
  it('BL2 has its place in the order, and the next one follows it without asking anybody', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(2);
    engine.receive({ type: 'MSG', ...hidden(3) });
    engine.receive({ type: 'MSG', ...message(4) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(timeline()?.rev).toBe(4);
    expect(timeline()?.messages.map((one) => one.seq)).toEqual([1, 2, 3, 4]);
    expect(api.changes).not.toHaveBeenCalled();
  });

  it('BL3 is not counted, and nobody is told that it was delivered or read', async () => {
    const { engine, sent } = makeEngine();
    cache(2);
    engine.positions.read(chatId);
    await vi.advanceTimersByTimeAsync(1000);
    const before = sent.length;
    const movedAt = known().updated_at;
    engine.receive({ type: 'MSG', ...hidden(3, { sent_at: '2026-10-18T09:00:00.000Z' }) });
    engine.positions.read(chatId);
    await vi.advanceTimersByTimeAsync(1000);
    expect(unread()).toBe(0);
    expect(sent.length).toBe(before);
    expect(memberOf(known(), me)).toMatchObject({ read_seq: 2, delivered_seq: 2 });
    expect(sortedChats(state().chats)[0]?.updated_at).toBe(movedAt);
    expect(lastShown(state(), known())?.seq).toBe(2);
  });

  it('BL3 among others leaves their number right, and reading goes on past it', async () => {
    const { engine, sent } = makeEngine();
    cache(2);
    engine.positions.read(chatId);
    for (const one of [hidden(3), message(4), hidden(5), message(6), hidden(7)]) engine.receive({ type: 'MSG', ...one });
    expect(unread()).toBe(2);
    engine.positions.read(chatId);
    await vi.advanceTimersByTimeAsync(1000);
    expect(unread()).toBe(0);
    expect(sent.filter((frame) => frame.type === 'READ').at(-1)).toMatchObject({ seq: 6 });
  });

  it('BL3 that is only known from the list of chats is not counted either', () => {
    makeEngine();
    useChats.setState({ chats: { [chatId]: chat(200, { unread: 0, last_message: hidden(200) }) } });
    expect(unread()).toBe(0);
  });

  it('CL1 comes by catching up like any other', async () => {
    const { api, engine, timeline } = makeEngine();
    cache(2);
    api.changes.mockResolvedValueOnce({ messages: [hidden(3), message(4)], rev: 4, more: false });
    engine.receive({ type: 'MSG', ...message(4) });
    await vi.advanceTimersByTimeAsync(0);
    expect(timeline()?.messages.map((one) => one.hidden ?? false)).toEqual([false, false, true, false]);
    expect(unread()).toBe(3);
  });
});

describe('the rows of a timeline', () => {
  const messages = [message(1), hidden(2), hidden(3), message(4), hidden(5)];

  it('are one for each message, and one for each run of hidden ones', () => {
    expect(rowStarts(messages)).toEqual([0, 1, 3, 4]);
    expect([0, 1, 2, 3, 4].map((index) => rowOf(rowStarts(messages), index))).toEqual([0, 1, 1, 2, 3]);
    expect(rowStarts([message(1)])).toBeNull();
    expect(rowOf(null, 7)).toBe(7);
  });

  it('put the unread divider before the first that is shown, and once', () => {
    const entries = [
      entryOfMessage(message(1)),
      entryOfHidden(hidden(2), 2),
      entryOfMessage(message(4)),
      entryOfHidden(hidden(5), 1),
    ];
    const divided = (readUpTo: number): boolean[] =>
      entries.map((entry, index) => placementOf(entries[index - 1], entry, entries[index + 1], readUpTo).divider);
    expect(divided(1)).toEqual([false, false, true, false]);
    expect(divided(0)).toEqual([true, false, false, false]);
    expect(divided(4)).toEqual([false, false, false, false]);
  });

  it('never join a hidden one to its neighbours', () => {
    const [one, run, other] = [entryOfMessage(message(1)), entryOfHidden(hidden(2), 1), entryOfMessage(message(3))];
    expect(run.senderId).toBe(amy);
    expect(placementOf(one, run, other, null)).toMatchObject({ first: true, last: true });
    expect(placementOf(run, other, undefined, null).first).toBe(true);
  });
});
