import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

const loads: (() => Promise<unknown>)[] = [];
const firstPauseMs = 500;
const longestPauseMs = 8000;

async function persistently<T>(load: () => Promise<T>): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await load();
    } catch {
      // The network is away, and a component that fails to load would take the whole page with it: it comes when it can.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** A component whose code is not part of the first load. It is tried for until it is there. */
export function later<Props>(load: () => Promise<{ default: ComponentType<Props> }>): LazyExoticComponent<ComponentType<Props>> {
  loads.push(load);
  // React.lazy is declared for components of any props.
  return lazy<ComponentType<Props>>(() => persistently(load));
}

/** Fetches what may be opened later, one after another, so that it opens at once and without a network. */
export async function fetchLater(): Promise<void> {
  for (const load of loads) await load().catch(() => undefined);
}
