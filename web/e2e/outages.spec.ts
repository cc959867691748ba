import { expect, meet, test, testAlone } from './fixtures';

testAlone('CH1 nothing is lost and nothing doubled when the server is killed and started again', async ({ arrive, server }) => {
  const { ann, bob, annName } = await meet(arrive, { clock: true });
  await ann.say('Before');
  await expect(ann.messages).toHaveCount(1);
  await expect(ann.mark('Before')).toHaveText(/Sent|Delivered/);
  await bob.chat(annName).click();

  await server.kill();
  await ann.say('While it is down');
  await ann.say('And one more');
  await expect(ann.mark('While it is down')).toHaveText('Waiting to be sent');
  await ann.page.clock.runFor(5500);
  await expect(ann.page.getByTestId('connection-banner')).toHaveAttribute('data-show', 'down');
  await server.restart();

  await expect(bob.message('And one more')).toBeVisible();
  await expect(ann.mark('And one more')).toHaveText(/Delivered|Read/);
  const order = ['Before', 'While it is down', 'And one more'];
  for (const person of [ann, bob]) {
    await expect(person.messages).toHaveCount(3);
    for (const [index, text] of order.entries()) {
      await expect(person.messages.nth(index)).toContainText(text);
    }
  }
  await ann.page.reload();
  await expect(ann.messages).toHaveCount(3);
});

testAlone('CL4 a message written without a network survives closing the page and is sent once', async ({ arrive, server }) => {
  const { ann, bob, annName } = await meet(arrive);
  await ann.say('First');
  await bob.chat(annName).click();
  await expect(bob.message('First')).toBeVisible();

  await server.kill();
  await ann.say('Written in a tunnel');
  await expect(ann.mark('Written in a tunnel')).toHaveText('Waiting to be sent');
  const context = ann.page.context();
  await ann.page.close();
  await server.restart();
  const again = await context.newPage();
  await again.goto(server.url);
  await expect(bob.message('Written in a tunnel')).toBeVisible();
  await expect(bob.messages).toHaveCount(2);
});

test('a draft is there after a reload', async ({ arrive }) => {
  const { ann } = await meet(arrive);
  await ann.say('Hello');
  await expect(ann.mark('Hello')).toHaveText(/Sent|Delivered/);
  await ann.composer.fill('Not finished ye');
  await expect(ann.page.getByTestId('chat-list-item')).toContainText(/Hello|Not finished ye/);
  await ann.page.reload();
  await expect(ann.composer).toHaveValue('Not finished ye');
});

testAlone('CL6 after a blip the connection comes back without a word', async ({ arrive, server }) => {
  const { ann, bob, annName } = await meet(arrive);
  await ann.say('One');
  await bob.chat(annName).click();
  await server.kill();
  await server.restart();
  await bob.say('Two');
  await expect(ann.message('Two')).toBeVisible();
  await expect(ann.messages).toHaveCount(2);
});
