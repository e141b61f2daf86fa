/** Small stand-ins for ports that most tests only need to be quiet and repeatable. */
import type { Log } from '../../app/main/ports/log.js';
import type { Random } from '../../app/main/ports/random.js';
import type { Vitals } from '../../app/main/ports/vitals.js';

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
  child: () => silentLog,
};

export const fakeVitals: Vitals = {
  read: () => ({ memoryMb: 88.5, heapMb: 20, cpuUserS: 1, cpuSystemS: 0.5, threads: 11, uptimeS: 42 }),
};

/** mulberry32: small, even enough for scripts, the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)),
    uuid: () =>
      `00000000-0000-4000-8000-${Math.floor(fraction() * 1e12)
        .toString()
        .padStart(12, '0')}`,
  };
}
