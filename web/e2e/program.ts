import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { limitMs, until } from './patience';

export interface Launch {
  command: string;
  args: string[];
  folder: string;
  env?: NodeJS.ProcessEnv;
  /** The user to run as, other than the own one. */
  user?: string;
}

/**
 * `setpriv` before a command: the kernel sends it the signal when the worker that started it is gone, even after SIGKILL.
 * Signals that the shell of the tests ignores are not ignored by the command: Node resets them for its children.
 */
function withDeathSignal(signal: 'KILL' | 'TERM' | 'QUIT', { command, args, user }: Launch): string[] {
  const as = user ? [`--reuid=${user}`, `--regid=${user}`, '--init-groups'] : [];
  return [...as, '--pdeathsig', signal, '--', command, ...args];
}

const logChars = 200_000;

/** A long-running process in the foreground, with what it writes. */
export class Program {
  private static readonly started = new Set<Program>();
  private text = '';

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    const keep = (data: Buffer): void => void (this.text = (this.text + data.toString()).slice(-logChars));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => keep(Buffer.from(`${error.message}\n`)));
  }

  /** `deathSignal` has to end the children of the process as well, if it has any. */
  static start(name: string, launch: Launch, deathSignal: 'KILL' | 'TERM' | 'QUIT'): Program {
    const child = spawn('setpriv', withDeathSignal(deathSignal, launch), {
      cwd: launch.folder,
      env: launch.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new Program(name, child);
    Program.started.add(program);
    return program;
  }

  /** The last lines of each process, those that have ended since the last call of `forgetEnded` included. */
  static report(lines: number): string {
    return [...Program.started].map((program) => `--- ${program.describe()}\n${program.lastLines(lines)}`).join('\n');
  }

  static forgetEnded(): void {
    for (const program of Program.started) if (!program.isRunning) Program.started.delete(program);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private lastLines(lines: number): string {
    return this.text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Waits until the process serves; fails with its log if it ends or takes too long. */
  async ready(ms: number, isReady: () => Promise<boolean>): Promise<void> {
    try {
      await until('it to be ready', ms, async () => !this.isRunning || isReady());
    } catch {
      throw new Error(`${this.describe()} is not ready after ${limitMs(ms)} ms:\n${this.lastLines(60)}`);
    }
    if (!this.isRunning) throw new Error(`${this.describe()} did not start:\n${this.lastLines(60)}`);
  }

  /** Sends a signal and waits for the end; a process that outlives the limit is killed, and that is an error. */
  async stop(signal: NodeJS.Signals, ms = 30_000): Promise<void> {
    if (!this.isRunning) return;
    this.child.kill(signal);
    try {
      await until('the process to end', ms, () => !this.isRunning);
    } catch {
      this.child.kill('SIGKILL');
      throw new Error(`${this.describe()} did not end within ${limitMs(ms)} ms of ${signal}:\n${this.lastLines(60)}`);
    }
  }

  private describe(): string {
    const { exitCode, signalCode } = this.child;
    const state = this.isRunning ? 'running' : `ended with ${signalCode ?? `code ${exitCode}`}`;
    return `${this.name} (process ${this.pid}, ${state})`;
  }
}

const execute = promisify(execFile);

/** Runs a command that ends by itself, and gives what it wrote to its standard output. */
export async function run(launch: Launch, ms = 60_000): Promise<string> {
  const { stdout } = await execute('setpriv', withDeathSignal('KILL', launch), {
    cwd: launch.folder,
    env: launch.env ?? process.env,
    timeout: limitMs(ms),
    killSignal: 'SIGKILL',
  });
  return stdout;
}
