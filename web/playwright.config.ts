import { defineConfig } from '@playwright/test';

// Each test starts the published server itself (e2e/server.ts), on a port and in a folder of its own.
export default defineConfig({
  testDir: './e2e',
  fullyParallel: true,
  workers: 2,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    // Recording everything costs a fifth of the time: --trace=retain-on-failure does it where a failure has to be understood.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking'] },
  },
});
