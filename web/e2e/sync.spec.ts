import type { Locator, Page } from '@playwright/test';
import { expect, openPage, test } from './fixtures';
import { limitMs, until } from './patience';

const arrived = /Delivered|Read/;

/** Whether something appears on the page within a time that is enough for what needs no waiting. */
const appears = (what: Locator): Promise<boolean> =>
  what.waitFor({ timeout: limitMs(2000) }).then(
    () => true,
    () => false,
  );

/** Counts how often each message leaves a page, by `message_id`. */
function countSent(page: Page, sent: Map<string, number>): void {
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const frame = JSON.parse(payload.toString()) as { type: string; message_id?: string };
      if (frame.type === 'MSG' && frame.message_id) sent.set(frame.message_id, (sent.get(frame.message_id) ?? 0) + 1);
    }),
  );
}

for (const locks of [true, false]) {
  test(`CL4 three tabs share one outbox: nothing is sent twice, and a closed tab leaves its messages to the others, ${locks ? 'with' : 'without'} Web Locks`, async ({
    browser,
    arrive,
    network,
    server,
  }) => {
    const bob = await arrive({ at: server.url });
    const context = await browser.newContext();
    if (!locks) await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
    const sent = new Map<string, number>();
    context.on('page', (page) => countSent(page, sent));
    const one = await openPage(context, network.url);
    const annName = await one.ownName();
    await one.person(await bob.ownName()).click();
    await one.say('Before');
    await expect(one.mark('Before')).toHaveText(arrived);
    await bob.chat(annName).click();
    const [two, three] = [await openPage(context, one.page.url()), await openPage(context, one.page.url())];
    for (const tab of [two, three]) await expect(tab.message('Before')).toBeVisible();

    network.cut();
    await one.say('First, in one');
    await expect(two.message('First, in one')).toBeVisible();
    await two.say('Second, in two');
    await expect(one.message('Second, in two')).toBeVisible();
    await one.say('Third, in one');
    await expect(three.message('Third, in one')).toBeVisible();
    await one.page.close();
    network.mend();
    for (const tab of [two, three]) await tab.networkIsBack();

    const texts = ['Before', 'First, in one', 'Second, in two', 'Third, in one'];
    for (const person of [two, three, bob]) await expect.poll(() => person.shown()).toEqual(texts);
    await expect(three.mark('Third, in one')).toHaveText(arrived);
    expect((await two.history()).map((message) => message.content)).toEqual(texts);
    expect([...sent.values()]).toEqual([1, 1, 1, 1]);

    await two.say('Live, in two');
    await expect(three.message('Live, in two')).toBeVisible();
    await expect(three.messages).toHaveCount(5);
  });
}

test('CL1 live frames that are lost are fetched as soon as a later one shows the gap', async ({ browser, arrive, server }) => {
  const bob = await arrive();
  const context = await browser.newContext();
  let dropped = 0;
  let drops = false;
  await context.routeWebSocket(/\/ws$/, (page) => {
    const real = page.connectToServer();
    real.onMessage((data) => {
      if (drops && data.toString().includes('"MSG"')) dropped++;
      else page.send(data);
    });
  });
  const ann = await openPage(context, server.url);
  await bob.person(await ann.ownName()).click();
  await bob.say('One');
  await ann.chat(await bob.ownName()).click();
  await expect(ann.message('One')).toBeVisible();
  drops = true;
  for (const text of ['Two', 'Three']) await bob.say(text);
  await expect(bob.mark('Three')).toHaveText('Sent');
  await expect.poll(() => dropped).toBe(2);
  drops = false;
  await bob.say('Four');
  await expect.poll(() => ann.shown()).toEqual(['One', 'Two', 'Three', 'Four']);
  await expect(bob.mark('Four')).toHaveText('Read');
});

test('GW5 a laptop that slept notices within seconds that its connection is dead', async ({ arrive, network, server }) => {
  const [bob, carl] = [await arrive({ at: server.url }), await arrive({ at: server.url })];
  const ann = await arrive({ at: network.url, clock: true });
  const annName = await ann.ownName();
  await ann.person(await bob.ownName()).click();
  await ann.say('Good night');
  await bob.chat(annName).click();
  await carl.person(annName).click();
  network.fallSilent();
  await carl.say('Are you awake?');
  // During sleep the date goes on and timers do not. Waking up brings no event.
  await ann.page.evaluate(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 8 * 3_600_000;
  });
  const attempt = ann.page.waitForEvent('websocket', { timeout: limitMs(10_000) });
  // The page looks at the date every 2 s, gives the connection 3 s to answer, and connects again within 0.5 s.
  await ann.page.clock.runFor(5500);
  await attempt;
  await expect(ann.chat(await carl.ownName())).toBeVisible({ timeout: limitMs(10_000) });
  await bob.say('Good morning');
  await expect(ann.message('Good morning')).toBeVisible();
});

test('GW3 a message into a connection that is silently dead goes out again by itself within seconds', async ({
  arrive,
  network,
  server,
}) => {
  const bob = await arrive({ at: server.url });
  const ann = await arrive({ at: network.url, clock: true });
  await ann.person(await bob.ownName()).click();
  await ann.say('Before');
  await expect(ann.mark('Before')).toHaveText(arrived);
  network.fallSilent();
  await ann.say('Into the void');
  const attempt = ann.page.waitForEvent('websocket', { timeout: limitMs(10_000) });
  // The page waits 6 s for the answer and 3 s for a sign of life, and connects again within 0.5 s.
  await ann.page.clock.runFor(9500);
  await attempt;
  await expect(bob.page.getByTestId('chat-list-item')).toContainText('Into the void', { timeout: limitMs(10_000) });
  await expect(ann.mark('Into the void')).toHaveText(arrived);
  await bob.page.getByTestId('chat-list-item').click();
  expect((await bob.history()).map((message) => message.content)).toEqual(['Before', 'Into the void']);
});

test('CL6 a node that takes connections and answers none is soon left for another one', async ({ arrive, network, server }) => {
  const bob = await arrive({ at: server.url });
  network.leaveUnanswered(1);
  const ann = await arrive({ at: network.url, clock: true });
  await until('the page to connect in vain', 60_000, () => network.stillUnanswered === 0);
  // The first attempt gets 3 s, and the next one follows within 0.5 s.
  await ann.page.clock.runFor(3500);
  await ann.person(await bob.ownName()).click();
  await ann.say('Here I am');
  await expect(ann.mark('Here I am')).toHaveText(arrived);
});

test('CL6 when the network is back the page is too, at once, however long it was away', async ({ arrive, network, server }) => {
  const bob = await arrive({ at: server.url });
  const ann = await arrive({ at: network.url, clock: true });
  await ann.person(await bob.ownName()).click();
  await ann.say('Before');
  await expect(ann.mark('Before')).toHaveText(arrived);
  network.cut();
  await ann.page.context().setOffline(true);
  await ann.say('In a tunnel');
  const banner = ann.page.getByTestId('connection-banner');
  // The waits between attempts are random; from here on each is as long as it can be, and only the test moves the page's time.
  await ann.page.evaluate(() => (Math.random = () => 0.999));
  await ann.pauseClock();
  // Long enough that the next attempt is many seconds away.
  const isFarAway = async (): Promise<boolean> => {
    await ann.page.clock.runFor(1000);
    return /Next try in \d\d seconds/.test(await banner.innerText());
  };
  await until('a long wait between attempts', 60_000, isFarAway);
  await expect(banner).toHaveAttribute('data-show', 'down');
  network.mend();
  await ann.page.context().setOffline(false);
  // Once more: of many pages the emulated network forgets to tell some.
  await ann.networkIsBack();
  // Only the network's return makes the page connect before its time. It needs moments of its own for that: an attempt that came too
  // early for the browser is followed by another one, and what was written without a connection may be looked for twice.
  const sent = ann.mark('In a tunnel');
  for (let seconds = 0; seconds < 9 && !(await appears(sent.filter({ hasText: arrived }))); seconds++)
    await ann.page.clock.runFor(1000);
  await expect(sent).toHaveText(arrived);
  await expect(banner).not.toHaveAttribute('data-show', 'down');
});
