import { styled } from '@mui/material/styles';
import { Icon } from '../shared/Icon';
import { PlainButton } from '../shared/list';
import { texts } from '../shared/texts';
import { useBlocks } from './blocks';

const Box = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  justifyContent: 'center',
  gap: '0 8px',
  width: 'calc(100% - 32px)',
  maxWidth: 828,
  minHeight: 57,
  boxSizing: 'border-box',
  margin: '0 auto 16px',
  padding: '4px 18px',
  borderRadius: 26,
  background: theme.vars.palette.surface.hover,
  ...theme.typography.body2,
  color: theme.vars.palette.text.secondary,
  '@media (max-width: 600px)': { width: 'calc(100% - 20px)', marginBottom: 'max(10px, env(safe-area-inset-bottom))' },
  '& > span': { display: 'inline-flex', alignItems: 'center', gap: 8, minWidth: 0, overflowWrap: 'anywhere' },
  '& svg': { flexShrink: 0 },
  '& > p': { flexBasis: '100%', margin: '0 0 6px', textAlign: 'center', color: theme.vars.palette.error.main },
}));

interface BlockedNoteProps {
  userId: string;
  /** Told apart already, where somebody else's name looks the same. */
  name: string;
  unblock(): void;
}

/** Stands where one would write to a person whom one has blocked. */
export function BlockedNote({ userId, name, unblock }: BlockedNoteProps) {
  const isProblem = useBlocks((state) => state.problem === userId);
  return (
    <Box data-testid="blocked-note">
      <span>
        <Icon name="block" size={18} />
        {texts.blocks.note(name)}
      </span>
      <PlainButton type="button" aria-label={texts.blocks.unblock(name)} onClick={unblock}>
        {texts.blocks.noteUnblock}
      </PlainButton>
      {isProblem && <p role="alert">{texts.blocks.failed}</p>}
    </Box>
  );
}
