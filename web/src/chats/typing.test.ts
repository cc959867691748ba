import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientFrame } from '../protocol/frames';
import { TypingSignal } from './typing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function signal() {
  const said: boolean[] = [];
  const send = (frame: ClientFrame): boolean => frame.type === 'TYPING' && said.push(frame.is_typing) > 0;
  return { said, typing: new TypingSignal('chat', send) };
}

describe('the typing signal', () => {
  it('GW7 is said at most once a second', () => {
    const { said, typing } = signal();
    for (let press = 0; press < 50; press++) {
      typing.changed('x'.repeat(press + 1));
      vi.advanceTimersByTime(100);
    }
    expect(said).toEqual([true, true]);
  });

  it('ends when the text lies still or is emptied', () => {
    const { said, typing } = signal();
    typing.changed('a');
    vi.advanceTimersByTime(4000);
    expect(said).toEqual([true, false]);
    vi.advanceTimersByTime(1000);
    typing.changed('b');
    typing.changed('');
    vi.advanceTimersByTime(1000);
    expect(said).toEqual([true, false, true, false]);
  });

  it('tells the first letters after a message once a second has passed', () => {
    const { said, typing } = signal();
    typing.changed('a');
    typing.sent();
    typing.changed('b');
    expect(said).toEqual([true]);
    vi.advanceTimersByTime(1000);
    expect(said).toEqual([true, true]);
  });
});
