import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useChats } from '../chats/chatStore';
import type { StopReason } from '../gateway/machineTypes';
import { texts } from '../shared/texts';
import { wipeBrowser } from '../shared/wipe';
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

const Unsent = styled('section')(({ theme }) => ({
  width: 'min(480px, 100%)',
  boxSizing: 'border-box',
  padding: '16px 20px',
  marginBottom: 12,
  borderRadius: 18,
  textAlign: 'start',
  background: theme.vars.palette.surface.raised,
  border: `1px solid ${theme.vars.palette.divider}`,
  '& h2': { ...theme.typography.h3, margin: 0 },
  '& p': { ...theme.typography.caption, margin: '2px 0 8px' },
  '& ul': { listStyle: 'none', margin: 0, padding: 0, maxHeight: '30dvh', overflowY: 'auto' },
  '& li': {
    ...theme.typography.body2,
    padding: '8px 0',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    userSelect: 'text',
    borderTop: `1px solid ${theme.vars.palette.divider}`,
  },
}));

/** What was written and never sent: it leaves with the session, and not without being shown. */
function UnsentMessages() {
  const outbox = useChats((state) => state.outbox);
  const unsent = outbox.filter((item) => !item.stored);
  if (unsent.length === 0) return null;
  return (
    <Unsent data-testid="unsent">
      <h2>{texts.ended.unsent(unsent.length)}</h2>
      <p>{texts.ended.unsentHint}</p>
      <ul tabIndex={0}>
        {unsent.map((item) => (
          <li key={item.message_id} dir="auto">
            {item.content}
          </li>
        ))}
      </ul>
    </Unsent>
  );
}

const wordsOf = (reason: StopReason): { title: string; body: string; action: string } => {
  if (reason === 'refused') return texts.refused;
  const { title, body, leftTitle, leftBody, action } = texts.ended;
  return reason === 'revoked' ? { title, body, action } : { title: leftTitle, body: leftBody, action };
};

/** The end of a session, or a page that the server no longer understands. */
export function Stopped({ reason, ownId }: { reason: StopReason; ownId: string | null }) {
  const words = wordsOf(reason);
  const goOn = async (): Promise<void> => {
    if (reason === 'revoked') await wipeBrowser(ownId);
    window.location.assign(window.location.pathname);
  };
  return (
    <Box data-testid="stopped" data-reason={reason}>
      <Bubbles />
      <h1>{words.title}</h1>
      <p>{words.body}</p>
      {reason === 'revoked' && <UnsentMessages />}
      <Button variant="contained" onClick={() => void goOn()}>
        {words.action}
      </Button>
    </Box>
  );
}
