import { styled } from '@mui/material/styles';
import { useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Api } from '../gateway/api';
import type { PresenceEntry } from '../protocol/entities';
import { SearchField } from '../shared/SearchField';
import { ListHeading, ListRegion, PlainButton } from '../shared/list';
import { texts } from '../shared/texts';
import { moreOfDirectory, searchDirectory, useDirectory } from './directory';
import { OnlineUser } from './OnlineUser';
import { usePresence } from './presenceStore';

const Nothing = styled('p')(({ theme }) => ({
  ...theme.typography.body2,
  color: theme.vars.palette.text.secondary,
  margin: '8px 20px',
}));

/** How many people it takes before a search field is worth its place. */
const searchFrom = 8;
const refreshMs = 30_000;

interface OnlineUsersProps {
  api: Api;
  ownId: string;
  selectedId: string | null;
  /** People whom the user has blocked: they are here, and say nothing. */
  blocked: ReadonlySet<string>;
  open(userId: string): void;
  /** Shown when nobody else is here. */
  alone: ReactNode;
}

/** Everybody who is here but oneself; found by a part of the name, in the whole directory when it is a large one. */
export function OnlineUsers({ api, ownId, selectedId, blocked, open, alone }: OnlineUsersProps) {
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const complete = usePresence((state) => state.complete);
  const count = usePresence((state) => state.onlineCount);
  const { people, hasMore } = usePeople(api, ownId, wanted);
  const isEmpty = people.length === 0 && wanted === '';
  return (
    <ListRegion aria-label={texts.presence.region} data-testid="online-users">
      <ListHeading>
        <h2>{texts.presence.heading}</h2>
        {count !== null && (
          <span data-testid="online-count" aria-label={texts.presence.count(count)}>
            {count}
          </span>
        )}
      </ListHeading>
      {(!complete || people.length >= searchFrom || query !== '') && (
        <SearchField label={texts.presence.search} clearLabel={texts.presence.clear} value={query} onChange={setQuery} />
      )}
      <ul>
        {people.map((user) => (
          <OnlineUser
            key={user.user_id}
            user={user}
            selected={user.user_id === selectedId}
            blocked={blocked.has(user.user_id)}
            open={open}
          />
        ))}
      </ul>
      {isEmpty && count !== null && alone}
      {people.length === 0 && wanted !== '' && <Nothing>{texts.presence.none(wanted)}</Nothing>}
      {hasMore && (
        <PlainButton type="button" onClick={() => void moreOfDirectory(api)}>
          {texts.presence.more}
        </PlainButton>
      )}
    </ListRegion>
  );
}

function usePeople(api: Api, ownId: string, query: string): { people: PresenceEntry[]; hasMore: boolean } {
  const { users, online, complete } = usePresence();
  const directory = useDirectory();
  useEffect(() => {
    if (complete) return;
    void searchDirectory(api, query);
    // Changes of people nobody watches are not announced in a large house.
    const timer = setInterval(() => void searchDirectory(api, query), refreshMs);
    return () => clearInterval(timer);
  }, [api, complete, query]);
  const people = useMemo(() => {
    const found = complete ? online.flatMap((id) => users[id] ?? []) : directory.users.map((user) => users[user.user_id] ?? user);
    const part = query.toLocaleLowerCase();
    return found
      .filter((user) => user.user_id !== ownId && user.status !== 'offline')
      .filter((user) => !complete || user.display_name.toLocaleLowerCase().includes(part))
      .sort((a, b) => a.display_name.localeCompare(b.display_name));
  }, [users, online, complete, directory.users, query, ownId]);
  return { people, hasMore: !complete && directory.cursor !== null };
}
