/**
 * A timer wheel over small integers: which of many slots are due, at a cost that depends on what is due and
 * not on what exists. Lazy: the owner moves no entry when a deadline moves back; it looks again when the old one
 * comes due and sets a new one. Times are steady ms; nothing here reads a clock.
 */
export type DeadlineWheel = {
  /** Look at `slot` at `dueMs` (steady ms), or a tick later. A slot may be set more than once. */
  set(slot: number, dueMs: number): void;
  /** Calls `due` for each slot whose time has come by `nowMs`; it may set new deadlines. */
  advance(nowMs: number, due: (slot: number) => void): void;
};

export function createDeadlineWheel(tickMs: number, startMs: number, buckets = 1024): DeadlineWheel {
  const slots: number[][] = Array.from({ length: buckets }, () => []);
  const times: number[][] = Array.from({ length: buckets }, () => []);
  let tick = Math.floor(startMs / tickMs);

  const set = (slot: number, dueMs: number): void => {
    const at = Math.max(Math.ceil(dueMs / tickMs), tick + 1) % buckets;
    slots[at]!.push(slot);
    times[at]!.push(dueMs);
  };

  return {
    set,
    advance(nowMs, due) {
      const target = Math.floor(nowMs / tickMs);
      // After a long stall every bucket is visited once; more rounds would find nothing new.
      if (target - tick > buckets) tick = target - buckets;
      while (tick < target) {
        tick += 1;
        const bucket = tick % buckets;
        const ready = slots[bucket]!;
        const readyTimes = times[bucket]!;
        if (ready.length === 0) continue;
        slots[bucket] = [];
        times[bucket] = [];
        for (let i = 0; i < ready.length; i += 1) {
          // A deadline further away than one round waits for its round.
          if (readyTimes[i]! > nowMs) set(ready[i]!, readyTimes[i]!);
          else due(ready[i]!);
        }
      }
    },
  };
}
