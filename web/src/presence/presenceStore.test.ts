import { describe, expect, it } from 'vitest';
import type { PresenceEntry, PresenceStatus } from '../protocol/entities';
import type { PresenceFrame } from '../protocol/frames';
import { applyPresence, statusOf, type PresenceState } from './presenceStore';

const entry = (user_id: string, status: PresenceStatus = 'online', display_name = user_id): PresenceEntry => ({
  user_id,
  display_name,
  status,
  last_seen: '2026-10-17T09:30:00.000Z',
});
const frame = (users: PresenceEntry[], more: Partial<PresenceFrame> = {}): PresenceFrame => ({
  type: 'PRESENCE',
  full: false,
  complete: true,
  users,
  online_count: users.length,
  ...more,
});
const empty: PresenceState = { users: {}, online: [], complete: true, onlineCount: null, own: 'online' };
const full = applyPresence(empty, frame([entry('a'), entry('b', 'away')], { full: true }));

describe('PRESENCE', () => {
  it('PR5 full replaces what the client has', () => {
    const next = applyPresence(full, frame([entry('c')], { full: true }));
    expect(next.online).toEqual(['c']);
    expect(statusOf(next, 'a')).toBe('offline');
  });

  it('PR5 a change of one user leaves the others', () => {
    const next = applyPresence(full, frame([entry('b', 'online')], { online_count: 2 }));
    expect(next.online).toEqual(['a', 'b']);
    expect(statusOf(next, 'b')).toBe('online');
  });

  it('PR5 offline means gone, and when one was last seen is kept', () => {
    const next = applyPresence(full, frame([entry('a', 'offline')], { online_count: 1 }));
    expect(next.online).toEqual(['b']);
    expect(next.users['a']?.last_seen).toBe('2026-10-17T09:30:00.000Z');
  });

  it('PR5 a full list that is not everybody declares nobody gone', () => {
    const next = applyPresence(full, frame([entry('c')], { full: true, complete: false, online_count: 300 }));
    expect(statusOf(next, 'a')).toBe('online');
    expect(next).toMatchObject({ complete: false, onlineCount: 300 });
  });

  it('PR7 a rename is taken over', () => {
    expect(applyPresence(full, frame([entry('a', 'online', 'Ada')])).users['a']?.display_name).toBe('Ada');
  });
});
