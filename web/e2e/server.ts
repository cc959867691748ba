import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const program = process.env['FASTCHAT_SERVER'] ?? join(import.meta.dirname, '../../artifacts/publish/fastchat');

/** A FastChat server as a process of its own, which a test may kill and start again on the same data and port. */
export class Server {
  private process: ChildProcess | undefined;
  private log = '';

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  static async start(settings: Record<string, string> = {}): Promise<Server> {
    if (!existsSync(program)) {
      throw new Error(`There is no server at ${program}: publish it first, or set FASTCHAT_SERVER.`);
    }
    const server = new Server(await mkdtemp(join(tmpdir(), 'fastchat-e2e-')), await freePort(), { ...settings });
    await server.restart();
    return server;
  }

  /** The file in which it keeps everything. */
  get database(): string {
    return join(this.folder, 'fastchat.db');
  }

  /** Starts it on what is there, and waits until it is ready; with other settings from now on, if any are given. */
  async restart(settings: Record<string, string> = {}): Promise<void> {
    Object.assign(this.settings, settings);
    await this.kill();
    const started = spawn(program, ['--urls', this.url], {
      env: {
        ...process.env,
        DATABASE_URL: `sqlite:${this.database}`,
        MANAGEMENT_URL: '',
        // Else each one that is killed leaves the pipes of its debugger in the folder for temporary files.
        DOTNET_EnableDiagnostics: '0',
        ...this.settings,
      },
    });
    this.process = started;
    started.stdout?.on('data', (text: Buffer) => (this.log += text.toString()));
    started.stderr?.on('data', (text: Buffer) => (this.log += text.toString()));
    const until = Date.now() + 60_000;
    while (!(await this.isReady())) {
      // Killed while it was starting: whoever did that starts the next one.
      if (this.process !== started) return;
      if (started.exitCode !== null || Date.now() > until) {
        await this.kill();
        throw new Error(`The server did not start:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    const running = this.process;
    this.process = undefined;
    if (running && running.exitCode === null) {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
  }

  /** Asks it to stop, as `systemctl stop` does, and waits for the end of its drain. */
  async drain(): Promise<void> {
    const running = this.process;
    this.process = undefined;
    if (running && running.exitCode === null) {
      running.kill('SIGTERM');
      await once(running, 'exit');
    }
  }

  /** How many sockets it has, by what the kernel says of its port. */
  get sockets(): number {
    const port = this.port.toString(16).toUpperCase().padStart(4, '0');
    const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
    return rows.filter((row) => new RegExp(`^\\s*\\d+: 0100007F:${port} \\S+ 01 `).test(row)).length;
  }

  /** An operator's command on this server's database. */
  run(verb: 'backup' | 'restore', file: string): void {
    execFileSync(program, [verb, file], { env: { ...process.env, DATABASE_URL: `sqlite:${this.database}` } });
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(new URL('/health/ready', this.url))).ok;
    } catch {
      return false;
    }
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
