/** The beats of one node on a line of 60 interval-wide places, from what the node remembers of its gaps. Pure. */
import type { NodeDetail } from '../../../shared/domain/node.js';
import { tickPlaces } from '../../components/index.js';

export const PLACES = 60;

export type BeatLine = {
  /** Places with a beat, 0 = oldest. */
  readonly places: readonly number[];
  /** Epoch ms of the line's ends. */
  readonly from: number;
  readonly to: number;
};

/** `now` is the fleet's time. A gap of -1 was our own outage: what came before it cannot be placed. */
export function beatLine(
  detail: Pick<NodeDetail, 'gaps' | 'lastBeatAt' | 'intervalMs'>,
  now: number,
): BeatLine {
  const interval = Math.max(1, detail.intervalMs);
  const from = now - PLACES * interval;
  if (detail.lastBeatAt === null) return { places: [], from, to: now };
  const ago = [Math.max(0, now - detail.lastBeatAt)];
  for (const gap of [...detail.gaps].reverse()) {
    if (gap < 0) break;
    ago.push((ago.at(-1) ?? 0) + gap);
  }
  return { places: tickPlaces(ago, interval, PLACES), from, to: now };
}

export type GapBin = { readonly from: number; readonly to: number; readonly count: number };

/** How often which gap: up to `count` bins of equal, round width over what occurred. */
export function gapBins(gaps: readonly number[], count = 12): readonly GapBin[] {
  const known = gaps.filter((gap) => gap >= 0);
  if (known.length === 0) return [];
  const low = Math.min(...known);
  const high = Math.max(...known);
  const width = roundUp(Math.max(1, (high - low) / count));
  const start = Math.floor(low / width) * width;
  const bins = Array.from({ length: Math.floor((high - start) / width) + 1 }, () => 0);
  for (const gap of known) {
    const index = Math.floor((gap - start) / width);
    bins[index] = (bins[index] ?? 0) + 1;
  }
  return bins.map((amount, i) => ({ from: start + i * width, to: start + (i + 1) * width, count: amount }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}
