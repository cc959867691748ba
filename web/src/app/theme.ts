import { createTheme } from '@mui/material/styles';

/** Own colours beside MUI's: surfaces from back to front, bubbles, presence, the signal of what is new. */
type OwnColours = {
  surface: { canvas: string; sidebar: string; raised: string; hover: string; selected: string };
  bubble: { own: string; ownText: string; other: string; otherText: string; quiet: string };
  presence: { online: string; away: string; offline: string };
  signal: { main: string; text: string };
};

declare module '@mui/material/styles' {
  // Interface merging is how MUI lets a theme grow.
  interface CssThemeVariables {
    enabled: true;
  }
  interface Palette {
    surface: OwnColours['surface'];
    bubble: OwnColours['bubble'];
    presence: OwnColours['presence'];
    signal: OwnColours['signal'];
  }
  interface PaletteOptions {
    surface: OwnColours['surface'];
    bubble: OwnColours['bubble'];
    presence: OwnColours['presence'];
    signal: OwnColours['signal'];
  }
  interface TypeText {
    faint: string;
  }
}

const body = '"Figtree Variable", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const display = '"Bricolage Grotesque Variable", "Figtree Variable", system-ui, sans-serif';

const light = {
  primary: { main: '#0b6b57', dark: '#085545', light: '#d5ebe2', contrastText: '#ffffff' },
  error: { main: '#b3261e' },
  text: { primary: '#17211e', secondary: '#51605b', faint: '#54645e' },
  background: { default: '#f1f5f3', paper: '#ffffff' },
  divider: '#dfe7e3',
  surface: { canvas: '#f1f5f3', sidebar: '#fafcfb', raised: '#ffffff', hover: '#eaf1ee', selected: '#dcebe4' },
  bubble: { own: '#d3ebdf', ownText: '#10251e', other: '#ffffff', otherText: '#17211e', quiet: '#43655a' },
  presence: { online: '#1a8f5c', away: '#9a6700', offline: '#74837d' },
  signal: { main: '#b03a0a', text: '#ffffff' },
};

const dark = {
  primary: { main: '#7fdcc0', dark: '#a3ead4', light: '#1d3a32', contrastText: '#06241c' },
  error: { main: '#ffb4a9' },
  text: { primary: '#e5ece9', secondary: '#a3b1ac', faint: '#8f9e98' },
  background: { default: '#0f1615', paper: '#1a2321' },
  divider: '#25302d',
  surface: { canvas: '#0f1615', sidebar: '#131b1a', raised: '#1a2321', hover: '#1b2523', selected: '#21302c' },
  bubble: { own: '#1c4238', ownText: '#e3f4ed', other: '#1d2725', otherText: '#e5ece9', quiet: '#9dc4b6' },
  presence: { online: '#4fd394', away: '#e9b949', offline: '#84938d' },
  signal: { main: '#ff9a6b', text: '#2b1004' },
};

/** The look of FastChat: colours of both schemes, type scale, shapes. Spacing is MUI's unit of 8 px. */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-theme', cssVarPrefix: 'fc' },
  colorSchemes: { light: { palette: light }, dark: { palette: dark } },
  shape: { borderRadius: 12 },
  typography: {
    fontFamily: body,
    fontSize: 14,
    h1: { fontFamily: display, fontSize: '1.3rem', fontWeight: 700, letterSpacing: '-0.02em', lineHeight: 1.2 },
    h2: { fontFamily: display, fontSize: '1.75rem', fontWeight: 650, letterSpacing: '-0.025em', lineHeight: 1.15 },
    h3: { fontFamily: body, fontSize: '1rem', fontWeight: 650, lineHeight: 1.3 },
    subtitle2: { fontSize: '0.8125rem', fontWeight: 650, lineHeight: 1.4 },
    body1: { fontSize: '0.9375rem', lineHeight: 1.5 },
    body2: { fontSize: '0.875rem', lineHeight: 1.45 },
    caption: { fontSize: '0.75rem', lineHeight: 1.4 },
    button: { textTransform: 'none', fontWeight: 600, fontSize: '0.9375rem' },
  },
  components: {
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiIconButton: { styleOverrides: { root: { width: 44, height: 44, borderRadius: 14, color: 'inherit' } } },
    MuiButton: {
      defaultProps: { disableElevation: true },
      styleOverrides: { root: { borderRadius: 14, minHeight: 44, paddingInline: 18 } },
    },
    MuiDialog: {
      styleOverrides: { paper: { borderRadius: 22, backgroundImage: 'none', margin: 16, width: 'calc(100% - 32px)' } },
    },
    MuiMenu: { styleOverrides: { paper: { borderRadius: 16, backgroundImage: 'none' } } },
    MuiTooltip: { defaultProps: { enterDelay: 500 }, styleOverrides: { tooltip: { fontSize: '0.8125rem', borderRadius: 8 } } },
    MuiCssBaseline: {
      styleOverrides: (theme) => ({
        'html, body, #root': { height: '100%' },
        body: { overflow: 'hidden', overscrollBehavior: 'none' },
        // MUI's ring is gone with the ripple; one visible ring for everything instead.
        '*:focus-visible': { outline: `2px solid ${theme.vars.palette.primary.main}`, outlineOffset: 2 },
        '::selection': { background: theme.vars.palette.primary.light },
        '*': { scrollbarWidth: 'thin', scrollbarColor: `${theme.vars.palette.divider} transparent` },
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': {
            animationDuration: '0.01ms !important',
            animationIterationCount: '1 !important',
            transitionDuration: '0.01ms !important',
            scrollBehavior: 'auto !important',
          },
        },
      }),
    },
  },
});
