import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';

interface PersonMenuProps {
  anchor: HTMLElement;
  name: string;
  isBlocked: boolean;
  choose(): void;
  close(): void;
}

/** The menu of a person. */
export default function PersonMenu({ anchor, name, isBlocked, choose, close }: PersonMenuProps) {
  return (
    <Menu
      open
      // Inside the page's landmark, where screen readers look for it.
      container={() => document.querySelector('main')}
      anchorEl={anchor}
      onClose={close}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
      transformOrigin={{ vertical: 'top', horizontal: 'right' }}
      slotProps={{ list: { 'aria-label': texts.blocks.more(name), sx: { minWidth: 200 } }, paper: { sx: { maxWidth: 320 } } }}
    >
      <MenuItem sx={{ minHeight: 44, whiteSpace: 'normal', overflowWrap: 'anywhere' }} onClick={choose}>
        <ListItemIcon sx={{ color: 'inherit' }}>
          <Icon name="block" />
        </ListItemIcon>
        {isBlocked ? texts.blocks.unblock(name) : texts.blocks.block(name)}
      </MenuItem>
    </Menu>
  );
}
