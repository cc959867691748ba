import { overflow, seriousFaults } from './axe';
import { expect, meet, test } from './fixtures';
import type { Person } from './person';

/** Blocks whom the open chat is with. */
async function block(person: Person, name: string): Promise<void> {
  await person.page.getByRole('button', { name: `More about ${name}` }).click();
  await person.page.getByRole('menuitem', { name: `Block ${name}…` }).click();
  const dialog = person.page.getByRole('dialog', { name: `Block ${name}?` });
  await expect(dialog).toContainText('To them you look offline');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

const note = (person: Person) => person.page.getByTestId('blocked-note');
const hiddenLine = (person: Person) => person.page.getByTestId('hidden-messages');

test('BL2 BL3 BL6 a blocked person is not heard from, and learns nothing of it', async ({ arrive, server }) => {
  const { ann, bob, annName, bobName } = await meet(arrive);
  await ann.say('Hello');
  await bob.chat(annName).click();
  await bob.say('Before it');
  await expect(bob.mark('Before it')).toHaveText('Read');
  const second = await ann.page.context().newPage();
  await second.goto(server.url);
  await second.getByTestId('chat-list-item').first().click();

  await block(ann, bobName);
  await expect(note(ann)).toContainText(`You blocked ${bobName}`);
  await expect(ann.composer).toHaveCount(0);
  await expect(ann.page.getByRole('button', { name: `More about ${bobName}` })).toBeFocused();
  // At once in the other tab, and in the lists.
  await expect(second.getByTestId('blocked-note')).toBeVisible();
  await expect(ann.chat(bobName)).toContainText('Blocked');
  await expect(ann.person(bobName)).toContainText('Blocked');
  await expect(bob.person(annName)).toHaveCount(0);
  await expect(bob.page.getByTestId('chat-pane')).toContainText(/Offline|Last seen/);

  for (const text of ['Are you there?', 'Hello?', 'Please']) await bob.say(text);
  await expect(bob.mark('Please')).toHaveText('Sent');
  await expect(hiddenLine(ann)).toHaveText('3 messages hidden');
  await expect(ann.page.getByText('Are you there?')).toHaveCount(0);
  await expect(ann.chat(bobName).getByTestId('unread-badge')).toHaveCount(0);
  await expect(ann.page).not.toHaveTitle(/\(/);

  await ann.page.reload();
  await expect(note(ann)).toBeVisible();
  await expect(hiddenLine(ann)).toHaveText('3 messages hidden');
  await expect(ann.message('Before it')).toBeVisible();
  expect(await ann.page.getByTestId('timeline').innerText()).not.toContain('Please');

  await note(ann)
    .getByRole('button', { name: `Unblock ${bobName}` })
    .click();
  await expect(ann.composer).toBeFocused();
  await expect(second.getByTestId('blocked-note')).toHaveCount(0);
  await bob.say('And now?');
  await expect(ann.message('And now?')).toBeVisible();
  await expect(bob.mark('And now?')).toHaveText(/Delivered|Read/);
  // What came meanwhile stays hidden.
  await expect(hiddenLine(ann)).toHaveText('3 messages hidden');
  await expect(ann.messages).toHaveCount(3);
});

test('blocked people are listed in the settings, and the way back is there too', async ({ arrive }) => {
  const { ann, bobName } = await meet(arrive);
  await block(ann, bobName);
  const dialog = await ann.settings('Blocked people');
  const row = dialog.getByTestId('blocked-person');
  await expect(row).toContainText(bobName);
  await row.getByRole('button', { name: `Unblock ${bobName}` }).click();
  await expect(dialog).toContainText('You have blocked nobody');
  await ann.closeDialog();
  await expect(note(ann)).toHaveCount(0);
  await expect(ann.composer).toBeVisible();
});

test('blocking that fails says so and can be tried again', async ({ arrive, network }) => {
  const bob = await arrive();
  const ann = await arrive({ at: network.url });
  const bobName = await bob.ownName();
  await ann.person(bobName).click();
  await ann.allFetched();
  await ann.page.getByRole('button', { name: `More about ${bobName}` }).click();
  await ann.page.getByRole('menuitem', { name: /Block/ }).click();
  network.cut();
  const dialog = ann.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('did not work');
  await expect(note(ann)).toHaveCount(0);
  network.mend();
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(note(ann)).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the screens about oneself and about blocking, ${colorScheme}`, async ({ arrive }) => {
    const bob = await arrive();
    const ann = await arrive({ colorScheme, reducedMotion: 'reduce', viewport: { width: 360, height: 740 } });
    const bobName = await bob.ownName();
    const look = async (): Promise<void> => {
      expect(await seriousFaults(ann.page)).toEqual([]);
      expect(await overflow(ann.page)).toBe(0);
    };
    for (const entry of ['Where you are signed in', 'Use on another device', 'Blocked people', 'Sign out…']) {
      const dialog = await ann.settings(entry);
      await expect(dialog.getByRole('heading')).toBeVisible();
      await look();
      await ann.closeDialog();
    }
    await ann.person(bobName).click();
    await block(ann, bobName);
    await look();
    await ann.page.evaluate(() => void (window.location.hash = '#/link/broken'));
    await expect(ann.page.getByTestId('link-arrival')).toBeVisible();
    await look();
  });
}
