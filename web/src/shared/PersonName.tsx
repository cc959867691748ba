import { styled } from '@mui/material/styles';
import { useNameTag } from './nameTags';

// The name gives way, never the tag: a long name would else hide what tells it from another.
const Row = styled('span')({ display: 'flex', alignItems: 'baseline', gap: '0.4em', minWidth: 0, maxWidth: '100%' });

const Name = styled('span')({ minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' });

const Tag = styled('span')(({ theme }) => ({
  flexShrink: 0,
  fontFamily: theme.typography.fontFamily,
  fontSize: '0.8125rem',
  fontWeight: 500,
  letterSpacing: '0.02em',
  fontVariantNumeric: 'tabular-nums',
  color: theme.vars.palette.text.secondary,
}));

/** A person's name, with a short tag behind it where somebody else's looks the same. */
export function PersonName({ id, name }: { id: string; name: string }) {
  const tag = useNameTag(id);
  return (
    <Row>
      <Name dir="auto">{name}</Name>
      {tag !== undefined && <Tag data-testid="name-tag">#{tag}</Tag>}
    </Row>
  );
}
