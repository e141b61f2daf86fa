/**
 * The attempts of one target: how one begins, ends before it has left, or is followed by another; and which of them a
 * word may still come for. What a word says is run-apply.ts.
 */
import type { ResultState } from '../../../shared/domain/change.js';
import type { Run, Target } from './run-state.js';
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

/** CH8: it is the word of the last attempt, or, when that has been answered, of the oldest that was given up. */
export function answerDue(target: Target): void {
  const { due, attempt, resultAt } = target;
  const isLast = resultAt === null && due.some((one) => one.attempt === attempt);
  target.due = isLast ? othersDue(target) : due.slice(1);
}

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
