/**
 * Streams for windows: asked again at most every 250 ms, and only after the window took the last item.
 * The first item leaves at once. A hidden window asks nothing, so nothing is built for it.
 */
import type { Clock } from '../ports/clock.js';

/** At most four pictures a second: what a person can read. */
export const WATCH_GAP_MS = 250;

/** `next` answers null when there is nothing new; it must be cheap then. Ends with the signal. */
export async function* watchPaced<T>(
  clock: Clock,
  signal: AbortSignal,
  next: () => T | null,
  /** Until the next look; absent: `WATCH_GAP_MS`. 0: there is more of the same picture. */
  gap: () => number | undefined = () => undefined,
): AsyncGenerator<T> {
  while (!signal.aborted) {
    const item = next();
    if (item !== null) yield item;
    await pause(clock, gap() ?? WATCH_GAP_MS, signal);
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
