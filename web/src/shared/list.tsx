import { styled } from '@mui/material/styles';

/** A part of the sidebar with a heading that stays and a list that scrolls. */
export const ListRegion = styled('section')({
  display: 'flex',
  flexDirection: 'column',
  minHeight: 0,
  overflowY: 'auto',
  overscrollBehavior: 'contain',
  '& ul': { listStyle: 'none', margin: 0, padding: '0 8px 8px' },
});

export const ListHeading = styled('header')(({ theme }) => ({
  position: 'sticky',
  top: 0,
  zIndex: 1,
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  padding: '12px 20px 6px',
  background: theme.vars.palette.surface.sidebar,
  '& h2': { ...theme.typography.subtitle2, margin: 0, color: theme.vars.palette.text.secondary },
  '& span': {
    ...theme.typography.caption,
    fontWeight: 650,
    fontVariantNumeric: 'tabular-nums',
    color: theme.vars.palette.primary.main,
    background: theme.vars.palette.primary.light,
    borderRadius: 8,
    padding: '1px 7px',
  },
}));

/** A row of a list that is a button as a whole, at least 44 px high. */
export const PersonRow = styled('button')(({ theme }) => ({
  all: 'unset',
  boxSizing: 'border-box',
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  width: '100%',
  minHeight: 52,
  padding: '7px 12px',
  borderRadius: 14,
  cursor: 'pointer',
  transition: 'background-color 120ms',
  '&:hover': { background: theme.vars.palette.surface.hover },
  '&[aria-current=true]': { background: theme.vars.palette.surface.selected },
  '&:focus-visible': { outline: `2px solid ${theme.vars.palette.primary.main}`, outlineOffset: -2 },
}));

/** The texts of a row: a strong line above a small one, both cut with an ellipsis. */
export const RowText = styled('span')(({ theme }) => ({
  display: 'grid',
  flex: 1,
  minWidth: 0,
  '& strong, & small': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '& strong': { ...theme.typography.body1, fontWeight: 600, lineHeight: 1.35, color: theme.vars.palette.text.primary },
  '& small': { ...theme.typography.caption, fontSize: '0.8125rem', color: theme.vars.palette.text.secondary },
}));

export const PlainButton = styled('button')(({ theme }) => ({
  all: 'unset',
  boxSizing: 'border-box',
  minHeight: 44,
  padding: '0 16px',
  display: 'inline-flex',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 8,
  borderRadius: 12,
  cursor: 'pointer',
  ...theme.typography.button,
  color: theme.vars.palette.primary.main,
  '&:hover': { background: theme.vars.palette.surface.hover },
  '&:focus-visible': { outline: `2px solid ${theme.vars.palette.primary.main}`, outlineOffset: -2 },
}));

/** Text for screen readers only. */
export const Hidden = styled('span')({
  position: 'absolute',
  width: 1,
  height: 1,
  margin: -1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
});
