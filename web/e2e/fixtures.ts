import { test as base, type BrowserContextOptions, expect, type Locator, type Page } from '@playwright/test';
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
export type Arrive = (options?: BrowserContextOptions) => Promise<Person>;

interface Fixtures {
  server: Server;
  arrive: Arrive;
}

/** What the browser itself says about a connection that the test cut; everything else on the console is a fault. */
const expected = /WebSocket connection to|Failed to load resource: net::/;

export const test = base.extend<Fixtures>({
  server: async ({}, provide) => {
    const server = await Server.start();
    await provide(server);
    await server.dispose();
  },

  arrive: async ({ browser, server }, provide) => {
    const faults: string[] = [];
    await provide(async (options) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on('pageerror', (fault) => faults.push(fault.message));
      page.on('console', (line) => {
        if (line.type() === 'error' && !expected.test(line.text())) {
          faults.push(line.text());
        }
      });
      await page.goto(server.url);
      const person = new Person(page);
      await expect(person.name).toBeVisible();
      return person;
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
