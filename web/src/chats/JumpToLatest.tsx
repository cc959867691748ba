import { styled } from '@mui/material/styles';
import { Icon } from '../shared/Icon';
import { PlainButton } from '../shared/list';
import { texts } from '../shared/texts';

const Floating = styled(PlainButton)(({ theme }) => ({
  position: 'absolute',
  bottom: 12,
  left: '50%',
  translate: '-50% 0',
  padding: '0 18px 0 14px',
  borderRadius: 22,
  whiteSpace: 'nowrap',
  ...theme.typography.subtitle2,
  background: theme.vars.palette.surface.raised,
  color: theme.vars.palette.text.primary,
  border: `1px solid ${theme.vars.palette.divider}`,
  boxShadow: '0 6px 22px rgb(10 30 24 / 16%)',
  '&[data-fresh=true]': {
    background: theme.vars.palette.signal.main,
    color: theme.vars.palette.signal.text,
    borderColor: 'transparent',
  },
}));

/** Leads back to the end, and says how much is new there. */
export function JumpToLatest({ fresh, jump }: { fresh: number; jump(): void }) {
  return (
    <Floating type="button" data-fresh={fresh > 0} data-testid="jump-to-latest" onClick={jump}>
      <Icon name="down" size={18} />
      {fresh > 0 ? texts.timeline.latestNew(fresh) : texts.timeline.latest}
    </Floating>
  );
}
