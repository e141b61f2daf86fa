/**
 * What a run does next: which targets are due for a verdict, whether a rule stops it, whether a gate opens, whom to
 * send to. Looks and answers with journal entries; changes nothing but what was seen of the nodes. Pure: time and the
 * roster are handed in. Rules CH1-CH20 are in docs/spec/changes.md.
 */
import { FINAL_STATES } from '../../../shared/domain/change.js';
import { touchTarget } from './attempts.js';
import {
  bodyFor,
  seenOf,
  type Look,
  type LookAt,
  type Run,
  type RunEntry,
  type Target,
} from './run-state.js';
import { restarts } from './what.js';

/** CH11: so many good beats since the success prove it. */
export const GOOD_BEATS = 3;
/** One entry of the journal speaks of at most so many targets; it is also the pace of sending. */
export const BATCH = 1_000;
/** Beyond so many intervals without a third beat nothing more is to be learnt of a success. */
const SETTLE_INTERVALS = 6;
const SETTLE_MS = 30_000;
/** Clocks and uptimes tell whole seconds. */
const RESTART_SLACK_MS = 5_000;

export type Surroundings = {
  readonly look: LookAt;
  /** False: only what is to be sent. A look at every node is worth it a few times a second, not with every result. */
  readonly judges?: boolean;
  /** False: the broker blocks publishing, or our values are gone; nothing is sent meanwhile. */
  readonly canSend: boolean;
  /** Somebody else's open action of this kind on that node: at most one at a time. */
  readonly isBusy: (name: string) => boolean;
  /** It may have other values by now than when the run was planned. */
  readonly isTouched?: (name: string) => boolean;
};

/** Entries to write, then to apply, in this order. Empty: nothing is due. Call when the link is live. */
export function nextEntries(run: Run, at: number, around: Surroundings): RunEntry[] {
  const entries = around.judges === false ? [] : verdicts(run, at, around.look);
  if (entries.length > 0) return entries;
  if (run.state === 'waiting') return maybeExpire(run, at);
  if (run.state !== 'running') {
    const n = sendsAgain(run) ? toSend(run, around, true) : [];
    return n.length > 0 ? [attempt(run, n, at, around)] : maybeEnd(run, at);
  }
  const rule = brokenRule(run);
  // Where nothing is left to send there is nothing to hold.
  if (rule && run.counts.queued > 0) return [{ t: 'hold', at, why: 'rule', rule, gate: nextGate(run) }];
  if (run.wave === 0) return [beginWave(run, 1, at, around.look)];
  const n = toSend(run, around, false);
  return n.length > 0 ? [attempt(run, n, at, around)] : atGate(run, at, around.look);
}

/** CH15: at a gate, and when it was stopped, a person may try some again; not while it is held for another reason. */
const sendsAgain = ({ state, hold }: Run): boolean =>
  state === 'stopped' || hold?.why === 'ask' || hold?.why === 'evidence' || hold?.why === 'rule';

function attempt(run: Run, n: number[], at: number, { look, isTouched }: Surroundings): RunEntry {
  const seen = n.map((index) => seenOf(look(run.targets[index]!.name)));
  const changed = n.filter((index) => run.same.has(index) && isTouched?.(run.targets[index]!.name) === true);
  return { t: 'attempt', at, n, seen, ...(changed.length > 0 && { changed }) };
}

/** Nobody approved it in time. */
const maybeExpire = ({ plan }: Run, at: number): RunEntry[] =>
  plan.approvalUntil !== null && at > plan.approvalUntil
    ? [{ t: 'decision', at, what: 'stopped', by: null, reason: 'nobody approved it in time' }]
    : [];

function verdicts(run: Run, at: number, look: LookAt): RunEntry[] {
  const unanswered: number[] = [];
  const verified: number[] = [];
  const settled: number[] = [];
  const regressed = new Map<NonNullable<Target['why']>, number[]>();
  for (const target of run.targets) {
    if (target.state === 'sent') {
      if (target.deadlineAt !== null && target.deadlineAt <= at) unanswered.push(target.index);
      continue;
    }
    if (!isWatched(run, target, at)) continue;
    const seen = look(target.name);
    see(run, target, seen);
    const why = troubleOf(run, target, seen);
    if (why) regressed.set(why, [...(regressed.get(why) ?? []), target.index]);
    else if (target.state !== 'success' || target.contradicted !== null) continue;
    else if (target.beats >= GOOD_BEATS && seen?.state === 'healthy') verified.push(target.index);
    else if (!target.settled && at > settleAt(run, target, seen)) settled.push(target.index);
  }
  const entries: RunEntry[] = [];
  const add = (n: number[], state: Target['state'], why: Target['why']): void => {
    if (n.length === 0) return;
    const targets = n.map((index) => run.targets[index]!);
    const seen = targets.map(({ after }) => after);
    entries.push({ t: 'verdict', at, n, state, why, seen, beats: targets.map(({ beats }) => beats) });
  };
  add(unanswered, 'no-answer', 'deadline');
  for (const [why, n] of regressed) add(n, 'regressed', why);
  add(verified, 'verified', null);
  add(settled, 'success', null);
  return entries;
}

const watchMs = (run: Run, { wave }: Target): number => (run.plan.waves[wave - 1]?.watchS ?? 0) * 1_000;

/** A success until it is proven, and what is proven within its watch time. */
function isWatched(run: Run, target: Target, at: number): boolean {
  if (target.resultAt === null) return false;
  const isInTime = at <= target.resultAt + target.deafMs + watchMs(run, target);
  if (target.state === 'success') return !target.settled || isInTime;
  return target.state === 'verified' && isInTime;
}

/** Keeps what was seen of its node; a changed number of beats is news for who looks. */
function see(run: Run, target: Target, seen: Look | null): void {
  if (!seen) return;
  // What it says while it is in trouble is no proof.
  const isGood = seen.state !== 'troubled';
  const more = isGood && target.beatsSeen !== null ? Math.max(0, seen.beats - target.beatsSeen) : 0;
  target.beatsSeen = seen.beats;
  const beats = target.beats + more;
  const isNews =
    beats !== target.beats || seen.pid !== target.after?.pid || seen.version !== target.after?.version;
  target.after = seenOf(seen);
  if (!isNews) return;
  target.beats = beats;
  touchTarget(run, target);
}

const settleAt = (run: Run, target: Target, seen: Look | null): number =>
  target.resultAt! +
  target.deafMs +
  Math.max(watchMs(run, target), SETTLE_MS, SETTLE_INTERVALS * (seen?.intervalMs ?? 0));

/** CH12: silence, trouble, a goodbye, or a restart that nothing asked for. Trouble from before is not held against it. */
function troubleOf(run: Run, target: Target, seen: Look | null): Target['why'] {
  if (!seen || target.resultAt === null) return null;
  const { before } = target;
  const wasBad =
    before === null || before.state === 'silent' || before.state === 'troubled' || before.state === 'left';
  if (seen.state === 'silent' && before?.state !== 'silent') return 'silent';
  if (seen.state === 'left' && before?.state !== 'left') return 'left';
  if (seen.state === 'troubled' && !wasBad) return 'troubled';
  if (restarts(bodyFor(run, target)) || wasBad) return null;
  const isOtherPid = before.pid !== null && seen.pid !== null && seen.pid !== before.pid;
  const isReborn = seen.startedAt !== null && seen.startedAt > target.resultAt + RESTART_SLACK_MS;
  return isOtherPid || isReborn ? 'restarted' : null;
}

/** CH14: rules count within a run (regressed) and within a wave (failed), beyond what a person has excused. */
export function brokenRule(run: Run): 'regressed' | 'failed' | null {
  const { stop, waves } = run.plan;
  const excused = run.excused.regressed.reduce((sum, count) => sum + count, 0);
  if (run.counts.regressed - excused >= stop.regressed) return 'regressed';
  const wave = run.wave - 1;
  const size = waves[wave]?.size ?? 0;
  const failed = (run.waveCounts[wave]?.failed ?? 0) - (run.excused.failed[wave] ?? 0);
  // A rule of 100 % or more is no rule.
  return failed > 0 && stop.failedShare < 1 && failed / size >= stop.failedShare ? 'failed' : null;
}

const nextGate = (run: Run): number | null => (run.wave < run.plan.waves.length ? run.wave + 1 : null);

/** CH5: in order, at most so many on their way, none whose node has an open action of this kind. */
function toSend(run: Run, { isBusy, canSend }: Surroundings, onlyAgain: boolean): number[] {
  if (!canSend) return [];
  if (run.plan.mode === 'broadcast')
    return onlyAgain ? [] : run.targets.filter(({ state }) => state === 'queued').map(({ index }) => index);
  const room = Math.min(BATCH, run.plan.atMost - run.inFlight);
  const n: number[] = [];
  if (room <= 0 || run.counts.queued === 0) return n;
  const { targets } = run;
  while (run.firstQueued < targets.length && targets[run.firstQueued]!.state !== 'queued')
    run.firstQueued += 1;
  for (let index = run.firstQueued; index < targets.length && n.length < room; index += 1) {
    const target = targets[index]!;
    if (target.wave > run.wave) break;
    if (target.state !== 'queued' || (onlyAgain && !target.again)) continue;
    if (!isBusy(target.name)) n.push(index);
  }
  return n;
}

/** CH13: what the wave has to show before the next begins. */
export type Evidence = {
  readonly isComplete: boolean;
  readonly verified: number;
  readonly of: number;
  readonly regressed: number;
  readonly short: 'verified' | 'regressed' | null;
  /** Until then trouble counts as regressed; null: nobody is watched. */
  readonly watchUntil: number | null;
};

export function evidenceOf(run: Run, wave: number, at: number): Evidence {
  const counts = run.waveCounts[wave - 1]!;
  const plan = run.plan.waves[wave - 1]!;
  const of = plan.size - counts.skipped;
  const verified = counts.verified + counts['no-change'];
  let isComplete = counts.queued + counts.sent === 0;
  let watchUntil: number | null = null;
  if (isComplete) {
    for (const target of run.targets) {
      if (target.wave !== wave) continue;
      if (!FINAL_STATES.has(target.state) && !target.settled && target.contradicted === null)
        isComplete = false;
      if (target.resultAt !== null && ['success', 'verified', 'no-change'].includes(target.state))
        watchUntil = Math.max(watchUntil ?? 0, target.resultAt + target.deafMs + plan.watchS * 1_000);
    }
    if (watchUntil !== null && at < watchUntil) isComplete = false;
  }
  const short =
    counts.regressed > run.excused.regressed[wave - 1]!
      ? 'regressed'
      : verified < plan.minVerified * of
        ? 'verified'
        : null;
  return { isComplete, verified, of, regressed: counts.regressed, short, watchUntil };
}

function atGate(run: Run, at: number, look: LookAt): RunEntry[] {
  const gate = nextGate(run);
  if (gate === null) return maybeEnd(run, at);
  const evidence = evidenceOf(run, run.wave, at);
  if (!evidence.isComplete) return [];
  if (run.passedGate >= gate) return [beginWave(run, gate, at, look)];
  if (evidence.short) return [{ t: 'hold', at, why: 'evidence', rule: evidence.short, gate }];
  if (run.plan.waves[gate - 1]!.begins === 'ask') return [{ t: 'hold', at, why: 'ask', rule: null, gate }];
  return [beginWave(run, gate, at, look)];
}

const beginWave = (run: Run, wave: number, at: number, look: LookAt): RunEntry => ({
  ...{ t: 'wave', at, wave },
  jitterMs: jitterOf(run, wave, look),
});

/** CH19: over when every target has its last word and nobody is watched any more. */
function maybeEnd(run: Run, at: number): RunEntry[] {
  if (run.endedAt !== null || run.state === 'waiting') return [];
  if (run.counts.queued + run.counts.sent > 0) return [];
  const isDone = run.plan.waves.every((_, index) => evidenceOf(run, index + 1, at).isComplete);
  return isDone ? [{ t: 'end', at }] : [];
}

/** Median deviation of the wave's nodes from their rhythm, ms. */
export function jitterOf(run: Run, wave: number, look: LookAt): number | null {
  const values = run.targets
    .filter((target) => target.wave === wave)
    .flatMap(({ name }) => look(name)?.jitterMs ?? []);
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  return Math.round(values[Math.floor(values.length / 2)]!);
}
