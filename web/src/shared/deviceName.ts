// The first that matches: Edge also calls itself Chrome, and Chrome also Safari.
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/Chrome\/|\b(?:Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMacintosh\b|\bMac OS X\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
];

const find = (list: [RegExp, string][], text: string): string | undefined => list.find(([pattern]) => pattern.test(text))?.[1];

/** "Firefox on Linux" out of a browser's user agent; any other program's name as it is, and nothing out of nothing. */
export function deviceName(client: string): string {
  if (!client.startsWith('Mozilla/')) return client.trim();
  return [find(browsers, client) ?? 'Browser', find(systems, client)].filter((part) => part !== undefined).join(' on ');
}

/** Whether a device with this name is one that is held in the hand. */
export const isHandheld = (name: string): boolean => /\b(?:iPhone|iPad|Android)\b/.test(name);

/** What this browser calls itself. An iPad pretends to be a Mac, and has fingers on its screen. */
export function ownDeviceName(): string {
  const name = deviceName(navigator.userAgent);
  return navigator.maxTouchPoints > 1 ? name.replace(/\bMac$/, 'iPad') : name;
}
