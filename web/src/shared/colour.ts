/** A stable number for an id; FNV-1a, so that ids made one after another do not look alike. */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** A stable hue in degrees for an id. */
export const hueOf = (id: string): number => (hashOf(id) % 24) * 15;

const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

/** What a reader counts as characters. */
export function graphemes(text: string): string[] {
  return segmenter ? Array.from(segmenter.segment(text), (part) => part.segment) : Array.from(text);
}

/** The first characters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = graphemes(words[0] ?? '')[0] ?? '?';
  const last = words.length > 1 ? (graphemes(words[words.length - 1] ?? '')[0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
