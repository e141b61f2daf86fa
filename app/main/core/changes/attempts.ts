/**
 * The attempts of one target: how one begins, ends before it has left, or is followed by another; and which of them a
 * word may still come for. What a word says is run-apply.ts.
 */
import type { ResultState } from '../../../shared/domain/change.js';
import { bodyFor, type Run, type Target } from './run-state.js';
import { tookNow } from './took.js';

export const MAX_EARLIER = 20;
const SURE: ReadonlySet<ResultState> = new Set<ResultState>(['success', 'verified', 'regressed']);

export function moveTarget(run: Run, target: Target, state: ResultState, at: number): void {
  const waveCounts = run.waveCounts[target.wave - 1]!;
  if (target.state === 'sent') run.inFlight -= 1;
  if (state === 'sent') run.inFlight += 1;
  run.counts[target.state] -= 1;
  run.counts[state] += 1;
  waveCounts[target.state] -= 1;
  waveCounts[state] += 1;
  target.state = state;
  target.stateAt = at;
  touchTarget(run, target);
}

export function touchTarget(run: Run, target: Target): void {
  run.rev += 1;
  target.rev = run.rev;
}

/** Its last attempt is about to be one before the last. */
export function keepPast(run: Run, target: Target): void {
  const { attempt, state, stateAt, resultAt, sentAt, why, wentBack } = target;
  const took = tookNow(run, target);
  // A refusal is no reason to send anything back, and no proof either that nothing was set.
  const mayHave = state === 'failed' && why === null && run.plan.kind === 'settings';
  if (!took && !mayHave) return;
  const at = resultAt ?? sentAt ?? stateAt;
  const past = { attempt, at, isSure: SURE.has(state), took: took && !wentBack };
  // Of very many the oldest is forgotten, but not that it took it.
  const [oldest, next, ...rest] = target.past;
  target.past =
    oldest && next && rest.length + 2 >= MAX_EARLIER
      ? [{ ...next, took: next.took || oldest.took }, ...rest, past]
      : [...target.past, past];
}

export function beginAttempt(run: Run, target: Target, at: number): void {
  target.attempt += 1;
  target.due = [...target.due, { attempt: target.attempt, sentAt: at }].slice(-MAX_EARLIER);
  target.pending = true;
  target.again = false;
  target.wentBack = false;
  target.firstAt ??= at;
  target.deafMs = 0;
  target.sentAt = at;
  target.deadlineAt = null;
  target.resultAt = null;
  target.beatsSeen = null;
  target.beats = 0;
  target.after = null;
  Object.assign(target, { detail: null, error: null, why: null, contradicted: null });
  Object.assign(target, { unsure: false, late: false, shared: false, settled: false });
  moveTarget(run, target, 'sent', at);
}

export const othersDue = ({ due, attempt }: Target): Target['due'] =>
  due.filter((one) => one.attempt !== attempt);

/** CH8: it is the word of this attempt; in journals of before, of the last, or of the oldest that was given up. */
export function answerDue(target: Target, attempt?: number): void {
  const { due, resultAt } = target;
  const isLast = resultAt === null && due.some((one) => one.attempt === target.attempt);
  const answered = attempt ?? (isLast ? target.attempt : due[0]?.attempt);
  target.due = due.filter((one) => one.attempt !== answered);
}

/** CH8, CH9: whether such a word on one of its attempts changes its row. */
export function isNewsOf(target: Target, attempt: number, ok: boolean): boolean {
  if (attempt < target.attempt && !ok) return false;
  const { state, resultAt, contradicted } = target;
  if (state === 'queued' || resultAt === null) return true;
  return contradicted === null && ok !== (state !== 'failed');
}

/** The word that stands with an attempt before the last. */
export const hasSaid = ({ earlier }: Target, attempt: number, ok: boolean): boolean =>
  earlier.some((one) => one.attempt === attempt && one.state === (ok ? 'success' : 'failed'));

/** A word on an attempt before the last stands with that one. */
export function keepWord(run: Run, target: Target, attempt: number, word: Word): void {
  const before = target.earlier.find((one) => one.attempt === attempt)?.state;
  target.earlier = target.earlier.map((one) =>
    one.attempt === attempt && one.state === 'no-answer'
      ? { ...one, state: word.ok ? 'success' : 'failed', at: word.at, error: word.error }
      : one,
  );
  touchTarget(run, target);
  // One that said success first took part all the same.
  if (word.ok || before === 'success') return;
  // What failed may have set some of its sections; of a gem it set nothing.
  const body = bodyFor(run, target);
  target.past = target.past.flatMap((one) => {
    if (one.attempt !== attempt) return [one];
    if (body.kind === 'gem') return [];
    return [{ ...one, took: one.took && Object.keys(body.settings).length > 1 }];
  });
}
type Word = { readonly ok: boolean; readonly at: number; readonly error: string | null };

/** CH6: nobody knows whether it was sent; it is not sent again by itself. */
export function leaveInDoubt(run: Run, target: Target, at: number): void {
  if (!target.pending) return;
  target.pending = false;
  target.unsure = target.state === 'sent';
  target.deadlineAt = at + run.plan.deadlineMs;
  touchTarget(run, target);
}

export function finishSend(
  run: Run,
  target: Target,
  state: ResultState,
  at: number,
  why: Target['why'],
  error: string | null,
): void {
  target.pending = false;
  target.due = othersDue(target);
  if (target.state !== 'sent') return;
  target.why = why;
  target.error = error;
  target.deadlineAt = null;
  moveTarget(run, target, state, at);
}
