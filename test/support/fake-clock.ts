/**
 * A clock that stands still until a test moves it. `advance` runs what falls due, in order of time and
 * then of registration; a timer set by a timer runs in the same advance if it falls due within it.
 * Wall time and uptime move together, unless a test jumps the wall clock with `setNow`.
 */
import type { Cancel, Clock } from '../../app/main/ports/clock.js';

export type FakeClock = Clock & {
  /** Moves time on by `ms`, running due timers with the time set to their own. */
  advance(ms: number): void;
  /** As `advance`, but lets promises (and setImmediate) settle before, between and after the timers. */
  advanceAsync(ms: number): Promise<void>;
  /** Jumps the wall clock only; timers and uptime do not notice. */
  setNow(now: number): void;
  /** How many timers wait: a stopped service leaves none. */
  pending(): number;
};

type Timer = { readonly at: number; readonly order: number; readonly run: () => void };

/** 2026-01-01T00:00:00Z. */
const DEFAULT_NOW = 1_767_225_600_000;

export function createFakeClock(options: { readonly now?: number } = {}): FakeClock {
  const timers: Timer[] = []; // a binary heap would be faster; tests hold a few hundred timers
  let offset = options.now ?? DEFAULT_NOW;
  let uptime = 0;
  let order = 0;

  /** Sorted insert keeps `advance` a simple shift. */
  function insert(timer: Timer): void {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = timers[middle]!;
      if (other.at < timer.at || (other.at === timer.at && other.order < timer.order)) low = middle + 1;
      else high = middle;
    }
    timers.splice(low, 0, timer);
  }

  /** Takes the next timer due at or before `until` and sets the time to it. */
  function takeDue(until: number): Timer | null {
    const next = timers[0];
    if (!next || next.at > until) return null;
    timers.shift();
    uptime = Math.max(uptime, next.at);
    return next;
  }

  return {
    now: () => offset + uptime,
    uptime: () => uptime,

    after(delayMs, run): Cancel {
      const timer: Timer = { at: uptime + Math.max(0, delayMs), order: order++, run };
      insert(timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },

    advance(ms) {
      const until = uptime + ms;
      for (let due = takeDue(until); due; due = takeDue(until)) due.run();
      uptime = until;
    },

    async advanceAsync(ms) {
      const until = uptime + ms;
      await settle();
      for (let due = takeDue(until); due; due = takeDue(until)) {
        due.run();
        await settle();
      }
      uptime = until;
      await settle();
    },

    setNow(now) {
      offset = now - uptime;
    },

    pending: () => timers.length,
  };
}

/** Two turns of the loop: promises that wait on promises, and adapters that batch with setImmediate. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
