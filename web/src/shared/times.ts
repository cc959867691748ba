import { texts } from './texts';

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const fullDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const dayClock = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });

const dayMs = 86_400_000;

/** Whole calendar days between two moments in the reader's time zone, whatever summer time does. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (day: Date): number => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((midnight(later) - midnight(earlier)) / dayMs);
}

export const timeOfDay = (time: string): string => clock.format(new Date(time));

export const exactTime = (time: string): string => moment.format(new Date(time));

/** A moment in few words: the clock today, else the date before it. */
export const dayAndTime = (time: string, now = new Date()): string =>
  daysBetween(new Date(time), now) === 0 ? timeOfDay(time) : dayClock.format(new Date(time));

/** The heading above a day's messages: Today, Yesterday, a weekday within a week, else the date. */
export function dayName(time: string, now = new Date()): string {
  const day = new Date(time);
  const days = daysBetween(day, now);
  if (days === 0) return texts.timeline.today;
  if (days === 1) return texts.timeline.yesterday;
  if (days > 1 && days < 7) return weekday.format(day);
  return day.getFullYear() === now.getFullYear() ? date.format(day) : fullDate.format(day);
}

/** A short time for lists: the clock today, then Yesterday, then the date. */
export function listTime(time: string, now = new Date()): string {
  const days = daysBetween(new Date(time), now);
  if (days === 0) return timeOfDay(time);
  return days === 1 ? texts.timeline.yesterday : shortDate.format(new Date(time));
}

/** "5 minutes ago" and the like. */
export function timeAgo(time: string, now = Date.now()): string {
  const minutes = Math.round((Date.parse(time) - now) / 60_000);
  if (minutes > -60) return ago.format(Math.min(0, minutes), 'minute');
  const hours = Math.round(minutes / 60);
  return hours > -24 ? ago.format(hours, 'hour') : ago.format(Math.round(hours / 24), 'day');
}
