import { expect, freshName, meet, test, testAlone } from './fixtures';
import { limitMs } from './patience';

test('two people meet, talk and see each other type and read', async ({ arrive }) => {
  const { ann, bob, annName, bobName } = await meet(arrive);
  await ann.say('Hello, who are you?');
  await expect(bob.chat(annName).getByTestId('unread-badge')).toContainText('1 unread message');
  await expect(bob.page).toHaveTitle(/\(1\)/);
  await expect(ann.mark('Hello, who are you?')).toHaveText(/Delivered/);

  await bob.chat(annName).click();
  await expect(bob.message('Hello, who are you?')).toBeVisible();
  await expect(bob.page).not.toHaveTitle(/\(1\)/);
  await expect(ann.mark('Hello, who are you?')).toHaveText(/Read/);

  // The page shows for some seconds that somebody types; a slow machine may miss it the first time.
  await expect(async () => {
    await bob.composer.pressSequentially('A fr');
    await expect(ann.page.getByTestId('typing')).toContainText(bobName, { timeout: limitMs(5000) });
  }).toPass({ timeout: limitMs(60_000) });
  await bob.say('A friend');
  await expect(ann.message('A friend')).toBeVisible();
  await expect(ann.page.getByTestId('typing')).not.toContainText(bobName);
});

test('a chat that is being opened turns into the chat without a trace of its beginning', async ({ arrive }) => {
  const { ann } = await meet(arrive);
  await ann.say('At once');
  await expect(ann.mark('At once')).toHaveText(/Sent|Delivered/);
  await expect(ann.messages).toHaveCount(1);
  await expect(ann.page.getByTestId('timeline')).toHaveCount(1);
  await expect(ann.page.getByTestId('composer')).toHaveCount(1);
  await expect(ann.page.getByText(/This is the beginning/)).toHaveCount(1);
});

test('ID2 the same person and all messages are there after a reload', async ({ arrive }) => {
  const { ann, bob, annName } = await meet(arrive);
  await ann.say('Do not forget me');
  await bob.chat(annName).click();
  await bob.say('Never');
  await expect(ann.message('Never')).toBeVisible();

  await ann.page.reload();
  expect(await ann.ownName()).toBe(annName);
  await expect(ann.message('Do not forget me')).toHaveCount(1);
  await expect(ann.message('Never')).toHaveCount(1);
  await expect(bob.person(annName)).toBeVisible();
});

test('PR3 one who goes away is shown as gone and one who comes back as here', async ({ arrive, server }) => {
  const { ann, bob, bobName } = await meet(arrive);
  await ann.say('Are you there?');
  const context = bob.page.context();
  await bob.page.close();
  await expect(ann.person(bobName)).toHaveCount(0);
  await expect(ann.page.getByTestId('chat-pane')).toContainText(/Offline|Last seen/);

  await ann.say('This waits for you');
  const again = await context.newPage();
  await again.goto(server.url);
  await expect(ann.person(bobName)).toBeVisible();
  await expect(again.getByTestId('chat-list-item').getByTestId('unread-badge')).toContainText('2 unread messages');
  await again.getByTestId('chat-list-item').first().click();
  await expect(again.getByTestId('message').filter({ hasText: 'This waits for you' })).toBeVisible();
  await expect(again.getByTestId('unread-divider')).toBeVisible();
});

testAlone('two tabs that open at once are one guest, and both show what is said', async ({ browser, server }) => {
  const context = await browser.newContext();
  const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all([one.goto(server.url), two.goto(server.url)]);
  await expect(one.getByTestId('own-name')).not.toHaveText('');
  await expect(two.getByTestId('own-name')).not.toHaveText('');
  expect(await one.getByTestId('own-name').innerText()).toBe(await two.getByTestId('own-name').innerText());
  await expect(one.getByTestId('nobody-here')).toBeVisible();
});

test('the unread divider stands before what came while the window had no focus', async ({ arrive }) => {
  const { ann, bob, annName } = await meet(arrive);
  await ann.say('Seen at once');
  await bob.chat(annName).click();
  await expect(ann.mark('Seen at once')).toHaveText('Read');
  const focus = (has: boolean) =>
    bob.page.evaluate((now) => {
      document.hasFocus = () => now;
      window.dispatchEvent(new Event(now ? 'focus' : 'blur'));
    }, has);
  const divider = bob.page.getByTestId('unread-divider');
  const divided = bob.page.locator('[data-index]').filter({ has: divider });

  await expect(divided).toContainText('Seen at once');
  await focus(false);
  await ann.say('While you look elsewhere');
  await ann.say('And again');
  await expect(bob.message('And again')).toBeVisible();
  await expect(divided).toContainText('While you look elsewhere');
  await expect(ann.mark('And again')).toHaveText('Delivered');
  await focus(true);
  await expect(ann.mark('And again')).toHaveText('Read');
  await ann.say('While you read');
  await expect(bob.message('While you read')).toBeVisible();
  await expect(divided).toContainText('While you look elsewhere');

  await bob.page.reload();
  await expect(bob.message('While you read')).toBeVisible();
  await expect(divider).toHaveCount(0);
});

test('PR7 a new name is seen by the other at once', async ({ arrive }) => {
  const { ann, bob, annName } = await meet(arrive);
  await ann.say('Watch this');
  await expect(bob.chat(annName)).toBeVisible();
  await ann.name.click();
  const newName = freshName('Ada Lovelace');
  await ann.page.getByTestId('own-name-input').fill(newName);
  await ann.page.keyboard.press('Enter');
  await expect(ann.name).toContainText(newName);
  await expect(bob.chat(newName)).toBeVisible();
  await expect(bob.person(newName)).toBeVisible();
});
