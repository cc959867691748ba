import { styled } from '@mui/material/styles';
import { Icon } from './Icon';

const Box = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  margin: '2px 16px 8px',
  paddingInlineStart: 12,
  height: 44,
  flexShrink: 0,
  borderRadius: 14,
  border: '1.5px solid transparent',
  background: theme.vars.palette.surface.hover,
  color: theme.vars.palette.text.secondary,
  '&:focus-within': { borderColor: theme.vars.palette.primary.main },
  '& input': {
    all: 'unset',
    flex: 1,
    minWidth: 0,
    fontFamily: theme.typography.fontFamily,
    fontSize: 16,
    color: theme.vars.palette.text.primary,
  },
  '& input::placeholder': { color: theme.vars.palette.text.faint, opacity: 1 },
  '& button': { all: 'unset', display: 'grid', placeItems: 'center', width: 44, height: 41, borderRadius: 12, cursor: 'pointer' },
  '& button:focus-visible': { outline: `2px solid ${theme.vars.palette.primary.main}`, outlineOffset: -2 },
}));

interface SearchFieldProps {
  label: string;
  clearLabel: string;
  value: string;
  onChange(value: string): void;
}

/** A one-line search field with a button that clears it; Escape clears it too. */
export function SearchField({ label, clearLabel, value, onChange }: SearchFieldProps) {
  return (
    <Box>
      <Icon name="search" size={18} />
      <input
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={label}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return;
          event.stopPropagation();
          onChange('');
        }}
      />
      {value !== '' && (
        <button type="button" aria-label={clearLabel} onClick={() => onChange('')}>
          <Icon name="close" size={16} />
        </button>
      )}
    </Box>
  );
}
