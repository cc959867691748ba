import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useChats } from './chatStore';
import { amy, cache, chatId, makeEngine, me, message } from './testing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A position was said; `refuse` answers the latest frame with an error. */
async function said(move: 'read' | 'delivered') {
  const world = makeEngine();
  cache(4);
  world.engine.positions[move](chatId);
  await vi.advanceTimersByTimeAsync(200);
  const positions = () => world.sent.flatMap((frame) => ('seq' in frame ? [[frame.type, frame.seq]] : []));
  const refuse = (code: string, retry_after_ms?: number): void => {
    const last = world.sent.at(-1);
    const ref = last && 'ref' in last ? last.ref : undefined;
    world.engine.receive({ type: 'ERROR', code, message: '', ...(ref && { ref }), ...(retry_after_ms && { retry_after_ms }) });
  };
  return { ...world, positions, refuse };
}

describe('positions', () => {
  it.each(['RATE_LIMITED', 'UNAVAILABLE'])('CH8 are said again when the server refused with %s, after its time', async (code) => {
    const { positions, refuse } = await said('read');
    refuse(code, 5000);
    await vi.advanceTimersByTimeAsync(4999);
    expect(positions()).toEqual([['READ', 4]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(positions()).toEqual([
      ['READ', 4],
      ['READ', 4],
    ]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(positions()).toHaveLength(2);
  });

  it('CH8 are said again as they are by then', async () => {
    const { engine, positions, refuse } = await said('delivered');
    refuse('RATE_LIMITED', 5000);
    engine.receive({ type: 'MSG', ...message(5) });
    engine.positions.read(chatId);
    await vi.advanceTimersByTimeAsync(5000);
    expect(positions()).toEqual([
      ['DELIVERED', 4],
      ['READ', 5],
    ]);
  });

  it('do not wait on a new connection for what the old one was refused', async () => {
    const { engine, positions, refuse } = await said('read');
    refuse('RATE_LIMITED', 60_000);
    engine.disconnected();
    await engine.connected();
    await vi.advanceTimersByTimeAsync(200);
    expect(positions()).toHaveLength(2);
  });

  it('are given up when the server will never take them', async () => {
    const { positions, refuse } = await said('read');
    refuse('CHAT_NOT_FOUND');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(positions()).toHaveLength(1);
  });

  it('CH8 of others count even when they speak of a message that is still being fetched', async () => {
    const { engine, api } = makeEngine();
    cache(4);
    let answer: (body: Awaited<ReturnType<typeof api.changes>>) => void = () => undefined;
    api.changes.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    engine.receive({ type: 'MSG', ...message(6, { sender_id: me }) });
    engine.receive({ type: 'READ', chat_id: chatId, user_id: amy, seq: 6 });
    await vi.advanceTimersByTimeAsync(200);
    answer({ messages: [message(5, { sender_id: me }), message(6, { sender_id: me })], rev: 6, more: false });
    await vi.advanceTimersByTimeAsync(0);
    const member = useChats.getState().chats[chatId]?.members.find((one) => one.user_id === amy);
    expect(member).toMatchObject({ read_seq: 6, delivered_seq: 6 });
  });
});
