import { styled } from '@mui/material/styles';
import { Icon } from '../shared/Icon';
import { texts } from '../shared/texts';
import { dayName } from '../shared/times';
import { Separator } from './Separator';

const Line = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 6,
  padding: '10px 4px 6px',
  ...theme.typography.caption,
  color: theme.vars.palette.text.faint,
}));

/** A run of messages that a blocked person wrote: that they are there, and nothing of them. `time`: the day begins with it. */
export function HiddenRow({ count, time }: { count: number; time: string | null }) {
  return (
    <>
      {time !== null && <Separator>{dayName(time)}</Separator>}
      <Line data-testid="hidden-messages">
        <Icon name="block" size={14} />
        {texts.chats.hidden(count)}
      </Line>
    </>
  );
}
