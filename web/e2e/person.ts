import { expect, type Locator, type Page } from '@playwright/test';
import { limitMs } from './patience';

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

  /** Stops the page's clock: from here on only the test moves it. */
  async pauseClock(): Promise<void> {
    // The clock runs until this call takes effect, so it stops a second ahead; on a busy machine that may already be past.
    await expect(async () => {
      await this.page.clock.pauseAt((await this.page.evaluate(() => Date.now())) + 1000);
    }).toPass({ timeout: limitMs(60_000) });
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
