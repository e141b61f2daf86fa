/** When something was, in one short cell: an age while it is fresh, then the day. */
import { formatAgeShort } from '../../shared/i18n/index.js';

const DAY_MS = 86_400_000;
const AGES_UNTIL = 30 * DAY_MS;

/** `12 min`, `6 d`, `2 Mar`, `2 Mar 2025`. Times are epoch ms. */
export function formatDay(at: number, now: number, utc: boolean): string {
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return '–';
  if (now - at < AGES_UNTIL) return formatAgeShort(now - at);
  const zone = utc ? { timeZone: 'UTC' } : {};
  const isThisYear = now - at < 330 * DAY_MS;
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
    ...zone,
  }).format(at);
}
