/**
 * Runs of the story: a gem upgrade of 212 workers held at gate 2 because one failed, a settings change that is done, one
 * that was rolled back, and a push of somebody else. Builders beside them: counts are always those of the rows.
 */
import {
  RESULT_STATES,
  type ResultCounts,
  type ResultState,
  type Run,
  type RunHead,
  RunSummary,
  type RunTarget,
  type ShownWhat,
} from '../../app/shared/domain/change.js';
import { chance } from './chance.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const countResults = (rows: readonly RunTarget[]): ResultCounts => {
  const counts = Object.fromEntries(RESULT_STATES.map((state) => [state, 0])) as ResultCounts;
  for (const { state } of rows) counts[state] += 1;
  return counts;
};

export const GEM: ShownWhat = { kind: 'gem', extension: 'lex-http', version: '0.9.1', reload: true };
export const settingsWhat = (...keys: readonly string[]): ShownWhat => ({
  kind: 'settings',
  settings: JSON.stringify({ transport: { pool: 20 } }, null, 2),
  keys: [...keys],
  masked: [],
  restart: false,
});

export const aTarget = (index: number, name: string, over: Partial<RunTarget> = {}): RunTarget => ({
  index,
  name,
  wave: 1,
  state: 'queued',
  attempt: 0,
  sentAt: null,
  deadlineAt: null,
  resultAt: null,
  stateAt: 0,
  beats: 0,
  pidBefore: null,
  pidAfter: null,
  versionBefore: null,
  versionAfter: null,
  detail: null,
  error: null,
  why: null,
  unsure: false,
  late: false,
  contradicted: null,
  shared: false,
  earlier: [],
  ...over,
});

/** A target that was sent to and came to this state. */
export function aResult(
  index: number,
  name: string,
  state: ResultState,
  sentAt: number,
  over: Partial<RunTarget> = {},
): RunTarget {
  const took = 3_500 + ((index * 377) % 1900);
  const isAnswered = !['sent', 'undeliverable', 'no-answer', 'queued', 'skipped'].includes(state);
  const isGood = state === 'verified' || state === 'success' || state === 'regressed';
  const pid = 600 + ((index * 733) % 4100);
  return aTarget(index, name, {
    state,
    attempt: state === 'queued' || state === 'skipped' ? 0 : 1,
    sentAt: state === 'queued' || state === 'skipped' ? null : sentAt,
    deadlineAt: sentAt + MINUTE,
    resultAt: isAnswered ? sentAt + took : null,
    stateAt: sentAt + took,
    beats: state === 'verified' ? 3 + ((index * 5) % 20) : state === 'success' ? index % 3 : 0,
    pidBefore: pid,
    pidAfter: isGood ? pid + 566 : pid,
    versionBefore: '0.9.0',
    versionAfter: isGood ? '0.9.1' : '0.9.0',
    ...over,
  });
}

/** A run of these rows; its waves, counts and total are theirs. */
export function aRun(rows: readonly RunTarget[], now: number, over: Partial<Run> = {}): Run {
  const waveCount = Math.max(1, ...rows.map(({ wave }) => wave));
  return {
    id: 'run-1',
    kind: over.what?.kind ?? 'gem',
    state: 'running',
    what: GEM,
    mode: 'addressed',
    hold: null,
    by: 'you',
    profile: 'prod-eu',
    createdAt: now - 12 * MINUTE,
    endedAt: null,
    total: rows.length,
    counts: countResults(rows),
    wave: 1,
    waveCount,
    rollbackOf: null,
    rolledBackBy: null,
    lastResultAt: now - 4 * SECOND,
    waves: Array.from({ length: waveCount }, (_, i) => {
      const own = rows.filter(({ wave }) => wave === i + 1);
      const isBegun = own.some(({ state }) => state !== 'queued' && state !== 'skipped');
      return {
        wave: i + 1,
        state: isBegun ? ('sending' as const) : ('queued' as const),
        size: own.length,
        begins: i + 1 === waveCount && i > 0 ? ('ask' as const) : ('auto' as const),
        minVerified: 0.95,
        watchS: 300,
        counts: countResults(own),
        beganAt: isBegun ? now - 3 * MINUTE : null,
        endedAt: null,
        watchUntil: null,
        jitterBefore: isBegun ? 41 : null,
        jitterNow: isBegun ? 42 : null,
      };
    }),
    stop: { regressed: 2, failedShare: 0.05 },
    atMost: 20,
    deadlineS: 60,
    inFlight: rows.filter(({ state }) => state === 'sent').length,
    canary: rows[0]?.name ?? null,
    errors: errorsOf(rows),
    decisions: [{ at: now - 12 * MINUTE, what: 'started', by: 'you', reason: null, count: rows.length }],
    differ: [],
    approval: null,
    rollback: {
      took: rows.filter(({ state }) => ['success', 'verified', 'regressed'].includes(state)).length,
      known: rows.length,
    },
    targets: [...rows],
    ...over,
  };
}

function errorsOf(rows: readonly RunTarget[]): RunHead['errors'] {
  const byError = new Map<string, string[]>();
  for (const { error, name } of rows)
    if (error !== null) byError.set(error, [...(byError.get(error) ?? []), name]);
  return [...byError].map(([error, names]) => ({ error, count: names.length, names })).slice(0, 20);
}

export const GEM_ERROR = "Could not find a valid gem 'lex-http' (= 0.9.1)";

/** Wave 2 of 4 is held at its gate: 9 of 11 verified, one failed, one waits. */
export function heldRun(now: number): Run {
  const name = (i: number): string => `w-${String(((i * 37) % 212) + 1).padStart(3, '0')}`;
  const rows = Array.from({ length: 212 }, (_, i): RunTarget => {
    const wave = i < 1 ? 1 : i < 12 ? 2 : i < 65 ? 3 : 4;
    if (i >= 12) return aTarget(i, name(i), { wave, pidBefore: 800 + i, versionBefore: '0.9.0' });
    const sentAt = i === 0 ? now - 11 * MINUTE : now - (200 - i * 14) * SECOND;
    if (i === 10)
      return aResult(i, name(i), 'sent', now - 22 * SECOND, { wave, deadlineAt: now + 38 * SECOND });
    if (i === 11)
      return aResult(i, name(i), 'failed', now - 30 * SECOND, {
        wave,
        error: GEM_ERROR,
        resultAt: now - 28_800,
      });
    return aResult(i, name(i), 'verified', sentAt, {
      wave,
      beats: i === 0 ? 64 : 24 - 2 * i,
      ...(i === 6
        ? {
            attempt: 2,
            detail: 'second try to reload',
            earlier: [{ attempt: 1, state: 'no-answer' as const, at: sentAt - 2 * MINUTE, error: null }],
          }
        : {}),
    });
  });
  const run = aRun(rows, now, {
    id: 'gem-7',
    state: 'held',
    wave: 2,
    hold: { why: 'rule', at: now - 4 * SECOND, rule: 'failed', gate: 3 },
    canary: name(0),
  });
  return {
    ...run,
    waves: run.waves.map((wave) =>
      wave.wave === 1
        ? { ...wave, state: 'passed', minVerified: 1, endedAt: now - 5 * MINUTE }
        : wave.wave === 2
          ? { ...wave, state: 'gate', watchUntil: now + 3 * MINUTE }
          : wave,
    ),
    decisions: [
      ...run.decisions,
      { at: now - 5 * MINUTE, what: 'continued', by: 'you', reason: null, count: null },
    ],
  };
}

/** The four of the story, newest first. */
export function storyRuns(now: number): Run[] {
  const yesterday = now - 26 * HOUR;
  const done = aRun(
    Array.from({ length: 40 }, (_, i) =>
      aResult(i, `c-${i + 1}`, i === 39 ? 'no-answer' : 'verified', yesterday, {
        ...(i === 39 ? { why: 'deadline' as const, beats: 0 } : {}),
      }),
    ),
    yesterday,
    {
      id: 'set-6',
      kind: 'settings',
      what: settingsWhat('transport.pool', 'transport.heartbeat', 'cache.ttl'),
      state: 'done',
      createdAt: yesterday,
      endedAt: yesterday + 4 * MINUTE,
      lastResultAt: yesterday + 70 * SECOND,
    },
  );
  const monday = now - 3 * 24 * HOUR;
  const rolled = aRun(
    Array.from({ length: 40 }, (_, i) =>
      i < 6
        ? aResult(i, `c-${i + 50}`, i < 2 ? 'regressed' : 'verified', monday, {
            ...(i < 2 ? { why: 'troubled' as const } : {}),
          })
        : aTarget(i, `c-${i + 50}`, { state: 'skipped', why: 'stopped', stateAt: monday + MINUTE }),
    ),
    monday,
    {
      id: 'set-5',
      kind: 'settings',
      what: settingsWhat('logging.level'),
      state: 'stopped',
      createdAt: monday,
      endedAt: monday + 6 * MINUTE,
      rolledBackBy: 'set-5b',
    },
  );
  const observed = aRun(
    Array.from({ length: 30 }, (_, i) =>
      aResult(i, `db-${i + 1}`, 'success', monday - HOUR, { sentAt: null }),
    ),
    monday,
    {
      id: 'obs-4',
      kind: 'settings',
      what: settingsWhat('cache.ttl'),
      state: 'observed',
      mode: 'broadcast',
      by: 'console-2',
      createdAt: monday - HOUR,
      endedAt: monday - HOUR + 2 * MINUTE,
    },
  );
  return [heldRun(now), done, rolled, observed];
}

/** A running change of so many nodes in careful waves, some way in: for looking at large runs. */
export function largeRun(size: number, now: number): Run {
  const draw = chance(5);
  const ends = [1, 1 + Math.ceil(size * 0.05), 1 + Math.ceil(size * 0.3), size];
  const rows = Array.from({ length: size }, (_, i): RunTarget => {
    const wave = ends.findIndex((end) => i < end) + 1;
    const name = `c-${i + 1}`;
    if (wave === 4 || (wave === 3 && draw() < 0.4)) return aTarget(i, name, { wave });
    const dice = draw();
    const state: ResultState =
      wave === 3 && dice < 0.12
        ? 'sent'
        : dice < 0.2
          ? 'success'
          : dice > 0.992
            ? 'failed'
            : dice > 0.988
              ? 'undeliverable'
              : dice > 0.985
                ? 'no-answer'
                : 'verified';
    return aResult(i, name, state, now - 40_000 - Math.floor(draw() * 60_000), {
      wave,
      ...(state === 'failed' ? { error: draw() < 0.7 ? 'transport.pool: not a number' : GEM_ERROR } : {}),
      ...(state === 'undeliverable' ? { why: 'no-queue' as const } : {}),
    });
  });
  const run = aRun(rows, now, {
    id: `big-${size}`,
    kind: 'settings',
    what: settingsWhat('transport.pool'),
    wave: 3,
    atMost: 1000,
  });
  return {
    ...run,
    waves: run.waves.map((wave) => (wave.wave < 3 ? { ...wave, state: 'passed' } : wave)),
  };
}

/** The contract drops what a summary does not have. */
export const summaryOf = (run: Run): RunSummary => RunSummary.parse(run);
export const headOf = ({ targets: _targets, ...head }: Run): RunHead => head;
const OPEN: ReadonlySet<Run['state']> = new Set(['waiting', 'running', 'held']);
export const openRuns = (runs: readonly Run[]): RunSummary[] =>
  runs.filter(({ state }) => OPEN.has(state)).map(summaryOf);
