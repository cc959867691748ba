import { createServer } from 'node:net';

/**
 * Below the range from which Linux takes the ports of outgoing connections: a port of that range can be taken while the server
 * that owns it is being restarted.
 */
const first = 10_000;
const count = 20_000;
/** Workers start at different places, so they do not meet. */
let next = (process.pid * 97) % count;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** A port of 127.0.0.1 that nothing listens on, and that this worker has not given out before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    const port = first + next;
    next = (next + 1) % count;
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${first} to ${first + count - 1} are taken.`);
}
