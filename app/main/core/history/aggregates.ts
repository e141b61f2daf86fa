/**
 * The fleet over the last 24 h in buckets of 10 s: typed rings, some 400 KB, nothing on a heap that grows.
 * Beat delay is how much later than its learnt interval a beat came: senders tell whole seconds, so a one-way delay
 * cannot be had, and lateness against the rhythm is what an admin acts on.
 */
import type { HistoryPage } from '../../../shared/domain/health.js';

export const BUCKET_MS = 10_000;
const BUCKETS = 8_640;
/** Quarter-octave bins from 1 ms to about 18 h. */
const BINS = 104;

const binOf = (ms: number): number => (ms < 1 ? 0 : Math.min(BINS - 1, 1 + Math.floor(4 * Math.log2(ms))));
const valueOf = (bin: number): number => (bin === 0 ? 0 : Math.round(2 ** ((bin - 0.5) / 4)));

export type History = ReturnType<typeof createHistory>;

/** Closes a bucket every BUCKET_MS by `close`; until then counts go into the open one. */
export function createHistory() {
  const at = new Float64Array(BUCKETS);
  const share = new Float32Array(BUCKETS);
  const beats = new Float32Array(BUCKETS);
  const p50 = new Float32Array(BUCKETS);
  const p99 = new Float32Array(BUCKETS);
  const lates = new Float32Array(BUCKETS);
  const isAway = new Uint8Array(BUCKETS);
  const bins = new Uint32Array(BINS);
  const outages: { from: number; to: number }[] = [];
  let written = 0;
  let openBeats = 0;
  let openLates = 0;
  let delays = 0;
  let away = false;

  const quantile = (fraction: number): number | null => {
    if (delays === 0) return null;
    let left = Math.ceil(delays * fraction);
    for (let bin = 0; bin < BINS; bin += 1) {
      left -= bins[bin]!;
      if (left <= 0) return valueOf(bin);
    }
    return null;
  };

  /** -1 stands for null in the rings. */
  const orMinus = (value: number | null): number => value ?? -1;

  return {
    countBeat(): void {
      openBeats += 1;
    },
    countDelay(ms: number): void {
      bins[binOf(ms)]! += 1;
      delays += 1;
    },
    countLate(): void {
      openLates += 1;
    },
    /** Our own link went down or came back; spans in between are outages, not silence of the fleet. */
    setAway(value: boolean, now: number): void {
      if (value === away) return;
      away = value;
      if (value) outages.push({ from: now, to: -1 });
      else if (outages.length > 0) outages.at(-1)!.to = now;
      if (outages.length > 500) outages.shift();
    },
    /** Ends the open bucket. `healthyShare` is 0 to 1, null when there are no nodes. Returns its delay quantiles. */
    close(now: number, healthyShare: number | null): { p50: number | null; p99: number | null } {
      const slot = written % BUCKETS;
      const delay = { p50: quantile(0.5), p99: quantile(0.99) };
      at[slot] = now;
      isAway[slot] = away ? 1 : 0;
      share[slot] = orMinus(healthyShare);
      beats[slot] = openBeats / (BUCKET_MS / 1_000);
      p50[slot] = orMinus(delay.p50);
      p99[slot] = orMinus(delay.p99);
      lates[slot] = openLates;
      written += 1;
      openBeats = 0;
      openLates = 0;
      delays = 0;
      bins.fill(0);
      return delay;
    },
    /** The last `rangeMs` without marks, thinned to `points`: means of shares and rates, maxima of delays, sums of lates. */
    page(now: number, rangeMs: number, points: number): HistoryPage {
      const page: HistoryPage = {
        fromAt: now - rangeMs,
        toAt: now,
        at: [],
        healthyShare: [],
        delayP50Ms: [],
        delayP99Ms: [],
        beatsPerSecond: [],
        latePerMinute: [],
        outages: outages
          .filter((span) => span.to === -1 || span.to > now - rangeMs)
          .map((span) => ({ from: span.from, to: span.to === -1 ? now : span.to })),
        marks: [],
      };
      const first = Math.max(0, written - BUCKETS, written - Math.ceil(rangeMs / BUCKET_MS));
      const per = Math.max(1, Math.ceil((written - first) / points));
      for (let start = first; start < written; start += per) {
        const slots = Array.from({ length: Math.min(per, written - start) }, (_, i) => (start + i) % BUCKETS);
        const present = slots.filter((slot) => isAway[slot] === 0);
        const of = (ring: Float32Array): number[] =>
          present.map((slot) => ring[slot]!).filter((value) => value >= 0);
        const mean = (values: number[]): number | null =>
          values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
        const max = (values: number[]): number | null => (values.length === 0 ? null : Math.max(...values));
        const late = mean(of(lates));
        page.at.push(at[slots.at(-1)!]!);
        page.healthyShare.push(mean(of(share)));
        page.delayP50Ms.push(mean(of(p50)));
        page.delayP99Ms.push(max(of(p99)));
        page.beatsPerSecond.push(mean(of(beats)));
        page.latePerMinute.push(late === null ? null : (late * 60_000) / BUCKET_MS);
      }
      return page;
    },
  };
}
