import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import type { Session } from '../protocol/entities';
import { deviceName, isHandheld } from '../shared/deviceName';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import { dayAndTime, timeAgo } from '../shared/times';
import { Sure } from './Sure';

const List = styled('ul')(({ theme }) => ({
  listStyle: 'none',
  margin: 0,
  padding: 0,
  '& > li': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 12px',
    minHeight: 60,
    '& > button, & > div > button': { paddingInline: 10, flexShrink: 0 },
    paddingBlock: 6,
  },
  '& > li + li': { borderTop: `1px solid ${theme.vars.palette.divider}` },
}));

const Tile = styled('span')(({ theme }) => ({
  display: 'grid',
  placeItems: 'center',
  width: 40,
  height: 40,
  borderRadius: 14,
  flexShrink: 0,
  color: theme.vars.palette.text.secondary,
  background: theme.vars.palette.surface.hover,
  '&[data-current]': { color: theme.vars.palette.primary.main, background: theme.vars.palette.primary.light },
}));

const Words = styled('div')(({ theme }) => ({
  display: 'grid',
  flex: '1 1 0',
  minWidth: 0,
  '& b': { ...theme.typography.body1, fontWeight: 600, lineHeight: 1.35, overflowWrap: 'anywhere' },
  '& small': { ...theme.typography.caption, fontSize: '0.8125rem', color: theme.vars.palette.text.secondary },
  '& small > span': { display: 'inline-block', whiteSpace: 'pre' },
  '& small[data-here]': { color: theme.vars.palette.primary.main, fontWeight: 600 },
}));

/** What a session is called where it is listed. */
export const nameOfSession = (session: Session): string => deviceName(session.client) || texts.sessions.unknown;

interface SessionListProps {
  sessions: readonly Session[];
  revoke(session: Session): Promise<void>;
  signOut(): void;
}

/** The sessions, the one of this browser first, the others as they were used last. */
export function SessionList({ sessions, revoke, signOut }: SessionListProps) {
  const sorted = [...sessions].sort((a, b) => Number(b.current) - Number(a.current));
  return (
    <List aria-label={texts.sessions.title}>
      {sorted.map((session) => (
        <SessionRow key={session.session_id} session={session} revoke={revoke} signOut={signOut} />
      ))}
    </List>
  );
}

function SessionRow({ session, revoke, signOut }: Pick<SessionListProps, 'revoke' | 'signOut'> & { session: Session }) {
  const [isAsking, setAsking] = useState(false);
  const device = nameOfSession(session);
  const seen = session.current ? texts.sessions.now : texts.sessions.seen(timeAgo(session.last_seen));
  return (
    <li data-testid="session" data-session-id={session.session_id}>
      <Tile {...(session.current && { 'data-current': '' })}>
        <Icon name={isHandheld(device) ? 'phone' : 'screen'} />
      </Tile>
      <Words>
        <b>{device}</b>
        {session.current && <small data-here="">{texts.sessions.here}</small>}
        <small>
          <span>{seen} · </span>
          <span>{texts.sessions.since(dayAndTime(session.created_at))}</span>
        </small>
      </Words>
      {session.current ? (
        <Button color="error" aria-label={texts.sessions.signOutOf(texts.sessions.here)} onClick={signOut}>
          {texts.sessions.signOut}
        </Button>
      ) : (
        <div style={isAsking ? { flexBasis: '100%' } : undefined}>
          <Sure
            label={texts.sessions.signOut}
            aria-label={texts.sessions.signOutOf(device)}
            question={texts.sessions.sure(device)}
            answer={texts.sessions.signOut}
            act={() => revoke(session)}
            asking={setAsking}
          />
        </div>
      )}
    </li>
  );
}
