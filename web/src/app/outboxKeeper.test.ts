import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noChats, useChats, type OutboxItem } from '../chats/chatStore';
import { Outbox } from '../chats/outbox';
import { openDatabase, type Database } from '../shared/database';
import { OutboxKeeper } from './outboxKeeper';

const page = new EventTarget();

beforeEach(() => {
  vi.stubGlobal('window', page);
  useChats.setState(noChats, true);
});
afterEach(() => void vi.unstubAllGlobals());

const item = (more: Partial<OutboxItem> = {}): OutboxItem => ({
  message_id: 'm1',
  target: { to: 'amy' },
  content: 'hello',
  created_at: '2026-10-17T09:00:00.000Z',
  order: 1,
  owner: '',
  ...more,
});

/** A tab's keeper with an outbox that sends nothing. */
async function keeperOf(database: Database, isLive = () => true) {
  const keeper = new OutboxKeeper();
  const outbox: Outbox = new Outbox({
    send: () => false,
    save: keeper.save,
    forget: keeper.forget,
    isSending: keeper.isSending,
    claim: (id, from) => keeper.claim(outbox, id, from),
    isShared: keeper.isShared,
    suspect: () => undefined,
    frameBytes: () => 0,
    tab: keeper.tab,
    now: Date.now,
  });
  keeper.start(outbox, isLive);
  await keeper.attach(database, outbox);
  return { keeper, outbox };
}

describe('the outbox of several tabs', () => {
  it('CL4 a message that belongs to nobody is taken by one tab only', async () => {
    const tabs = await Promise.all(['f1', 'f1', 'f1'].map((name) => keeperOf(openDatabase(name))));
    await openDatabase('f1').put('outbox', 'm1', item());
    const claims = await Promise.all(tabs.map(({ keeper, outbox }) => keeper.claim(outbox, 'm1', '')));
    expect(claims.sort()).toEqual(['mine', 'taken', 'taken']);
    const [one] = tabs;
    expect(await one?.keeper.claim(one.outbox, 'unknown', '')).toBe('absent');
  });

  it('CL4 a tab that lives and is connected says so, one without a connection leaves its messages to others', async () => {
    const database = openDatabase('f2');
    const asking = await keeperOf(database);
    const live = await keeperOf(database);
    const offline = await keeperOf(database, () => false);
    expect(await asking.keeper.isSending(live.keeper.tab)).toBe(true);
    expect(await asking.keeper.isSending(offline.keeper.tab)).toBe(false);
    expect(await asking.keeper.isSending('closed-long-ago')).toBe(false);
  });

  it('CL4 a message written in one visit is there in the next', async () => {
    const { outbox } = await keeperOf(openDatabase('f3'));
    outbox.add({ to: 'amy' }, 'written offline', 'Amber Finch');
    const database = openDatabase('f3');
    await vi.waitFor(async () => expect(await database.all('outbox')).toHaveLength(1));
    useChats.setState(noChats, true);
    await keeperOf(database);
    expect(useChats.getState().outbox).toMatchObject([{ content: 'written offline', name: 'Amber Finch', owner: '' }]);
  });
});

describe('a browser that keeps nothing', () => {
  it('says which messages are only in memory, warns before they are lost, and keeps them once it can', async () => {
    const broken: Database = {
      ...openDatabase('f4'),
      put: async () => false,
      all: async () => [],
      clear: async () => undefined,
      remove: async () => undefined,
      isOpen: () => true,
    };
    const { keeper, outbox } = await keeperOf(broken);
    outbox.add({ to: 'amy' }, 'only in memory');
    await vi.waitFor(() => expect(useChats.getState().unkept).toHaveLength(1));
    expect(keeper.isShared()).toBe(false);
    const leaving = new Event('beforeunload', { cancelable: true });
    page.dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);

    const works = openDatabase('f4');
    await keeper.attach(works, outbox);
    await vi.waitFor(() => expect(useChats.getState().unkept).toEqual([]));
    expect(await works.all('outbox')).toMatchObject([{ content: 'only in memory' }]);
    expect(useChats.getState().outbox.map((one) => one.content)).toEqual(['only in memory']);
  });
});
