import type { ClientFrame, ServerFrame } from '../protocol/frames';
import { parseFrame } from '../protocol/parseFrame';
import { ownDeviceName } from '../shared/deviceName';
import type { TokenSource } from './api';
import { ApiError, serverUrl } from './http';
import { step } from './machine';
import type { Effect, Machine, MachineEvent, TimerName } from './machineTypes';

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
  /** Ends it for good. */
  leave(): void;
  /** The network or the device may have come back: check at once. */
  wake(): void;
  /** The connection may be dead: ask it, and without an answer make another. */
  doubt(): void;
  /** Sends a frame if the connection is live; false means it was not sent. */
  send(frame: ClientFrame): boolean;
}

const socketUrl = (): string => serverUrl('ws').href.replace(/^http/, 'ws');

class GatewayConnection implements Connection {
  private machine: Machine = { phase: 'idle' };
  private token = '';
  private readonly sockets = new Map<number, WebSocket>();
  private readonly timers = new Map<TimerName, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly tokens: TokenSource,
    private readonly handlers: ConnectionHandlers,
  ) {}

  start = (): void => this.dispatch({ type: 'start' });
  tryNow = (): void => this.dispatch({ type: 'tryNow' });
  leave = (): void => this.dispatch({ type: 'leave' });
  wake = (): void => this.dispatch({ type: 'wake' });
  doubt = (): void => this.dispatch({ type: 'doubt' });
  send = (frame: ClientFrame): boolean => this.machine.phase === 'live' && this.write(this.machine.socket, frame);

  private dispatch(event: MachineEvent): void {
    const [next, effects] = step(this.machine, event, { now: Date.now(), random: Math.random() });
    const changed = next !== this.machine;
    this.machine = next;
    for (const effect of effects) this.carryOut(effect);
    // "heard" is every frame; nobody outside looks at the time of the last one.
    if (changed && event.type !== 'heard') this.handlers.changed(next);
  }

  private async fetchToken(fresh: boolean): Promise<void> {
    try {
      this.token = await this.tokens.get(fresh);
      this.dispatch({ type: 'token' });
    } catch (error) {
      if (error instanceof SessionEndedError) this.dispatch({ type: 'sessionEnded' });
      else this.dispatch({ type: 'tokenFailed', retryAfterMs: error instanceof ApiError ? error.retryAfterMs : 0 });
    }
  }

  private receive(socket: number, data: unknown): void {
    const frame = typeof data === 'string' ? parseOrDrop(data) : null;
    this.dispatch({ type: 'heard', socket });
    if (!frame) return;
    if (frame.type === 'HELLO_ACK') this.dispatch({ type: 'welcomed', socket, heartbeatMs: frame.heartbeat_ms });
    if (frame.type === 'RECONNECT') this.dispatch({ type: 'leaveSoon', afterMs: frame.after_ms });
    if (frame.type === 'ERROR' && frame.code === 'UNAVAILABLE')
      this.dispatch({ type: 'busy', retryAfterMs: frame.retry_after_ms ?? 0 });
    this.handlers.frame(frame);
  }

  private open(socket: number): void {
    const ws = new WebSocket(socketUrl(), 'fastchat.v1');
    this.sockets.set(socket, ws);
    ws.onopen = () => this.dispatch({ type: 'opened', socket });
    ws.onmessage = (event: MessageEvent<unknown>) => this.receive(socket, event.data);
    ws.onclose = (event) => {
      this.sockets.delete(socket);
      this.dispatch({ type: 'closed', socket, code: event.code });
    };
  }

  private close(socket: number): void {
    const ws = this.sockets.get(socket);
    this.sockets.delete(socket);
    if (!ws) return;
    // A socket on a dead network takes long to report its end; it is forgotten at once.
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close(1000);
  }

  private write(socket: number, frame: ClientFrame): boolean {
    const ws = this.sockets.get(socket);
    if (ws?.readyState !== WebSocket.OPEN) return false;
    ws.send(JSON.stringify(frame));
    return true;
  }

  private carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'getToken':
        return void this.fetchToken(effect.fresh);
      case 'dropToken':
        return this.tokens.drop();
      case 'open':
        return this.open(effect.socket);
      case 'hello':
        return void this.write(effect.socket, { type: 'HELLO', token: this.token, client: ownDeviceName() });
      case 'ping':
        return void this.write(effect.socket, { type: 'PING' });
      case 'close':
        return this.close(effect.socket);
      case 'clear':
        return clearTimeout(this.timers.get(effect.name));
      case 'timer': {
        const { name, ms } = effect;
        clearTimeout(this.timers.get(name));
        this.timers.set(
          name,
          setTimeout(() => this.dispatch({ type: 'timer', name }), ms),
        );
      }
    }
  }
}

/** Makes the connection that carries out what the pure machine decides: sockets, timers and tokens. */
export const createConnection = (tokens: TokenSource, handlers: ConnectionHandlers): Connection =>
  new GatewayConnection(tokens, handlers);

function parseOrDrop(text: string): ServerFrame | null {
  try {
    return parseFrame(text);
  } catch {
    // A frame that breaks the contract is dropped; CL1 finds what it may have carried.
    return null;
  }
}
