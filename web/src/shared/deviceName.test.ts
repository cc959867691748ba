import { describe, expect, it } from 'vitest';
import { deviceName, isHandheld } from './deviceName';

const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0';

describe('the name of a device', () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`, 'Chrome on Linux'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/140.0.0.0`, 'Edge on Windows'],
    ['Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0', 'Firefox on Android'],
    [`Mozilla/5.0 (Linux; Android 10; K) ${chrome} Mobile Safari/537.36`, 'Chrome on Android'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (compatible; something)', 'Browser'],
    ['curl/8.5.0', 'curl/8.5.0'],
    ['Firefox on Linux', 'Firefox on Linux'],
    ['', ''],
  ])('of %s is %s', (client, name) => expect(deviceName(client)).toBe(name));

  it('tells what is held in the hand', () => {
    expect(['Chrome on Android', 'Safari on iPhone', 'Chrome on Linux'].map(isHandheld)).toEqual([true, true, false]);
  });
});
