/**
 * Numbers, ages and times as text. Ages are relative and short ("4 s", "1 h 36 min"); clock times are exact.
 * No locale magic on ages: unit letters are the same in every language we write.
 */
import { LOCALE } from './text.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** 9964 -> "9,964". */
export const formatNumber = (value: number): string => whole.format(value);

/** One part: "4 s", "4 min", "2 h", "6 d". For narrow columns. Negative ages read as 0 s. */
export function formatAgeShort(ms: number): string {
  const age = Math.max(0, ms);
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  return `${formatNumber(Math.floor(age / DAY))} d`;
}

/** As people say it: "4 s", "4 min", "1 h 36 min", "6 d". */
export function formatAge(ms: number): string {
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  return ms >= HOUR && ms < DAY && minutes > 0 ? `${formatAgeShort(ms)} ${minutes} min` : formatAgeShort(ms);
}

/** Two parts where there are two: "3 min 12 s", "1 h 36 min", "6 d 4 h"; below a second "840 ms". */
export function formatDuration(ms: number): string {
  const age = Math.max(0, ms);
  if (age < SECOND) return `${Math.round(age)} ms`;
  const rest =
    age < MINUTE
      ? ''
      : age < HOUR
        ? part(age % MINUTE, SECOND, 's')
        : age < DAY
          ? part(age % HOUR, MINUTE, 'min')
          : part(age % DAY, HOUR, 'h');
  return formatAgeShort(age) + rest;
}

const part = (ms: number, unit: number, letter: string): string => {
  const count = Math.floor(ms / unit);
  return count > 0 ? ` ${count} ${letter}` : '';
};

/** An interval with one digit: 9900 -> "9.9 s", 60000 -> "1 min". */
export const formatInterval = (ms: number): string =>
  ms < MINUTE ? `${oneDigit.format(ms / SECOND)} s` : formatDuration(ms);

/** A signed difference of clocks: 41000 -> "+41 s". */
export const formatSkew = (ms: number): string => (ms < 0 ? '−' : '+') + formatDuration(Math.abs(ms));

/** 42 -> "42 ms", 1830 -> "1.8 s". */
export const formatDelay = (ms: number): string =>
  ms < SECOND ? `${formatNumber(Math.round(ms))} ms` : `${oneDigit.format(ms / SECOND)} s`;

/** 0.9964 -> "99.64 %"; rounds down, so that 100 % means all. */
export const formatShare = (share: number): string => {
  const cut = Math.floor(share * 10_000 + 1e-6) / 100;
  return `${cut} %`;
};

export const formatMb = (mb: number): string =>
  mb < 10 ? `${oneDigit.format(mb)} MB` : `${formatNumber(mb)} MB`;

export type ClockStyle = { readonly utc?: boolean; readonly precision?: 'minute' | 'second' | 'ms' };

/** 24-hour clock: "14:02:11". */
export function formatClock(at: number, { utc = false, precision = 'second' }: ClockStyle = {}): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '–';
  const two = (value: number): string => String(value).padStart(2, '0');
  const minute = utc
    ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
    : `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (precision === 'minute') return minute;
  const second = `${minute}:${two(date.getUTCSeconds())}`;
  return precision === 'second' ? second : `${second}.${String(date.getUTCMilliseconds()).padStart(3, '0')}`;
}

/** A whole moment, for hover and export: "2026-03-02 14:02:11.204". */
export const formatMoment = (at: number, utc = false): string => {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '–';
  const shifted = new Date(at - (utc ? 0 : date.getTimezoneOffset() * MINUTE));
  return `${shifted.toISOString().slice(0, 10)} ${formatClock(at, { utc, precision: 'ms' })}`;
};

/** The zone's distance from UTC at that moment: "UTC+1", "UTC". */
export function formatZone(at: number, utc = false): string {
  const minutes = utc ? 0 : -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}
