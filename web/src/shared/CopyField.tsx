import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useRef, useState } from 'react';
import { copyText } from './clipboard';
import { Icon } from './Icon';
import { Hidden } from './list';
import { texts } from './texts';

const Row = styled('div')(({ theme }) => ({
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

/** A text to take along, with a button that copies it. Where the browser forbids that, it is selected to be copied by hand. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const [state, setState] = useState<{ of: string; is: 'copied' | 'manual' } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    const copied = await copyText(value);
    if (!copied) field.current?.select();
    setState({ of: value, is: copied ? 'copied' : 'manual' });
  };
  const shown = state?.of === value ? state.is : 'copy';
  return (
    <Row>
      <input ref={field} readOnly value={value} aria-label={label} onFocus={(event) => event.target.select()} />
      <Button variant="contained" startIcon={<Icon name={shown === 'copied' ? 'check' : 'copy'} />} onClick={() => void copy()}>
        {texts.share[shown]}
      </Button>
      <Hidden role="status">{shown === 'copy' ? '' : texts.share[shown]}</Hidden>
    </Row>
  );
}
