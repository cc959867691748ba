import { styled } from '@mui/material/styles';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import { useChats } from './chatStore';

const Note = styled('p')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  width: 'calc(100% - 32px)',
  maxWidth: 828,
  boxSizing: 'border-box',
  margin: '0 auto 8px',
  padding: '0 18px',
  ...theme.typography.caption,
  color: theme.vars.palette.signal.main,
  '& svg': { flexShrink: 0 },
}));

/** Says that what waits would be lost with the page, while that is so. */
export function UnkeptNote() {
  const isShown = useChats(({ outbox, unkept }) => outbox.some((item) => !item.stored && unkept.includes(item.message_id)));
  return (
    <div role="status">
      {isShown && (
        <Note data-testid="unkept-note">
          <Icon name="alert" size={16} />
          <span>{texts.composer.unkept}</span>
        </Note>
      )}
    </div>
  );
}
