import { devices } from '@playwright/test';
import { overflow, seriousFaults } from './axe';
import { type Arrive, expect, test, testAlone } from './fixtures';
import type { Person } from './person';

for (const colorScheme of ['light', 'dark'] as const) {
  testAlone(`axe finds nothing serious on the main screens, ${colorScheme}`, async ({ arrive }) => {
    const ann = await arrive({ colorScheme, reducedMotion: 'reduce' });
    await expect(ann.page.getByTestId('nobody-here')).toBeVisible();
    expect(await seriousFaults(ann.page)).toEqual([]);

    const bob = await arrive({ colorScheme, reducedMotion: 'reduce' });
    await bob.person(await ann.ownName()).click();
    await bob.say('A message to look at, with a link: https://example.org');
    await expect(bob.mark('A message to look at')).toHaveText(/Delivered/);
    expect(await seriousFaults(bob.page)).toEqual([]);
    await ann.chat(await bob.ownName()).click();
    await expect(ann.page.getByTestId('unread-divider')).toBeVisible();
    expect(await seriousFaults(ann.page)).toEqual([]);

    await ann.page.keyboard.press('Control+k');
    await expect(ann.page.getByRole('dialog')).toBeVisible();
    expect(await seriousFaults(ann.page)).toEqual([]);
    await ann.closeDialog();
  });
}

const phone = devices['Pixel 7'];

test('on a phone list and chat are two pages with the way back', async ({ arrive }) => {
  const ann = await arrive({ ...phone });
  const bob = await arrive();
  await ann.person(await bob.ownName()).tap();
  await expect(ann.composer).toBeVisible();
  await expect(ann.page.getByTestId('online-users')).toBeHidden();
  expect(await overflow(ann.page)).toBe(0);

  await ann.composer.fill('From my phone');
  await ann.page.getByTestId('send').tap();
  await expect(bob.chat(await ann.ownName())).toBeVisible();
  await ann.page.goBack();
  await expect(ann.page.getByTestId('online-users')).toBeVisible();
  await expect(ann.chat(await bob.ownName())).toBeVisible();
  expect(await seriousFaults(ann.page)).toEqual([]);
});

test('320 pixels are wide enough, and what one taps is 44 pixels high', async ({ arrive }) => {
  const { ann } = await meetAt(arrive, { width: 320, height: 640 });
  expect(await overflow(ann.page)).toBe(0);
  for (const handle of ['send', 'composer']) {
    const box = await ann.page.getByTestId(handle).boundingBox();
    expect(box?.height, handle).toBeGreaterThanOrEqual(handle === 'send' ? 44 : 20);
  }
  const size = await ann.composer.evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  expect(size).toBeGreaterThanOrEqual(16);
});

async function meetAt(arrive: Arrive, viewport: { width: number; height: number }): Promise<{ ann: Person; bob: Person }> {
  const bob = await arrive();
  const ann = await arrive({ viewport, hasTouch: true, isMobile: true });
  await ann.person(await bob.ownName()).tap();
  await expect(ann.composer).toBeVisible();
  return { ann, bob };
}

test('everything can be done with the keyboard alone', async ({ arrive }) => {
  const ann = await arrive();
  const bob = await arrive();
  const bobName = await bob.ownName();
  await expect(ann.person(bobName)).toBeVisible();
  await ann.page.keyboard.press('Control+k');
  await expect(ann.page.getByRole('dialog')).toBeVisible();
  await ann.page.keyboard.type(bobName);
  await expect(ann.page.getByRole('dialog').getByRole('option').first()).toContainText(bobName);
  await ann.page.keyboard.press('Enter');
  await expect(ann.composer).toBeFocused();
  await ann.page.keyboard.type('First line');
  await ann.page.keyboard.press('Shift+Enter');
  await ann.page.keyboard.type('second line');
  await ann.page.keyboard.press('Enter');
  await expect(ann.messages).toHaveCount(1);
  await expect(ann.messages).toContainText('second line');
  await ann.page.keyboard.press('Escape');
  await expect(ann.composer).toHaveCount(0);
  await ann.page.keyboard.press('?');
  await expect(ann.page.getByRole('dialog')).toBeVisible();
});
