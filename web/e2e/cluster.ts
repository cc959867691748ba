import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { makeFolder, removeFolder } from './folders';
import { limitMs, until } from './patience';
import { freePort } from './ports';
import type { Postgres } from './postgres';
import { Program, run } from './program';
import { Server, serverProgram } from './server';

const root = join(import.meta.dirname, '../..');
const brotli = '/usr/lib/nginx/modules/ngx_http_brotli_';

/** Three nodes on one database behind nginx, as deploy/nginx installs it. */
export class Cluster {
  private constructor(
    readonly url: string,
    readonly nodes: Server[],
    private readonly folder: string,
    private readonly nginx: Program,
  ) {}

  /** `prefix` is empty, or a path such as `/chat`. */
  static async start(postgres: Postgres, prefix: string): Promise<Cluster> {
    const settings = { DATABASE_URL: await postgres.createDatabase(), PATH_BASE: prefix };
    const nodes: Server[] = [];
    try {
      // The first node creates the schema.
      nodes.push(await Server.start(settings));
      const others = await Promise.allSettled([Server.start(settings), Server.start(settings)]);
      for (const other of others) if (other.status === 'fulfilled') nodes.push(other.value);
      for (const other of others) if (other.status === 'rejected') throw other.reason;
      return await Cluster.behindNginx(nodes, prefix);
    } catch (error) {
      await Promise.all(nodes.map((node) => node.dispose()));
      throw error;
    }
  }

  private static async behindNginx(nodes: Server[], prefix: string): Promise<Cluster> {
    const folder = await makeFolder('nginx');
    const port = await freePort();
    await install(folder, prefix, nodes);
    await writeFile(join(folder, 'nginx.conf'), around(port));
    const args = ['-p', folder, '-c', 'nginx.conf', '-e', join(folder, 'error.log')];
    // Its workers would outlive a master that is killed; SIGTERM ends them too.
    const nginx = Program.start('nginx', { command: '/usr/sbin/nginx', args, folder }, 'TERM');
    const cluster = new Cluster(`http://127.0.0.1:${port}${prefix}/`, nodes, folder, nginx);
    try {
      await nginx.ready(30_000, () => listens(port));
    } catch (error) {
      await cluster.stopNginx();
      throw error;
    }
    return cluster;
  }

  /** Does what `systemctl reload nginx` does; ends when the old workers accept no more connections. */
  async reload(): Promise<void> {
    const before = workersOf(this.nginx.pid);
    process.kill(this.nginx.pid, 'SIGHUP');
    const isReplaced = (): boolean =>
      !before.some((worker) => isAccepting(worker)) && workersOf(this.nginx.pid).some((worker) => !before.includes(worker));
    await until('nginx to replace its workers', 30_000, isReplaced);
  }

  /** What nginx complained about. */
  log(): Promise<string> {
    return readFile(join(this.folder, 'error.log'), 'utf8');
  }

  async dispose(): Promise<void> {
    await Promise.all([this.stopNginx(), ...this.nodes.map((node) => node.dispose())]);
  }

  private async stopNginx(): Promise<void> {
    await this.nginx.stop('SIGTERM');
    await removeFolder(this.folder);
  }
}

async function install(folder: string, prefix: string, nodes: Server[]): Promise<void> {
  const given = nodes.flatMap((node) => ['--node', new URL(node.url).host]);
  const assets = join(dirname(serverProgram), 'wwwroot/assets');
  const prefixed = prefix ? ['--prefix', prefix] : [];
  const args = ['--to', folder, '--assets', assets, ...prefixed, ...given];
  await run({ command: join(root, 'deploy/nginx/install'), args, folder });
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

function isAccepting(worker: number): boolean {
  try {
    return !readFileSync(`/proc/${worker}/cmdline`, 'utf8').includes('shutting down');
  } catch {
    return false;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ port, host: '127.0.0.1', timeout: limitMs(5000) }, () => end(true));
    const end = (isOpen: boolean): void => {
      probe.destroy();
      resolve(isOpen);
    };
    probe.once('error', () => end(false));
    probe.once('timeout', () => end(false));
  });
}
