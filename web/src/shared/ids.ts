const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/**
 * A new random UUID (version 4), lower-case.
 * `crypto.randomUUID` is missing on plain http in a local network, which is where a self-hosted chat often lives.
 */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const all = Array.from(bytes, hex).join('');
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join('-');
}
