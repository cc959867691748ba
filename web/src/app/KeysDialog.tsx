import Dialog from '@mui/material/Dialog';
import { styled } from '@mui/material/styles';
import { texts } from '../shared/texts';
import { DialogTop } from '../shared/DialogTop';

const List = styled('dl')(({ theme }) => ({
  margin: 0,
  padding: '0 24px 24px',
  '& > div': { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 16, minHeight: 44 },
  '& > div + div': { borderTop: `1px solid ${theme.vars.palette.divider}` },
  '& dt': { ...theme.typography.body2 },
  '& dd': { margin: 0 },
  '& kbd': {
    ...theme.typography.caption,
    fontWeight: 650,
    whiteSpace: 'nowrap',
    padding: '4px 10px',
    borderRadius: 8,
    background: theme.vars.palette.surface.hover,
    color: theme.vars.palette.text.primary,
  },
}));

/** The keyboard shortcuts. */
export default function KeysDialog({ close }: { close(): void }) {
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="keys-title">
      <DialogTop id="keys-title" title={texts.keys.title} close={close} />
      <List>
        {texts.keys.list.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{meaning}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </List>
    </Dialog>
  );
}
