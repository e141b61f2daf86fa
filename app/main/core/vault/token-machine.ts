/**
 * The life of one node's Vault token: when to log in, check, renew and give up. Pure: facts and times in, the next thing
 * to do out; at most one thing is under way, and after every failure there is a wait, so that no server ever meets a
 * storm. Holds no token. Times are steady ms; rules VT1-VT12 are in docs/spec/vault.md.
 */
import type { TokenFacts } from '../protocol/vault/answers.js';
import type { VaultProblem } from '../protocol/vault/problem.js';

export type Task =
  /** `login`: with what is configured. `check`: a token that was given to us is confirmed before it counts. */
  | { readonly do: 'login' }
  | { readonly do: 'check' }
  | { readonly do: 'renew'; readonly incrementS: number | null }
  /** Whether a sealed server is open again. */
  | { readonly do: 'probe' }
  /** Its time is over, or Vault does not know it any more: it is to be dropped. */
  | { readonly do: 'drop'; readonly why: 'over' | 'dead' };

export type TokenSource = 'configuration' | 'entered' | 'login' | 'peer';
type Phase = 'none' | 'unchecked' | 'held' | 'refused' | 'ended';

/** What Vault said of the token that counts. */
type Life = {
  readonly isRenewable: boolean;
  readonly periodS: number;
  /** What each renewal asks for; null: the server knows, as with periodic ones. */
  readonly askS: number | null;
  /** Its life as it was granted last, ms; Infinity: it does not end. */
  readonly lifeMs: number;
  readonly grantedUp: number;
};

const S = 1_000;
const FRESH_MS = 2 * S;
/** VT4 */
const [EARLIEST, SPREAD] = [0.6, 0.1];
const [LEAST_WAIT_MS, ROOM_MS, ROOM_FROM_MS] = [1 * S, 5 * S, 10 * S];
/** VT6 */
const [FIRST_STEP_MS, LAST_STEP_MS, LEAST_STEP_MS] = [1 * S, 60 * S, 500];
/** VT7: what does not pass by itself is tried again far less often. */
const [FIRST_SLOW_MS, LAST_SLOW_MS] = [60 * S, 900 * S];
/** VT8 */
const [PROBE_MS, PROBE_SPREAD_MS] = [10 * S, 20 * S];
/** VT5: a renewal that brought less than this part of what was asked for tells that the end is near. */
const SHORT = 0.5;
/** Tokens that live no longer are fetched ever more slowly, however well each login goes. */
const BRIEF_MS = 10 * S;
/** Below this part of its life it ends soon. */
const SOON = 0.2;

export type TokenMachine = ReturnType<typeof createTokenMachine>;

/** `fraction`: chance in [0, 1). `logsIn`: there is a way to a token of our own. */
export function createTokenMachine({
  fraction,
  logsIn,
}: {
  readonly fraction: () => number;
  readonly logsIn: boolean;
}) {
  let phase: Phase = 'none';
  let life: Life | null = null;
  /** VT5 The server gives less and less, or nothing more. */
  let isExpiring = false;
  let isSealed = false;
  let problem: VaultProblem | null = null;
  let failures = 0;
  /** When the next task is due; Infinity: only a person or a message brings one. */
  let dueUp = logsIn ? -Infinity : Infinity;
  let task: Task | null = logsIn ? { do: 'login' } : null;
  let isBusy = false;
  let usesLeft: number | null = null;
  let renewals = 0;
  let mustLookAgain = false;
  let source: TokenSource = 'login';
  /** Since when this token is held; and how many in a row did not last. */
  let heldUp = -Infinity;
  let brief = 0;

  const endsUp = (): number => (life ? life.grantedUp + life.lifeMs : Infinity);
  const plan = (next: Task | null, at: number): void => {
    task = next;
    dueUp = next === null ? Infinity : at;
  };
  /** VT6, VT7: exponential, with full jitter; never at once, and never before the server wants it. */
  const waitMs = (first: number, last: number, after: VaultProblem | null): number => {
    const step = Math.min(last, first * 2 ** Math.min(failures - 1, 20));
    return Math.max(LEAST_STEP_MS, fraction() * step, after?.retryAfterMs ?? 0);
  };
  const backOff = (next: Task, up: number): void => {
    const canPass = problem?.canPass ?? true;
    const wait = canPass
      ? waitMs(FIRST_STEP_MS, LAST_STEP_MS, problem)
      : Math.max(FIRST_SLOW_MS / 2, waitMs(FIRST_SLOW_MS, LAST_SLOW_MS, problem));
    plan(next, up + wait);
  };
  /** A wait that would outlast the token ends a second before it, once; after that there is nothing left to try. */
  const lastTry = (up: number): void => {
    const last = endsUp() - S;
    if (dueUp < last) return;
    const wanted = up + Math.max(LEAST_STEP_MS, problem?.retryAfterMs ?? 0);
    if (last >= wanted) dueUp = last;
    else plan(null, up);
  };
  const countBrief = (up: number): void => {
    if (phase === 'held' && source === 'login') brief = up - heldUp < BRIEF_MS ? brief + 1 : 0;
  };
  /** VT5 It is not renewed any more: where there is a login a new one comes before 70 % of what is left. */
  const replace = (up: number): void => {
    const left = endsUp() - up;
    if (!logsIn || left === Infinity) return plan(null, up);
    const pause =
      brief > 0 ? fraction() * Math.min(LAST_STEP_MS, FIRST_STEP_MS * 2 ** Math.min(brief, 20)) : 0;
    plan({ do: 'login' }, up + Math.max(LEAST_WAIT_MS, pause, left * (EARLIEST + SPREAD * fraction())));
  };
  const isSpent = (): boolean => usesLeft !== null && usesLeft <= 0;
  const renewal = (): Task => ({ do: 'renew', incrementS: life?.periodS ? null : (life?.askS ?? null) });

  /** VT4 The next renewal of a token that is well; VT9 one that cannot be renewed only counts down. */
  function planRenewal(up: number): void {
    if (!life || life.lifeMs === Infinity || isSpent()) return plan(null, up);
    if (!life.isRenewable) return replace(up);
    const { lifeMs } = life;
    const wanted = Math.max(LEAST_WAIT_MS, lifeMs * (EARLIEST + SPREAD * fraction()));
    const latest = lifeMs > ROOM_FROM_MS ? lifeMs - ROOM_MS : Infinity;
    plan(renewal(), life.grantedUp + Math.min(wanted, latest));
  }
  function lose(next: Phase, up: number): void {
    countBrief(up);
    phase = next;
    life = null;
    isExpiring = false;
    isSealed = false;
    usesLeft = null;
    renewals = 0;
    mustLookAgain = false;
    if (!logsIn) return plan(null, up);
    failures = Math.max(1, brief, failures);
    // A pause also around a new beginning: a server that grants and revokes at once is no reason to hurry.
    backOff({ do: 'login' }, up);
  }
  function seal(up: number): void {
    isSealed = true;
    plan({ do: 'probe' }, up + PROBE_MS + fraction() * PROBE_SPREAD_MS);
  }
  const beginChecking = (up: number): void => {
    mustLookAgain = phase === 'held';
    plan({ do: 'check' }, up);
  };

  return {
    /** What to do now, or null. It is under way then, until one of the answers below. */
    next(up: number): Task | null {
      if (isBusy) return null;
      if (life && up >= endsUp()) {
        isBusy = true;
        return { do: 'drop', why: 'over' };
      }
      if (task === null || up < dueUp) return null;
      isBusy = true;
      if (usesLeft !== null && task.do === 'renew') usesLeft -= 1;
      return task;
    },
    /** When `next` is worth a call again, steady ms; the end of the token counts, too. */
    dueUp: (): number => (isBusy ? Infinity : Math.min(dueUp, endsUp())),

    /** A token is there that nobody has confirmed. */
    given(from: TokenSource, up: number): void {
      countBrief(up);
      source = from;
      phase = 'unchecked';
      life = null;
      isBusy = false;
      failures = 0;
      problem = null;
      beginChecking(up);
    },

    /** VT1 Vault confirmed it (lookup-self, or what a login of limited uses said of it). */
    confirmed(
      facts: Pick<TokenFacts, 'ttlS' | 'creationTtlS' | 'periodS' | 'isRenewable' | 'usesLeft' | 'expiresAt'>,
      from: TokenSource,
      up: number,
    ): void {
      isBusy = false;
      isSealed = false;
      problem = null;
      failures = 0;
      if (phase !== 'held') heldUp = up;
      phase = 'held';
      source = from;
      const isEndless = facts.ttlS === 0 && facts.expiresAt === null;
      if (!mustLookAgain) usesLeft = facts.usesLeft > 0 ? facts.usesLeft : null;
      const leftMs = isEndless ? Infinity : facts.ttlS * S;
      // Vault tells whole seconds: one granted a moment ago has its whole life, not a second less.
      const wholeMs = facts.creationTtlS * S;
      const isFresh = wholeMs > leftMs && wholeMs - leftMs <= FRESH_MS && wholeMs > 10 * FRESH_MS;
      // VT11 Looked at again it is as old as it was: what was due meanwhile is due now.
      const lifeMs = Math.max(isFresh ? wholeMs : leftMs, (mustLookAgain && life?.lifeMs) || 0);
      life = {
        ...{ isRenewable: facts.isRenewable, periodS: facts.periodS },
        askS: facts.periodS > 0 ? null : facts.creationTtlS || null,
        ...{ lifeMs, grantedUp: lifeMs === Infinity ? up : up + leftMs - lifeMs },
      };
      mustLookAgain = false;
      planRenewal(up);
    },

    /** VT5 */
    renewed(
      { leaseS, isRenewable }: { readonly leaseS: number; readonly isRenewable: boolean },
      up: number,
    ): void {
      isBusy = false;
      isSealed = false;
      problem = null;
      failures = 0;
      if (!life) return;
      renewals += 1;
      const asked = life.periodS > 0 ? life.periodS : life.askS;
      const isShort = asked !== null && leaseS < asked * SHORT;
      life = { ...life, isRenewable, lifeMs: leaseS * S, grantedUp: up };
      isExpiring = isShort || !isRenewable;
      // With another way to a token this one is not nursed to its end.
      if (isExpiring && logsIn) return replace(up);
      planRenewal(up);
    },

    /** VT6-VT8, VT10 What was under way failed. */
    failed(done: Task['do'], why: VaultProblem, up: number): void {
      isBusy = false;
      problem = why;
      if (why.kind === 'sealed' || (done === 'probe' && why.canPass)) {
        // The token waits; what to do with it is seen when the server is open again.
        return seal(up);
      }
      failures += 1;
      switch (done) {
        case 'login':
          if (!why.canPass && phase !== 'held') phase = 'refused';
          return backOff({ do: 'login' }, up);
        case 'check':
          // Dead, or of another server: nothing is kept that Vault does not know.
          if (why.kind === 'denied' || why.kind === 'invalid') {
            if (phase === 'held') return plan({ do: 'drop', why: 'dead' }, up);
            phase = 'refused';
            return logsIn ? backOff({ do: 'login' }, up) : plan(null, up);
          }
          return backOff({ do: 'check' }, up);
        case 'renew':
          // VT10 Dead, or only not allowed to: a look at itself tells, where that costs no use.
          if (why.kind === 'denied') return usesLeft === null ? plan({ do: 'check' }, up) : plan(null, up);
          if (why.kind === 'invalid') {
            if (life) life = { ...life, isRenewable: false };
            isExpiring = true;
            return replace(up);
          }
          // VT7 The way there may be mended while the token lives.
          backOff(renewal(), up);
          return lastTry(up);
        case 'probe':
          return seal(up);
        case 'drop':
          return;
      }
    },
    /** VT10 It lives, and a policy forbids to renew it: it counts down. */
    mayNotRenew(why: VaultProblem, up: number): void {
      isBusy = false;
      problem = why;
      isExpiring = true;
      if (life) life = { ...life, isRenewable: false };
      replace(up);
    },
    /** VT8 The server is open again: the token is looked at, and renewed when its time has come. */
    unsealed(up: number): void {
      isBusy = false;
      isSealed = false;
      problem = null;
      failures = 0;
      if (phase === 'held' && usesLeft === null) return beginChecking(up);
      if (phase === 'held') return planRenewal(up);
      plan(phase === 'unchecked' ? { do: 'check' } : logsIn ? { do: 'login' } : null, up);
    },
    /** It was dropped: revoked, over, dead, or let go by a person. */
    dropped(why: 'over' | 'dead' | 'revoked', up: number): void {
      isBusy = false;
      // By a person: no new one until a person wants it.
      lose(why === 'revoked' ? 'none' : 'ended', up);
      if (why === 'revoked') plan(null, up);
    },
    /** A person asks for it now. What is under way stays under way. */
    hurry(wanted: 'renew' | 'login' | 'check', up: number): void {
      if (isBusy) return;
      plan(wanted === 'renew' ? renewal() : { do: wanted }, up);
    },
    /**
     * VT11 The computer slept: steady time stood still meanwhile, the token's life did not, and no timer that was set
     * before says anything. Vault is asked how old it is now; one of limited uses is reckoned with instead.
     */
    slept(ms: number, up: number): void {
      if (phase !== 'held' || !life || life.lifeMs === Infinity) return;
      if (usesLeft !== null) {
        life = { ...life, grantedUp: life.grantedUp - ms };
        planRenewal(up);
      } else if (!isBusy && !isSealed) beginChecking(up);
    },

    view(up: number) {
      const left = endsUp() - up;
      return {
        ...{ phase, source, isSealed, isExpiring, isBusy, problem, failures, usesLeft, renewals },
        task: task?.do ?? null,
        dueUp: isBusy ? null : dueUp === Infinity || dueUp === -Infinity ? null : dueUp,
        isRenewable: life?.isRenewable === true && !isSpent(),
        lifeMs: life && life.lifeMs !== Infinity ? life.lifeMs : null,
        /** Steady ms; null: it does not end. */
        endsUp: life && life.lifeMs !== Infinity ? endsUp() : null,
        /** VT9, VT5 */
        isSoon: life !== null && life.lifeMs !== Infinity && left < life.lifeMs * SOON,
        periodS: life?.periodS || null,
      };
    },
  };
}
