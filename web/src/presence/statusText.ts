import type { PresenceEntry } from '../protocol/entities';
import { texts } from '../shared/texts';
import { timeAgo } from '../shared/times';

/** A person's state in words. */
export function statusText(user: PresenceEntry | undefined): string {
  if (user?.status === 'online') return texts.presence.online;
  if (user?.status === 'away') return texts.presence.away;
  return user?.last_seen ? texts.presence.lastSeen(timeAgo(user.last_seen)) : texts.presence.offline;
}
