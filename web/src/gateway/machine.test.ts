import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff';
import { step } from './machine';
import type { Effect, Machine, MachineEvent, Now } from './machineTypes';

const at = (now: number, random = 0.5): Now => ({ now, random });

/** Runs events one after another and gives the last state and its effects. */
function run(machine: Machine, events: MachineEvent[], now = at(1000)): { machine: Machine; effects: Effect[] } {
  let effects: Effect[] = [];
  for (const event of events) [machine, effects] = step(machine, event, now);
  return { machine, effects };
}

const connected: MachineEvent[] = [
  { type: 'start' },
  { type: 'token' },
  { type: 'opened', socket: 1 },
  { type: 'welcomed', socket: 1, heartbeatMs: 25_000 },
];
const live = (): Machine => run({ phase: 'idle' }, connected).machine;
const waiting = (): Machine => run(live(), [{ type: 'closed', socket: 1, code: 1006 }]).machine;

describe('the connection', () => {
  it('is closed for good when the person leaves, from whatever state', () => {
    const left = run(live(), [{ type: 'leave' }]);
    expect(left.machine).toEqual({ phase: 'stopped', reason: 'left' });
    expect(left.effects).toContainEqual({ do: 'close', socket: 1 });
    for (const machine of [waiting(), run({ phase: 'idle' }, connected.slice(0, 2)).machine]) {
      expect(run(machine, [{ type: 'leave' }, { type: 'wake' }, { type: 'tryNow' }]).machine.phase).toBe('stopped');
    }
  });

  it('gets a token, opens, says HELLO and is live', () => {
    expect(run({ phase: 'idle' }, connected.slice(0, 1)).effects).toContainEqual({ do: 'getToken', fresh: false });
    expect(run({ phase: 'idle' }, connected.slice(0, 2)).effects).toContainEqual({ do: 'open', socket: 1 });
    expect(run({ phase: 'idle' }, connected.slice(0, 3)).effects).toContainEqual({ do: 'hello', socket: 1 });
    expect(live()).toMatchObject({ phase: 'live', socket: 1 });
  });

  it('CL6 waits with full jitter, base 0.5 s, cap 30 s', () => {
    expect([0, 1, 2, 5, 6, 40].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
    expect(backoffMs(6, 0)).toBe(0);
    expect(backoffMs(6, 0.25)).toBe(7500);
  });

  it('CL6 counts failures until a connection lasted, not until it was greeted', () => {
    let machine = live();
    machine = run(machine, [{ type: 'closed', socket: 1, code: 1012 }]).machine;
    expect(machine).toMatchObject({ phase: 'waiting', attempt: 1, retryAt: 1250 });
    machine = run(machine, [{ type: 'timer', name: 'retry' }, { type: 'token' }, { type: 'opened', socket: 2 }]).machine;
    machine = run(machine, [{ type: 'welcomed', socket: 2, heartbeatMs: 25_000 }]).machine;
    expect(run(machine, [{ type: 'closed', socket: 2, code: 1012 }]).machine).toMatchObject({ attempt: 2, retryAt: 1500 });
    const settled = run(machine, [{ type: 'timer', name: 'settled' }]).machine;
    expect(run(settled, [{ type: 'closed', socket: 2, code: 1012 }]).machine).toMatchObject({ attempt: 1, retryAt: 1250 });
  });

  it('takes a new token at once after 4001, and waits when that one is refused too', () => {
    const first = run(live(), [{ type: 'closed', socket: 1, code: 4001 }]);
    expect(first.machine.phase).toBe('token');
    expect(first.effects).toContainEqual({ do: 'getToken', fresh: true });
    const again = run(first.machine, [{ type: 'token' }, { type: 'closed', socket: 2, code: 4001 }]);
    expect(again.machine).toMatchObject({ phase: 'waiting', freshToken: true });
  });

  it('waits 30 s after 4004 although the network wakes up, unless a person insists', () => {
    const { machine } = run(live(), [{ type: 'closed', socket: 1, code: 4004 }]);
    expect(machine).toMatchObject({ phase: 'waiting', retryAt: 31_250 });
    expect(run(machine, [{ type: 'wake' }]).machine.phase).toBe('waiting');
    expect(run(machine, [{ type: 'tryNow' }]).machine.phase).toBe('token');
  });

  it('stops for good after 4500 and 4501', () => {
    expect(run(live(), [{ type: 'closed', socket: 1, code: 4500 }]).machine).toEqual({ phase: 'stopped', reason: 'revoked' });
    expect(run(live(), [{ type: 'closed', socket: 1, code: 4501 }, { type: 'tryNow' }]).machine).toEqual({
      phase: 'stopped',
      reason: 'refused',
    });
  });

  it('stops when the session is gone', () => {
    expect(run({ phase: 'idle' }, [{ type: 'start' }, { type: 'sessionEnded' }]).machine).toEqual({
      phase: 'stopped',
      reason: 'revoked',
    });
  });

  it('honours retry_after_ms of an UNAVAILABLE before the greeting', () => {
    const { machine } = run({ phase: 'idle' }, [...connected.slice(0, 3), { type: 'busy', retryAfterMs: 4000 }]);
    expect(machine).toMatchObject({ phase: 'waiting', retryAt: 5250 });
  });

  it('CL6 tries at once when the network is back, and counts its failures anew', () => {
    let machine = waiting();
    for (let socket = 2; socket < 9; socket++)
      machine = run(machine, [
        { type: 'timer', name: 'retry' },
        { type: 'token' },
        { type: 'closed', socket, code: 1006 },
      ]).machine;
    expect(machine).toMatchObject({ phase: 'waiting', attempt: 8 });
    const woken = run(machine, [{ type: 'wake' }]);
    expect(woken.effects).toContainEqual({ do: 'getToken', fresh: false });
    const again = run(woken.machine, [{ type: 'token' }, { type: 'closed', socket: 9, code: 1006 }]).machine;
    expect(again).toMatchObject({ attempt: 1, retryAt: 1250 });
  });

  it('a wake-up does not cut short a wait that the server asked for, and goes at once when that is over', () => {
    const { machine } = run({ phase: 'idle' }, [...connected.slice(0, 3), { type: 'busy', retryAfterMs: 4000 }]);
    expect(run(machine, [{ type: 'wake' }], at(4999)).machine.phase).toBe('waiting');
    expect(run(machine, [{ type: 'wake' }], at(5000)).machine.phase).toBe('token');
  });

  it('a wake-up replaces an attempt that was begun on another network, and not one that has just begun', () => {
    const opening = run({ phase: 'idle' }, connected.slice(0, 2)).machine;
    expect(run(opening, [{ type: 'wake' }], at(2999)).effects).toEqual([]);
    const { machine, effects } = run(opening, [{ type: 'wake' }], at(3000));
    expect(machine.phase).toBe('token');
    expect(effects).toContainEqual({ do: 'close', socket: 1 });
    const token = run({ phase: 'idle' }, [{ type: 'start' }]).machine;
    expect(run(token, [{ type: 'wake' }], at(3000)).effects).toEqual([{ do: 'dropToken' }]);
    expect(run(token, [{ type: 'wake' }, { type: 'tokenFailed', retryAfterMs: 0 }], at(3000)).machine).toMatchObject({
      phase: 'waiting',
      retryAt: 3250,
    });
  });

  it('a doubt asks a live connection, and changes nothing about a wait', () => {
    expect(run(live(), [{ type: 'doubt' }]).effects).toContainEqual({ do: 'ping', socket: 1 });
    expect(run(waiting(), [{ type: 'doubt' }]).effects).toEqual([]);
  });
});

describe('an attempt that does not open', () => {
  const opening: MachineEvent[] = [{ type: 'token' }];
  const limit = ({ effects }: { effects: Effect[] }): number | undefined =>
    effects.flatMap((effect) => (effect.do === 'timer' && effect.name === 'connect' ? [effect.ms] : []))[0];

  it('is given up after 3 s, then 5 s, then 10 s each, and another is made', () => {
    let now = run({ phase: 'idle' }, [{ type: 'start' }, ...opening]);
    const limits = [limit(now)];
    for (let socket = 1; socket < 5; socket++) {
      now = run(now.machine, [{ type: 'timer', name: 'connect' }]);
      expect(now.machine.phase).toBe('waiting');
      expect(now.effects).toContainEqual({ do: 'close', socket });
      now = run(now.machine, [{ type: 'timer', name: 'retry' }, ...opening]);
      limits.push(limit(now));
    }
    expect(limits).toEqual([3000, 5000, 10_000, 10_000, 10_000]);
  });

  it('has all the time to be greeted once it is open', () => {
    const opened = run({ phase: 'idle' }, [{ type: 'start' }, ...opening, { type: 'opened', socket: 1 }]);
    expect(limit(opened)).toBe(10_000);
  });
});

describe('the heartbeat', () => {
  it('says PING when nothing was heard for heartbeat_ms', () => {
    const quiet = run(live(), [{ type: 'timer', name: 'heartbeat' }], at(26_000));
    expect(quiet.effects).toContainEqual({ do: 'ping', socket: 1 });
    expect(quiet.effects).toContainEqual({ do: 'timer', name: 'pong', ms: 5000 });
  });

  it('only waits on when something was heard meanwhile', () => {
    const heard = run(live(), [{ type: 'heard', socket: 1 }], at(20_000)).machine;
    expect(run(heard, [{ type: 'timer', name: 'heartbeat' }], at(26_000)).effects).toEqual([
      { do: 'timer', name: 'heartbeat', ms: 19_000 },
    ]);
  });

  it('connects again when nothing came back within 5 s', () => {
    const { machine, effects } = run(live(), [{ type: 'wake' }, { type: 'timer', name: 'pong' }]);
    expect(machine.phase).toBe('waiting');
    expect(effects).toContainEqual({ do: 'close', socket: 1 });
  });

  it('GW5 a wake-up waits 3 s for a sign of life, also when a PING was out already', () => {
    expect(run(live(), [{ type: 'wake' }]).effects).toContainEqual({ do: 'timer', name: 'pong', ms: 3000 });
    const quiet = run(live(), [{ type: 'timer', name: 'heartbeat' }], at(26_000)).machine;
    expect(run(quiet, [{ type: 'wake' }], at(26_500)).effects).toContainEqual({ do: 'timer', name: 'pong', ms: 3000 });
    // Two seconds are left of the five: another wake-up gives it no more.
    expect(run(quiet, [{ type: 'wake' }], at(29_000)).effects).toEqual([]);
  });

  it('GW5 wake-ups one after another do not put off the end', () => {
    const first = run(live(), [{ type: 'wake' }], at(10_000)).machine;
    expect(run(first, [{ type: 'wake' }], at(12_000)).effects).toEqual([]);
  });

  it('GW5 a PING on which the device slept is asked anew', () => {
    const quiet = run(live(), [{ type: 'timer', name: 'heartbeat' }], at(26_000)).machine;
    const { effects } = run(quiet, [{ type: 'wake' }], at(3_600_000));
    expect(effects).toEqual([
      { do: 'ping', socket: 1 },
      { do: 'timer', name: 'pong', ms: 3000 },
    ]);
  });

  it('is content with any frame after a PING', () => {
    expect(run(live(), [{ type: 'wake' }, { type: 'heard', socket: 1 }]).effects).toEqual([{ do: 'clear', name: 'pong' }]);
  });
});

describe('the handover after RECONNECT', () => {
  const leaving: MachineEvent[] = [{ type: 'leaveSoon', afterMs: 4200 }, { type: 'timer', name: 'handover' }, { type: 'token' }];

  it('waits after_ms', () => {
    expect(run(live(), leaving.slice(0, 1)).effects).toEqual([{ do: 'timer', name: 'handover', ms: 4200 }]);
  });

  it('lets go of the old connection only when the new one is live', () => {
    const opening = run(live(), leaving);
    expect(opening.effects).toContainEqual({ do: 'open', socket: 2 });
    const done = run(opening.machine, [
      { type: 'opened', socket: 2 },
      { type: 'welcomed', socket: 2, heartbeatMs: 25_000 },
    ]);
    expect(done.machine).toMatchObject({ phase: 'live', socket: 2 });
    expect(done.effects).toContainEqual({ do: 'close', socket: 1 });
  });

  it('goes on with the new one when the old one ends first', () => {
    const { machine } = run(live(), [...leaving, { type: 'closed', socket: 1, code: 1012 }]);
    expect(machine).toMatchObject({ phase: 'opening', socket: 2 });
  });

  it('keeps the old one and tries again when the new one fails', () => {
    const { machine, effects } = run(live(), [...leaving, { type: 'closed', socket: 2, code: 1006 }]);
    expect(machine).toMatchObject({ phase: 'live', socket: 1, successor: { step: 'none' } });
    expect(effects).toContainEqual({ do: 'timer', name: 'handover', ms: 1000 });
  });
});
