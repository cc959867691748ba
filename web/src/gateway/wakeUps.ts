import type { Connection } from './connection';

const lookMs = 2000;
/** Timers come late on a busy machine; only one that comes this late has slept. */
const sleptMs = 5000;

/**
 * Tells the connection when the device or the network may have come back, or gone. Some laptops wake up without any event:
 * the page was visible all the time and the network never left. Their clock has jumped, and that is looked for.
 */
export function watchWakeUps(connection: Pick<Connection, 'wake' | 'doubt'>): void {
  window.addEventListener('online', connection.wake);
  // The socket of a network that is gone looks alive for long: asking tells within seconds.
  window.addEventListener('offline', connection.doubt);
  window.addEventListener('pageshow', connection.wake);
  document.addEventListener('resume', connection.wake);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && connection.wake());
  let last = Date.now();
  setInterval(() => {
    const before = last;
    last = Date.now();
    if (last - before > lookMs + sleptMs) connection.wake();
  }, lookMs);
}
