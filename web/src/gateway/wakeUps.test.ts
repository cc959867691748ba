import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchWakeUps } from './wakeUps';

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const frame = new EventTarget();
const connection = { wake: vi.fn(), doubt: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal('window', frame);
  vi.stubGlobal('document', page);
  connection.wake.mockClear();
  connection.doubt.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('wakes the connection at every sign that the device or the network is back', () => {
  watchWakeUps(connection);
  frame.dispatchEvent(new Event('online'));
  frame.dispatchEvent(new Event('pageshow'));
  page.dispatchEvent(new Event('resume'));
  page.dispatchEvent(new Event('visibilitychange'));
  expect(connection.wake).toHaveBeenCalledTimes(4);
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  frame.dispatchEvent(new Event('offline'));
  expect(connection.wake).toHaveBeenCalledTimes(4);
  expect(connection.doubt).toHaveBeenCalledTimes(1);
});

it('sees by the clock that a laptop slept without any event, and takes a busy machine for none', () => {
  watchWakeUps(connection);
  vi.advanceTimersByTime(60_000);
  expect(connection.wake).not.toHaveBeenCalled();
  // Asleep: the clock goes on, timers do not.
  vi.setSystemTime(Date.now() + 4000);
  vi.advanceTimersByTime(2000);
  expect(connection.wake).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(2000);
  expect(connection.wake).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(connection.wake).toHaveBeenCalledTimes(1);
});
