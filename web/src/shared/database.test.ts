import 'fake-indexeddb/auto';
import type * as Idb from 'idb';
import { afterEach, expect, it, vi } from 'vitest';
import { forgetDatabase, forgetDatabases, openDatabase } from './database';

/** Lets a test hold back the opening, as some browsers do. */
const gate = vi.hoisted(() => ({ opens: Promise.resolve() }));
vi.mock('idb', async (original) => {
  const idb = await original<typeof Idb>();
  return { ...idb, openDB: (...args: Parameters<typeof idb.openDB>) => gate.opens.then(() => idb.openDB(...args)) };
});

afterEach(() => void vi.unstubAllGlobals());

it('keeps values, and gives them to the next page', async () => {
  const first = openDatabase('ann');
  expect(await first.put('outbox', 'm1', { content: 'one' })).toBe(true);
  const next = openDatabase('ann');
  expect(await next.all('outbox')).toEqual([{ content: 'one' }]);
  await next.remove('outbox', 'm1');
  expect(await first.all('outbox')).toEqual([]);
});

it('of two tabs that change a value at once each sees what the other did', async () => {
  const [one, two] = [openDatabase('ben'), openDatabase('ben')];
  await one.put('outbox', 'm1', { owner: 'gone' });
  const take = (tab: string) => (value: unknown) => ((value as { owner: string }).owner === 'gone' ? { owner: tab } : undefined);
  const done = await Promise.all([one.change('outbox', 'm1', take('one')), two.change('outbox', 'm1', take('two'))]);
  expect(done.sort()).toEqual(['changed', 'refused']);
  expect(await one.change('outbox', 'other', take('one'))).toBe('absent');
  expect(await one.get('outbox', 'other')).toBeUndefined();
});

it('says that nothing is kept where IndexedDB is forbidden, and fails nowhere', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('not here', 'SecurityError');
    },
  });
  const database = openDatabase('carl');
  expect(await database.put('outbox', 'm1', {})).toBe(false);
  expect(await database.all('outbox')).toEqual([]);
  expect(await database.change('outbox', 'm1', (value) => value)).toBe('unavailable');
  expect(database.isOpen()).toBe(false);
});

it('goes on without a database that does not open, and tells when it does after all', async () => {
  let openAtLast: () => void = () => undefined;
  gate.opens = new Promise((resolve) => (openAtLast = resolve));
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const late = vi.fn();
  const database = openDatabase('dora', late);
  const put = database.put('outbox', 'm1', {});
  await vi.advanceTimersByTimeAsync(3000);
  expect(await put).toBe(false);
  vi.useRealTimers();
  expect(await database.put('outbox', 'm2', {})).toBe(false);
  openAtLast();
  await vi.waitFor(() => expect(late).toHaveBeenCalledTimes(1));
  expect(await database.put('outbox', 'm1', {})).toBe(true);
});

it('keeps nothing any more once it is closed, and everybody is forgotten', async () => {
  const database = openDatabase('fred');
  await database.put('outbox', 'm1', {});
  database.close();
  expect(await database.put('outbox', 'm2', {})).toBe(false);
  await forgetDatabases();
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual([]);
});

it('forgets a user', async () => {
  await openDatabase('emil').put('meta', 'epoch', 'e1');
  await forgetDatabase('emil');
  expect(await openDatabase('emil').get('meta', 'epoch')).toBeUndefined();
});
