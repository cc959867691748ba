import Dialog from '@mui/material/Dialog';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { Avatar } from '../shared/Avatar';
import { Hidden } from '../shared/list';
import { PersonName } from '../shared/PersonName';
import { PresenceDot } from '../shared/PresenceDot';
import { texts } from '../shared/texts';
import { useSearch, type Found } from './useSearch';

const Box = styled('div')(({ theme }) => ({
  '& input': {
    all: 'unset',
    boxSizing: 'border-box',
    width: '100%',
    height: 60,
    padding: '0 22px',
    fontFamily: theme.typography.fontFamily,
    fontSize: 17,
    color: theme.vars.palette.text.primary,
    borderBottom: `1px solid ${theme.vars.palette.divider}`,
  },
  '& input::placeholder': { color: theme.vars.palette.text.faint, opacity: 1 },
  '& ul': { listStyle: 'none', margin: 0, padding: 8, maxHeight: 'min(52dvh, 420px)', overflowY: 'auto' },
  '& li': {
    display: 'flex',
    alignItems: 'center',
    gap: 12,
    minHeight: 48,
    padding: '2px 14px',
    borderRadius: 12,
    cursor: 'pointer',
  },
  '& li[aria-selected=true]': { background: theme.vars.palette.surface.selected },
  '& li small': {
    ...theme.typography.caption,
    marginInlineStart: 'auto',
    color: theme.vars.palette.text.secondary,
    whiteSpace: 'nowrap',
  },
  '& li b': { fontWeight: 600, minWidth: 0 },
  '& p': { ...theme.typography.body2, margin: 0, padding: 22, color: theme.vars.palette.text.secondary },
}));

interface SearchDialogProps {
  close(): void;
  openPerson(userId: string): void;
}

/** Finds a person or a chat by name, with the keyboard alone. */
export default function SearchDialog({ close, openPerson }: SearchDialogProps) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const found = useSearch(query);
  const current = found[Math.min(at, found.length - 1)];
  const choose = (one: Found | undefined): void => {
    if (!one) return;
    close();
    openPerson(one.userId);
  };
  const move = (by: number): void => setAt((before) => (found.length === 0 ? 0 : (before + by + found.length) % found.length));
  return (
    <Dialog
      open
      onClose={close}
      maxWidth="xs"
      fullWidth
      slotProps={{ paper: { 'aria-label': texts.palette.title, 'aria-labelledby': undefined } }}
      sx={{ '& .MuiDialog-container': { alignItems: 'flex-start' } }}
    >
      <Box>
        <input
          autoFocus
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="search-results"
          aria-activedescendant={current && `found-${current.userId}`}
          aria-label={texts.palette.title}
          placeholder={texts.palette.placeholder}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step) event.preventDefault();
            if (step) move(step);
            if (event.key === 'Enter') choose(current);
          }}
        />
        <Hidden role="status">{texts.palette.results(found.length)}</Hidden>
        {found.length === 0 ? (
          <p>{texts.palette.none}</p>
        ) : (
          <ul id="search-results" role="listbox" aria-label={texts.palette.title}>
            {found.map((one) => (
              <Result key={one.userId} found={one} current={one === current} choose={choose} />
            ))}
          </ul>
        )}
      </Box>
    </Dialog>
  );
}

function Result({ found, current, choose }: { found: Found; current: boolean; choose(found: Found): void }) {
  return (
    <li
      id={`found-${found.userId}`}
      role="option"
      aria-selected={current}
      ref={current ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
      onClick={() => choose(found)}
    >
      <Avatar id={found.userId} name={found.name} size={34} corner={<PresenceDot status={found.status} />} />
      <b>
        <PersonName id={found.userId} name={found.name} />
      </b>
      <small>{found.note}</small>
    </li>
  );
}
