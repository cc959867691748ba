import { Fragment, memo, type ReactNode } from 'react';

const address = /\bhttps?:\/\/[^\s<>"'`]+/giu;
// What follows an address in a sentence is not part of it.
const trailing = /[.,;:!?…)\]}»”’]+$/u;

/** Cuts a text into plain parts and web addresses. Only http and https ever become links. */
export function findLinks(text: string): { text: string; href?: string }[] {
  const parts: { text: string; href?: string }[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const raw = match[0];
    const tail = trailing.exec(raw)?.[0] ?? '';
    // A closing bracket belongs to the address when it was opened there, as in encyclopedias.
    const keep = tail.startsWith(')') && raw.includes('(') ? 1 : 0;
    const shown = raw.slice(0, raw.length - tail.length + keep);
    const href = URL.canParse(shown) ? new URL(shown).href : undefined;
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** A message's text as React text nodes and anchors: never HTML from outside. */
export const LinkedText = memo(function LinkedText({ text }: { text: string }): ReactNode {
  return findLinks(text).map((part, index) =>
    part.href ? (
      <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.text}
      </a>
    ) : (
      <Fragment key={index}>{part.text}</Fragment>
    ),
  );
});
