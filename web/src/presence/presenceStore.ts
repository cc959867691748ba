import { create } from 'zustand';
import type { PresenceEntry, PresenceStatus } from '../protocol/entities';
import type { PresenceFrame } from '../protocol/frames';

/** What is known of who is here. `online` holds the ids of the server's list, those seen last first. */
export interface PresenceState {
  users: Readonly<Record<string, PresenceEntry>>;
  online: readonly string[];
  /** Whether `online` is everybody; if not, the directory is asked by REST. */
  complete: boolean;
  /** All who are not offline, oneself included; null before the first frame. */
  onlineCount: number | null;
  /** What this tab told the server about itself. */
  own: 'online' | 'away';
}

const nothing: PresenceState = { users: {}, online: [], complete: true, onlineCount: null, own: 'online' };

export const usePresence = create<PresenceState>()(() => nothing);

/** The state after a PRESENCE frame (PR5): `full` replaces the list, else it is merged, and `offline` leaves the list. */
export function applyPresence(state: PresenceState, frame: PresenceFrame): PresenceState {
  const users = { ...state.users };
  const here = new Set(frame.full ? [] : state.online);
  if (frame.full) {
    // Who is not in a full and complete list is gone; what else is known of them stays, for their chats.
    const listed = new Set(frame.users.map((user) => user.user_id));
    for (const id of state.online) {
      const known = users[id];
      if (known && frame.complete && !listed.has(id)) users[id] = { ...known, status: 'offline' };
    }
  }
  for (const user of frame.users) {
    users[user.user_id] = user;
    if (user.status === 'offline') here.delete(user.user_id);
    else here.add(user.user_id);
  }
  return { ...state, users, online: [...here], complete: frame.complete, onlineCount: frame.online_count };
}

/** The status to show for a user: unknown people are offline. */
export const statusOf = (state: PresenceState, userId: string): PresenceStatus => state.users[userId]?.status ?? 'offline';
