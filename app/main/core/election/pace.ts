/**
 * When to announce: once per period and never faster, since each packet a real uWSGI node receives restarts its wait,
 * and one that is never left in peace falls silent. Members whose packets come together leave it in peace, so we send
 * right after the first packet of a burst. Times are steady ms.
 */
export type Pace = ReturnType<typeof createPace>;

export type PaceRules = { readonly freqMs: number; readonly toleranceMs: number };

/** How much before its time a burst is still ours, and how long ours lasts; as a part of the period. */
const EARLY = 0.05;
/** How long past its time a burst of real nodes is waited for; among our own nobody is disturbed by who comes first. */
const LATE_MS = 100;
/**
 * Why something is said out of turn: whom we voted for is gone, we lead now, something else fell. Each has its allowance,
 * so that none costs another its word: so many in a row, and one more after so many periods.
 */
export type Extra = keyof typeof IN_A_ROW;
const IN_A_ROW = { loss: 5, lord: 2, other: 3 };
const PERIODS_PER_EXTRA = 4;

export function createPace({ freqMs, toleranceMs }: PaceRules, up: number) {
  const lateMs = Math.min(LATE_MS, freqMs / 10);
  let lastUp = up;
  /** We sent because the time was over, and not because others did. */
  let isAlone = true;
  let heardUp = -Infinity;
  let realUp = -Infinity;
  const left = { ...IN_A_ROW };
  let leftUp = up;

  /** EL21 Out of step with others, we wait for them once, where the tolerance leaves room for it. */
  const waits = (): boolean => {
    const after = (heardUp - lastUp) / freqMs;
    return isAlone && after > EARLY && after < 1 - EARLY && toleranceMs >= 3 * freqMs;
  };
  const lateness = (): number => (realUp < lastUp - 2 * freqMs ? 0 : lateMs);
  const dueUp = (): number => lastUp + freqMs + (waits() ? freqMs : lateness());

  return {
    dueUp,
    /** EL20 A packet of another member came: true when it is our turn. */
    follows(now: number, isOurs: boolean): boolean {
      heardUp = now;
      if (!isOurs) realUp = now;
      return now - lastUp >= freqMs * (1 - EARLY);
    },
    /** The first announce of all may come with the first packet heard. */
    isDue: (now: number): boolean => now >= dueUp(),
    sent(now: number, how: 'following' | 'alone'): void {
      lastUp = now;
      isAlone = how === 'alone';
    },
    /** EL22 Whether one more may go, which it then does. What comes and goes all the time leaves us at our rhythm. */
    mayAnswer(now: number, why: Extra): boolean {
      const more = (now - leftUp) / (PERIODS_PER_EXTRA * freqMs);
      leftUp = now;
      for (const each of ['loss', 'lord', 'other'] as const)
        left[each] = Math.min(IN_A_ROW[each], left[each] + more);
      if (left[why] < 1) return false;
      left[why] -= 1;
      return true;
    },
    /** After a sleep the period begins anew. */
    restart(now: number): void {
      lastUp = now;
      heardUp = -Infinity;
      realUp = -Infinity;
    },
  };
}
