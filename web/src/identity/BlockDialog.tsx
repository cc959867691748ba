import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { DialogBody, DialogChoices, DialogTop } from '../shared/DialogTop';
import { texts } from '../shared/texts';

const Points = styled('ul')(({ theme }) => ({
  margin: 0,
  paddingInlineStart: 20,
  display: 'grid',
  gap: 8,
  ...theme.typography.body2,
  color: theme.vars.palette.text.secondary,
  '& li::marker': { color: theme.vars.palette.text.faint },
}));

interface BlockDialogProps {
  /** Told apart already, where somebody else's name looks the same. */
  name: string;
  close(): void;
  block(): Promise<void>;
}

/** Says what blocking does before it is done. */
export default function BlockDialog({ name, close, block }: BlockDialogProps) {
  const [state, setState] = useState<'idle' | 'working' | 'failed'>('idle');
  const go = async (): Promise<void> => {
    setState('working');
    try {
      await block();
      close();
    } catch {
      setState('failed');
    }
  };
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="block-title" aria-describedby="block-body">
      <DialogTop id="block-title" title={texts.blocks.sure(name)} close={close} />
      <DialogBody>
        <Points id="block-body">
          {texts.blocks.points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </Points>
        {state === 'failed' && <p role="alert">{texts.blocks.failed}</p>}
        <DialogChoices>
          <Button autoFocus onClick={close}>
            {texts.blocks.cancel}
          </Button>
          <Button color="error" variant="contained" disabled={state === 'working'} onClick={() => void go()}>
            {state === 'working' ? texts.blocks.working : texts.blocks.go}
          </Button>
        </DialogChoices>
      </DialogBody>
    </Dialog>
  );
}
