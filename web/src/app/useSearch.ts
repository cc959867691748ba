import { useEffect, useMemo, useState } from 'react';
import { peerOf, sortedChats, useChats } from '../chats/chatStore';
import { useBlocks } from '../identity/blocks';
import { usePresence } from '../presence/presenceStore';
import { statusText } from '../presence/statusText';
import type { PresenceEntry, PresenceStatus } from '../protocol/entities';
import { noteNames } from '../shared/nameTags';
import { texts } from '../shared/texts';
import { useClient } from './client';

export interface Found {
  userId: string;
  name: string;
  status: PresenceStatus;
  note: string;
}

const shownAtMost = 30;
const typingPauseMs = 200;

/** People in one's chats and people who are here whose name has the given part; own chats first. */
export function useSearch(query: string): Found[] {
  const chats = useChats((state) => state.chats);
  const ownId = useChats((state) => state.ownId);
  const users = usePresence((state) => state.users);
  const blocked = useBlocks((state) => state.ids);
  const remote = useDirectorySearch(query);
  return useMemo(() => {
    const part = query.trim().toLocaleLowerCase();
    const names = new Map<string, string>();
    for (const chat of sortedChats(chats)) {
      const peer = peerOf(chat, ownId);
      if (peer) names.set(peer.user_id, peer.display_name);
    }
    const here = [...Object.values(users), ...remote].filter((user) => user.status !== 'offline' && user.user_id !== ownId);
    for (const user of here) if (!names.has(user.user_id)) names.set(user.user_id, user.display_name);
    return [...names]
      .filter(([, name]) => name.toLocaleLowerCase().includes(part))
      .slice(0, shownAtMost)
      .map(([userId, name]) =>
        blocked.has(userId)
          ? { userId, name, status: 'offline', note: texts.blocks.blocked }
          : { userId, name, status: users[userId]?.status ?? 'offline', note: statusText(users[userId]) },
      );
  }, [query, chats, ownId, users, blocked, remote]);
}

function useDirectorySearch(query: string): PresenceEntry[] {
  const { api } = useClient();
  const complete = usePresence((state) => state.complete);
  const [found, setFound] = useState<PresenceEntry[]>([]);
  useEffect(() => {
    if (complete || query.trim() === '') return;
    let wanted = true;
    const timer = setTimeout(() => {
      api.directory(query.trim()).then(
        (answer) => {
          noteNames(answer.users);
          if (wanted) setFound(answer.users);
        },
        () => undefined,
      );
    }, typingPauseMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [api, complete, query]);
  return found;
}
