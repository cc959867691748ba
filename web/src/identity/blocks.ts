import { create } from 'zustand';
import type { IdentityApi } from '../gateway/api';
import type { Block } from '../protocol/entities';
import { readBlocksAnswer } from '../protocol/answers';
import { storage } from '../shared/storage';

const key = 'fastchat.blocks';

/** Whom the user does not want to hear from, as far as this browser knows. */
export interface BlocksState {
  /** The latest first. */
  people: readonly Block[];
  ids: ReadonlySet<string>;
  /** Whether the server has answered since the page was opened. */
  known: boolean;
  /** Whether the last question was not answered. */
  failed: boolean;
  /** Who could not be unblocked; null when nothing went wrong. */
  problem: string | null;
}

function stored(): Block[] {
  try {
    return readBlocksAnswer(JSON.parse(storage.get(key) ?? 'null'));
  } catch {
    return [];
  }
}

const idsOf = (people: readonly Block[]): Set<string> => new Set(people.map(({ user_id }) => user_id));

const kept = stored();
export const useBlocks = create<BlocksState>()(() => ({
  people: kept,
  ids: idsOf(kept),
  known: false,
  failed: false,
  problem: null,
}));

/** Counts changes: an answer that was asked for before one is of the past. */
let era = 0;

function keep(people: readonly Block[], more: Partial<BlocksState> = {}): void {
  storage.set(key, JSON.stringify({ blocks: people }));
  useBlocks.setState({ people, ids: idsOf(people), ...more });
}

/** Asks the server, which knows of all devices. */
export async function loadBlocks(api: IdentityApi): Promise<void> {
  const asked = ++era;
  try {
    const people = await api.blocks();
    if (asked === era) keep(people, { known: true, failed: false });
  } catch {
    // What is known stays; the next connection asks again.
    if (asked === era) useBlocks.setState({ failed: true });
  }
}

/** The server says who is blocked after a change, here or on another device: at once, and their names a moment later. */
export function receiveBlocks(userIds: readonly string[], api: IdentityApi): void {
  const ids = new Set(userIds);
  const { people } = useBlocks.getState();
  keep(
    people.filter(({ user_id }) => ids.has(user_id)),
    { ids },
  );
  void loadBlocks(api);
}

/** Blocks a person; throws when that could not be done. */
export async function blockPerson(api: IdentityApi, userId: string): Promise<void> {
  const block = await api.block(userId);
  era++;
  keep([block, ...useBlocks.getState().people.filter(({ user_id }) => user_id !== userId)], { problem: null });
}

/** Unblocks a person; the state says when that could not be done. */
export async function unblockPerson(api: IdentityApi, userId: string): Promise<boolean> {
  useBlocks.setState({ problem: null });
  try {
    await api.unblock(userId);
  } catch {
    useBlocks.setState({ problem: userId });
    return false;
  }
  era++;
  keep(useBlocks.getState().people.filter(({ user_id }) => user_id !== userId));
  return true;
}
