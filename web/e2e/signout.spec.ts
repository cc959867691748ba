import type { Page } from '@playwright/test';
import { expect, meet, test } from './fixtures';

/** Everything that a browser keeps for a page. */
async function keptBy(page: Page): Promise<Record<string, string[]>> {
  const cookies = await page.context().cookies();
  const inPage = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name ?? ''),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
  }));
  return { ...inPage, cookies: cookies.map(({ name }) => name) };
}

const nothing = { local: [], session: [], databases: [], caches: [], workers: [], cookies: [] };

test('signing out tells a guest what is lost, and leaves nothing in the browser, in no tab', async ({ arrive, server }) => {
  const { ann, bob, annName, bobName } = await meet(arrive);
  await ann.say('Keep this between us');
  await bob.chat(annName).click();
  await expect(ann.mark('Keep this between us')).toHaveText(/Read/);
  const other = await ann.page.context().newPage();
  await other.goto(server.url);
  await other.getByTestId('chat-list-item').filter({ hasText: bobName }).click();
  await other.getByTestId('composer').fill('A draft of the other tab');
  await ann.composer.fill('A draft');
  await expect.poll(async () => (await keptBy(ann.page))['local']?.length).toBeGreaterThan(2);
  await expect.poll(async () => (await keptBy(ann.page))['caches']?.length).toBeGreaterThan(0);
  const before = await keptBy(ann.page);
  expect(before['databases']).not.toEqual([]);
  expect(before['cookies']).toEqual(['fastchat_refresh']);

  const dialog = await ann.settings('Sign out…');
  await expect(dialog).toContainText(`${annName} is a guest, without a password`);
  await expect(dialog.getByRole('button', { name: 'Use on another device' })).toBeFocused();
  await dialog.getByTestId('sign-out').click();
  for (const page of [ann.page, other]) {
    await expect(page.getByRole('heading')).toHaveText('You are signed out');
    await expect(page.getByText('Keep this between us')).toHaveCount(0);
  }
  await expect.poll(() => keptBy(ann.page)).toEqual(nothing);
  // The worker lives on for the tabs that are open; a file that one of them fetches is not kept again.
  await other.evaluate(() => fetch(document.querySelector<HTMLScriptElement>('script[src]')?.src ?? ''));
  expect(await keptBy(ann.page)).toEqual(nothing);
  // What a tab writes on its way out would be found by the next person.
  await other.close();
  expect(await keptBy(ann.page)).toEqual(nothing);
  await expect(bob.person(annName)).toHaveCount(0);

  await ann.page.getByRole('button', { name: 'Continue as a new guest' }).click();
  await expect(ann.name).toBeVisible();
  await expect(ann.chat(bobName)).toHaveCount(0);
  await expect(bob.person(await ann.ownName())).toBeVisible();
});

test('signing out without a server changes nothing, and says so', async ({ network, arrive }) => {
  const ann = await arrive({ at: network.url });
  const name = await ann.ownName();
  await ann.allFetched();
  const dialog = await ann.settings('Sign out…');
  network.cut();
  await dialog.getByTestId('sign-out').click();
  await expect(dialog.getByRole('alert')).toContainText('You are still signed in');
  network.mend();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(ann.name).toContainText(name);
  await expect(ann.page.getByTestId('online-count')).toBeVisible();
});

test('a message that was not sent yet is named before one signs out', async ({ network, arrive }) => {
  const bob = await arrive({ at: network.url });
  const ann = await arrive({ at: network.url });
  await ann.person(await bob.ownName()).click();
  await ann.allFetched();
  network.cut();
  await ann.say('Never sent');
  const dialog = await ann.settings('Sign out…');
  await expect(dialog).toContainText('1 message was not sent and would be lost');
});
