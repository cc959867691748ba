import { expect, openPage, testAlone } from './fixtures';
import { Server } from './server';

const test = testAlone.extend<{ cdn: Server }>({
  // A server that lets any origin read its assets stands for the CDN.
  cdn: async ({}, provide) => {
    const cdn = await Server.start({ ASSETS_URL: 'http://cdn.invalid/' });
    await provide(cdn);
    await cdn.dispose();
  },
  settings: ({ cdn }, provide) => provide({ ASSETS_URL: cdn.url }),
});

test('the page loads its files from a CDN of another origin, and opens without a network afterwards', async ({
  browser,
  cdn,
  server,
}) => {
  const faults: string[] = [];
  const person = await openPage(await browser.newContext(), server.url, faults);
  const name = await person.ownName();
  const loaded = await person.page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
  const assets = loaded.filter((url) => url.includes('/assets/'));
  expect(assets.length).toBeGreaterThan(5);
  expect(assets.filter((url) => !url.startsWith(cdn.url))).toEqual([]);
  expect(assets.some((url) => url.endsWith('.woff2'))).toBe(true);

  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await person.page.reload();
  await person.allFetched();
  await person.page.context().setOffline(true);
  await cdn.kill();
  await server.kill();
  await person.page.reload();
  await expect(person.name).toHaveText(name);
  expect(faults).toEqual([]);
});
