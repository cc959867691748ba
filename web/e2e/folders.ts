import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const makeFolder = (name: string): Promise<string> => mkdtemp(join(tmpdir(), `${name}-`));

const removal = { recursive: true, force: true, maxRetries: 3 };

export const removeFolder = (folder: string): Promise<void> => rm(folder, removal);

/**
 * Playwright calls this before the first worker starts, and what it returns after the last one ended. All temporary files of the
 * workers and their browsers lie in one folder, so they are removed even if a worker is killed.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await makeFolder('fastchat-e2e');
  // PostgreSQL runs as a user of its own and must be able to reach its folder.
  await chmod(folder, 0o711);
  process.env['TMPDIR'] = folder;
  // A runner that is terminated, or interrupted twice, ends without calling the function below.
  process.once('exit', () => rmSync(folder, removal));
  process.once('SIGTERM', () => process.exit(143));
  return () => removeFolder(folder);
}
