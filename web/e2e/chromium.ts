import { existsSync } from 'node:fs';

/** Debian's Chromium without a window takes a third less processor time than the one with a window; either does. */
const [windowless, whole] = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const;

/** How the tests start their browser. */
export const launch = {
  executablePath: existsSync(windowless) ? windowless : whole,
  args: ['--no-sandbox', '--disable-background-networking'],
};
