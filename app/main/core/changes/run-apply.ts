/**
 * What a line of the journal makes of a run. The only place where a run changes: while it lives and when it is read
 * back, so that both are the same. Rules CH1-CH20 are in docs/spec/changes.md.
 */
import { assertNever } from '../../../shared/lib/assert.js';
import type { ResultState } from '../../../shared/domain/change.js';
import {
  answerDue,
  beginAttempt,
  finishSend,
  keepPast,
  keepWord,
  leaveInDoubt,
  MAX_EARLIER,
  moveTarget,
  othersDue,
  touchTarget,
} from './attempts.js';
import { bodyFor, type Run, type RunDecision, type RunEntry, type Target } from './run-state.js';
import { restarts } from './what.js';

/** Who may be tried again. */
export const RETRYABLE: ReadonlySet<ResultState> = new Set<ResultState>([
  'failed',
  'undeliverable',
  'no-answer',
  'regressed',
]);

/** A success that a later failure does not undo: it was proven, or trouble came after it. */
const PROVEN: ReadonlySet<ResultState> = new Set<ResultState>(['verified', 'no-change', 'regressed']);

/** Applies one entry. Places that the plan does not have are skipped: a journal is a file, and files are edited. */
export function applyEntry(run: Run, entry: RunEntry): void {
  run.aliveAt = Math.max(run.aliveAt, entry.at);
  if (entry.t === 'alive') return;
  run.rev += 1;
  switch (entry.t) {
    case 'attempt':
      return each(run, entry.n, (target, place) => {
        target.before = entry.seen?.[place] ?? null;
        beginAttempt(run, target, entry.at);
        target.isSame = isSameStill(run, target) && !entry.changed?.includes(target.index);
      });
    case 'sent':
      return each(run, entry.n, (target) => {
        target.pending = false;
        // An answer may have been faster than the broker's confirm.
        if (target.state !== 'sent') return;
        target.sentAt = entry.at;
        target.due = [...othersDue(target), { attempt: target.attempt, sentAt: entry.at }];
        target.deadlineAt = entry.at + run.plan.deadlineMs;
        touchTarget(run, target);
      });
    case 'gone':
      return each(run, entry.n, (target) =>
        finishSend(run, target, 'undeliverable', entry.at, 'no-queue', null),
      );
    case 'unsent':
      return each(run, entry.n, (target) =>
        finishSend(run, target, 'failed', entry.at, 'not-sent', entry.error),
      );
    case 'result':
      return takeResult(run, entry);
    case 'owed':
      return each(run, entry.n, (target) => {
        const { attempt, ok, at, error = null } = entry;
        answerDue(target, attempt);
        if (attempt !== undefined && ok !== undefined) keepWord(run, target, attempt, { ok, at, error });
      });
    case 'verdict':
      return each(run, entry.n, (target, place) => {
        target.after = entry.seen?.[place] ?? target.after;
        target.beats = entry.beats?.[place] ?? target.beats;
        target.why = entry.why;
        target.deadlineAt = null;
        target.pending = false;
        if (entry.state === 'success') target.settled = true;
        moveTarget(run, target, entry.state, entry.at);
      });
    case 'wave': {
      const wave = run.waves[entry.wave - 1];
      if (!wave) return;
      const before = run.waves[entry.wave - 2];
      if (before) before.endedAt = entry.at;
      wave.beganAt = entry.at;
      wave.jitterBefore = entry.jitterMs;
      run.wave = entry.wave;
      run.hold = null;
      return;
    }
    case 'hold':
      if (run.state !== 'running') return;
      run.state = 'held';
      run.hold = { why: entry.why, at: entry.at, rule: entry.rule, gate: entry.gate };
      run.decisions.push({ at: entry.at, what: `hold-${entry.why}`, by: null, reason: null, count: null });
      return;
    case 'decision':
      return decide(run, entry);
    case 'back':
      return goBack(run, entry.n);
    case 'outage':
      // What was due while we could not hear is given its time back.
      return giveBack(run, entry.ms);
    case 'doubt':
      return each(run, entry.n, (target) => leaveInDoubt(run, target, entry.at));
    case 'restart':
      giveBack(run, entry.ms ?? 0);
      return run.targets.forEach((target) => leaveInDoubt(run, target, entry.at));
    case 'end':
      run.endedAt = entry.at;
      if (run.state !== 'stopped') run.state = 'done';
      run.hold = null;
      return;
    default:
      return assertNever(entry);
  }
}

/** CH16: what was due while nothing could be heard is given its time back. */
function giveBack(run: Run, ms: number): void {
  for (const target of run.targets) {
    if (target.deadlineAt !== null) target.deadlineAt += ms;
    if (target.resultAt !== null) target.deafMs += ms;
  }
}

function each(run: Run, indexes: readonly number[], change: (target: Target, place: number) => void): void {
  indexes.forEach((index, place) => {
    const target = run.targets[index];
    if (target) change(target, place);
  });
}

const goBack = (run: Run, n: readonly number[]): void =>
  each(run, n, (target) => {
    target.wentBack = true;
    target.past = target.past.map((past) => ({ ...past, took: false }));
    touchTarget(run, target);
  });

/** CH10: for the first attempt alone; after a restart it reads its files. */
const isSameStill = (run: Run, target: Target): boolean =>
  run.same.has(target.index) && target.attempt === 1 && !restarts(bodyFor(run, target));

/**
 * CH7-CH10: the first word counts, a late one upgrades, and of two that contradict each other *failed* counts and both
 * are kept.
 */
function takeResult(run: Run, entry: Extract<RunEntry, { t: 'result' }>): void {
  const target = run.targets[entry.n];
  if (!target || target.attempt === 0) return;
  answerDue(target, entry.attempt);
  const { attempt = target.attempt } = entry;
  const isOlder = attempt < target.attempt;
  if (isOlder) keepWord(run, target, attempt, entry);
  // Before the next attempt goes out only a success is news: then there is no need for it.
  if (target.state === 'queued') {
    if (!entry.ok) {
      // Should the next one be stopped, this is how the last one ended.
      if (target.resultAt === null && target.earlier.at(-1)?.state === 'no-answer')
        Object.assign(target, { resultAt: entry.at, error: entry.error, why: null });
      return keepWord(run, target, target.attempt, entry);
    }
    target.resultAt = null;
    target.again = false;
  }
  run.lastResultAt = entry.at;
  // It was over, and somebody spoke after all: what he says is watched like any other.
  run.endedAt = null;
  if (run.state === 'done') run.state = 'running';
  const isFirst = target.resultAt === null;
  const said = entry.ok ? 'success' : 'failed';
  if (!isFirst) {
    const before = target.state === 'failed' ? 'failed' : 'success';
    if (before === said) return;
    // What counts stands in the row; here is the word beside it.
    // Three good beats have proven it: a failure that comes after them is somebody else's, or news to look at.
    const isProven = PROVEN.has(target.state);
    target.contradicted = isProven ? 'failed' : 'success';
    touchTarget(run, target);
    if (said === 'success' || isProven) return;
  }
  target.late = isFirst && (target.state === 'no-answer' || isOlder);
  target.resultAt ??= entry.at;
  target.shared = target.shared || entry.shared === true;
  target.pending = false;
  target.unsure = false;
  target.deadlineAt = null;
  target.why = null;
  target.detail = entry.detail ?? target.detail;
  target.error = entry.error;
  moveTarget(run, target, entry.ok ? (target.isSame ? 'no-change' : 'success') : 'failed', entry.at);
}

/** Two people may decide at once; what no longer fits the state of the run changes nothing. */
const fitsState = (run: Run, what: RunDecision['what']): boolean => {
  if (what === 'held') return run.state === 'running';
  if (what === 'resumed' || what === 'continued') return run.state === 'held';
  if (what === 'stopped') return ['running', 'held', 'waiting'].includes(run.state);
  return true;
};

function decide(run: Run, entry: Extract<RunEntry, { t: 'decision' }>): void {
  const { at, what, by, reason } = entry;
  if (!fitsState(run, what)) return;
  run.decisions.push({ at, what, by, reason, count: entry.n?.length ?? null });
  switch (what) {
    case 'started':
      return;
    case 'approved':
      if (run.state === 'waiting') run.state = 'running';
      return;
    case 'held':
      run.state = 'held';
      run.hold = { why: 'hand', at, rule: null, gate: run.hold?.gate ?? null };
      return;
    case 'resumed':
    case 'continued':
      if (entry.excuses === true)
        run.waveCounts.forEach(({ failed, regressed }, index) => {
          run.excused.failed[index] = failed;
          run.excused.regressed[index] = regressed;
        });
      if (entry.gate !== undefined) run.passedGate = entry.gate;
      run.state = 'running';
      run.hold = null;
      return;
    case 'stopped':
      run.state = 'stopped';
      run.hold = null;
      for (const target of run.targets) {
        if (target.state !== 'queued') continue;
        const before = target.again ? target.earlier.pop() : undefined;
        target.again = false;
        if (!before) target.why = 'stopped';
        // Another attempt that did not come about leaves the one before as it was.
        else target.past = target.past.filter(({ attempt }) => attempt !== target.attempt);
        moveTarget(run, target, before?.state ?? 'skipped', before?.at ?? at);
      }
      return;
    case 'retried':
      // CH15: only these go out; a hold stays a hold, and what was stopped stays stopped.
      each(run, entry.n ?? [], (target) => {
        if (!RETRYABLE.has(target.state)) return;
        const { attempt, state, stateAt, error } = target;
        keepPast(run, target);
        target.earlier.push({ attempt, state, at: stateAt, error });
        if (target.earlier.length > MAX_EARLIER) target.earlier.shift();
        target.again = true;
        run.firstQueued = Math.min(run.firstQueued, target.index);
        moveTarget(run, target, 'queued', at);
      });
      run.endedAt = null;
      if (run.state === 'done') run.state = 'running';
      return;
    case 'rolled-back':
      if (entry.run !== undefined) run.rollbacks.push(entry.run);
      // Journals of before say it once for all.
      if (entry.follows !== true) goBack(run, entry.n ?? []);
      return;
    case 'rollback-lost':
      run.rollbacks = run.rollbacks.filter((id) => id !== entry.run);
      return;
    default:
      return assertNever(what);
  }
}
