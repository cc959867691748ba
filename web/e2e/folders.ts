import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const variable = 'FASTCHAT_E2E_FOLDER';

/** Makes a temporary folder. It lies in the folder of the whole run, so it is removed even if its worker is killed. */
export const makeFolder = (name: string): Promise<string> => mkdtemp(join(process.env[variable] ?? tmpdir(), `${name}-`));

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });

/** Playwright calls this before the first worker starts, and what it returns after the last one ended. */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'fastchat-e2e-'));
  // PostgreSQL runs as a user of its own and must be able to reach its folder.
  await chmod(folder, 0o711);
  process.env[variable] = folder;
  return () => removeFolder(folder);
}
