/** The drawing of the empty page: two bubbles that lean towards each other. */
export function Bubbles() {
  const v = (name: string): string => `var(--fc-palette-${name})`;
  return (
    <svg width="208" height="132" viewBox="0 0 208 132" aria-hidden fill="none">
      <ellipse cx="104" cy="122" rx="78" ry="6" fill={v('surface-hover')} />
      <path
        d="M30 14h72a22 22 0 0 1 22 22v22a22 22 0 0 1-22 22H54L33 96c-2 1.6-4 .6-4-2V79.9A22 22 0 0 1 8 58V36a22 22 0 0 1 22-22z"
        fill={v('surface-raised')}
        stroke={v('divider')}
        strokeWidth="2"
      />
      <path d="M34 39h52M34 56h32" stroke={v('divider')} strokeWidth="7" strokeLinecap="round" />
      <path
        d="M120 44h54a22 22 0 0 1 22 22v18a22 22 0 0 1-21 22v12c0 2.6-2 3.6-4 2l-17-14h-34a22 22 0 0 1-22-22V66a22 22 0 0 1 22-22z"
        fill={v('bubble-own')}
      />
      <path d="M124 69h44M124 86h26" stroke={v('primary-main')} strokeWidth="7" strokeLinecap="round" opacity="0.55" />
      <circle cx="192" cy="48" r="9" fill={v('signal-main')} />
    </svg>
  );
}
