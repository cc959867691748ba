import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useChats, type OutboxItem } from './chatStore';
import { cache, chatId, makeEngine, me, message } from './testing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const target = { chat_id: chatId };
const waiting = (): string[] => useChats.getState().outbox.map((item) => item.content);

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

describe('the outbox', () => {
  it('CL4 keeps a message until it is answered, and resends it with the same message_id', async () => {
    const { engine, outbox, sentMessages, saved } = await connected();
    outbox.add(target, 'hello');
    expect(sentMessages()).toHaveLength(1);
    engine.disconnected();
    await engine.connected();
    const [first, again] = sentMessages();
    expect(again).toEqual(first);
    acknowledge(engine, first?.message_id ?? '', 3);
    expect(waiting()).toEqual([]);
    expect(saved.size).toBe(0);
    expect(useChats.getState().timelines[chatId]?.messages.at(-1)).toMatchObject({ seq: 3, content: 'hello', sender_id: me });
  });

  it('CL4 resends on the same connection when no answer comes', async () => {
    const { outbox, sentMessages } = await connected();
    outbox.add(target, 'hello');
    await vi.advanceTimersByTimeAsync(8000);
    expect(sentMessages()).toHaveLength(2);
    expect(sentMessages()[1]).toEqual(sentMessages()[0]);
  });

  it('CL4 sends the next message of a chat only after the one before was answered, so order never changes', async () => {
    const { engine, outbox, sentMessages } = await connected();
    for (const text of ['one', 'two', 'three']) outbox.add(target, text);
    expect(sentMessages().map((frame) => frame.content)).toEqual(['one']);
    acknowledge(engine, sentMessages()[0]?.message_id ?? '', 3);
    expect(sentMessages().map((frame) => frame.content)).toEqual(['one', 'two']);
    expect(waiting()).toEqual(['two', 'three']);
  });

  it('waits as long as the server asks and then sends the same message', async () => {
    const { engine, outbox, sentMessages } = await connected();
    outbox.add(target, 'hello');
    const id = sentMessages()[0]?.message_id ?? '';
    engine.receive({ type: 'ERROR', code: 'RATE_LIMITED', message: '', message_id: id, retry_after_ms: 1500 });
    await vi.advanceTimersByTimeAsync(1499);
    expect(sentMessages()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sentMessages()[1]?.message_id).toBe(id);
  });

  it('shows a refusal, lets the next message pass, and sends again when asked', async () => {
    const { engine, outbox, sentMessages } = await connected();
    outbox.add(target, 'bad');
    outbox.add(target, 'good');
    const id = sentMessages()[0]?.message_id ?? '';
    engine.receive({ type: 'ERROR', code: 'VALIDATION', message: '', message_id: id });
    expect(useChats.getState().outbox[0]?.failed).toBe('VALIDATION');
    expect(sentMessages().map((frame) => frame.content)).toEqual(['bad', 'good']);
    acknowledge(engine, sentMessages()[1]?.message_id ?? '', 3);
    outbox.retry(id);
    expect(sentMessages()[2]).toMatchObject({ message_id: id, content: 'bad' });
  });

  it('takes a message out that another tab sent', async () => {
    const { engine, outbox, sentMessages } = await connected();
    outbox.add(target, 'hello');
    const id = sentMessages()[0]?.message_id ?? '';
    engine.receive({ type: 'MSG', ...message(3, { message_id: id, sender_id: me, content: 'hello' }) });
    expect(waiting()).toEqual([]);
  });

  it('GW3 without an answer it asks whether the connection still is one', async () => {
    const { outbox, suspect } = await connected();
    outbox.add(target, 'hello');
    await vi.advanceTimersByTimeAsync(5999);
    expect(suspect).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(suspect).toHaveBeenCalledTimes(1);
  });

  it('a bug of the server on one message is shown after some tries, and the next one passes', async () => {
    const { engine, outbox, sentMessages } = await connected();
    outbox.add(target, 'poison');
    outbox.add(target, 'good');
    const id = sentMessages()[0]?.message_id ?? '';
    for (let tries = 0; tries < 4; tries++) {
      engine.receive({ type: 'ERROR', code: 'INTERNAL_ERROR', message: '', message_id: id });
      await vi.advanceTimersByTimeAsync(3000);
    }
    expect(useChats.getState().outbox[0]?.failed).toBe('INTERNAL_ERROR');
    expect(sentMessages().map((frame) => frame.content)).toEqual(['poison', 'poison', 'poison', 'poison', 'good']);
  });

  it('UNAVAILABLE is tried again for as long as it takes, in order', async () => {
    const { engine, outbox, sentMessages } = await connected();
    outbox.add(target, 'one');
    outbox.add(target, 'two');
    const id = sentMessages()[0]?.message_id ?? '';
    for (let tries = 0; tries < 40; tries++) {
      engine.receive({ type: 'ERROR', code: 'UNAVAILABLE', message: '', message_id: id });
      await vi.advanceTimersByTimeAsync(3000);
    }
    expect(waiting()).toEqual(['one', 'two']);
    expect(new Set(sentMessages().map((frame) => frame.content))).toEqual(new Set(['one']));
    acknowledge(engine, id, 3);
    expect(sentMessages().at(-1)?.content).toBe('two');
  });

  it('a frame larger than the server takes is refused here, for it would cost the connection each time', async () => {
    const { outbox, sentMessages } = await connected();
    outbox.add(target, '😀'.repeat(20_000));
    outbox.add(target, 'short');
    expect(useChats.getState().outbox[0]?.failed).toBe('TOO_LARGE');
    expect(sentMessages().map((frame) => frame.content)).toEqual(['short']);
  });

  it('late news of a message that is done with does not bring it back', async () => {
    const { engine, outbox, sentMessages, saved } = await connected();
    outbox.add(target, 'hello');
    const [item] = useChats.getState().outbox;
    acknowledge(engine, item?.message_id ?? '', 3);
    if (item) outbox.follow({ ...item, owner: 'other' });
    if (item) outbox.load([item]);
    expect(waiting()).toEqual([]);
    expect(saved.size).toBe(0);
    expect(sentMessages()).toHaveLength(1);
  });

  it('of two tabs that took one message the lower name sends it, and both agree', async () => {
    const { outbox, saved } = await connected();
    outbox.add(target, 'hello');
    const [item] = useChats.getState().outbox;
    if (!item) throw new Error('nothing was added');
    outbox.follow({ ...item, owner: 'zebra' });
    expect(useChats.getState().outbox[0]?.owner).toBe('this-tab');
    expect(saved.get(item.message_id)?.owner).toBe('this-tab');
    outbox.follow({ ...item, owner: 'apple' });
    expect(useChats.getState().outbox[0]?.owner).toBe('apple');
  });

  const left = (owner: string, order: number): OutboxItem => ({
    message_id: `left-${owner}`,
    target,
    content: owner,
    created_at: message(1).sent_at,
    order,
    owner,
  });

  it('CL4 adopts what a closed tab left and leaves alone what a living one sends', async () => {
    const { engine, sentMessages } = makeEngine((tab) => tab === 'living');
    useChats.setState({ outbox: [left('closed', 1)] });
    await engine.connected();
    expect(sentMessages().map((frame) => frame.message_id)).toEqual(['left-closed']);
    const other = makeEngine((tab) => tab === 'living');
    useChats.setState({ outbox: [left('living', 1)] });
    await other.engine.connected();
    expect(other.sentMessages()).toEqual([]);
  });

  it('CL4 adopts what a tab leaves that is closed while this one is connected', async () => {
    let lives = true;
    const { engine, outbox, sentMessages } = makeEngine(() => lives);
    cache(2);
    await engine.connected();
    outbox.follow(left('other', 1));
    outbox.add(target, 'mine');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sentMessages()).toEqual([]);
    lives = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(sentMessages().map((frame) => frame.message_id)).toEqual(['left-other']);
    acknowledge(engine, 'left-other', 3);
    expect(sentMessages().map((frame) => frame.content)).toEqual(['other', 'mine']);
  });
});
