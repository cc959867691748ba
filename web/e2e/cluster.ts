import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort, program, Server } from './server';

const root = join(import.meta.dirname, '../..');
const postgresFolder = '/usr/lib/postgresql';
const brotli = '/usr/lib/nginx/modules/ngx_http_brotli_';

/** A server of Debian's as a process of its own, in a folder of its own, ended by its id. */
class Tool {
  private running: ChildProcess | undefined;

  constructor(readonly folder: string) {}

  get pid(): number {
    return this.running?.pid ?? 0;
  }

  async start(command: string, args: string[], port: number): Promise<void> {
    this.running = spawn(command, args, { cwd: this.folder, stdio: 'ignore' });
    const until = Date.now() + 30_000;
    while (!(await listens(port))) {
      if (this.running.exitCode !== null || Date.now() > until) throw new Error(`${command} did not start in ${this.folder}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async dispose(signal: NodeJS.Signals): Promise<void> {
    if (this.running && this.running.exitCode === null) {
      this.running.kill(signal);
      await once(this.running, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** PostgreSQL with an empty database; as root it runs as Debian's user for it. */
async function startPostgres(): Promise<{ url: string; tool: Tool }> {
  const version = readdirSync(postgresFolder).sort((a, b) => Number(b) - Number(a))[0] ?? '';
  const bin = join(postgresFolder, version, 'bin');
  const tool = new Tool(await mkdtemp(join(tmpdir(), 'fastchat-e2e-pg-')));
  const port = await freePort();
  let as: string[] = [];
  if (process.getuid?.() === 0) {
    const id = (kind: string): string => execFileSync('id', [kind, 'postgres']).toString().trim();
    await chown(tool.folder, Number(id('-u')), Number(id('-g')));
    as = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'];
  }
  const [command = '', ...args] = [
    ...as,
    join(bin, 'initdb'),
    '-D',
    'data',
    '-U',
    'fastchat',
    '-A',
    'trust',
    '-N',
    '-E',
    'UTF8',
    '--locale=C',
  ];
  execFileSync(command, args, { cwd: tool.folder, stdio: 'ignore' });
  const run = [...as, join(bin, 'postgres'), '-D', 'data', '-h', '127.0.0.1', '-p', `${port}`, '-k', tool.folder];
  await tool.start(run[0] ?? '', run.slice(1), port);
  return { url: `postgresql://fastchat@127.0.0.1:${port}/postgres?sslmode=disable`, tool };
}

/** Three nodes on one PostgreSQL behind nginx, as deploy/nginx installs it. */
export class Cluster {
  private constructor(
    readonly url: string,
    readonly nodes: Server[],
    private readonly nginx: Tool,
    private readonly postgres: Tool,
  ) {}

  /** `prefix` is empty, or `/chat`; `settings` go to all nodes. */
  static async start(prefix = '', settings: Record<string, string> = {}): Promise<Cluster> {
    const { url, tool } = await startPostgres();
    const all = { DATABASE_URL: url, PATH_BASE: prefix, ...settings };
    // The first makes the schema; the others find it.
    const nodes = [await Server.start(all)];
    nodes.push(...(await Promise.all([Server.start(all), Server.start(all)])));
    const nginx = new Tool(await mkdtemp(join(tmpdir(), 'fastchat-e2e-nginx-')));
    const port = await freePort();
    install(nginx.folder, prefix, nodes);
    await writeFile(join(nginx.folder, 'nginx.conf'), around(port));
    await nginx.start('/usr/sbin/nginx', ['-p', nginx.folder, '-c', 'nginx.conf', '-e', join(nginx.folder, 'error.log')], port);
    return new Cluster(`http://127.0.0.1:${port}${prefix}/`, nodes, nginx, tool);
  }

  /** What `systemctl reload nginx` does; ends when old workers take nobody any more. */
  async reload(): Promise<void> {
    const before = workersOf(this.nginx.pid);
    process.kill(this.nginx.pid, 'SIGHUP');
    while (before.some((worker) => isTaking(worker)) || workersOf(this.nginx.pid).every((worker) => before.includes(worker)))
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** What nginx complained of. */
  log(): Promise<string> {
    return readFile(join(this.nginx.folder, 'error.log'), 'utf8');
  }

  async dispose(): Promise<void> {
    await this.nginx.dispose('SIGTERM');
    await Promise.all(this.nodes.map((node) => node.dispose()));
    await this.postgres.dispose('SIGINT');
  }
}

function install(folder: string, prefix: string, nodes: Server[]): void {
  const given = nodes.flatMap((node) => ['--node', new URL(node.url).host]);
  const assets = join(dirname(program), 'wwwroot/assets');
  const prefixed = prefix ? ['--prefix', prefix] : [];
  execFileSync(join(root, 'deploy/nginx/install'), ['--to', folder, '--assets', assets, ...prefixed, ...given]);
}

/** What Debian's own nginx.conf has around a site. */
const around = (port: number): string => `
  ${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 2; pid nginx.pid;
  ${existsSync(`${brotli}static_module.so`) ? `load_module ${brotli}filter_module.so; load_module ${brotli}static_module.so;` : ''}
  events { worker_connections 1024; }
  http {
    include /etc/nginx/mime.types; access_log off;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
    include fastchat/http.conf;
    server { listen 127.0.0.1:${port}; include fastchat/locations.conf; }
  }`;

function workersOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function isTaking(worker: number): boolean {
  try {
    return !readFileSync(`/proc/${worker}/cmdline`, 'utf8').includes('shutting down');
  } catch {
    return false;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
