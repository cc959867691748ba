const paths = {
  send: 'M4.4 4.6 20 12 4.4 19.4l2.3-7.4zM6.7 12H13',
  back: 'M15 5l-7 7 7 7',
  search: 'M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM20 20l-4.3-4.3',
  close: 'M6 6l12 12M18 6 6 18',
  pencil: 'M5 19l1-4L16.5 4.5l3 3L9 18zM14.5 6.5l3 3',
  share: 'M12 14V4M8 7.5 12 3.5l4 4M6 11H5v9h14v-9h-1',
  sliders:
    'M4 8h9M17 8h3M4 16h3M11 16h9M15 5.7a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6zM9 13.7a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6z',
  down: 'M12 5v13M6 12.5l6 6 6-6',
  clock: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.3l2.8 1.7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2 12.7l4.2 4.3L14.7 8M11.3 16.2l.9.8L21 8',
  alert: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v5M12 16v.2',
  keys: 'M4 7h16v10H4zM7.5 10.2v.1M12 10.2v.1M16.5 10.2v.1M8.5 13.8h7',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1',
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  phone: 'M8 3.5h8a1.5 1.5 0 0 1 1.5 1.5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5zM11 17.5h2',
  devices: 'M4 6h12v3M4 6v9h7M2.5 18H11M14 9h6v11h-6zM16.5 17.5h1',
  exit: 'M10 4H5v16h5M9.5 12H20M16 8l4 4-4 4',
  block: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM6.4 6.4l11.2 11.2',
  more: 'M12 4.8a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4zM12 11.3a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4zM12 17.8a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4z',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
} as const;

export type IconName = keyof typeof paths;

/** A line icon in the colour of the text around it. Decoration: whatever carries it has a name of its own. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d={paths[name]} />
    </svg>
  );
}
