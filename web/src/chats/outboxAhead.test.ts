import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useChats } from './chatStore';
import { readOutboxItem } from './cache';
import { amy, cache, chat, chatId, makeEngine, me, message, messages } from './testing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const target = { chat_id: chatId };
const waiting = (): string[] => useChats.getState().outbox.map((item) => item.content);

/** What the chat shows: the timeline, then what waits. */
const shown = (): string[] => [
  ...(useChats.getState().timelines[chatId]?.messages ?? []).map((one) => one.content),
  ...waiting(),
];

function acknowledge(engine: ReturnType<typeof makeEngine>['engine'], message_id: string, seq: number): void {
  engine.receive({
    type: 'MSG_ACK',
    chat_id: chatId,
    message_id,
    seq,
    rev: seq,
    sent_at: message(seq).sent_at,
    duplicate: false,
  });
}

async function connected() {
  const world = makeEngine();
  cache(2);
  await world.engine.connected();
  cache(2);
  world.sent.length = 0;
  return world;
}

describe('an answer that jumps ahead of the timeline', () => {
  /** Two messages wait while messages 3 and 4 of the other side are not known here yet. */
  async function answeredAhead() {
    const world = await connected();
    let answer: (value: Awaited<ReturnType<typeof world.api.changes>>) => void = () => undefined;
    world.api.changes.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    world.outbox.add(target, 'mine');
    world.outbox.add(target, 'next');
    const id = world.sentMessages()[0]?.message_id ?? '';
    const own = message(5, { message_id: id, sender_id: me, content: 'mine' });
    return {
      ...world,
      id,
      own,
      answer: (last: number) => answer({ messages: [...messages(3, 4), own], rev: last, more: false }),
    };
  }

  it('CL4 leaves the message in view until the timeline holds it, and CL1 does not raise its rev', async () => {
    const { engine, id, answer, timeline, sentMessages, saved } = await answeredAhead();
    acknowledge(engine, id, 5);
    expect(shown()).toEqual(['text 1', 'text 2', 'mine', 'next']);
    expect(timeline()?.rev).toBe(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sentMessages().map((frame) => frame.content)).toEqual(['mine', 'next']);
    answer(5);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'mine', 'next']);
    expect([...saved.values()].map((item) => item.content)).toEqual(['next']);
  });

  it('CL4 the same when the message itself comes, as another connection of the user sent it', async () => {
    const { engine, own, answer } = await answeredAhead();
    engine.receive({ type: 'MSG', ...own });
    expect(shown()).toEqual(['text 1', 'text 2', 'mine', 'next']);
    answer(5);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'mine', 'next']);
  });

  it('CL4 the same when the chat itself is not known yet', async () => {
    const { api, engine, outbox, sentMessages } = makeEngine();
    await engine.connected();
    outbox.add({ to: amy }, 'hello');
    const id = sentMessages()[0]?.message_id ?? '';
    api.chat.mockResolvedValue(chat(1));
    api.messages.mockResolvedValue({ messages: [message(1, { message_id: id, sender_id: me, content: 'hello' })], more: false });
    acknowledge(engine, id, 1);
    expect(shown()).toEqual(['hello']);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()).toEqual(['hello']);
    expect(waiting()).toEqual([]);
  });

  it('CL4 a reload at that moment sends it again with the same message_id', async () => {
    const { engine, id, saved } = await answeredAhead();
    acknowledge(engine, id, 5);
    const kept = [...saved.values()].map(readOutboxItem);
    const reloaded = makeEngine();
    cache(2);
    useChats.setState({ outbox: kept });
    await reloaded.engine.connected();
    expect(shown()).toEqual(['text 1', 'text 2', 'mine', 'next']);
    expect(reloaded.sentMessages()).toMatchObject([{ message_id: id, content: 'mine' }]);
  });

  it('CL4 a sync after a lost connection brings it, without another sending', async () => {
    const { api, engine, id, own, sentMessages } = await answeredAhead();
    acknowledge(engine, id, 5);
    engine.disconnected();
    expect(shown()).toEqual(['text 1', 'text 2', 'mine', 'next']);
    api.sync.mockResolvedValue({
      epoch: 'e1',
      reset: false,
      chats: [{ chat: chat(5), messages: [...messages(3, 4), own], complete: true }],
      removed: [],
      more: false,
      next_cursor: null,
    });
    await engine.connected();
    expect(shown()).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'mine', 'next']);
    expect(sentMessages().filter((frame) => frame.message_id === id)).toHaveLength(1);
  });

  it('CL3 in another epoch it is sent anew, for nobody has it', async () => {
    const { api, engine, id, sentMessages } = await answeredAhead();
    acknowledge(engine, id, 5);
    engine.disconnected();
    api.sync.mockResolvedValue({ epoch: 'e2', reset: true, chats: [], removed: [], more: false, next_cursor: null });
    await engine.connected();
    expect(sentMessages().filter((frame) => frame.message_id === id)).toHaveLength(2);
  });

  it('a repeat that is refused afterwards does not turn it into a failure', async () => {
    const { engine, id } = await answeredAhead();
    acknowledge(engine, id, 5);
    engine.receive({ type: 'ERROR', code: 'VALIDATION', message: '', message_id: id });
    expect(useChats.getState().outbox[0]).toMatchObject({ message_id: id, stored: { rev: 5 } });
    expect(useChats.getState().outbox[0]).not.toHaveProperty('failed');
  });

  it('leaves what another tab let go of in view until it came here too', async () => {
    const { engine, outbox } = await connected();
    outbox.follow({ message_id: 'theirs', target, content: 'mine', created_at: message(1).sent_at, order: 1, owner: 'other' });
    outbox.stored('theirs', { chat_id: chatId, rev: 3 });
    expect(shown()).toEqual(['text 1', 'text 2', 'mine']);
    engine.receive({ type: 'MSG', ...message(3, { message_id: 'theirs', sender_id: me, content: 'mine' }) });
    expect(shown()).toEqual(['text 1', 'text 2', 'mine']);
    expect(waiting()).toEqual([]);
  });
});
