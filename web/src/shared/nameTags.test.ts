import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as NameTags from './nameTags';
import { skeletonOf } from './skeleton';

const id = (end: string): string => `0199f3a2-7c10-7b3e-9d52-${end.padStart(12, '0')}`;
const person = (end: string, display_name: string) => ({ user_id: id(end), display_name });

describe('the skeleton of a name', () => {
  it.each([
    ['Ada', 'Аda', 'a Cyrillic А'],
    ['paypal', 'раураl', 'Cyrillic letters'],
    ['Ada', 'Ａｄａ', 'full width'],
    ['Ada', '𝐀𝐝𝐚', 'mathematical letters'],
    ['Zoë', 'Zoe\u0308', 'a letter and its mark, or both in one'],
    ['Ill', 'lll', 'I and l'],
    ['modern', 'rnodern', 'rn and m'],
    ['Ada', 'A\u200Bd\u00ADa', 'what is not seen'],
  ])('is the same for %s and %s: %s', (one, other) => expect(skeletonOf(one)).toBe(skeletonOf(other)));

  it.each([
    ['Ada', 'ada'],
    ['Ada', 'Adá'],
    ['Ada', 'Eda'],
  ])('tells %s from %s', (one, other) => expect(skeletonOf(one)).not.toBe(skeletonOf(other)));
});

describe('people of like names', () => {
  let tags: typeof NameTags;
  beforeEach(async () => {
    vi.resetModules();
    tags = await import('./nameTags');
    await tags.loadLookAlikes();
  });
  const shown = () => tags.useNameTags.getState();

  it('get the end of their ids as a tag, and nobody else does', () => {
    tags.noteNames([person('1a2b', 'Ada'), person('3c4d', 'Аda'), person('5e6f', 'Ben')]);
    expect(shown()).toEqual({ [id('1a2b')]: '1a2b', [id('3c4d')]: '3c4d' });
  });

  it('get longer tags where the short ones are the same', () => {
    tags.noteNames([person('111a2b', 'Ada'), person('221a2b', 'Ada')]);
    expect(Object.values(shown())).toEqual(['111a2b', '221a2b']);
  });

  it('lose them when one of two is called something else', () => {
    tags.noteNames([person('1a2b', 'Ada'), person('3c4d', 'Ada')]);
    tags.noteNames([person('3c4d', 'Eve')]);
    expect(shown()).toEqual({});
    tags.noteNames([person('1a2b', 'Еve')]);
    expect(shown()).toEqual({ [id('1a2b')]: '1a2b', [id('3c4d')]: '3c4d' });
  });

  it('are found again among names noted before the table was there', async () => {
    vi.resetModules();
    const early = await import('./nameTags');
    early.noteNames([person('1a2b', 'Ada'), person('3c4d', 'Аda'), person('5e6f', 'Ａda')]);
    await early.loadLookAlikes();
    expect(Object.keys(early.useNameTags.getState())).toHaveLength(3);
  });

  it('a name that nobody shares costs no change', () => {
    tags.noteNames([person('1a2b', 'Ada')]);
    const before = shown();
    tags.noteNames([person('3c4d', 'Ben'), person('1a2b', 'Ada')]);
    expect(shown()).toBe(before);
  });
});
