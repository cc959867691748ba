import { readdirSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, removeFolder } from './folders';
import { freePort } from './ports';
import { Program, run } from './program';

const versions = '/usr/lib/postgresql';
const owner = 'fastchat';

/** Debian's PostgreSQL with a folder of its own. It refuses to run as root, so root runs it as Debian's user for it. */
export class Postgres {
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly program: Program,
    private readonly as: { folder: string; user?: string },
  ) {}

  static async start(): Promise<Postgres> {
    const folder = await makeFolder('postgres');
    const as: { folder: string; user?: string } = { folder };
    if (process.getuid?.() === 0) {
      as.user = 'postgres';
      const id = async (kind: '-u' | '-g'): Promise<number> =>
        Number(await run({ command: 'id', args: [kind, 'postgres'], folder }));
      await chown(folder, await id('-u'), await id('-g'));
    }
    const initdb = ['-D', 'data', '-U', owner, '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'];
    await run({ command: tool('initdb'), args: initdb, ...as });
    const port = await freePort();
    // The data are gone after the tests, so nothing has to reach the disk. It has no Unix socket: its path could be too long.
    const options = ['-D', 'data', '-h', '127.0.0.1', '-p', `${port}`, '-k', '', '-F'];
    const program = Program.start('PostgreSQL', { command: tool('postgres'), args: options, ...as }, 'QUIT');
    const postgres = new Postgres(folder, port, program, as);
    try {
      await program.ready(30_000, () => postgres.answers());
    } catch (error) {
      await postgres.dispose();
      throw error;
    }
    return postgres;
  }

  /** Creates an empty database; gives its address. */
  async createDatabase(): Promise<string> {
    const name = `cluster${++this.databases}`;
    const server = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', owner];
    await run({ command: tool('createdb'), args: [...server, '-T', 'template0', name], ...this.as });
    return `postgresql://${owner}@127.0.0.1:${this.port}/${name}?sslmode=disable`;
  }

  async dispose(): Promise<void> {
    await this.program.stop('SIGINT');
    await removeFolder(this.folder);
  }

  /** It accepts connections before it can serve them, so it is asked. */
  private async answers(): Promise<boolean> {
    const server = ['-h', '127.0.0.1', '-p', `${this.port}`, '-U', owner];
    try {
      await run({ command: tool('pg_isready'), args: ['-q', '-d', 'postgres', ...server], ...this.as });
      return true;
    } catch {
      return false;
    }
  }
}

function tool(name: string): string {
  const newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0] ?? '';
  return join(versions, newest, 'bin', name);
}
