/** A run as others may see it: values that look secret masked, words of nodes cut. Counts come from the same targets. */
import type {
  RunHead,
  RunSummary,
  RunTarget,
  RunWave,
  ShownWhat,
  WAVE_STATES,
} from '../../../shared/domain/change.js';
import { maskText } from '../../../shared/lib/mask-text.js';
import { evidenceOf, jitterOf } from './run-decide.js';
import type { LookAt, Run, Target } from './run-state.js';
import { tookIt } from './took.js';
import { shownWhat, wordsWithout } from './what.js';

const MAX_WORDS = 500;
const MAX_ERRORS = 20;
const MAX_NAMES = 50;
const MAX_DECISIONS = 200;

/** Words of a node, fit for a screen. Cut before they are masked, with room for a password that ends behind the cut. */
export const shownWords = (words: string | null | undefined): string | null =>
  words === null || words === undefined ? null : maskText(words.slice(0, 16 * MAX_WORDS)).slice(0, MAX_WORDS);

/** Settings longer than this leave only their keys in lists, and in the head that comes four times a second. */
const MAX_BRIEF = 2_000;
const MAX_WHOLE = 65_536;
const brief = (what: ShownWhat, max: number): ShownWhat =>
  what.kind === 'settings' && what.settings.length > max ? { ...what, settings: '' } : what;

const shown = new WeakMap<Run, ShownWhat>();
function whatOf(run: Run): ShownWhat {
  const known = shown.get(run);
  if (known) return known;
  const what = shownWhat(run.plan.bodies[0]!);
  shown.set(run, what);
  return what;
}

export function summaryOfRun(run: Run): RunSummary {
  const { plan } = run;
  return {
    id: plan.id,
    kind: plan.kind,
    state: run.state,
    what: brief(whatOf(run), MAX_BRIEF),
    mode: plan.mode,
    hold: run.hold,
    by: plan.by,
    profile: plan.profile,
    createdAt: plan.createdAt,
    endedAt: run.endedAt,
    total: run.targets.length,
    counts: { ...run.counts },
    wave: Math.max(1, run.wave),
    waveCount: plan.waves.length,
    rollbackOf: plan.rollbackOf,
    rolledBackBy: run.rollbacks.at(-1) ?? null,
    ...(run.rollbacks.length > 1 && { rollbacks: run.rollbacks.slice(-MAX_ROLLBACKS) }),
    lastResultAt: run.lastResultAt,
  };
}

/** Of its roll-back, as that stands now: begun is not done, and one that is not there has done nothing. */
export function withRollback<T extends RunSummary>(run: T, find: (id: string) => RunSummary | null): T {
  if (run.rolledBackBy === null) return run;
  const backs = (run.rollbacks ?? [run.rolledBackBy]).map(find);
  const came = backs.findLast((back) => back && CAME.some((state) => back.counts[state] > 0));
  const last = backs.at(-1);
  const { id, state } = last === came ? {} : (last ?? {});
  return { ...run, rolledBackBy: came?.id ?? null, ...(id && state && { rollbackBegun: { id, state } }) };
}
const MAX_ROLLBACKS = 20;
const CAME = ['success', 'verified', 'no-change', 'regressed', 'no-answer'] as const;

export type HeadExtras = {
  readonly look: LookAt;
  readonly at: number;
  readonly differ: readonly string[];
  readonly hash: string;
  readonly rollbackKnown: number;
};

export function headOfRun(run: Run, { look, at, differ, hash, rollbackKnown }: HeadExtras): RunHead {
  const { plan } = run;
  return {
    ...summaryOfRun(run),
    what: brief(whatOf(run), MAX_WHOLE),
    waves: plan.waves.map((_, index) => waveView(run, index, at, look)),
    stop: { ...plan.stop },
    atMost: plan.atMost,
    deadlineS: plan.deadlineMs / 1_000,
    inFlight: run.inFlight,
    canary: plan.canary,
    errors: errorsOf(run),
    decisions: run.decisions.slice(-MAX_DECISIONS),
    differ: [...differ],
    approval:
      run.state === 'waiting' && plan.approvalUntil !== null ? { hash, until: plan.approvalUntil } : null,
    rollback: { took: tookIt(run).length, known: rollbackKnown },
  };
}

function waveView(run: Run, index: number, at: number, look: LookAt): RunWave {
  const plan = run.plan.waves[index]!;
  const { beganAt, endedAt, jitterBefore } = run.waves[index]!;
  const isNow = run.wave === index + 1;
  const evidence = isNow ? evidenceOf(run, index + 1, at) : null;
  const counts = run.waveCounts[index]!;
  let state: (typeof WAVE_STATES)[number] = 'queued';
  if (run.state === 'stopped' && run.wave <= index + 1) state = 'stopped';
  else if (endedAt !== null) state = 'passed';
  // The last one has no gate behind it that could have let it pass.
  else if (run.endedAt !== null) state = evidenceOf(run, index + 1, at).short === null ? 'passed' : 'stopped';
  else if (isNow && run.hold?.gate) state = 'gate';
  else if (isNow) state = counts.queued + counts.sent > 0 ? 'sending' : 'watching';
  return {
    wave: index + 1,
    state,
    ...plan,
    counts: { ...counts },
    beganAt,
    endedAt,
    watchUntil: evidence?.watchUntil ?? null,
    jitterBefore,
    jitterNow: isNow ? jitterOf(run, index + 1, look) : null,
  };
}

/** Equal errors folded, the most common first. */
function errorsOf(run: Run): RunHead['errors'] {
  if (run.counts.failed === 0) return [];
  const folded = new Map<string, { error: string; count: number; names: string[] }>();
  for (const { state, error, name } of run.targets) {
    if (state !== 'failed') continue;
    const words = wordsOf(run, error) ?? '';
    const entry = folded.get(words) ?? { error: words, count: 0, names: [] };
    entry.count += 1;
    if (entry.names.length < MAX_NAMES) entry.names.push(name);
    folded.set(words, entry);
  }
  return [...folded.values()].sort((a, b) => b.count - a.count).slice(0, MAX_ERRORS);
}

/** Words of a node on this run: what they quote of values that look secret is masked. */
export function wordsOf({ plan }: Run, words: string | null): string | null {
  if (words === null) return null;
  let clean = words;
  for (const body of plan.bodies) if (body.kind === 'settings') clean = wordsWithout(clean, body.settings);
  return shownWords(clean);
}

export function viewOfTarget(run: Run, target: Target): RunTarget {
  const { before, after } = target;
  return {
    index: target.index,
    name: target.name,
    wave: target.wave,
    state: target.state,
    attempt: target.attempt,
    sentAt: target.sentAt,
    deadlineAt: target.deadlineAt,
    resultAt: target.resultAt,
    stateAt: target.stateAt,
    beats: target.beats,
    pidBefore: before?.pid ?? null,
    pidAfter: after?.pid ?? null,
    versionBefore: before?.version ?? null,
    versionAfter: after?.version ?? null,
    detail: wordsOf(run, target.detail),
    error: wordsOf(run, target.error),
    why: target.why,
    unsure: target.unsure,
    late: target.late,
    contradicted: target.contradicted,
    shared: target.shared,
    earlier: target.earlier.map((each) => ({ ...each, error: wordsOf(run, each.error) })),
  };
}
