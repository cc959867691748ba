const blank = /^[\s\p{C}\p{Default_Ignorable_Code_Point}]*$/u;

/** Whether a text has anything to read in it (CH7). */
export const isSendable = (text: string): boolean => !blank.test(text);

/** A text as it is sent: without blank lines before and white space behind, without what the server refuses. */
export function tidyContent(text: string): string {
  const tidy = text
    .replaceAll('\0', '')
    .replace(/^(?:[^\S\n]*\n)+/u, '')
    .trimEnd();
  return typeof tidy.toWellFormed === 'function' ? tidy.toWellFormed() : tidy;
}

/** Length in Unicode scalar values, as the server counts it. */
export const lengthOf = (text: string): number => Array.from(text).length;
