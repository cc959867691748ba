import { afterClose, CloseCode } from '../protocol/closeCodes';
import { backoffMs } from './backoff';
import type { Effect, LiveMachine, Machine, MachineEvent, Now, Step, Successor, TimerName } from './machineTypes';

const connectMs = 10_000;
/**
 * The first attempts get less time to open. Behind a proxy one of several nodes may stand still: its kernel takes connections, and
 * nobody answers; the next attempt most likely leads elsewhere. Side by side they can't be made: a browser opens one socket to a
 * host at a time (RFC 6455, 4.1). Those that follow have the time that a slow network takes.
 */
const firstOpenMs = [3000, 5000];
const pongMs = 5000;
/** A device that slept, or a network that changed, is more likely dead than slow: less patience than with a quiet one. */
const wakePongMs = 3000;
/** An attempt this old is not worth waiting for when the network comes back: it was begun on another one. */
const staleMs = 2000;
const settledMs = 10_000;
const handoverRetryMs = 1000;

const clearAll: Effect[] = (['retry', 'connect', 'heartbeat', 'pong', 'handover', 'settled'] as const).map((name) => ({
  do: 'clear',
  name,
}));

function connectNow(attempt: number, socket: number, fresh: boolean, at: Now): Step {
  return [{ phase: 'token', attempt, socket, since: at.now }, [...clearAll, { do: 'getToken', fresh }]];
}

function wait(
  machine: { attempt: number; socket: number },
  at: Now,
  plan: { afterMs: number; fresh: boolean; reason: number },
): Step {
  const ms = plan.afterMs + backoffMs(machine.attempt, at.random);
  const { socket } = machine;
  const [notBefore, retryAt] = [at.now + plan.afterMs, at.now + ms];
  return [
    { phase: 'waiting', attempt: machine.attempt + 1, socket, notBefore, retryAt, freshToken: plan.fresh, reason: plan.reason },
    [...clearAll, { do: 'timer', name: 'retry', ms }],
  ];
}

function lost(machine: { attempt: number; socket: number }, code: number, at: Now): Step {
  const next = afterClose(code);
  if (next.do === 'stop')
    return [{ phase: 'stopped', reason: code === CloseCode.sessionRevoked ? 'revoked' : 'refused' }, clearAll];
  // A token that just ran out is the ordinary case and costs no wait; a server that refuses each new one does.
  if (next.freshToken && machine.attempt === 0) return connectNow(1, machine.socket, true, at);
  return wait(machine, at, { afterMs: next.afterMs, fresh: next.freshToken, reason: code });
}

const ping = (machine: LiveMachine, at: Now, ms: number): Step => [
  { ...machine, answerBy: at.now + ms },
  [
    { do: 'ping', socket: machine.socket },
    { do: 'timer', name: 'pong', ms },
  ],
];

/** Asks whether the connection still is one. A question that is out already is only answered for sooner. */
function probe(machine: LiveMachine, at: Now): Step {
  const { answerBy } = machine;
  // Overdue by the clock, and its timer has not run: the device slept on it.
  const isAsked = answerBy !== null && answerBy > at.now;
  return isAsked && answerBy <= at.now + wakePongMs ? [machine, []] : ping(machine, at, wakePongMs);
}

function live(machine: LiveMachine, event: MachineEvent, at: Now): Step {
  const { successor } = machine;
  switch (event.type) {
    case 'heard':
      if (event.socket !== machine.socket) return [machine, []];
      return [{ ...machine, heardAt: at.now, answerBy: null }, machine.answerBy === null ? [] : [{ do: 'clear', name: 'pong' }]];
    case 'leaveSoon':
      return [machine, [{ do: 'timer', name: 'handover', ms: event.afterMs }]];
    case 'wake':
    case 'doubt':
    case 'tryNow':
      return probe(machine, at);
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
  if (machine.answerBy !== null) return [machine, [again]];
  const [next, effects] = ping(machine, at, pongMs);
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
  if (successor.step === 'token') return connectNow(attempt, machine.socket, false, at);
  const next: Machine = { phase: successor.step, attempt, socket: successor.socket, since: at.now };
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
    { phase: 'live', attempt, socket, heartbeatMs, heardAt: at.now, answerBy: null, successor: { step: 'none' } },
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
      return [
        { ...machine, phase: 'greeting' },
        [
          { do: 'hello', socket: machine.socket },
          { do: 'timer', name: 'connect', ms: connectMs },
        ],
      ];
    case 'welcomed':
      return welcome(machine.attempt, event, at);
    case 'closed':
      return lost(machine, event.code, at);
    case 'busy':
      return giveUp(machine, event.retryAfterMs, at);
    case 'timer':
      return event.name === 'connect' ? giveUp(machine, 0, at) : [machine, []];
    case 'wake':
    case 'tryNow': {
      if (at.now - machine.since < staleMs) return [machine, []];
      const [next, effects] = connectNow(0, machine.socket, false, at);
      return [next, [{ do: 'close', socket: machine.socket }, ...effects]];
    }
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
  if (event.type === 'wake' || event.type === 'tryNow')
    return at.now - machine.since < staleMs
      ? [machine, []]
      : // Its failure is the next event, and leads to a new attempt within the shortest wait.
        [{ ...machine, attempt: 0, since: at.now }, [{ do: 'dropToken' }]];
  if (event.type !== 'token') return [machine, []];
  const socket = machine.socket + 1;
  return [
    { phase: 'opening', attempt: machine.attempt, socket, since: at.now },
    [
      { do: 'open', socket },
      { do: 'timer', name: 'connect', ms: firstOpenMs[machine.attempt] ?? connectMs },
    ],
  ];
}

/** The person signs out: whatever is open is closed, and nothing is tried again. */
function leave(machine: Machine): Step {
  const sockets: number[] = [];
  if (machine.phase === 'opening' || machine.phase === 'greeting' || machine.phase === 'live') sockets.push(machine.socket);
  if (machine.phase === 'live' && 'socket' in machine.successor) sockets.push(machine.successor.socket);
  return [{ phase: 'stopped', reason: 'left' }, [...sockets.map((socket): Effect => ({ do: 'close', socket })), ...clearAll]];
}

/** The connection's next state and what to do about it. Pure: time and chance come in through `at`. */
export function step(machine: Machine, event: MachineEvent, at: Now): Step {
  if (event.type === 'leave') return leave(machine);
  switch (machine.phase) {
    case 'idle':
      return event.type === 'start' ? connectNow(0, 0, false, at) : [machine, []];
    case 'token':
      return gettingToken(machine, event, at);
    case 'opening':
    case 'greeting':
      return connecting(machine, event, at);
    case 'live':
      return live(machine, event, at);
    case 'waiting': {
      const again = event.type === 'tryNow' || event.type === 'wake' || (event.type === 'timer' && event.name === 'retry');
      // A wait that the server asked for is not cut short by a wake-up; a person who insists does.
      if (!again || (event.type === 'wake' && at.now < machine.notBefore)) return [machine, []];
      // What failed on a network that is gone says nothing of the one that came.
      const attempt = event.type === 'timer' ? machine.attempt : 0;
      return connectNow(attempt, machine.socket, machine.freshToken, at);
    }
    case 'stopped':
      return [machine, []];
  }
}
