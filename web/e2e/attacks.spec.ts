import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, meet, openPage, test } from './fixtures';

/** Each of them would set `window.hacked`, or ask another host for something, if it were taken for anything but text. */
const scripts = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 1">',
  '<img src="https://outside.example/pixel.png">',
  'javascript:window.hacked=1 https://example.org/"onmouseover="window.hacked=1',
  '<svg/onload=window.hacked=1>',
  '[x](javascript:window.hacked=1)',
  '![x](https://outside.example/pixel.png)',
  '</div><iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
  '<a href="data:text/html,<script>opener.hacked=1</script>" target=_blank>click</a>',
  '{{constructor.constructor("window.hacked=1")()}} ${window.hacked=1}',
  '<style>@import url(https://outside.example/a.css); * { background: url(https://outside.example/b.png) }</style>',
  '<link rel=stylesheet href=https://outside.example/c.css><base href=https://outside.example/>',
  '<form action=https://outside.example/><button autofocus onfocus=window.hacked=1>x</button></form>',
  '&lt;script&gt;window.hacked=1&lt;/script&gt; \\u003cscript\\u003ewindow.hacked=1',
];

/** Everything a browser asks of other hosts than the server, pop-ups and workers included. */
function outsideOf(url: string, contexts: BrowserContext[]): string[] {
  const outside: string[] = [];
  for (const context of contexts) {
    context.on('request', (request) => {
      if (![url, url.replace(/^http/, 'ws'), 'data:', 'blob:'].some((own) => request.url().startsWith(own))) {
        outside.push(request.url());
      }
    });
  }
  return outside;
}

async function expectUnharmed(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(page.frames()).toHaveLength(1);
  const links = await page
    .locator('[data-testid=message] a')
    .evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.getAttribute('rel') ?? '']));
  expect(links.filter(([href]) => !/^https?:/.test(href ?? ''))).toEqual([]);
}

test('ATTACK script in messages and names is shown as text and runs nowhere, and nothing is asked of other hosts', async ({
  arrive,
  server,
}) => {
  const { ann, bob, annName } = await meet(arrive);
  const outside = outsideOf(server.url, [ann.page.context(), bob.page.context()]);
  for (const script of scripts) {
    await ann.say(script);
  }
  await bob.chat(annName).click();
  await expect(bob.messages).toHaveCount(scripts.length);
  for (const [index, script] of scripts.entries()) {
    await expect(bob.messages.nth(index)).toContainText(script);
  }
  for (const name of ['<img src=x onerror=hacked=1>', '<script>hacked=1</script>', '"><svg onload=hacked=1>']) {
    await ann.name.click();
    await ann.page.getByTestId('own-name-input').fill(name);
    await ann.page.keyboard.press('Enter');
    await expect(bob.chat(name)).toBeVisible();
  }
  await bob.page.reload();
  await expect(bob.messages).toHaveCount(scripts.length);

  await expectUnharmed(ann.page);
  await expectUnharmed(bob.page);
  expect(outside).toEqual([]);
});

/** A site of somebody else's: another port of the same host, to which browsers do send `SameSite=Strict` cookies. */
async function evilSite(): Promise<{ url: string; close: () => void }> {
  const site = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end('<!doctype html><title>evil</title>');
  });
  await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/`,
    close: () => site.close(),
  };
}

test('ATTACK a page of another origin opens no socket, reads no answer and changes nothing, in the browser that holds the cookie', async ({
  browser,
  server,
}) => {
  const context = await browser.newContext();
  const ann = await openPage(context, server.url);
  const name = await ann.ownName();
  const evil = await evilSite();
  try {
    const page = await context.newPage();
    await page.goto(evil.url);
    const results = await page.evaluate(async (target) => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}ws`);
      const opened = await new Promise((end) => {
        socket.onopen = () => end('opened');
        socket.onerror = () => end('refused');
      });
      const ask = async (path: string, options: RequestInit) =>
        fetch(target + path, { credentials: 'include', ...options }).then(
          (answer) => answer.type,
          () => 'refused',
        );
      const json = { 'content-type': 'application/json' };
      const form = new FormData();
      form.append('{"display_name":"Mallory","x":"', '"}');
      return {
        opened,
        read: await ask('api/me', {}),
        refresh: await ask('api/sessions/refresh', { method: 'POST', body: '{}', headers: json }),
        rename: await ask('api/me', { method: 'PATCH', body: '{"display_name":"Mallory"}', headers: json }),
        end: await ask('api/sessions/current', { method: 'DELETE' }),
        // These need nobody's leave to be sent; the browser hides the answers.
        plain: await ask('api/sessions/refresh', { method: 'POST', body: '{}', mode: 'no-cors' }),
        multipart: await ask('api/sessions', { method: 'POST', body: form, mode: 'no-cors' }),
      };
    }, server.url);
    expect(results).toEqual({
      opened: 'refused',
      read: 'refused',
      refresh: 'refused',
      rename: 'refused',
      end: 'refused',
      // Cross-Origin-Resource-Policy hides even that there was an answer.
      plain: 'refused',
      multipart: 'refused',
    });

    // Real forms, as a page can send them without any script of its own.
    for (const type of ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded']) {
      const answered = page.waitForResponse((answer) => answer.url().startsWith(server.url));
      await page.goto(evil.url);
      await page.evaluate(
        ({ target, enctype }) => {
          const form = document.createElement('form');
          Object.assign(form, { method: 'post', enctype, action: `${target}api/sessions/refresh` });
          const field = document.createElement('input');
          Object.assign(field, { name: '{"refresh_token":null,"x":"', value: '"}' });
          form.append(field);
          document.body.append(form);
          form.submit();
        },
        { target: server.url, enctype: type },
      );
      expect([403, 415]).toContain((await answered).status());
      await page.waitForURL(`${server.url}api/sessions/refresh`);
    }

    // And it sits in nobody's frame.
    await page.goto(evil.url);
    await page.evaluate((target) => {
      const frame = document.createElement('iframe');
      frame.src = target;
      document.body.append(frame);
    }, server.url);
    await expect.poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:'))).toBe(true);

    await ann.page.reload();
    await expect(ann.name).toHaveText(name);
  } finally {
    evil.close();
    await context.close();
  }
});
