import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { styled } from '@mui/material/styles';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { IdentityApi } from '../gateway/api';
import type { Session } from '../protocol/entities';
import { CopyField } from '../shared/CopyField';
import { DialogBody, DialogTop } from '../shared/DialogTop';
import { isLocalAddress, pageAddress } from '../shared/pageAddress';
import { QrCode } from '../shared/QrCode';
import { texts } from '../shared/texts';
import { useIdentity } from './identityStore';
import { linkAddress } from './link';
import { nameOfSession } from './SessionList';
import { useSessions } from './useSessions';

const Notes = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  justifyContent: 'space-between',
  gap: '8px 16px',
  '& > p': { flex: '1 1 150px', textWrap: 'pretty' },
  '& > [role=timer]': {
    ...theme.typography.subtitle2,
    fontVariantNumeric: 'tabular-nums',
    padding: '3px 10px',
    borderRadius: 10,
    color: theme.vars.palette.primary.main,
    background: theme.vars.palette.primary.light,
  },
}));

const everyMs = 3000;

/** A one-time link that takes the identity to another device, as a code and to copy; says when it was used there. */
export default function LinkDialog({ api, close }: { api: IdentityApi; close(): void }) {
  const user = useIdentity((state) => state.user);
  const { link, secondsLeft, failed, renew } = useDeviceLink(api);
  const arrived = useArrived(api);
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="link-title">
      <DialogTop id="link-title" title={texts.link.title} close={close} />
      {arrived ? (
        <DialogBody data-testid="link-used">
          <p role="status">
            <b>{texts.link.done(nameOfSession(arrived))}.</b> {texts.link.doneBody}
          </p>
          <Button variant="contained" onClick={close}>
            {texts.link.finish}
          </Button>
        </DialogBody>
      ) : (
        <DialogBody>
          <p>{isLocalAddress() ? texts.link.local : texts.link.body(user?.display_name ?? '')}</p>
          {link && user && secondsLeft > 0 && (
            <ShownLink address={linkAddress(pageAddress(), link, user)} secondsLeft={secondsLeft} />
          )}
          {!link && !failed && <p role="status">{texts.link.making}</p>}
          {failed && <p role="alert">{texts.link.failed}</p>}
          {link && secondsLeft <= 0 && <p role="status">{texts.link.over}</p>}
          {(failed || (link && secondsLeft <= 0)) && (
            <Button variant="contained" onClick={renew}>
              {texts.link.renew}
            </Button>
          )}
        </DialogBody>
      )}
    </Dialog>
  );
}

function ShownLink({ address, secondsLeft }: { address: string; secondsLeft: number }) {
  return (
    <>
      <QrCode address={address} label={texts.link.code} />
      <CopyField label={texts.link.field} value={address} />
      <Notes>
        <p>{texts.link.warning}</p>
        <span role="timer">{texts.link.left(Math.floor(secondsLeft / 60), secondsLeft % 60)}</span>
      </Notes>
    </>
  );
}

function useDeviceLink(api: IdentityApi): { link: string | null; secondsLeft: number; failed: boolean; renew(): void } {
  const [made, setMade] = useState<{ link: string; until: number } | null>(null);
  const [failed, setFailed] = useState(false);
  const [now, setNow] = useState(Date.now);
  const asked = useRef(false);
  const renew = useCallback(() => {
    setFailed(false);
    setMade(null);
    api.link().then(
      ({ link_token, expires_in }) => {
        setNow(Date.now());
        setMade({ link: link_token, until: Date.now() + expires_in * 1000 });
      },
      () => setFailed(true),
    );
  }, [api]);
  useEffect(() => {
    // Strict mode runs effects twice; one link is enough.
    if (!asked.current) renew();
    asked.current = true;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [renew]);
  const secondsLeft = made ? Math.max(0, Math.ceil((made.until - now) / 1000)) : 0;
  return { link: made?.link ?? null, secondsLeft, failed, renew };
}

/** The session that came since the dialog was opened, if one did. */
function useArrived(api: IdentityApi): Session | undefined {
  const { sessions } = useSessions(api, everyMs);
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
  if (sessions && known === null) setKnown(new Set(sessions.map((session) => session.session_id)));
  return known ? sessions?.find((session) => !known.has(session.session_id)) : undefined;
}
