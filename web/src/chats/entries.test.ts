import { describe, expect, it } from 'vitest';
import { placementOf, type Entry } from './entries';

const at = (seq: number, minute: number, senderId = 'amy', day = 17): Entry => ({
  key: String(seq),
  seq,
  senderId,
  content: 'text',
  time: new Date(2026, 9, day, 9, minute).toISOString(),
  edited: false,
  deleted: false,
  hidden: 0,
  item: null,
});

describe('the timeline', () => {
  it('groups messages of one author within five minutes', () => {
    expect(placementOf(at(1, 0), at(2, 4), at(3, 9), null)).toEqual({ day: false, divider: false, first: false, last: true });
    expect(placementOf(at(1, 0), at(2, 1, 'bob'), undefined, null)).toMatchObject({ first: true, last: true });
  });

  it('breaks a group on a day', () => {
    expect(placementOf(at(1, 0, 'amy', 16), at(2, 0), undefined, null)).toMatchObject({ day: true, first: true });
  });

  it('puts the divider before the first unread message and breaks the group there', () => {
    expect(placementOf(at(4, 0), at(5, 1), at(6, 2), 4)).toMatchObject({ divider: true, first: true, last: false });
    expect(placementOf(at(5, 1), at(6, 2), undefined, 4)).toMatchObject({ divider: false, first: false });
  });
});
