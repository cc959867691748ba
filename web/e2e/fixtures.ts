import { test as base, type BrowserContext, type BrowserContextOptions, expect, type Locator, type Page } from '@playwright/test';
import { Network } from './network';
import { limitMs } from './patience';
import { Postgres } from './postgres';
import { Program } from './program';
import { Server } from './server';

/** A person with a browser profile of their own. */
export class Person {
  constructor(readonly page: Page) {}

  get name(): Locator {
    return this.page.getByTestId('own-name');
  }

  get composer(): Locator {
    return this.page.getByTestId('composer');
  }

  get messages(): Locator {
    return this.page.getByTestId('message');
  }

  /** The person's own name, as the page shows it. */
  async ownName(): Promise<string> {
    await expect(this.name).not.toHaveText('');
    return (await this.name.innerText()).trim();
  }

  /** The texts of all messages on the page, in order. */
  async shown(): Promise<string[]> {
    const bubbles = this.messages.locator('[dir=auto]');
    return (await bubbles.allInnerTexts()).map((text) => text.trim());
  }

  /** What the server has stored of the open chat, to compare with what the page shows. */
  async history(): Promise<{ content: string; seq: number; message_id: string }[]> {
    const chatId = new URL(this.page.url()).hash.split('/').at(-1);
    const answer = await this.ask<{ messages: { content: string; seq: number; message_id: string }[] }>(
      `api/chats/${chatId}/messages?limit=200`,
    );
    return answer.messages;
  }

  /** Asks the server in this person's name, again if it is not available for a moment. */
  async ask<T>(path: string): Promise<T> {
    let answer: unknown;
    await expect(async () => {
      answer = await this.page.evaluate(async (path) => {
        const call = async (path: string, options: RequestInit): Promise<Record<string, unknown>> => {
          const response = await fetch(path, options);
          if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
          return response.json() as Promise<Record<string, unknown>>;
        };
        const headers = { 'content-type': 'application/json' };
        const { access_token } = await call('api/sessions/refresh', { method: 'POST', body: '{}', headers });
        return call(path, { headers: { authorization: `Bearer ${String(access_token)}` } });
      }, path);
    }).toPass({ timeout: limitMs(60_000) });
    return answer as T;
  }

  /** Waits until the page has fetched the code of all menus and dialogs, so that they open without a network. */
  async allFetched(): Promise<void> {
    const missing = (): Promise<string[]> =>
      this.page.evaluate((modules) => {
        const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
        return modules.filter((module) => !fetched.some((name) => name.includes(`/${module}-`)));
      }, lateModules);
    await expect.poll(missing).toEqual([]);
  }

  /** Opens an entry of the settings. */
  async settings(entry: string | RegExp): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Settings' }).click();
    await this.page.getByRole('menuitem', { name: entry }).click();
    return this.page.getByRole('dialog');
  }

  /** Closes the open dialog with Escape, once the focus is in it: it may get there a moment after a click. */
  async closeDialog(): Promise<void> {
    await expect(this.page.locator('[role=presentation]:has([role=dialog]):focus-within').first()).toBeAttached();
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
  }

  /** Makes the one-time link that takes the identity to another device. */
  async deviceLink(): Promise<string> {
    const dialog = await this.settings('Use on another device');
    return dialog.getByRole('textbox').inputValue();
  }

  message(text: string): Locator {
    return this.messages.filter({ hasText: text });
  }

  person(name: string): Locator {
    return this.named('online-user', name);
  }

  chat(name: string): Locator {
    return this.named('chat-list-item', name);
  }

  /** Types a message into the open chat and sends it with Enter. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Tells the page that its network is back, as the browser does, so that it connects without waiting for its next attempt. */
  async networkIsBack(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event('online')));
  }

  /** How an own message stands: Waiting to be sent, Sent, Delivered, Read, Not sent. */
  mark(text: string): Locator {
    return this.message(text).getByTestId('message-mark');
  }

  /** Rows with exactly this name: one name may be a part of another, or of a message. */
  private named(row: string, name: string): Locator {
    return this.page.getByTestId(row).filter({ has: this.page.getByText(name, { exact: true }) });
  }
}

/** The modules that the page fetches when it has nothing more urgent to do. */
const lateModules = [
  'LinkArrival',
  'ShareDialog',
  'KeysDialog',
  'SearchDialog',
  'PersonMenu',
  'BlockDialog',
  'SettingsMenu',
  'SessionsDialog',
  'BlocksDialog',
  'LinkDialog',
  'SignOutDialog',
];

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
