import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { forgetUser } from '../identity/identityStore';
import { forgetDatabase } from '../shared/database';
import { texts } from '../shared/texts';
import { Bubbles } from './Bubbles';

const Box = styled('main')(({ theme }) => ({
  height: '100dvh',
  boxSizing: 'border-box',
  display: 'grid',
  placeContent: 'center',
  justifyItems: 'center',
  gap: 12,
  padding: 24,
  textAlign: 'center',
  '& h1': { ...theme.typography.h2, margin: '16px 0 0' },
  '& p': { ...theme.typography.body1, margin: '0 0 12px', maxWidth: '42ch', color: theme.vars.palette.text.secondary },
}));

/** The end of a session, or a page that the server no longer understands. */
export function Stopped({ reason, ownId }: { reason: 'revoked' | 'refused'; ownId: string | null }) {
  const words = reason === 'revoked' ? texts.ended : texts.refused;
  const goOn = async (): Promise<void> => {
    if (reason === 'revoked') {
      forgetUser();
      if (ownId) await forgetDatabase(ownId);
    }
    window.location.assign(window.location.pathname);
  };
  return (
    <Box data-testid="stopped">
      <Bubbles />
      <h1>{words.title}</h1>
      <p>{words.body}</p>
      <Button variant="contained" onClick={() => void goOn()}>
        {words.action}
      </Button>
    </Box>
  );
}
