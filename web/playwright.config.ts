import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { launch } from './e2e/chromium';
import { limitMs } from './e2e/patience';

// Each worker starts published servers itself (e2e/server.ts), on ports and in folders of its own.
export default defineConfig({
  testDir: './e2e',
  globalSetup: './e2e/folders.ts',
  fullyParallel: true,
  workers: Math.min(4, Math.max(1, availableParallelism())),
  timeout: limitMs(480_000),
  // Longer than the longest wait between two attempts to connect, 30 s.
  expect: { timeout: limitMs(60_000) },
  forbidOnly: true,
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    actionTimeout: limitMs(60_000),
    navigationTimeout: limitMs(60_000),
    // Recording everything takes a fifth of the time: use --trace=retain-on-failure to understand a failure.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { ...launch, timeout: limitMs(60_000) },
  },
});
