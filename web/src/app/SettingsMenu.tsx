import ListItemIcon from '@mui/material/ListItemIcon';
import ListSubheader from '@mui/material/ListSubheader';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useColorScheme } from '@mui/material/styles';
import { Icon, type IconName } from '../shared/Icon';
import { texts } from '../shared/texts';
import type { DialogName } from './useDialogs';

const modes: { mode: 'system' | 'light' | 'dark'; icon: IconName }[] = [
  { mode: 'system', icon: 'screen' },
  { mode: 'light', icon: 'sun' },
  { mode: 'dark', icon: 'moon' },
];

interface SettingsMenuProps {
  anchor: HTMLElement;
  close(): void;
  show(name: DialogName): void;
}

const dialogs: { name: DialogName; icon: IconName; label: string; begins?: boolean }[] = [
  { name: 'sessions', icon: 'devices', label: texts.sessions.title, begins: true },
  { name: 'link', icon: 'phone', label: texts.link.title },
  { name: 'blocks', icon: 'block', label: texts.blocks.title },
  { name: 'keys', icon: 'keys', label: texts.sidebar.keys, begins: true },
  { name: 'signOut', icon: 'exit', label: texts.signOut.menu, begins: true },
];

/** Appearance, oneself, keys. */
export default function SettingsMenu({ anchor, close, show }: SettingsMenuProps) {
  const { mode, setMode } = useColorScheme();
  return (
    <Menu
      open
      // Inside the page's landmark, where screen readers look for it.
      container={() => document.querySelector('main')}
      anchorEl={anchor}
      onClose={close}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
      transformOrigin={{ vertical: 'top', horizontal: 'right' }}
      slotProps={{ list: { 'aria-label': texts.sidebar.menu, sx: { minWidth: 220 } } }}
    >
      <ListSubheader role="presentation" sx={{ lineHeight: '36px', background: 'transparent' }}>
        {texts.theme.label}
      </ListSubheader>
      {modes.map((one) => (
        <MenuItem
          key={one.mode}
          role="menuitemradio"
          aria-checked={mode === one.mode}
          selected={mode === one.mode}
          sx={{ minHeight: 44 }}
          onClick={() => {
            setMode(one.mode);
            close();
          }}
        >
          <ListItemIcon sx={{ color: 'inherit' }}>
            <Icon name={one.icon} />
          </ListItemIcon>
          {texts.theme[one.mode]}
        </MenuItem>
      ))}
      {dialogs.map(({ name, icon, label, begins }) => (
        <MenuItem
          key={name}
          sx={{ minHeight: 44, ...(begins && { borderTop: 1, borderColor: 'divider', mt: 1, pt: 1 }) }}
          onClick={() => {
            close();
            show(name);
          }}
        >
          <ListItemIcon sx={{ color: 'inherit' }}>
            <Icon name={icon} />
          </ListItemIcon>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
