import { readFileSync } from 'node:fs';

// The first load is what index.html names plus all it imports statically; dialogs are imported lazily and do not count.
const manifest = JSON.parse(readFileSync(new URL('./dist/.vite/manifest.json', import.meta.url), 'utf8'));

const staticFiles = (key, seen = new Set()) => {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) staticFiles(next, seen);
  return seen;
};

const path = [...staticFiles('index.html')].map((key) => `dist/${manifest[key].file}`);

export default [{ name: 'JavaScript of the first load', path, gzip: true, limit: '180 kB' }];
