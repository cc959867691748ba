import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import type { DialogName } from './useDialogs';

const Card = styled('div')(({ theme }) => ({
  display: 'grid',
  justifyItems: 'start',
  gap: 6,
  margin: '4px 12px 16px',
  padding: 18,
  borderRadius: 18,
  border: `1.5px dashed ${theme.vars.palette.divider}`,
  '& h3': { ...theme.typography.h3, margin: 0 },
  // On a wide screen the other side of the page says it with a button already.
  '@media (min-width: 760px)': { '& button': { display: 'none' } },
  '& p': { ...theme.typography.body2, margin: '0 0 8px', color: theme.vars.palette.text.secondary },
}));

/** Stands in the list of people when nobody else is here: what to do about it. */
export function Alone({ show }: { show(name: DialogName): void }) {
  return (
    <Card data-testid="nobody-here">
      <h3>{texts.alone.title}</h3>
      <p>{texts.alone.body}</p>
      <Button variant="contained" startIcon={<Icon name="share" />} onClick={() => show('share')}>
        {texts.alone.share}
      </Button>
    </Card>
  );
}
