/** Timers that the machine asks for; one of each name at most is running. */
export type TimerName = 'retry' | 'connect' | 'heartbeat' | 'pong' | 'handover' | 'settled';

/** `revoked`: the session ended elsewhere; `refused`: the server does not understand this page; `left`: the person signed out here. */
export type StopReason = 'revoked' | 'refused' | 'left';

/** The new connection of a handover, opened while the old one still serves. */
export type Successor = { step: 'none' } | { step: 'token' } | { step: 'opening' | 'greeting'; socket: number };

export type Machine =
  | { phase: 'idle' }
  | { phase: 'token'; attempt: number; socket: number; since: number }
  | { phase: 'opening' | 'greeting'; attempt: number; socket: number; since: number }
  | {
      phase: 'live';
      attempt: number;
      socket: number;
      heartbeatMs: number;
      heardAt: number;
      /** Until when something has to be heard after a PING; null while none is unanswered. */
      answerBy: number | null;
      successor: Successor;
    }
  | {
      phase: 'waiting';
      attempt: number;
      socket: number;
      /** Before this the server asked not to come; between the two chance has drawn. */
      notBefore: number;
      retryAt: number;
      freshToken: boolean;
      reason: number;
    }
  | { phase: 'stopped'; reason: StopReason };

export type LiveMachine = Extract<Machine, { phase: 'live' }>;

/**
 * What happened. `wake`: the network or the device may have come back. `doubt`: the connection may be dead.
 * `socket` numbers a connection, so that news of one that was let go is ignored.
 */
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
  | { type: 'leave' }
  | { type: 'wake' }
  | { type: 'doubt' };

/** What the driver has to do. Times are in milliseconds. */
export type Effect =
  | { do: 'getToken'; fresh: boolean }
  | { do: 'dropToken' }
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
