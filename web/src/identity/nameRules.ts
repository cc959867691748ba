import { graphemes } from '../shared/colour';
import { texts } from '../shared/texts';

const longest = 32;

/** A name as the server will store it: trimmed, white space collapsed, NFC. */
export const tidyName = (name: string): string => name.normalize('NFC').trim().replace(/\s+/gu, ' ');

/** What is wrong with a name, in words; null when the server is likely to take it (ID4 is the server's to decide). */
export function nameProblem(name: string): string | null {
  const count = graphemes(tidyName(name)).length;
  if (count === 0) return texts.identity.empty;
  return count > longest ? texts.identity.tooLong : null;
}
