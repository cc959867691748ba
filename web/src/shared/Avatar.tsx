import { styled } from '@mui/material/styles';
import { memo, type ReactNode } from 'react';
import { hueOf, initials } from './colour';

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

const Corner = styled('span')({ position: 'absolute', right: -3, bottom: -3, display: 'grid' });

interface AvatarProps {
  id: string;
  name: string;
  /** Edge length in pixels. */
  size?: number;
  /** What sits at the lower corner, a presence dot for instance. */
  corner?: ReactNode;
}

/** A person's picture, made of the initials and a colour that belongs to the id. Decoration: the name stands beside it. */
export const Avatar = memo(function Avatar({ id, name, size = 44, corner }: AvatarProps) {
  return (
    <Tile aria-hidden style={{ '--size': `${size}px`, '--hue': hueOf(id) } as React.CSSProperties}>
      {initials(name)}
      {corner && <Corner>{corner}</Corner>}
    </Tile>
  );
});
