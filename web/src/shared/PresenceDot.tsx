export type DotStatus = 'online' | 'away' | 'offline';

/** A state as a shape, so that it can be told without colour: a disc, a crescent, a ring. Its text stands beside it. */
export function PresenceDot({ status, size = 15 }: { status: DotStatus; size?: number }) {
  const fill = `var(--fc-palette-presence-${status})`;
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden data-status={status}>
      <circle cx="8" cy="8" r="8" fill="var(--fc-palette-surface-sidebar)" />
      {status === 'online' && <circle cx="8" cy="8" r="5.2" fill={fill} />}
      {status === 'away' && <path d="M8.7 2.9a5.2 5.2 0 1 0 4.4 7.3A4.6 4.6 0 0 1 8.7 2.9z" fill={fill} />}
      {status === 'offline' && <circle cx="8" cy="8" r="4" fill="none" stroke={fill} strokeWidth="2" />}
    </svg>
  );
}
