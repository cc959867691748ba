import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server as TcpServer, type Socket } from 'node:net';

/** A network between page and server that can be cut, and that can fall silent while its connections seem to live. */
export class Network {
  private readonly pairs = new Set<[Socket, Socket]>();
  private readonly upgraded = new WeakSet<Socket>();
  private isCut = false;

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
    page.pipe(server).pipe(page);
    page.on('data', (data: Buffer) => {
      if (/^upgrade: websocket/im.test(data.toString('latin1'))) this.upgraded.add(page);
    });
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
