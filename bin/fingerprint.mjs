// Prints one hash over the contents of the given files and folders, so that a script can tell whether anything changed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const built = new Set(['node_modules', 'dist', 'test-results', 'playwright-report', 'bin', 'obj']);
const hash = createHash('sha256');

function add(path, isNamed) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    return;
  }
  if (stat.isDirectory()) {
    const names = readdirSync(path).sort();
    names.filter((name) => isNamed || !built.has(name)).forEach((name) => add(join(path, name), false));
    return;
  }
  hash.update(path).update('\0').update(readFileSync(path)).update('\0');
}

// Below a folder that is named, what is built from the sources is left out; a named folder itself is taken as it is.
for (const path of process.argv.slice(2)) {
  add(path, path.endsWith('dist'));
}
console.log(hash.digest('hex'));
