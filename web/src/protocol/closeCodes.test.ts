import { describe, expect, it } from 'vitest';
import { afterClose } from './closeCodes';

describe('afterClose', () => {
  it.each([1000, 1001, 1006, 1011, 1012, 1013, 4002, 4003, 4321])('connects again after %i', (code) =>
    expect(afterClose(code)).toEqual({ do: 'connect', freshToken: false, afterMs: 0 }),
  );
  it('takes a new token after 4001', () => expect(afterClose(4001)).toEqual({ do: 'connect', freshToken: true, afterMs: 0 }));
  it.each([4004, 4005])('waits 30 s after %i', (code) =>
    expect(afterClose(code)).toMatchObject({ do: 'connect', afterMs: 30_000 }),
  );
  it.each([4500, 4501, 4999])('stops after %i', (code) => expect(afterClose(code)).toEqual({ do: 'stop' }));
});
