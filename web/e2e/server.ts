import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, removeFolder } from './folders';
import { limitMs } from './patience';
import { freePort } from './ports';
import { Program, run } from './program';

export const serverProgram = process.env['FASTCHAT_SERVER'] ?? join(import.meta.dirname, '../../artifacts/publish/fastchat');

const startMs = 120_000;
const answerMs = 5000;

/** A FastChat server in a process of its own. A test may kill it and start it again on the same data and port. */
export class Server {
  private program: Program | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  static async start(settings: Record<string, string> = {}): Promise<Server> {
    if (!existsSync(serverProgram)) {
      throw new Error(`There is no server at ${serverProgram}: publish it first, or set FASTCHAT_SERVER.`);
    }
    const server = new Server(await makeFolder('server'), await freePort(), { ...settings });
    try {
      await server.restart();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** The SQLite file with all of the server's data. */
  get database(): string {
    return join(this.folder, 'fastchat.db');
  }

  /** Starts the server on the data that is there, and waits until it is ready. The given settings apply from now on. */
  async restart(settings: Record<string, string> = {}): Promise<void> {
    Object.assign(this.settings, settings);
    await this.kill();
    const args = ['--urls', this.url];
    const launch = { command: serverProgram, args, folder: this.folder, env: this.environment() };
    this.program = Program.start(`Server on port ${this.port}`, launch, 'KILL');
    await this.program.ready(startMs, () => this.isReady());
  }

  /** Kills the server, as a power cut would. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Asks the server to stop, as `systemctl stop` does, and waits until it has drained. */
  drain(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Runs an operator's command on this server's database. */
  async run(command: 'backup' | 'restore', file: string): Promise<void> {
    await run({ command: serverProgram, args: [command, file], folder: this.folder, env: this.environment() });
  }

  async dispose(): Promise<void> {
    await this.kill();
    await removeFolder(this.folder);
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const program = this.program;
    this.program = undefined;
    await program?.stop(signal);
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      DATABASE_URL: `sqlite:${this.database}`,
      MANAGEMENT_URL: '',
      // Otherwise each killed server leaves its debugger's pipes in the folder for temporary files.
      DOTNET_EnableDiagnostics: '0',
      // Compiling hot code a second time pays off after minutes; a test takes seconds.
      DOTNET_TC_CallCounting: '0',
      ...this.settings,
    };
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(new URL('/health/ready', this.url), { signal: AbortSignal.timeout(limitMs(answerMs)) })).ok;
    } catch {
      return false;
    }
  }
}
