import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server as TcpServer, type Socket } from 'node:net';

/** A network between page and server that can be cut, and that can fall silent while its connections seem to live. */
export class Network {
  private readonly pairs = new Set<[Socket, Socket]>();
  private readonly upgraded = new WeakSet<Socket>();
  private isCut = false;
  private unanswered = 0;

  private constructor(
    private readonly listener: TcpServer,
    private readonly serverPort: number,
  ) {}

  static async before(serverUrl: string): Promise<Network> {
    const listener = createServer();
    const network = new Network(listener, Number(new URL(serverUrl).port));
    listener.on('connection', (socket) => network.join(socket));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}/`;
  }

  /** The next so many upgrades are taken and not answered, as by a node that stands still. */
  leaveUnanswered(upgrades: number): void {
    this.unanswered = upgrades;
  }

  /** How many of them have still to come. */
  get stillUnanswered(): number {
    return this.unanswered;
  }

  /** Ends all connections, and lets no new one through. */
  cut(): void {
    this.isCut = true;
    for (const [page, server] of this.pairs) {
      page.destroy();
      server.destroy();
    }
  }

  mend(): void {
    this.isCut = false;
  }

  /**
   * Web sockets stay connected and pass nothing on any more, as after a night with the lid closed; new connections work. The
   * idle connections of HTTP end: browsers let them go when the device sleeps or changes its network.
   */
  fallSilent(): void {
    for (const [page, server] of this.pairs) {
      if (!this.upgraded.has(page)) {
        page.destroy();
        continue;
      }
      page.unpipe(server);
      server.unpipe(page);
      page.resume();
      server.resume();
    }
  }

  dispose(): void {
    this.cut();
    this.listener.close();
  }

  private join(page: Socket): void {
    if (this.isCut) return void page.destroy();
    const server = connect(this.serverPort, '127.0.0.1');
    const pair: [Socket, Socket] = [page, server];
    this.pairs.add(pair);
    page.on('data', (data: Buffer) => {
      if (!/^upgrade: websocket/im.test(data.toString('latin1'))) return;
      this.upgraded.add(page);
      if (this.unanswered > 0) {
        this.unanswered--;
        this.pairs.delete(pair);
        server.removeAllListeners('close').unpipe(page).destroy();
      }
    });
    page.pipe(server).pipe(page);
    for (const socket of pair)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.pairs.delete(pair);
          page.destroy();
          server.destroy();
        });
  }
}
