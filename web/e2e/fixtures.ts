import { test as base, type BrowserContext, type BrowserContextOptions, expect, type Page } from '@playwright/test';
import { Network } from './network';
import { limitMs } from './patience';
import { Person } from './person';
import { Postgres } from './postgres';
import { Program } from './program';
import { Server } from './server';

interface ArriveOptions extends BrowserContextOptions {
  /** The address; by default the server's own. */
  at?: string;
  /** Installs Playwright's clock: time passes as usual until the test moves it. */
  clock?: boolean;
}

/** Lets a person open the page. Errors on the console fail the test. */
export type Arrive = (options?: ArriveOptions) => Promise<Person>;

interface Fixtures {
  /** The server that `arrive` leads to. */
  server: Server;
  /** A network in front of the server, for pages that are opened at its address. */
  network: Network;
  arrive: Arrive;
  /** Runs around each test. */
  cleanUp: void;
}

interface WorkerFixtures {
  sharedServer: Server;
  postgres: Postgres;
}

let names = 0;

/** A name that nobody else has in this worker. It has a fixed length, so it is no part of another one either. */
export const freshName = (kind = 'Person'): string => `${kind} ${String(++names).padStart(5, '0')}`;

/**
 * Gives guests a name of the test's own. Those that the server draws are friendlier, but two guests may get the same one, and then
 * the page shows tags behind them.
 */
async function chooseName(page: Page): Promise<void> {
  await page.exposeFunction('chooseGuestName', () => freshName());
  await page.addInitScript(() => {
    const { chooseGuestName } = window as unknown as { chooseGuestName: () => Promise<string> };
    const real = window.fetch;
    window.fetch = async (input, init) => {
      const isNewSession = init?.method === 'POST' && new URL(String(input), location.href).pathname.endsWith('/api/sessions');
      if (!isNewSession) return real(input, init);
      const body = JSON.parse(String(init.body ?? '{}')) as Record<string, unknown>;
      if (body['link_token'] !== undefined) return real(input, init);
      return real(input, { ...init, body: JSON.stringify({ ...body, display_name: await chooseGuestName() }) });
    };
  });
}

/** Opens the page in a browser profile, as a guest with a fresh name; errors on the page are added to `faults`. */
export async function openPage(context: BrowserContext, url: string, faults: string[] = []): Promise<Person> {
  const page = await context.newPage();
  listenForFaults(page, faults);
  await chooseName(page);
  await page.goto(url);
  const person = new Person(page);
  await expect(person.name).toBeVisible();
  return person;
}

function listenForFaults(page: Page, faults: string[]): void {
  page.on('pageerror', (fault) => faults.push(fault.message));
  page.on('console', (line) => {
    if (line.type() === 'error' && !expected.test(line.text())) faults.push(line.text());
  });
}

/** What the browser itself reports about a connection that the test cut. Everything else on the console is a fault. */
const expected = /WebSocket connection to|Failed to load resource: net::/;

/** How much of a server's log the report of a failed test shows. */
const reportedLines = 40;

/**
 * The test's server is shared with the other tests of the worker: a test must not stop, restart or configure it. People of earlier
 * tests stay in the list for some seconds, so a test looks for its own people by name.
 */
export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedServer: [
    async ({}, provide) => {
      const server = await Server.start({ Limits__GuestsPerHour: '0' });
      await provide(server);
      await server.dispose();
    },
    { scope: 'worker', timeout: limitMs(120_000) },
  ],

  postgres: [
    async ({}, provide) => {
      const postgres = await Postgres.start();
      await provide(postgres);
      await postgres.dispose();
    },
    { scope: 'worker', timeout: limitMs(180_000) },
  ],

  cleanUp: [
    async ({ browser }, provide, info) => {
      await provide();
      // A page that is left open goes on looking for its server, and the next tests share the machine with it.
      await Promise.all(browser.contexts().map((context) => context.close()));
      const log = Program.report(reportedLines);
      if (info.status !== info.expectedStatus && log) info.errors.push({ message: `The last lines of the servers:\n${log}` });
      Program.forgetEnded();
    },
    { auto: true },
  ],

  server: ({ sharedServer }, provide) => provide(sharedServer),

  network: async ({ server }, provide) => {
    const network = await Network.before(server.url);
    await provide(network);
    network.dispose();
  },

  arrive: async ({ browser, server }, provide) => {
    const faults: string[] = [];
    await provide(async ({ at = server.url, clock = false, ...options } = {}) => {
      const context = await browser.newContext(options);
      if (clock) await context.clock.install();
      return openPage(context, at, faults);
    });
    expect(faults).toEqual([]);
  },
});

/** Each test has a server of its own, which it may stop, restart and configure, and which nobody else uses. */
export const testAlone = test.extend<{ settings: Record<string, string> }>({
  /** Settings of the server, by `testAlone.use`. */
  settings: [{}, { option: true }],

  server: async ({ settings }, provide) => {
    const server = await Server.start(settings);
    await provide(server);
    await server.dispose();
  },
});

/** Two people who see each other, with the chat open on the first one's page. */
export async function meet(
  arrive: Arrive,
  options: ArriveOptions = {},
): Promise<{ ann: Person; bob: Person; annName: string; bobName: string }> {
  const [ann, bob] = await Promise.all([arrive(options), arrive(options)]);
  const [annName, bobName] = await Promise.all([ann.ownName(), bob.ownName()]);
  await ann.person(bobName).click();
  await expect(ann.composer).toBeFocused();
  return { ann, bob, annName, bobName };
}

export { expect };
