import type { User } from '../protocol/entities';

/** A one-time link as it is handed over. Whose it is, is what the link says: the server tells when it is used. */
export interface DeviceLink {
  token: string;
  userId: string;
  name: string;
}

const start = '#/link/';
const parts = /^([\w-]{16,200})\.([0-9a-f]{32})\.([\w-]{1,200})$/;

const toText = (base64url: string): string => {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
};

const toBase64url = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The link's address. All that matters stands after the `#`: browsers send that part to no server. */
export const linkAddress = (page: string, token: string, user: User): string =>
  `${page}${start}${token}.${user.user_id.replaceAll('-', '')}.${toBase64url(user.display_name)}`;

/** Reads the hash of an address: a link, `broken` for what should have been one, null for everything else. */
export function parseLink(hash: string): DeviceLink | 'broken' | null {
  if (!hash.startsWith(start)) return null;
  const [, token, id, name] = parts.exec(hash.slice(start.length)) ?? [];
  if (!token || !id || !name) return 'broken';
  try {
    return { token, userId: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), name: toText(name) };
  } catch {
    return 'broken';
  }
}

/** Takes a link out of the address bar and the history, where it would be read, bookmarked or synchronised. */
export function takeLink(): DeviceLink | 'broken' | null {
  const link = parseLink(window.location.hash);
  if (link !== null) window.history.replaceState(null, '', '#/');
  return link;
}
