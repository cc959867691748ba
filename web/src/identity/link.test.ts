import { describe, expect, it } from 'vitest';
import type { User } from '../protocol/entities';
import { linkAddress, parseLink } from './link';

const token = 'q0Zr-9x_2KpW1cVb3nM4aS5dF6gH7jK8lP9oI0uY1tR';
const user = (display_name: string): User => ({
  user_id: '0199f3a2-7c10-7b3e-9d52-4f6b1c2a8e01',
  display_name,
  kind: 'guest',
});

describe('a device link', () => {
  it.each(['Quiet Otter', 'Zoë 🦊', 'محمد', '<b>&"'])(
    'says for %s whose it is, and keeps all of it out of what is sent',
    (name) => {
      const address = new URL(linkAddress('https://chat.example/team/', token, user(name)));
      expect(`${address.origin}${address.pathname}${address.search}`).toBe('https://chat.example/team/');
      expect(parseLink(address.hash)).toEqual({ token, userId: user(name).user_id, name });
    },
  );

  it.each(['#/link/', '#/link/x', `#/link/${token}`, `#/link/${token}.0199.QQ`, `#/link/${token}.${'0'.repeat(32)}._w`])(
    'that is cut or changed is broken: %s',
    (hash) => expect(parseLink(hash)).toBe('broken'),
  );

  it('is not seen in other addresses', () => {
    expect(['', '#/', '#/c/0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04'].map(parseLink)).toEqual([null, null, null]);
  });
});
