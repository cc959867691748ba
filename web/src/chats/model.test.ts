import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadTab, ModelBrowser, ModelTab, type TabModules } from './modelBrowser';
import { calm, ModelServer, seeded, type Random } from './modelServer';
import { amy, chatId, me } from './testing';

/*
 * The real outbox and engine in several tabs, against a small server that keeps the contract on a bad network. Chance decides
 * what happens, from a seed; FASTCHAT_SEED=NUMBER repeats one run, FASTCHAT_RUNS=NUMBER makes more of them.
 */
const steps = 120;
const tabsAtMost = 3;
const tabsEver = 7;
const runs = Number(process.env['FASTCHAT_RUNS'] ?? 25);
const first = process.env['FASTCHAT_SEED'];
const seeds = first === undefined ? Array.from({ length: runs }, (_, index) => 1000 + index) : [Number(first)];

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 9, 17) }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const rough = {
  ...calm,
  lostRequest: 0.04,
  lostAck: 0.06,
  silentAck: 0.03,
  limited: 0.08,
  unavailable: 0.05,
  unknownOutcome: 0.05,
  lostLive: 0.15,
  failedCall: 0.1,
};

interface Written {
  tab: string;
  content: string;
}

async function run(seed: number, keeps: boolean) {
  const random: Random = seeded(seed);
  vi.spyOn(Math, 'random').mockImplementation(random);
  const modules: TabModules[] = [];
  while (modules.length < tabsEver) modules.push(await loadTab());
  const server = new ModelServer(random);
  server.faults = rough;
  const browser = new ModelBrowser(server, random, keeps);
  const written: Written[] = [];
  /** Known to be stored, and then lost with the history that a backup replaced. */
  const excused = new Set<string>();
  let opened = 0;
  const open = (): void => {
    const next = modules[opened];
    if (next && browser.tabs.size < tabsAtMost) new ModelTab(browser, next, `tab-${opened++}`);
  };
  const anyTab = (): ModelTab | undefined => [...browser.tabs][Math.floor(random() * browser.tabs.size)];
  const write = (): void => {
    const tab = anyTab();
    if (!tab) return;
    const content = `${random() < 0.06 ? 'bad ' : ''}${tab.name} #${written.length}`;
    written.push({ tab: tab.name, content });
    tab.write(content);
  };
  open();
  for (let step = 0; step < steps; step++) {
    const dice = random();
    if (dice < 0.45) write();
    else if (dice < 0.6) server.store(`amy-${step}`, amy, `amy ${step}`, null);
    else if (dice < 0.68) anyTab()?.drop();
    else if (dice < 0.71) server.disconnectAll();
    else if (dice < 0.77) open();
    else if (dice < 0.8 && browser.tabs.size > 1 && keeps) anyTab()?.close();
    else if (dice < 0.86) anyTab()?.keepCache();
    else if (dice < 0.88) server.makeBackup();
    else if (dice < 0.9) for (const lost of server.restore()) if (server.told.has(lost.message_id)) excused.add(lost.content);
    await vi.advanceTimersByTimeAsync(random() * 900);
  }
  server.faults = calm;
  await vi.advanceTimersByTimeAsync(30_000);
  // The last live frame may have been lost, and only a successor reveals that; the server's promise (CL5) is not in the model.
  server.store('amy-end', amy, 'amy, at the end', null);
  // Without keeping, a clean end is all that can be asked for: everything is sent before the last tab closes.
  await vi.advanceTimersByTimeAsync(120_000);
  return { server, browser, written, excused };
}

describe.each([
  ['with IndexedDB', true],
  ['without IndexedDB', false],
])('tabs on a bad network, %s', (_, keeps) => {
  it.each(seeds)('CL1 CL3 CL4 nothing is lost, doubled or out of order (seed %i)', async (seed) => {
    const { server, browser, written, excused } = await run(seed, keeps);
    const hint = `seed ${seed}`;
    const mine = server.messages.filter((one) => one.sender_id === me).map((one) => one.content);
    const sendable = written.filter(({ content }) => !content.startsWith('bad'));

    expect(
      sendable.map((one) => one.content).filter((one) => !mine.includes(one) && !excused.has(one)),
      `${hint}: lost`,
    ).toEqual([]);
    expect(
      mine.filter((one, index) => mine.indexOf(one) !== index),
      `${hint}: doubled`,
    ).toEqual([]);
    expect(
      mine.filter((one) => !sendable.some(({ content }) => content === one)),
      `${hint}: phantoms`,
    ).toEqual([]);
    for (const tab of new Set(written.map((one) => one.tab))) {
      // One that was stored and lost with its history may be sent anew by a tab that still had it, when others have gone on.
      const inOrder = sendable
        .filter(({ tab: by, content }) => by === tab && mine.includes(content) && !excused.has(content))
        .map((one) => one.content);
      expect(
        mine.filter((one) => inOrder.includes(one)),
        `${hint}: order of ${tab}`,
      ).toEqual(inOrder);
    }

    const refused = written.filter(({ content }) => content.startsWith('bad')).map((one) => one.content);
    for (const tab of browser.tabs) {
      const { timelines, outbox } = tab.state;
      const shown = timelines[chatId]?.messages ?? [];
      const from = shown[0]?.seq ?? 1;
      expect(
        shown.map((one) => one.content),
        `${hint}: what ${tab.name} shows`,
      ).toEqual(server.messages.slice(from - 1).map((one) => one.content));
      expect(timelines[chatId]?.rev ?? 0, `${hint}: revision of ${tab.name}`).toBe(server.rev);
      expect(
        outbox.filter((one) => one.failed === undefined).map((one) => one.content),
        `${hint}: waiting in ${tab.name}`,
      ).toEqual([]);
      for (const item of outbox) expect(refused, hint).toContain(item.content);
    }
    if (keeps) expect([...browser.kept.values()].map((one) => one.content).sort(), `${hint}: kept`).toEqual([...refused].sort());
  });
});
