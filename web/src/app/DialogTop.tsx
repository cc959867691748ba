import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';

const Row = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'space-between',
  padding: '14px 12px 8px 24px',
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
