import { styled } from '@mui/material/styles';
import { Avatar } from '../shared/Avatar';
import { useTaggedName } from '../shared/nameTags';
import { texts } from '../shared/texts';

const Box = styled('div')(({ theme }) => ({
  display: 'grid',
  justifyItems: 'center',
  gap: 12,
  padding: '36px 16px 20px',
  textAlign: 'center',
  ...theme.typography.body2,
  color: theme.vars.palette.text.secondary,
  '& h2': { ...theme.typography.h2, margin: 0, color: theme.vars.palette.text.primary },
  '&[data-alone]': { margin: 'auto' },
}));

/** Stands where a chat begins; alone in one that has no messages yet. */
export function Beginning({ name, id, alone = false }: { name: string; id: string; alone?: boolean }) {
  const label = useTaggedName(id, name);
  return (
    <Box {...(alone && { 'data-alone': '' })}>
      <Avatar id={id} name={name} size={alone ? 84 : 56} />
      {alone && <h2>{texts.chats.first(label)}</h2>}
      <span>{texts.chats.begin(label)}</span>
    </Box>
  );
}
