/**
 * The worker's address. Where a CDN has the page's files, it carries their folder: the worker is always of the page's own origin and
 * could not know it otherwise. `script` is the address of one of the files.
 */
export function workerAddress(script: string, page: string = window.location.href): string {
  const folder = new URL('.', script).href;
  return folder === new URL('./assets/', page).href ? './sw.js' : `./sw.js?assets=${encodeURIComponent(folder)}`;
}
