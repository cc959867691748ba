import { afterClose, CloseCode } from '../protocol/closeCodes';
import { backoffMs } from './backoff';

/** Timers that the machine asks for; one of each name at most is running. */
export type TimerName = 'retry' | 'connect' | 'heartbeat' | 'pong' | 'handover' | 'settled';

export type StopReason = 'revoked' | 'refused';

/** The new connection of a handover, opened while the old one still serves. */
export type Successor = { step: 'none' } | { step: 'token' } | { step: 'opening' | 'greeting'; socket: number };

export type Machine =
  | { phase: 'idle' }
  | { phase: 'token'; attempt: number; socket: number }
  | { phase: 'opening' | 'greeting'; attempt: number; socket: number }
  | {
      phase: 'live';
      attempt: number;
      socket: number;
      heartbeatMs: number;
      heardAt: number;
      pinged: boolean;
      successor: Successor;
    }
  | { phase: 'waiting'; attempt: number; socket: number; retryAt: number; freshToken: boolean; reason: number }
  | { phase: 'stopped'; reason: StopReason };

export type LiveMachine = Extract<Machine, { phase: 'live' }>;

/** What happened. `socket` numbers a connection, so that news of one that was let go is ignored. */
export type MachineEvent =
  | { type: 'start' }
  | { type: 'token' }
  | { type: 'tokenFailed'; retryAfterMs: number }
  | { type: 'sessionEnded' }
  | { type: 'opened'; socket: number }
  | { type: 'welcomed'; socket: number; heartbeatMs: number }
  | { type: 'heard'; socket: number }
  | { type: 'busy'; retryAfterMs: number }
  | { type: 'closed'; socket: number; code: number }
  | { type: 'timer'; name: TimerName }
  | { type: 'leaveSoon'; afterMs: number }
  | { type: 'tryNow' }
  | { type: 'wake' };

/** What the driver has to do. Times are in milliseconds. */
export type Effect =
  | { do: 'getToken'; fresh: boolean }
  | { do: 'open'; socket: number }
  | { do: 'hello'; socket: number }
  | { do: 'ping'; socket: number }
  | { do: 'close'; socket: number }
  | { do: 'timer'; name: TimerName; ms: number }
  | { do: 'clear'; name: TimerName };

/** The outside world as plain values: the clock in ms, a random number in [0, 1). */
export interface Now {
  now: number;
  random: number;
}

export type Step = [Machine, Effect[]];

const connectMs = 10_000;
const pongMs = 5000;
const settledMs = 10_000;
const handoverRetryMs = 1000;

const clearAll: Effect[] = (['retry', 'connect', 'heartbeat', 'pong', 'handover', 'settled'] as const).map((name) => ({
  do: 'clear',
  name,
}));

function connectNow(attempt: number, socket: number, fresh: boolean): Step {
  return [{ phase: 'token', attempt, socket }, [...clearAll, { do: 'getToken', fresh }]];
}

function wait(
  machine: { attempt: number; socket: number },
  at: Now,
  plan: { afterMs: number; fresh: boolean; reason: number },
): Step {
  const ms = plan.afterMs + backoffMs(machine.attempt, at.random);
  const { socket } = machine;
  return [
    { phase: 'waiting', attempt: machine.attempt + 1, socket, retryAt: at.now + ms, freshToken: plan.fresh, reason: plan.reason },
    [...clearAll, { do: 'timer', name: 'retry', ms }],
  ];
}

function lost(machine: { attempt: number; socket: number }, code: number, at: Now): Step {
  const next = afterClose(code);
  if (next.do === 'stop')
    return [{ phase: 'stopped', reason: code === CloseCode.sessionRevoked ? 'revoked' : 'refused' }, clearAll];
  // A token that just ran out is the ordinary case and costs no wait; a server that refuses each new one does.
  if (next.freshToken && machine.attempt === 0) return connectNow(1, machine.socket, true);
  return wait(machine, at, { afterMs: next.afterMs, fresh: next.freshToken, reason: code });
}

const ping = (machine: LiveMachine): Step => [
  { ...machine, pinged: true },
  [
    { do: 'ping', socket: machine.socket },
    { do: 'timer', name: 'pong', ms: pongMs },
  ],
];

function live(machine: LiveMachine, event: MachineEvent, at: Now): Step {
  const { successor } = machine;
  switch (event.type) {
    case 'heard':
      if (event.socket !== machine.socket) return [machine, []];
      return [{ ...machine, heardAt: at.now, pinged: false }, machine.pinged ? [{ do: 'clear', name: 'pong' }] : []];
    case 'leaveSoon':
      return [machine, [{ do: 'timer', name: 'handover', ms: event.afterMs }]];
    case 'wake':
    case 'tryNow':
      return machine.pinged ? [machine, []] : ping(machine);
    case 'closed':
      if (event.socket === machine.socket) return lostWhileLive(machine, event.code, at);
      return 'socket' in successor && successor.socket === event.socket ? handoverFailed(machine) : [machine, []];
    case 'timer':
      return liveTimer(machine, event.name, at);
    default:
      return handover(machine, event, at);
  }
}

function liveTimer(machine: LiveMachine, name: TimerName, at: Now): Step {
  if (name === 'settled') return [{ ...machine, attempt: 0 }, []];
  if (name === 'pong') return dropAndReconnect(machine, at);
  if (name === 'handover') return [{ ...machine, successor: { step: 'token' } }, [{ do: 'getToken', fresh: false }]];
  if (name === 'connect') {
    const { successor } = machine;
    const [next, effects] = handoverFailed(machine);
    return [next, 'socket' in successor ? [{ do: 'close', socket: successor.socket }, ...effects] : effects];
  }
  if (name !== 'heartbeat') return [machine, []];
  const quiet = at.now - machine.heardAt;
  const again: Effect = { do: 'timer', name: 'heartbeat', ms: machine.heartbeatMs };
  if (quiet < machine.heartbeatMs) return [machine, [{ ...again, ms: machine.heartbeatMs - quiet }]];
  if (machine.pinged) return [machine, [again]];
  const [next, effects] = ping(machine);
  return [next, [...effects, again]];
}

function dropAndReconnect(machine: LiveMachine, at: Now): Step {
  const [next, effects] = wait(machine, at, { afterMs: 0, fresh: false, reason: 1006 });
  const successor: Effect[] = 'socket' in machine.successor ? [{ do: 'close', socket: machine.successor.socket }] : [];
  const highest = 'socket' in machine.successor ? machine.successor.socket : machine.socket;
  return [
    next.phase === 'waiting' ? { ...next, socket: highest } : next,
    [{ do: 'close', socket: machine.socket }, ...successor, ...effects],
  ];
}

const handoverFailed = (machine: LiveMachine): Step => [
  { ...machine, successor: { step: 'none' } },
  [
    { do: 'clear', name: 'connect' },
    { do: 'timer', name: 'handover', ms: handoverRetryMs },
  ],
];

/** The old connection ended during a handover: the successor, if it is on its way, becomes the connection. */
function lostWhileLive(machine: LiveMachine, code: number, at: Now): Step {
  const { successor, attempt } = machine;
  if (code >= 4500 || successor.step === 'none') return withoutSuccessor(lost(machine, code, at), successor);
  if (successor.step === 'token') return connectNow(attempt, machine.socket, false);
  const next: Machine = { phase: successor.step, attempt, socket: successor.socket };
  return [next, [...clearAll, { do: 'timer', name: 'connect', ms: connectMs }]];
}

const withoutSuccessor = ([machine, effects]: Step, successor: Successor): Step => [
  machine,
  'socket' in successor ? [{ do: 'close', socket: successor.socket }, ...effects] : effects,
];

function handover(machine: LiveMachine, event: MachineEvent, at: Now): Step {
  const { successor } = machine;
  if (event.type === 'token' && successor.step === 'token') {
    const socket = machine.socket + 1;
    return [
      { ...machine, successor: { step: 'opening', socket } },
      [
        { do: 'open', socket },
        { do: 'timer', name: 'connect', ms: connectMs },
      ],
    ];
  }
  if ((event.type === 'tokenFailed' || event.type === 'sessionEnded') && successor.step === 'token')
    return handoverFailed(machine);
  if (event.type === 'opened' && successor.step === 'opening' && successor.socket === event.socket)
    return [{ ...machine, successor: { step: 'greeting', socket: event.socket } }, [{ do: 'hello', socket: event.socket }]];
  if (event.type === 'welcomed' && successor.step === 'greeting' && successor.socket === event.socket) {
    const [next, effects] = welcome(machine.attempt, event, at);
    return [next, [...effects, { do: 'close', socket: machine.socket }]];
  }
  return [machine, []];
}

function welcome(attempt: number, event: { socket: number; heartbeatMs: number }, at: Now): Step {
  const { socket, heartbeatMs } = event;
  return [
    { phase: 'live', attempt, socket, heartbeatMs, heardAt: at.now, pinged: false, successor: { step: 'none' } },
    [
      ...clearAll,
      { do: 'timer', name: 'heartbeat', ms: heartbeatMs },
      // Only a connection that lasted resets the backoff; a server that greets and closes must not be hammered.
      { do: 'timer', name: 'settled', ms: settledMs },
    ],
  ];
}

type Connecting = Extract<Machine, { phase: 'opening' | 'greeting' }>;

function connecting(machine: Connecting, event: MachineEvent, at: Now): Step {
  if ('socket' in event && event.socket !== machine.socket) return [machine, []];
  switch (event.type) {
    case 'opened':
      return [{ ...machine, phase: 'greeting' }, [{ do: 'hello', socket: machine.socket }]];
    case 'welcomed':
      return welcome(machine.attempt, event, at);
    case 'closed':
      return lost(machine, event.code, at);
    case 'busy':
      return giveUp(machine, event.retryAfterMs, at);
    case 'timer':
      return event.name === 'connect' ? giveUp(machine, 0, at) : [machine, []];
    default:
      return [machine, []];
  }
}

function giveUp(machine: Connecting, afterMs: number, at: Now): Step {
  const [next, effects] = wait(machine, at, { afterMs, fresh: false, reason: 1013 });
  return [next, [{ do: 'close', socket: machine.socket }, ...effects]];
}

function gettingToken(machine: Extract<Machine, { phase: 'token' }>, event: MachineEvent, at: Now): Step {
  if (event.type === 'sessionEnded') return [{ phase: 'stopped', reason: 'revoked' }, clearAll];
  if (event.type === 'tokenFailed') return wait(machine, at, { afterMs: event.retryAfterMs, fresh: false, reason: 1006 });
  if (event.type !== 'token') return [machine, []];
  const socket = machine.socket + 1;
  return [
    { phase: 'opening', attempt: machine.attempt, socket },
    [
      { do: 'open', socket },
      { do: 'timer', name: 'connect', ms: connectMs },
    ],
  ];
}

/** The connection's next state and what to do about it. Pure: time and chance come in through `at`. */
export function step(machine: Machine, event: MachineEvent, at: Now): Step {
  switch (machine.phase) {
    case 'idle':
      return event.type === 'start' ? connectNow(0, 0, false) : [machine, []];
    case 'token':
      return gettingToken(machine, event, at);
    case 'opening':
    case 'greeting':
      return connecting(machine, event, at);
    case 'live':
      return live(machine, event, at);
    case 'waiting': {
      const again = event.type === 'tryNow' || event.type === 'wake' || (event.type === 'timer' && event.name === 'retry');
      // 4004 and 4005 ask for quiet: a wake-up does not cut their wait short, a person who insists does.
      const asked = machine.reason === CloseCode.refusedTooOften || machine.reason === CloseCode.tooManyConnections;
      if (!again || (event.type === 'wake' && asked)) return [machine, []];
      return connectNow(machine.attempt, machine.socket, machine.freshToken);
    }
    case 'stopped':
      return [machine, []];
  }
}
