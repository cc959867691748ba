import { styled } from '@mui/material/styles';
import { texts } from '../shared/texts';

const Mark = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 9,
  flex: 1,
  minWidth: 0,
  color: theme.vars.palette.primary.main,
  '& h1': { ...theme.typography.h1, margin: 0, color: theme.vars.palette.text.primary },
}));

/** The wordmark. */
export function Logo() {
  return (
    <Mark>
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden>
        <path
          fill="currentColor"
          d="M9 3h14a7 7 0 0 1 7 7v7a7 7 0 0 1-7 7h-7.2l-6.3 5.2A1 1 0 0 1 7.9 28.5V23.9A7 7 0 0 1 2 17v-7a7 7 0 0 1 7-7z"
        />
        <path fill="var(--fc-palette-surface-sidebar)" d="M12 8.5h10.5l-1.3 3.2h-6.1l-.7 1.9h5.4l-1.2 3.1h-5.3l-1.3 3.3H8.2z" />
      </svg>
      <h1>{texts.product}</h1>
    </Mark>
  );
}
