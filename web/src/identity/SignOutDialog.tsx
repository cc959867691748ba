import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { useState } from 'react';
import type { IdentityApi } from '../gateway/api';
import { DialogBody, DialogChoices, DialogTop } from '../shared/DialogTop';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import { useIdentity } from './identityStore';
import { useSessions } from './useSessions';

const everyMs = 5000;

interface SignOutDialogProps {
  api: IdentityApi;
  /** How many messages would be lost because they were not sent yet. */
  unsent: number;
  close(): void;
  /** Shows the link for another device. */
  link(): void;
  signOut(): Promise<void>;
}

/** Says what leaves with the session, offers to take it along first, and signs out. */
export default function SignOutDialog({ api, unsent, close, link, signOut }: SignOutDialogProps) {
  const user = useIdentity((state) => state.user);
  const { sessions } = useSessions(api, everyMs);
  const [state, setState] = useState<'idle' | 'working' | 'failed'>('idle');
  const others = sessions?.filter((session) => !session.current).length ?? 0;
  const isLost = others === 0 && user?.kind === 'guest';
  const go = async (): Promise<void> => {
    setState('working');
    try {
      await signOut();
    } catch {
      setState('failed');
    }
  };
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="sign-out-title" aria-describedby="sign-out-body">
      <DialogTop id="sign-out-title" title={texts.signOut.title} close={close} />
      <DialogBody>
        <div id="sign-out-body" style={{ display: 'grid', gap: 10 }}>
          <p>{isLost ? texts.signOut.lost(user.display_name) : texts.signOut.elsewhere(others)}</p>
          {isLost && <p>{texts.signOut.keep}</p>}
          {unsent > 0 && <p role="alert">{texts.signOut.unsent(unsent)}</p>}
        </div>
        {state === 'failed' && <p role="alert">{texts.signOut.failed}</p>}
        <DialogChoices>
          <Button color="error" disabled={state === 'working'} onClick={() => void go()} data-testid="sign-out">
            {state === 'working' ? texts.signOut.working : texts.signOut.go}
          </Button>
          {isLost ? (
            <Button variant="contained" autoFocus startIcon={<Icon name="devices" />} onClick={link}>
              {texts.signOut.link}
            </Button>
          ) : (
            <Button variant="contained" autoFocus onClick={close}>
              {texts.signOut.cancel}
            </Button>
          )}
        </DialogChoices>
      </DialogBody>
    </Dialog>
  );
}
