import { describe, expect, it } from 'vitest';
import { findLinks } from './LinkedText';

const links = (text: string): (string | undefined)[] => findLinks(text).flatMap((part) => (part.href ? [part.text] : []));

describe('links in messages', () => {
  it('are found without the punctuation of the sentence', () => {
    expect(links('See https://example.org/a, or (http://b.example/x).')).toEqual(['https://example.org/a', 'http://b.example/x']);
    expect(links('https://en.example/wiki/Rust_(game)')).toEqual(['https://en.example/wiki/Rust_(game)']);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '<a href=x>', 'ftp://example.org', 'https://'])(
    'are never made of %s',
    (text) => expect(links(text)).toEqual([]),
  );

  it('lose no character of the text', () => {
    const text = 'a https://x.example, b\nhttp://y.example! <b>c</b>';
    expect(
      findLinks(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});
