import { styled } from '@mui/material/styles';

/** A line between messages with a word in it: a day, or where the new ones begin. */
export const Separator = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  padding: '18px 4px 8px',
  ...theme.typography.caption,
  fontWeight: 600,
  color: theme.vars.palette.text.faint,
  '&::before, &::after': { content: '""', flex: 1, height: 1, background: theme.vars.palette.divider },
  '&[data-new]': { color: theme.vars.palette.signal.main, padding: '12px 4px 8px' },
  '&[data-new]::before, &[data-new]::after': { background: theme.vars.palette.signal.main, opacity: 0.45 },
}));
