import { styled } from '@mui/material/styles';
import { memo, type ReactNode } from 'react';
import { hashOf, hueOf, initials } from './colour';
import { useNameTag } from './nameTags';

const Tile = styled('span')(({ theme }) => ({
  position: 'relative',
  display: 'inline-grid',
  placeItems: 'center',
  flexShrink: 0,
  width: 'var(--size)',
  height: 'var(--size)',
  borderRadius: '36%',
  font: `600 calc(var(--size) * 0.36) ${theme.typography.fontFamily}`,
  letterSpacing: '0.01em',
  userSelect: 'none',
  background: 'linear-gradient(150deg, hsl(var(--hue) 52% 90%), hsl(calc(var(--hue) + 28) 48% 81%))',
  color: 'hsl(var(--hue) 60% 21%)',
  ...theme.applyStyles('dark', {
    background: 'linear-gradient(150deg, hsl(var(--hue) 30% 30%), hsl(calc(var(--hue) + 28) 34% 21%))',
    color: 'hsl(var(--hue) 65% 88%)',
  }),
}));

const Pattern = styled('svg')({
  position: 'absolute',
  inset: 0,
  width: '100%',
  height: '100%',
  borderRadius: 'inherit',
  opacity: 0.22,
});

/** A pattern of five by five fields, the right half as the left one in a mirror, that belongs to an id. */
function patternOf(id: string): string {
  const bits = hashOf(id);
  const fields: string[] = [];
  for (let field = 0; field < 15; field++) {
    if (((bits >>> field) & 1) === 0) continue;
    const [column, row] = [Math.floor(field / 5), field % 5];
    for (const x of new Set([column, 4 - column])) fields.push(`M${x} ${row}h1v1h-1z`);
  }
  return fields.join('');
}

const Corner = styled('span')({ position: 'absolute', right: -3, bottom: -3, display: 'grid' });

interface AvatarProps {
  id: string;
  name: string;
  /** Edge length in pixels. */
  size?: number;
  /** What sits at the lower corner, a presence dot for instance. */
  corner?: ReactNode;
}

/**
 * A person's picture, made of the initials and a colour that belongs to the id; and a pattern, where somebody else has a name
 * that looks the same. Decoration: the name stands beside it.
 */
export const Avatar = memo(function Avatar({ id, name, size = 44, corner }: AvatarProps) {
  const isShared = useNameTag(id) !== undefined;
  return (
    <Tile aria-hidden style={{ '--size': `${size}px`, '--hue': hueOf(id) } as React.CSSProperties}>
      {isShared && (
        <Pattern viewBox="0 0 5 5" fill="currentColor" shapeRendering="crispEdges">
          <path d={patternOf(id)} />
        </Pattern>
      )}
      {initials(name)}
      {corner && <Corner>{corner}</Corner>}
    </Tile>
  );
});
