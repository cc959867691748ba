import type { Browser, Locator, Page } from '@playwright/test';
import { expect, meet, test } from './fixtures';
import type { Person } from './person';

const arrival = (page: Page) => page.getByTestId('link-arrival');

/** Opens a link in a new browser profile. Gives the page and the address of every request it makes. */
async function openElsewhere(browser: Browser, link: string): Promise<{ page: Page; requests: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(link);
  return { page, requests };
}

/** For how many seconds the link is still valid, as the dialog shows it. */
async function secondsLeft(dialog: Locator): Promise<number> {
  const [, minutes, seconds] = /Good for (\d):(\d\d)/.exec(await dialog.getByRole('timer').innerText()) ?? [];
  return 60 * Number(minutes) + Number(seconds);
}

/** How many sessions the person has, by the server's word. */
const sessionsOf = async (person: Person): Promise<number> => {
  const dialog = await person.settings('Where you are signed in');
  await expect(dialog.getByTestId('session').first()).toBeVisible();
  const count = await dialog.getByTestId('session').count();
  await person.closeDialog();
  return count;
};

test('a guest takes the identity to a second device by a link that is nowhere but in its fragment', async ({
  arrive,
  browser,
}) => {
  const { ann, bob, annName, bobName } = await meet(arrive);
  await ann.say('From my first device');
  const asked = Date.now();
  const link = await ann.deviceLink();
  const token = link.split('#/link/')[1]?.split('.')[0] ?? '';
  expect(token.length).toBeGreaterThan(20);
  const dialog = ann.page.getByRole('dialog');
  await expect(dialog.getByRole('img')).toHaveAccessibleName('QR code with the link for the other device');
  const left = await secondsLeft(dialog);
  expect(left).toBeLessThanOrEqual(300);
  expect(left).toBeGreaterThanOrEqual(299 - (Date.now() - asked) / 1000);

  const { page, requests } = await openElsewhere(browser, link);
  await expect(arrival(page).getByRole('heading')).toHaveText(`Continue as ${annName}?`);
  expect(page.url()).not.toContain(token);
  // Nobody was made for a browser whose owner has not decided who to be.
  expect(requests.filter((url) => url.includes('/api/'))).toEqual([]);
  await page.getByTestId('accept-link').click();
  await expect(page.getByTestId('own-name')).toContainText(annName);
  await expect(page.getByTestId('chat-list-item').filter({ hasText: bobName })).toContainText('From my first device');
  expect(requests.filter((url) => url.includes(token))).toEqual([]);
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain(token);

  await expect(dialog.getByTestId('link-used')).toContainText('You are signed in on Chrome on Linux');
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect(await sessionsOf(ann)).toBe(2);
  await expect(bob.person(annName)).toHaveCount(1);

  const { page: late } = await openElsewhere(browser, link);
  await late.getByTestId('accept-link').click();
  await expect(arrival(late).getByRole('heading')).toHaveText('This link does not work any more');
});

test('a browser that is somebody already says who would be left, and stays that when it is not to be', async ({
  arrive,
  server,
}) => {
  const ann = await arrive();
  const bob = await arrive();
  const carl = await arrive();
  const [annName, bobName] = [await ann.ownName(), await bob.ownName()];
  const link = await ann.deviceLink();

  await bob.page.evaluate((hash) => void (window.location.hash = hash), new URL(link).hash);
  await expect(arrival(bob.page)).toContainText(`In this browser you are ${bobName} now`);
  await arrival(bob.page)
    .getByRole('button', { name: `Stay ${bobName}` })
    .click();
  await expect(bob.name).toContainText(bobName);

  const second = await bob.page.context().newPage();
  await second.goto(server.url);
  await bob.page.goto(link);
  // Only a page that has seen the link has taken it out of its address; one reloaded before that asks again, as it should.
  await expect(arrival(bob.page)).toBeVisible();
  await bob.page.reload();
  await expect(bob.name).toContainText(bobName);
  await bob.page.evaluate((hash) => void (window.location.hash = hash), new URL(link).hash);
  await bob.page.getByTestId('accept-link').click();
  await expect(bob.name).toContainText(annName);
  // The other tab of that browser follows, and the guest who was there is gone for everybody.
  await expect(second.getByTestId('own-name')).toContainText(annName);
  await expect(carl.person(bobName)).toHaveCount(0);
  await expect.poll(() => bob.page.evaluate(async () => (await indexedDB.databases()).length)).toBe(1);
});

test('a link that says another name than it belongs to is not used, and one’s own link neither', async ({ arrive }) => {
  const ann = await arrive();
  const bob = await arrive();
  const [annName, bobName] = [await ann.ownName(), await bob.ownName()];
  const link = await ann.deviceLink();
  await ann.closeDialog();

  await ann.page.evaluate((hash) => void (window.location.hash = hash), new URL(link).hash);
  await expect(arrival(ann.page)).toContainText(`You are ${annName} here already`);
  await arrival(ann.page).getByRole('button', { name: 'Open the chats' }).click();
  await expect(ann.name).toContainText(annName);

  const lie = link.replace(/[^.]+$/, Buffer.from('Trusted Friend').toString('base64url'));
  await bob.page.evaluate((hash) => void (window.location.hash = hash), new URL(lie).hash);
  await bob.page.getByRole('button', { name: 'Continue as Trusted Friend' }).click();
  await expect(arrival(bob.page)).toContainText(`It says Trusted Friend, and belongs to ${annName}`);
  await arrival(bob.page)
    .getByRole('button', { name: `Stay ${bobName}` })
    .click();
  await bob.page.reload();
  await expect(bob.name).toContainText(bobName);
  expect(await sessionsOf(ann)).toBe(1);
});

test('ID3 where one is signed in is listed, and ended one by one or everywhere else', async ({ arrive, browser }) => {
  const ann = await arrive();
  const pages: Page[] = [];
  for (let index = 0; index < 3; index++) {
    const { page } = await openElsewhere(browser, await ann.deviceLink());
    await page.getByTestId('accept-link').click();
    await expect(page.getByTestId('own-name')).toBeVisible();
    await expect(ann.page.getByTestId('link-used')).toBeVisible();
    await ann.closeDialog();
    pages.push(page);
  }
  const dialog = await ann.settings('Where you are signed in');
  const rows = dialog.getByTestId('session');
  await expect(rows).toHaveCount(4);
  await expect(rows.first()).toContainText('This browser');
  await expect(rows.first()).toContainText('Active now');
  await expect(rows.nth(1)).toContainText('Chrome on Linux');

  await rows.nth(1).getByRole('button', { name: 'Sign out Chrome on Linux' }).click();
  await expect(rows.nth(1).getByRole('button', { name: 'Cancel' })).toBeFocused();
  await rows.nth(1).getByRole('button', { name: 'Sign out' }).click();
  await expect(rows).toHaveCount(3);
  const stopped = async (): Promise<number> => {
    const each = await Promise.all(pages.map((page) => page.getByTestId('stopped').isVisible()));
    return each.filter(Boolean).length;
  };
  await expect.poll(stopped).toBe(1);

  await dialog.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await dialog.getByRole('group', { name: 'Sign out 2 other places?' }).getByRole('button', { name: 'Sign out' }).click();
  await expect(dialog).toContainText('You are signed in nowhere else');
  await expect.poll(stopped).toBe(3);
  await expect(ann.page.getByTestId('stopped')).toHaveCount(0);

  await ann.closeDialog();
  await expect(ann.page.getByRole('button', { name: 'Settings' })).toBeFocused();
});

test('a list that can’t be loaded says so, and shows itself when it can', async ({ arrive, network }) => {
  const ann = await arrive({ at: network.url });
  await ann.allFetched();
  network.cut();
  const dialog = await ann.settings('Where you are signed in');
  await expect(dialog.getByRole('alert')).toContainText('could not be loaded');
  network.mend();
  await expect(dialog.getByTestId('session')).toHaveCount(1);
  await expect(dialog.getByRole('alert')).toHaveCount(0);
});

test('a link that has run out is renewed when asked', async ({ arrive }) => {
  const ann = await arrive({ clock: true });
  const first = await ann.deviceLink();
  const dialog = ann.page.getByRole('dialog');
  await ann.pauseClock();
  // The dialog looks at the clock every second, so what it shows may be a second old.
  await ann.page.clock.fastForward(((await secondsLeft(dialog)) - 2) * 1000);
  await expect(dialog.getByRole('timer')).toHaveText(/Good for 0:0[12]/);
  await ann.page.clock.fastForward(2000);
  await expect(dialog).toContainText('This link has run out');
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Make a new link' }).click();
  await expect(dialog.getByRole('timer')).toHaveText(/Good for [45]:/);
  expect(await dialog.getByRole('textbox').inputValue()).not.toBe(first);
});
