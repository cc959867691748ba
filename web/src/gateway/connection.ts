import type { ClientFrame, ServerFrame } from '../protocol/frames';
import { parseFrame } from '../protocol/parseFrame';
import type { TokenSource } from './api';
import { ApiError, serverUrl } from './http';
import { step, type Effect, type Machine, type MachineEvent, type TimerName } from './machine';

/** Thrown by a token source when there is no session any more: nothing to retry. */
export class SessionEndedError extends Error {}

export interface ConnectionHandlers {
  /** Each frame of a live connection, in the order of arrival; `HELLO_ACK` is the first. */
  frame(frame: ServerFrame): void;
  changed(machine: Machine): void;
}

export interface Connection {
  start(): void;
  tryNow(): void;
  /** The network or the device may have come back: check at once. */
  wake(): void;
  /** Sends a frame if the connection is live; false means it was not sent. */
  send(frame: ClientFrame): boolean;
}

const client = 'fastchat-web';
const socketUrl = (): string => serverUrl('ws').href.replace(/^http/, 'ws');

/** Carries out what the pure machine decides: sockets, timers and tokens. */
export function createConnection(tokens: TokenSource, handlers: ConnectionHandlers): Connection {
  let machine: Machine = { phase: 'idle' };
  let token = '';
  const sockets = new Map<number, WebSocket>();
  const timers = new Map<TimerName, ReturnType<typeof setTimeout>>();

  const dispatch = (event: MachineEvent): void => {
    const [next, effects] = step(machine, event, { now: Date.now(), random: Math.random() });
    const changed = next !== machine;
    machine = next;
    effects.forEach(carryOut);
    // "heard" is every frame; nobody outside looks at the time of the last one.
    if (changed && event.type !== 'heard') handlers.changed(machine);
  };

  const fetchToken = async (fresh: boolean): Promise<void> => {
    try {
      token = await tokens.get(fresh);
      dispatch({ type: 'token' });
    } catch (error) {
      if (error instanceof SessionEndedError) dispatch({ type: 'sessionEnded' });
      else dispatch({ type: 'tokenFailed', retryAfterMs: error instanceof ApiError ? error.retryAfterMs : 0 });
    }
  };

  const receive = (socket: number, data: unknown): void => {
    const frame = typeof data === 'string' ? parseOrDrop(data) : null;
    dispatch({ type: 'heard', socket });
    if (!frame) return;
    if (frame.type === 'HELLO_ACK') dispatch({ type: 'welcomed', socket, heartbeatMs: frame.heartbeat_ms });
    if (frame.type === 'RECONNECT') dispatch({ type: 'leaveSoon', afterMs: frame.after_ms });
    if (frame.type === 'ERROR' && frame.code === 'UNAVAILABLE') dispatch({ type: 'busy', retryAfterMs: frame.retry_after_ms ?? 0 });
    handlers.frame(frame);
  };

  const open = (socket: number): void => {
    const ws = new WebSocket(socketUrl(), 'fastchat.v1');
    sockets.set(socket, ws);
    ws.onopen = () => dispatch({ type: 'opened', socket });
    ws.onmessage = (event: MessageEvent<unknown>) => receive(socket, event.data);
    ws.onclose = (event) => {
      sockets.delete(socket);
      dispatch({ type: 'closed', socket, code: event.code });
    };
  };

  const close = (socket: number): void => {
    const ws = sockets.get(socket);
    sockets.delete(socket);
    if (!ws) return;
    // A socket on a dead network takes long to report its end; it is forgotten at once.
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close(1000);
  };

  const write = (socket: number, frame: ClientFrame): boolean => {
    const ws = sockets.get(socket);
    if (ws?.readyState !== WebSocket.OPEN) return false;
    ws.send(JSON.stringify(frame));
    return true;
  };

  const carryOut = (effect: Effect): void => {
    switch (effect.do) {
      case 'getToken':
        return void fetchToken(effect.fresh);
      case 'open':
        return open(effect.socket);
      case 'hello':
        return void write(effect.socket, { type: 'HELLO', token, client });
      case 'ping':
        return void write(effect.socket, { type: 'PING' });
      case 'close':
        return close(effect.socket);
      case 'clear':
        clearTimeout(timers.get(effect.name));
        return;
      case 'timer':
        clearTimeout(timers.get(effect.name));
        timers.set(
          effect.name,
          setTimeout(() => dispatch({ type: 'timer', name: effect.name }), effect.ms),
        );
    }
  };

  return {
    start: () => dispatch({ type: 'start' }),
    tryNow: () => dispatch({ type: 'tryNow' }),
    wake: () => dispatch({ type: 'wake' }),
    send: (frame) => machine.phase === 'live' && write(machine.socket, frame),
  };
}

function parseOrDrop(text: string): ServerFrame | null {
  try {
    return parseFrame(text);
  } catch {
    // A frame that breaks the contract is dropped; CL1 finds what it may have carried.
    return null;
  }
}
