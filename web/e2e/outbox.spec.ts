import { chromium } from '@playwright/test';
import { launch } from './chromium';
import { expect, meet, openPage, test, testAlone } from './fixtures';
import { makeFolder, removeFolder } from './folders';
import type { Person } from './person';

const profileTest = testAlone.extend<{ profile: string }>({
  /** The folder of a browser profile that outlives its browser. */
  profile: async ({}, provide) => {
    const folder = await makeFolder('profile');
    await provide(folder);
    await removeFolder(folder);
  },
});

const waiting = 'Waiting to be sent';
const arrived = /Delivered|Read/;

/** Checks that the server stores, and that all of them see, these messages and no others, in this order. */
async function audit(people: Person[], texts: string[]): Promise<void> {
  for (const person of people) await expect.poll(() => person.shown()).toEqual(texts);
  const stored = (await people[0]?.history()) ?? [];
  expect(stored.map((one) => one.content)).toEqual(texts);
  expect(stored.map((one) => one.seq)).toEqual(texts.map((_, index) => index + 1));
}

profileTest(
  'CL4 what was written offline survives closing the browser, is shown without a network, and is sent once, in order',
  async ({ arrive, server, profile }) => {
    const options = { ...launch, viewport: { width: 1280, height: 800 } };
    const bob = await arrive();
    const bobName = await bob.ownName();
    let context = await chromium.launchPersistentContext(profile, options);
    let ann = await openPage(context, server.url);
    const annName = await ann.ownName();
    await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await ann.page.reload();
    await ann.person(bobName).click();
    await ann.say('Before');
    await expect(ann.mark('Before')).toHaveText(arrived);
    await bob.chat(annName).click();

    await server.kill();
    for (const text of ['One', 'Two', 'Three']) await ann.say(text);
    await expect(ann.mark('Three')).toHaveText(waiting);
    await context.close();

    context = await chromium.launchPersistentContext(profile, options);
    ann = await openPage(context, server.url);
    await ann.chat(bobName).click();
    await expect(ann.chat(bobName)).toContainText(waiting);
    expect(await ann.shown()).toEqual(['Before', 'One', 'Two', 'Three']);
    for (const text of ['One', 'Two', 'Three']) await expect(ann.mark(text)).toHaveText(waiting);

    await server.restart();
    for (const person of [ann, bob]) await person.networkIsBack();
    await expect(ann.mark('Three')).toHaveText('Read');
    await audit([ann, bob], ['Before', 'One', 'Two', 'Three']);
    await context.close();
  },
);

test('CL4 a first message to somebody is found again after the browser was closed offline', async ({ arrive, network }) => {
  const { ann, bob, bobName } = await meet((options) => arrive({ ...options, at: network.url }));
  // The chat is not opened yet on the server's side: only its person is known.
  await ann.page.goto(`${network.url}#/`);
  network.cut();
  await ann.page.reload();
  await expect(ann.page.getByTestId('own-name')).not.toHaveText('');
  network.mend();
  await ann.networkIsBack();
  await ann.person(bobName).click();
  network.cut();
  await ann.say('Hello from a tunnel');
  await expect(ann.chat(bobName)).toContainText('Hello from a tunnel');
  await ann.page.reload();
  await expect(ann.chat(bobName)).toContainText(waiting);
  network.mend();
  for (const person of [ann, bob]) await person.networkIsBack();
  await expect(bob.page.getByTestId('chat-list-item')).toContainText('Hello from a tunnel');
  await ann.chat(bobName).click();
  await expect(ann.mark('Hello from a tunnel')).toHaveText(arrived);
});

testAlone.describe('with few messages allowed', () => {
  testAlone.use({ settings: { Limits__MessageBurst: '3', Limits__MessagesPerMinute: '60' } });

  testAlone('CL4 RATE_LIMITED: what is too fast goes out by itself when the server allows it, in order', async ({ arrive }) => {
    const { ann, bob, annName } = await meet(arrive);
    const texts = Array.from({ length: 8 }, (_, index) => `Quick ${index}`);
    for (const text of texts) await ann.say(text);
    await bob.chat(annName).click();
    await expect(ann.mark('Quick 7')).toHaveText(arrived);
    await audit([ann, bob], texts);
    await expect(ann.page.getByTestId('failed-note')).toHaveCount(0);
  });
});

testAlone(
  'CH7 a refused message says why, holds nothing up, and its text goes back into the composer',
  async ({ arrive, server }) => {
    const { ann, bob, annName, bobName } = await meet(arrive);
    await ann.say('Before');
    await bob.chat(annName).click();
    await expect(bob.message('Before')).toBeVisible();
    await server.kill();
    const long = 'A sentence that is too long for the server as it is from now on.';
    for (const text of [long, `${long} And another.`, 'Short']) await ann.say(text);
    await server.restart({ Limits__MessageLength: '40' });
    for (const person of [ann, bob]) await person.networkIsBack();

    await expect(bob.message('Short')).toBeVisible();
    const notes = ann.page.getByTestId('failed-note');
    await expect(notes).toHaveCount(2);
    await expect(notes.first()).toContainText('This message is too long.');
    await expect(ann.chat(bobName)).toContainText('Not sent:');
    await notes.first().getByRole('button', { name: 'Edit' }).click();
    await expect(ann.composer).toHaveValue(long);
    await expect(ann.composer).toBeFocused();
    await expect(ann.page.getByText(/characters too many/)).toBeVisible();
    await ann.say('Shorter now');
    await expect(bob.message('Shorter now')).toBeVisible();
    await ann.page.reload();
    await expect(notes).toHaveCount(1);
    await notes.getByRole('button', { name: 'Discard' }).click();
    await audit([ann, bob], ['Before', 'Short', 'Shorter now']);
  },
);

testAlone.describe('without limits', () => {
  testAlone.use({ settings: { Limits__MessagesPerMinute: '0' } });

  testAlone(
    'CH1 CL4 a hundred messages written quickly while the server is killed twice arrive once, in order',
    async ({ arrive, server }) => {
      testAlone.slow();
      const { ann, bob, annName } = await meet(arrive);
      await ann.say('Quick 0');
      await bob.chat(annName).click();
      const texts = Array.from({ length: 100 }, (_, index) => `Quick ${index}`);
      let back = Promise.resolve();
      for (const [index, text] of texts.entries()) {
        if (index > 0) await ann.say(text);
        if (index === 35 || index === 70) {
          await back;
          await server.kill();
          back = server.restart();
        }
      }
      await back;
      await expect(ann.mark('Quick 99')).toHaveText(arrived);
      const stored = (await ann.history()).map((one) => one.content);
      expect(stored).toEqual(texts);
      for (const person of [ann, bob]) {
        await expect(person.message('Quick 99')).toBeVisible();
        const shown = await person.shown();
        expect(shown).toEqual(texts.slice(-shown.length));
      }
    },
  );
});

testAlone(
  'CL3 after a backup was restored the page shows what the server has, and sends what it had not sent',
  async ({ arrive, server }) => {
    const { ann, bob, annName } = await meet(arrive);
    const backup = `${server.database}.backup`;
    await server.run('backup', backup);
    for (const text of ['Lost with the backup', 'This too']) await ann.say(text);
    await expect(bob.chat(annName)).toBeVisible();
    await bob.chat(annName).click();
    await expect(ann.mark('This too')).toHaveText('Read');

    await server.kill();
    await ann.say('Written while it was away');
    await expect(ann.mark('Written while it was away')).toHaveText(waiting);
    await server.run('restore', backup);
    await server.restart();
    for (const person of [ann, bob]) await person.networkIsBack();

    await expect(ann.mark('Written while it was away')).toHaveText(arrived);
    await expect(ann.composer).toBeVisible();
    await expect(bob.page.getByText('Written while it was away').first()).toBeVisible();
    await bob.chat(annName).click();
    await audit([ann, bob], ['Written while it was away']);
  },
);

test('where the browser keeps nothing the page says so, goes on, and sends when it can', async ({
  browser,
  server,
  network,
  arrive,
}) => {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('not in this window', 'SecurityError');
    };
  });
  const ann = await openPage(context, network.url);
  const bob = await arrive({ at: server.url });
  await ann.person(await bob.ownName()).click();
  await ann.say('Kept nowhere');
  await expect(ann.mark('Kept nowhere')).toHaveText(arrived);
  await expect(ann.page.getByTestId('unkept-note')).toHaveCount(0);
  network.cut();
  await ann.say('Only in memory');
  await expect(ann.page.getByTestId('unkept-note')).toContainText('Leave this page open');
  network.mend();
  await ann.networkIsBack();
  await expect(ann.mark('Only in memory')).toHaveText(arrived);
  await expect(ann.page.getByTestId('unkept-note')).toHaveCount(0);
  await audit([ann], ['Kept nowhere', 'Only in memory']);
});
