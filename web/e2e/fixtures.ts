import { test as base, type BrowserContext, type BrowserContextOptions, expect, type Locator, type Page } from '@playwright/test';
import { Network } from './network';
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

  /** The name they were given. */
  async ownName(): Promise<string> {
    await expect(this.name).not.toHaveText('');
    return (await this.name.innerText()).trim();
  }

  /** The texts of all messages on the page, in their order. */
  async shown(): Promise<string[]> {
    const bubbles = this.messages.locator('[dir=auto]');
    return (await bubbles.allInnerTexts()).map((text) => text.trim());
  }

  /** What the server has of the open chat: the audit of what the page shows. */
  async history(): Promise<{ content: string; seq: number; message_id: string }[]> {
    return this.page.evaluate(async () => {
      const ask = async (path: string, options: RequestInit = {}) =>
        (await fetch(path, options)).json() as Promise<Record<string, never>>;
      const headers = { 'content-type': 'application/json' };
      const { access_token } = await ask('api/sessions/refresh', { method: 'POST', body: '{}', headers });
      const chatId = window.location.hash.split('/').at(-1);
      const auth = { headers: { authorization: `Bearer ${access_token}` } };
      return (await ask(`api/chats/${chatId}/messages?limit=200`, auth))['messages'] ?? [];
    });
  }

  /** Waits until what is opened later is there too, so that it opens without a network. */
  async allFetched(): Promise<void> {
    const fetched = (): Promise<boolean> =>
      this.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('SignOutDialog')));
    await expect.poll(fetched).toBe(true);
    await this.page.waitForLoadState('networkidle');
  }

  /** Opens an entry of the settings. */
  async settings(entry: string | RegExp): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Settings' }).click();
    await this.page.getByRole('menuitem', { name: entry }).click();
    return this.page.getByRole('dialog');
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
    return this.page.getByTestId('online-user').filter({ hasText: name });
  }

  chat(name: string): Locator {
    return this.page.getByTestId('chat-list-item').filter({ hasText: name });
  }

  /** Types a message into the open chat and sends it with Enter. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** How the last own message stands: Waiting to be sent, Sent, Delivered, Read, Not sent. */
  mark(text: string): Locator {
    return this.message(text).getByTestId('message-mark');
  }
}

/** Lets a person open the page. Errors on the console fail the test. */
export type Arrive = (options?: BrowserContextOptions & { at?: string }) => Promise<Person>;

interface Fixtures {
  /** Settings of the server, by `test.use`. */
  settings: Record<string, string>;
  server: Server;
  /** A network before the server, for those who come by its address. */
  network: Network;
  arrive: Arrive;
}

/** Opens the page in a browser profile; what goes wrong on it is added to `faults`. */
export async function openPage(context: BrowserContext, url: string, faults: string[] = []): Promise<Person> {
  const page = await context.newPage();
  listenForFaults(page, faults);
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

/** What the browser itself says about a connection that the test cut; everything else on the console is a fault. */
const expected = /WebSocket connection to|Failed to load resource: net::/;

export const test = base.extend<Fixtures & { tidy: void }>({
  settings: [{}, { option: true }],

  // A page that is left open goes on looking for its server, and the next tests share the machine with it.
  tidy: [
    async ({ browser }, provide) => {
      await provide();
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],

  server: async ({ settings }, provide) => {
    const server = await Server.start(settings);
    await provide(server);
    await server.dispose();
  },

  network: async ({ server }, provide) => {
    const network = await Network.before(server.url);
    await provide(network);
    network.dispose();
  },

  arrive: async ({ browser, server }, provide) => {
    const faults: string[] = [];
    await provide(async ({ at = server.url, ...options } = {}) => {
      const context = await browser.newContext(options);
      return openPage(context, at, faults);
    });
    expect(faults).toEqual([]);
  },
});

/** Two people who see each other, with the chat open on the first one's page. */
export async function meet(arrive: Arrive): Promise<{ ann: Person; bob: Person; annName: string; bobName: string }> {
  const ann = await arrive();
  const bob = await arrive();
  const annName = await ann.ownName();
  const bobName = await bob.ownName();
  await ann.person(bobName).click();
  await expect(ann.composer).toBeFocused();
  return { ann, bob, annName, bobName };
}

export { expect };
