import { create } from 'zustand';
import type { Limits } from '../protocol/entities';
import { readLimits } from '../protocol/readEntities';
import { Reader } from '../protocol/reader';
import { storage } from '../shared/storage';
import type { Machine, StopReason } from './machineTypes';

/** What the page shows of the connection. Times are milliseconds since 1970. */
export interface GatewayState {
  phase: Machine['phase'];
  /** Since when there is no live connection; null while there is one. */
  downSince: number | null;
  retryAt: number | null;
  stopReason: StopReason | null;
  /** Close code behind the present wait, 0 when unknown. */
  reason: number;
  /** The server's limits of the last greeting, which may have been on an earlier visit. */
  limits: Limits | null;
  /** Whether there was a greeting since the page was opened. */
  greeted: boolean;
}

const key = 'fastchat.limits';

function storedLimits(): Limits | null {
  try {
    return readLimits(Reader.of(JSON.parse(storage.get(key) ?? 'null')));
  } catch {
    return null;
  }
}

export const useGateway = create<GatewayState>()(() => ({
  phase: 'idle',
  downSince: null,
  retryAt: null,
  stopReason: null,
  reason: 0,
  limits: storedLimits(),
  greeted: false,
}));

/** Takes over the limits of a greeting, also for a next visit without a network. */
export function keepLimits(limits: Limits): void {
  storage.set(key, JSON.stringify(limits));
  useGateway.setState({ limits, greeted: true });
}

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
