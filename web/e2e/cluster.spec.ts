import type { Browser } from '@playwright/test';
import { Cluster } from './cluster';
import { expect, openPage, test as base } from './fixtures';
import { limitMs, patience } from './patience';
import type { Person } from './person';

// One after the other in one worker: they share the database server, and three nodes at a time are enough work for a machine.
base.describe.configure({ mode: 'default' });

/** Each test replaces nodes, so each has a cluster of its own; the database server is shared. */
const test = base.extend<{ prefix: string; cluster: Cluster }>({
  prefix: ['', { option: true }],
  cluster: async ({ postgres, prefix }, provide) => {
    const cluster = await Cluster.start(postgres, prefix);
    await provide(cluster);
    await cluster.dispose();
  },
});

/** A person at a cluster, and how often a node has asked their page to move. */
interface Visitor {
  person: Person;
  told: { toMove: number };
}

async function arrive(browser: Browser, url: string, faults: string[]): Promise<Visitor> {
  const context = await browser.newContext();
  const told = { toMove: 0 };
  context.on('page', (page) =>
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (payload.toString().includes('"RECONNECT"')) told.toMove++;
      }),
    ),
  );
  // The page shows the banner after 5 s without a connection by its clock, a limit like those of the tests.
  await context.addInitScript((factor) => {
    const real = Date.now.bind(Date);
    const start = real();
    Date.now = () => start + (real() - start) / factor;
  }, patience);
  // Keeps what the banner shows, if only for a moment.
  await context.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { bannersSeen: seen });
    const look = (): void => {
      const shown = document.querySelector('[data-testid=connection-banner]')?.getAttribute('data-show') ?? 'nothing';
      if (shown !== 'nothing') seen.push(shown);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  });
  return { person: await openPage(context, url, faults), told };
}

const bannersOf = ({ person }: Visitor): Promise<string[]> =>
  person.page.evaluate(() => (window as unknown as { bannersSeen: string[] }).bannersSeen);

/** Opens the chat on the first one's page by the other's address: who is shown on another node is not what is tested here. */
async function meetByAddress(ann: Person, bob: Person): Promise<void> {
  const { user_id } = await bob.ask<{ user_id: string }>('api/me');
  await ann.page.evaluate((id) => (window.location.hash = `#/u/${id}`), user_id);
  await expect(ann.composer).toBeVisible();
  await ann.say('Hello from one node');
  await bob.page.getByTestId('chat-list-item').click();
  await expect(bob.message('Hello from one node')).toBeVisible();
}

for (const prefix of ['', '/chat']) {
  test.describe(() => {
    test.use({ prefix });

    test(`GW6 at ${prefix}/ people on different nodes talk while nodes are replaced, without a banner`, async ({
      browser,
      cluster,
    }) => {
      const faults: string[] = [];
      const ann = await arrive(browser, cluster.url, faults);
      const bob = await arrive(browser, cluster.url, faults);
      await meetByAddress(ann.person, bob.person);
      const said = ['Hello from one node'];
      const say = async (from: Visitor, to: Visitor, text: string): Promise<void> => {
        said.push(text);
        await from.person.say(text);
        await expect(to.person.message(text)).toBeVisible({ timeout: limitMs(5000) });
      };
      await say(bob, ann, 'Hello from another');

      // Under the prefix one is enough: what is different there is the addresses.
      const replaced = prefix ? cluster.nodes.slice(0, 1) : cluster.nodes;
      const movedAt: [number[], number[]] = [[], []];
      for (const [index, node] of replaced.entries()) {
        const before = [ann.told.toMove, bob.told.toMove];
        const drained = node.drain();
        for (let line = 1; line <= 3; line++) await say(ann, bob, `While node ${index} leaves, line ${line}`);
        await drained;
        if (ann.told.toMove > (before[0] ?? 0)) movedAt[0].push(index);
        if (bob.told.toMove > (before[1] ?? 0)) movedAt[1].push(index);
        if (index < cluster.nodes.length - 1) await node.restart();
      }
      if (!prefix) {
        // All three were left in turn, so both were asked to move, and the first time not by the same node.
        expect(movedAt.map((nodes) => nodes.length)).not.toContain(0);
        expect(movedAt[0][0]).not.toBe(movedAt[1][0]);
      }

      await cluster.reload();
      await say(bob, ann, 'And nginx was told of new settings');
      expect(await ann.person.shown()).toEqual(said);
      expect(await bob.person.shown()).toEqual(said);
      expect((await ann.person.history()).map(({ content }) => content)).toEqual(said);
      expect(await bannersOf(ann)).toEqual([]);
      expect(await bannersOf(bob)).toEqual([]);
      expect(faults).toEqual([]);
      expect(await cluster.log()).not.toMatch(/\[(emerg|alert|crit)\]/);
    });
  });
}
