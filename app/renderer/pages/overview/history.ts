/** The record as series for the three charts: domains, bins, newest values. Pure; the node has thinned the points. */
import type { HistoryPage } from '../../../shared/domain/health.js';

/** Bars a person can tell apart in a quarter of a screen. */
export const BARS = 15;
const FEET = [0.999, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0] as const;

/** Where a share chart may begin: the highest round foot that stays below every value. */
export function shareFoot(values: readonly (number | null)[]): number {
  const low = Math.min(1, ...values.filter((value) => value !== null));
  return FEET.find((foot) => foot < low) ?? 0;
}

/** The top of a chart that counts from zero: a little air, and never flat. */
export const topOf = (values: readonly (number | null)[], least: number): number =>
  Math.max(least, ...values.filter((value) => value !== null)) * 1.08;

export const newest = (values: readonly (number | null)[]): number | null =>
  values.findLast((value) => value !== null) ?? null;

/** Points gathered into equal bins over the whole span; null where a bin has none. */
export function bins(
  page: Pick<HistoryPage, 'at' | 'fromAt' | 'toAt'>,
  values: readonly (number | null)[],
  count = BARS,
): { at: number[]; values: (number | null)[] } {
  const span = (page.toAt - page.fromAt) / count;
  const sums = Array.from({ length: count }, () => ({ sum: 0, known: 0 }));
  page.at.forEach((at, i) => {
    const value = values[i];
    const bin = sums[Math.min(count - 1, Math.max(0, Math.ceil((at - page.fromAt) / span) - 1))];
    if (value === null || value === undefined || !bin) return;
    bin.sum += value;
    bin.known += 1;
  });
  return {
    at: sums.map((_, i) => page.fromAt + (i + 0.5) * span),
    values: sums.map(({ sum, known }) => (known === 0 ? null : sum / known)),
  };
}

/** From here on a bar is worth a look: well above what is usual in this span. */
export function alarmFrom(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const usual = known[Math.floor(known.length / 2)] ?? 0;
  return Math.max(1, usual * 1.8);
}
