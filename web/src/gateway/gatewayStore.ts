import { create } from 'zustand';
import type { Limits } from '../protocol/entities';
import type { Machine } from './machine';

/** What the page shows of the connection. Times are milliseconds since 1970. */
export interface GatewayState {
  phase: Machine['phase'];
  /** Since when there is no live connection; null while there is one. */
  downSince: number | null;
  retryAt: number | null;
  stopReason: 'revoked' | 'refused' | null;
  /** Close code behind the present wait, 0 when unknown. */
  reason: number;
  /** The server's limits of the last greeting. */
  limits: Limits | null;
}

export const useGateway = create<GatewayState>()(() => ({
  phase: 'idle',
  downSince: null,
  retryAt: null,
  stopReason: null,
  reason: 0,
  limits: null,
}));

/** Mirrors the machine into the store. */
export function showMachine(machine: Machine): void {
  useGateway.setState((state) => ({
    phase: machine.phase,
    downSince: machine.phase === 'live' ? null : (state.downSince ?? Date.now()),
    retryAt: machine.phase === 'waiting' ? machine.retryAt : null,
    reason: machine.phase === 'waiting' ? machine.reason : state.reason,
    stopReason: machine.phase === 'stopped' ? machine.reason : null,
  }));
}
