import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { useRef, useState } from 'react';
import type { IdentityApi } from '../gateway/api';
import type { Session } from '../protocol/entities';
import { DialogBody, DialogTop } from '../shared/DialogTop';
import { Icon } from '../shared/Icon';
import { Hidden } from '../shared/list';
import { texts } from '../shared/texts';
import { nameOfSession, SessionList } from './SessionList';
import { Sure } from './Sure';
import { useSessions } from './useSessions';

const everyMs = 5000;
/** A session that is made while the others end is ended in the next round; a person who makes them faster is not kept up with. */
const rounds = 3;

interface SessionsDialogProps {
  api: IdentityApi;
  close(): void;
  /** Signs out here, which has its own questions. */
  signOut(): void;
  /** Shows the link for another device. */
  link(): void;
}

/** Where one is signed in, and the end of it: one by one, or everywhere else. */
export default function SessionsDialog({ api, close, signOut, link }: SessionsDialogProps) {
  const { sessions, failed, reload } = useSessions(api, everyMs);
  const list = useRef<HTMLDivElement>(null);
  const [news, setNews] = useState('');
  const others = sessions?.filter((session) => !session.current) ?? [];
  const told = async (what: string): Promise<void> => {
    await reload();
    setNews(what);
    // The button that was pressed is gone with its row.
    list.current?.focus();
  };
  const revoke = async (session: Session): Promise<void> => {
    await api.revoke(session.session_id);
    await told(texts.sessions.done(nameOfSession(session)));
  };
  const revokeOthers = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const left = (await api.sessions()).filter((session) => !session.current);
      if (left.length === 0) break;
      for (const { session_id } of left) await api.revoke(session_id);
    }
    await told(texts.sessions.othersDone);
  };
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="sessions-title">
      <DialogTop id="sessions-title" title={texts.sessions.title} close={close} />
      <DialogBody>
        {sessions === null && !failed && <p role="status">{texts.sessions.loading}</p>}
        {failed && <p role="alert">{texts.sessions.failed}</p>}
        {sessions && (
          <div ref={list} tabIndex={-1} style={{ outline: 'none' }}>
            <SessionList sessions={sessions} revoke={revoke} signOut={signOut} />
          </div>
        )}
        <Hidden role="status">{news}</Hidden>
        {sessions && others.length === 0 && <p>{texts.sessions.only}</p>}
        {others.length > 0 && (
          <Sure
            label={texts.sessions.others}
            question={texts.sessions.othersSure(others.length)}
            answer={texts.sessions.signOut}
            act={revokeOthers}
          />
        )}
        <Button variant="outlined" startIcon={<Icon name="devices" />} onClick={link}>
          {texts.link.title}
        </Button>
      </DialogBody>
    </Dialog>
  );
}
