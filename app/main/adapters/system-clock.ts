/** The real clock: wall time, steady time, and timers of any length. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '../ports/clock.js';

/** setTimeout takes 31 bits; a longer delay would fire at once. */
const MAX_TIMEOUT_MS = 0x7fff_ffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => performance.now(),

  after(delayMs, run) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(Math.max(0, leftMs), MAX_TIMEOUT_MS);
      timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs);
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};
