import type { Page } from '@playwright/test';
import { expect, testAlone as test } from './fixtures';

const rounds = 4;

for (const locks of [true, false]) {
  test(`ID6 two tabs that refresh at once sign nobody out, ${locks ? 'with' : 'without'} Web Locks`, async ({
    browser,
    server,
  }) => {
    const context = await browser.newContext();
    // Plain http in a local network has none.
    if (!locks) await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
    const refused: string[] = [];
    const served: string[] = [];
    // Each access token has expired when it arrives, so every call of either tab refreshes.
    await context.route('**/api/sessions/refresh', async (route) => {
      const response = await route.fetch();
      (response.ok() ? served : refused).push(await response.text());
      await route.fulfill({ response, json: { ...(await response.json()), expires_in: 0 } });
    });
    const pages = await Promise.all([context.newPage(), context.newPage()]);
    const both = <T>(work: (page: Page) => Promise<T>): Promise<T[]> => Promise.all(pages.map(work));
    // One after the other: two first visits at the same moment may become two guests.
    await pages[0].goto(server.url);
    await expect(pages[0].getByTestId('own-name')).not.toHaveText('');
    const name = await pages[0].getByTestId('own-name').innerText();
    await pages[1].goto(server.url);
    await expect(pages[1].getByTestId('own-name')).toHaveText(name);

    await both(async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('menuitem', { name: 'Where you are signed in' }).click();
      await expect(page.getByTestId('session')).toHaveCount(1);
    });
    for (let round = 0; round < rounds; round++) {
      const before = served.length;
      // The page asks for the list again when it becomes visible.
      await both((page) => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange'))));
      await expect.poll(() => served.length, { intervals: [50] }).toBeGreaterThan(before + 1);
    }
    // Calls that no lock keeps apart: the server alone decides.
    const answers = await both((page) =>
      page.evaluate(async () => {
        const refresh = () => fetch('api/sessions/refresh', { method: 'POST', credentials: 'same-origin' });
        return (await Promise.all([refresh(), refresh(), refresh()])).map(({ status }) => status);
      }),
    );
    expect(answers.flat()).toEqual([200, 200, 200, 200, 200, 200]);

    await both((page) => page.reload());
    await both((page) => expect(page.getByTestId('own-name')).toHaveText(name));
    await both((page) => expect(page.getByTestId('online-count')).toHaveText('1'));
    expect(refused).toEqual([]);
    // A refresh may still be on its way, and its late answer is not a failure.
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });
}
