import { ApiError } from './http';

const baseMs = 500;
const capMs = 30_000;

/**
 * Milliseconds before the next attempt: full jitter (CL6), so that many clients of a restarted server do not come back together.
 * `attempt` counts failures from 0, `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 16)));
}

/** Milliseconds before a call that failed is made again: the wait that the server asks for, and the same jitter on top. */
export const retryMs = (error: unknown, failures: number): number =>
  (error instanceof ApiError ? error.retryAfterMs : 0) + backoffMs(failures + 1, Math.random());
