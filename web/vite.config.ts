import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = 'http://localhost:8000';
const forwarded = ['/api', '/health', '/docs', '/openapi'];

export default defineConfig({
  // Relative addresses: the page works under any path prefix that a reverse proxy puts before it.
  base: './',
  plugins: [react()],
  server: {
    port: 5173,
    proxy: { ...Object.fromEntries(forwarded.map((path) => [path, { target: server }])), '/ws': { target: server, ws: true } },
  },
  build: {
    target: 'es2022',
    // The Content-Security-Policy allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    manifest: true,
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
