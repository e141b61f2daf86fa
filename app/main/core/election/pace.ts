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
/** Answers out of turn (a death, an expiry, a new lord) are few: so many in a row, and one more after so many periods. */
const MAX_EXTRA = 3;
const PERIODS_PER_EXTRA = 4;
/** Those on which the lead hangs have their own allowance: so many in a period. */
const MAX_LEADS = 3;

export function createPace({ freqMs, toleranceMs }: PaceRules, up: number) {
  const lateMs = Math.min(LATE_MS, freqMs / 10);
  let lastUp = up;
  /** We sent because the time was over, and not because others did. */
  let isAlone = true;
  let heardUp = -Infinity;
  let realUp = -Infinity;
  let extras = MAX_EXTRA;
  let extrasUp = up;
  let leads = 0;

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
      leads = 0;
    },
    /** EL22 Whether one may go that makes a lord, or says that we are. */
    mayLead(): boolean {
      leads += 1;
      return leads <= MAX_LEADS;
    },
    /** EL22 Whether another answer out of turn may go. What comes and goes all the time leaves us at our rhythm. */
    mayAnswer(now: number): boolean {
      extras = Math.min(MAX_EXTRA, extras + (now - extrasUp) / (PERIODS_PER_EXTRA * freqMs));
      extrasUp = now;
      if (extras < 1) return false;
      extras -= 1;
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
