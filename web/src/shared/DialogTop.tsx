import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { Icon } from './Icon';
import { texts } from './texts';

const Row = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'space-between',
  gap: 8,
  padding: '14px 12px 10px 24px',
  '& h2': { ...theme.typography.h1, margin: 0 },
}));

/** Title and close button of a dialog. */
export function DialogTop({ id, title, close }: { id: string; title: string; close(): void }) {
  return (
    <Row>
      <h2 id={id}>{title}</h2>
      <IconButton aria-label={texts.keys.close} onClick={close}>
        <Icon name="close" />
      </IconButton>
    </Row>
  );
}

/** What a dialog says and shows below its title. */
export const DialogBody = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 18,
  padding: '0 24px 24px',
  '& p': { ...theme.typography.body2, margin: 0, color: theme.vars.palette.text.secondary },
  '& p[role=alert]': { color: theme.vars.palette.error.main },
}));

/** The choices at the end of a dialog: side by side, and below each other where the words are too long for that. */
export const DialogChoices = styled('div')({
  display: 'flex',
  flexWrap: 'wrap',
  justifyContent: 'flex-end',
  gap: 8,
  '@media (max-width: 420px)': { flexDirection: 'column-reverse', '& > *': { width: '100%' } },
});
