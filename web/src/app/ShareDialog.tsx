import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { styled } from '@mui/material/styles';
import { useRef, useState } from 'react';
import { renderSVG } from 'uqr';
import { copyText } from '../shared/clipboard';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import { DialogTop } from './DialogTop';

const Body = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 18,
  padding: '0 24px 24px',
  '& p': { ...theme.typography.body2, margin: 0, color: theme.vars.palette.text.secondary },
}));

// Black on white in either theme: cameras read nothing else as well.
const Code = styled('img')({ justifySelf: 'center', width: 216, height: 216, padding: 12, borderRadius: 18, background: '#fff' });

const Address = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  gap: 8,
  '& input': {
    flex: '1 1 180px',
    minWidth: 0,
    height: 44,
    boxSizing: 'border-box',
    padding: '0 14px',
    borderRadius: 14,
    border: `1.5px solid ${theme.vars.palette.divider}`,
    background: theme.vars.palette.surface.canvas,
    color: theme.vars.palette.text.primary,
    fontFamily: theme.typography.fontFamily,
    fontSize: 16,
    textOverflow: 'ellipsis',
  },
}));

const address = (): string => new URL('.', window.location.href.replace(/#.*/, '')).href;
const isLocal = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(window.location.hostname);

/** The address of this chat to copy, and as a code for a phone's camera. */
export default function ShareDialog({ close }: { close(): void }) {
  const [state, setState] = useState<'idle' | 'copied' | 'manual'>('idle');
  const field = useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    const copied = await copyText(address());
    if (!copied) field.current?.select();
    setState(copied ? 'copied' : 'manual');
  };
  const label = { idle: texts.share.copy, copied: texts.share.copied, manual: texts.share.manual }[state];
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="share-title">
      <DialogTop id="share-title" title={texts.share.title} close={close} />
      <Body>
        <p>{isLocal() ? texts.share.local : texts.share.body}</p>
        <Code alt={texts.share.code} src={`data:image/svg+xml,${encodeURIComponent(renderSVG(address(), { border: 1 }))}`} />
        <Address>
          <input
            ref={field}
            readOnly
            value={address()}
            aria-label={texts.share.field}
            onFocus={(event) => event.target.select()}
          />
          <Button
            variant="contained"
            startIcon={<Icon name={state === 'copied' ? 'check' : 'copy'} />}
            onClick={() => void copy()}
          >
            <span role="status">{label}</span>
          </Button>
        </Address>
      </Body>
    </Dialog>
  );
}
