import { expect, meet, test } from './fixtures';

const scripts = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 1">',
  'javascript:window.hacked=1 https://example.org/"onmouseover="window.hacked=1',
  '<svg/onload=window.hacked=1>',
  '[x](javascript:window.hacked=1)',
];

test('script in messages and names is shown as text and runs nowhere, and nothing is asked of other hosts', async ({
  arrive,
  server,
}) => {
  const { ann, bob, annName } = await meet(arrive);
  const outside: string[] = [];
  for (const person of [ann, bob]) {
    person.page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:') && !request.url().startsWith('blob:')) {
        outside.push(request.url());
      }
    });
  }
  for (const script of scripts) {
    await ann.say(script);
  }
  await bob.chat(annName).click();
  await expect(bob.messages).toHaveCount(scripts.length);
  for (const [index, script] of scripts.entries()) {
    await expect(bob.messages.nth(index)).toContainText(script);
  }
  await ann.name.click();
  await ann.page.getByTestId('own-name-input').fill('<img src=x onerror=hacked=1>');
  await ann.page.keyboard.press('Enter');
  await expect(bob.chat('<img src=x onerror=hacked=1>')).toBeVisible();

  for (const person of [ann, bob]) {
    expect(await person.page.evaluate(() => 'hacked' in window)).toBe(false);
    const links = await person.page
      .locator('[data-testid=message] a')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(links.filter((href) => !href?.startsWith('http'))).toEqual([]);
  }
  expect(outside).toEqual([]);
});
