import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { usePresence } from '../presence/presenceStore';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import { useIdentity } from '../identity/identityStore';
import { Bubbles } from './Bubbles';
import type { DialogName } from './useDialogs';

const Box = styled('section')(({ theme }) => ({
  display: 'grid',
  placeContent: 'center',
  justifyItems: 'center',
  gap: 12,
  padding: 24,
  textAlign: 'center',
  color: theme.vars.palette.text.secondary,
  '& h2': {
    ...theme.typography.h2,
    margin: '16px 0 0',
    color: theme.vars.palette.text.primary,
    maxWidth: '22ch',
    textWrap: 'balance',
  },
  '& p': { ...theme.typography.body1, margin: '0 0 12px', maxWidth: '42ch', textWrap: 'pretty' },
}));

/** What the right side shows while no chat is open: how to begin. */
export function Welcome({ show }: { show(name: DialogName): void }) {
  const others = usePresence((state) => (state.onlineCount ?? 0) > 1);
  const known = useIdentity((state) => state.user !== null);
  const [title, body] = others || !known ? [texts.chats.welcome, texts.chats.welcomeBody] : [texts.alone.title, texts.alone.body];
  return (
    <Box>
      <Bubbles />
      <h2>{title}</h2>
      <p>{body}</p>
      <Button variant={others ? 'text' : 'contained'} startIcon={<Icon name="share" />} onClick={() => show('share')}>
        {texts.alone.share}
      </Button>
    </Box>
  );
}
