const variable = 'FASTCHAT_TEST_PATIENCE';

function factorIn(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) < 1)
    throw new Error(`${variable} must be a number of at least 1, for example 3, but is "${text}".`);
  return Number(text);
}

/** The factor of all time limits. */
export const patience = factorIn(process.env[variable]);

/** A time limit in milliseconds, longer where `FASTCHAT_TEST_PATIENCE` says that the machine is slow or busy. */
export const limitMs = (ms: number): number => Math.ceil(ms * patience);

/** How often a condition is checked that sends no event. */
const pollMs = 20;

/** Polls until the condition holds; fails after the limit, and says what it waited for. */
export async function until(what: string, ms: number, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs(ms);
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs(ms)} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
