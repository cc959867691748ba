// Packs the server's table of characters that look alike (UTS #39) for the page: one table, one truth. With --check it only tells
// whether what is committed is what the table gives.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../../server/src/FastChat.Server/Identity/Data/confusables.txt', import.meta.url);
const target = new URL('../src/shared/confusables.ts', import.meta.url);
const toNumber = (hex) => Number.parseInt(hex, 16);

/** By what they look like, the characters that do, as distances from one to the next. All numbers to the base of 36. */
function pack(text) {
  const groups = new Map();
  for (const line of text.split(/\r?\n/)) {
    const [from, to] = line.split('=');
    if (line.startsWith('#') || to === undefined) continue;
    const looks = to
      .trim()
      .split(' ')
      .map((hex) => toNumber(hex).toString(36))
      .join('.');
    groups.set(looks, [...(groups.get(looks) ?? []), toNumber(from)]);
  }
  const packed = [...groups].map(([looks, characters]) => {
    const ascending = characters.sort((a, b) => a - b);
    return `${looks}:${ascending.map((character, index) => (character - (ascending[index - 1] ?? 0)).toString(36)).join(' ')}`;
  });
  return packed.join(';');
}

const text = readFileSync(source, 'utf8');
const licence = text
  .split(/\r?\n/)
  .filter((line) => line.startsWith('#'))
  .map((line) => `//${line.slice(1)}`);
const content = `${licence.join('\n')}
// Made of the server's Identity/Data/confusables.txt by scripts/confusables.mjs. Do not edit.
export const packed =
  '${pack(text)}';
`;

if (!process.argv.includes('--check')) writeFileSync(target, content);
else if (readFileSync(target, 'utf8') !== content) {
  process.stderr.write('src/shared/confusables.ts is not what the server has: run "npm run confusables".\n');
  process.exit(1);
}
