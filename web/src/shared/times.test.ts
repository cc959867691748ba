import { describe, expect, it } from 'vitest';
import { dayName, daysBetween, timeAgo } from './times';

const now = new Date(2026, 9, 17, 12, 0);
const local = (day: number, hour = 9): string => new Date(2026, 9, day, hour).toISOString();

describe('days', () => {
  it('are calendar days of the reader, not spans of 24 hours', () => {
    expect(daysBetween(new Date(2026, 9, 16, 23, 59), new Date(2026, 9, 17, 0, 1))).toBe(1);
    expect(daysBetween(new Date(2026, 9, 17, 0, 1), new Date(2026, 9, 17, 23, 59))).toBe(0);
  });

  it('are named Today, Yesterday, then by weekday, then by date', () => {
    expect(dayName(local(17), now)).toBe('Today');
    expect(dayName(local(16), now)).toBe('Yesterday');
    expect(dayName(local(13), now)).toMatch(/^\p{L}+$/u);
    expect(dayName(local(2), now)).toMatch(/2/);
  });
});

describe('timeAgo', () => {
  it('counts minutes, hours and days and never looks into the future', () => {
    expect(timeAgo(new Date(now.getTime() - 5 * 60_000).toISOString(), now.getTime())).toBe('5 minutes ago');
    expect(timeAgo(new Date(now.getTime() - 3 * 3_600_000).toISOString(), now.getTime())).toBe('3 hours ago');
    expect(timeAgo(new Date(now.getTime() + 90_000).toISOString(), now.getTime())).toBe('this minute');
  });
});
