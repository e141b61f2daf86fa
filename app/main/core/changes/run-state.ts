/**
 * A run in memory: the plan, which never changes, and what became of each target. It is rebuilt from its journal, entry
 * by entry, through the same function that moves it while it lives (run-apply.ts).
 */
import * as z from 'zod';
import {
  type Hold,
  HOLD_REASONS,
  RESULT_STATES,
  type ResultState,
  type RunState,
  TARGET_REASONS,
} from '../../../shared/domain/change.js';
import type { What } from './what.js';

const Index = z.array(z.number().int().min(0));

/** What is to be sent, to whom, in which waves. The values of masked settings are kept apart. */
export type RunPlan = {
  readonly id: string;
  readonly kind: What['kind'];
  readonly mode: 'addressed' | 'broadcast';
  readonly createdAt: number;
  readonly by: string | null;
  readonly profile: string;
  /** Distinct messages; `bodyOf` says which of them a target gets. */
  readonly bodies: readonly What[];
  readonly names: readonly string[];
  /** Index into `bodies` for each name; empty: all get the first. */
  readonly bodyOf: readonly number[];
  /** Targets (by index) that have every value already, as far as is known. */
  readonly same: readonly number[];
  readonly waves: readonly {
    readonly size: number;
    readonly begins: 'auto' | 'ask';
    readonly minVerified: number;
    readonly watchS: number;
  }[];
  readonly stop: { readonly regressed: number; readonly failedShare: number };
  readonly atMost: number;
  readonly deadlineMs: number;
  readonly canary: string | null;
  readonly rollbackOf: string | null;
  /** A second person has to approve it until then (epoch ms); null: none has to. */
  readonly approvalUntil: number | null;
  readonly reason: string | null;
};

/** What is kept of a node as it was at some moment. */
export const Seen = z.object({
  state: z.string(),
  pid: z.number().nullable(),
  startedAt: z.number().nullable(),
  version: z.string().nullable(),
});
export type Seen = z.infer<typeof Seen>;

/** One line of a run's journal, after the plan. `n` are places in the order of sending. */
export const RunEntry = z.discriminatedUnion('t', [
  /** About to be sent: written before the first byte leaves. `seen`: how each node was then. */
  z.object({
    t: z.literal('attempt'),
    at: z.number(),
    n: Index,
    seen: z.array(Seen.nullable()).optional(),
    /** Of those that had every value when the run was planned: who has been changed since. */
    changed: Index.optional(),
  }),
  /** The broker took them; returned them; or could not be asked. */
  z.object({ t: z.literal('sent'), at: z.number(), n: Index }),
  z.object({ t: z.literal('gone'), at: z.number(), n: Index }),
  z.object({ t: z.literal('unsent'), at: z.number(), n: Index, error: z.string() }),
  /** The link broke before the broker confirmed: they may have been sent, and are not sent again. */
  z.object({ t: z.literal('doubt'), at: z.number(), n: Index }),
  z.object({
    t: z.literal('result'),
    at: z.number(),
    n: z.number().int(),
    ok: z.boolean(),
    detail: z.string().nullable(),
    error: z.string().nullable(),
    /** The attempt that it answers; none: the last. */
    attempt: z.number().int().optional(),
    /** Its name was heard elsewhere in the window: it may be somebody else's. */
    shared: z.boolean().optional(),
  }),
  /** The answer of an attempt that was given up, which says nothing of the last one. Journals of before lack its words. */
  z.object({
    t: z.literal('owed'),
    at: z.number(),
    n: Index,
    attempt: z.number().int().optional(),
    ok: z.boolean().optional(),
    detail: z.string().nullish(),
    error: z.string().nullable().optional(),
  }),
  z.object({
    t: z.literal('verdict'),
    at: z.number(),
    n: Index,
    state: z.enum(RESULT_STATES),
    why: z.enum(TARGET_REASONS).nullable(),
    /** How each node was then, and its good beats since the success. */
    seen: z.array(Seen.nullable()).optional(),
    beats: Index.optional(),
  }),
  z.object({ t: z.literal('wave'), at: z.number(), wave: z.number().int(), jitterMs: z.number().nullable() }),
  z.object({
    t: z.literal('hold'),
    at: z.number(),
    why: z.enum(HOLD_REASONS),
    rule: z.enum(['regressed', 'failed', 'verified']).nullable(),
    gate: z.number().int().nullable(),
  }),
  z.object({
    t: z.literal('decision'),
    at: z.number(),
    what: z.enum([
      'started',
      'held',
      'resumed',
      'continued',
      'stopped',
      'retried',
      'rolled-back',
      'rollback-lost',
      'approved',
    ]),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    /** For `retried`: which. */
    n: Index.optional(),
    /** For `rolled-back`: the run that does it. For `rollback-lost`: the one that was never written down. */
    run: z.string().optional(),
    /** For `rolled-back`: to whom it went is told by `back`. */
    follows: z.boolean().optional(),
    /** What was seen is let pass: the rules count what comes on top. */
    excuses: z.boolean().optional(),
    /** The gate before this wave is let pass. */
    gate: z.number().int().optional(),
  }),
  /** A roll-back of this run was sent to them. */
  z.object({ t: z.literal('back'), at: z.number(), n: Index }),
  z.object({ t: z.literal('outage'), at: z.number(), ms: z.number() }),
  /** This console was started anew after so long: what was on its way then is in doubt. */
  z.object({ t: z.literal('restart'), at: z.number(), ms: z.number().optional() }),
  /** This console still listens: written now and then while something is waited for. */
  z.object({ t: z.literal('alive'), at: z.number() }),
  z.object({ t: z.literal('end'), at: z.number() }),
]);
export type RunEntry = z.infer<typeof RunEntry>;

/** What the roster says of a node at this moment. */
export type Look = Seen & {
  readonly beats: number;
  readonly intervalMs: number;
  readonly jitterMs: number | null;
};
export type LookAt = (name: string) => Look | null;

export type Target = {
  readonly index: number;
  readonly name: string;
  readonly wave: number;
  state: ResultState;
  attempt: number;
  /** Handed to the bus, and the broker has not confirmed it yet. */
  pending: boolean;
  /** A person asked for another attempt: it goes out although the run stands at a gate or was stopped. */
  again: boolean;
  /** Time in which nothing could be heard since its result, ms: it does not count against it. */
  deafMs: number;
  /** When its first attempt was written down: what was there before that is what goes back. */
  firstAt: number | null;
  /** Attempts that a word may still come for, oldest first; when they were sent. */
  due: readonly { readonly attempt: number; readonly sentAt: number }[];
  /** Attempts before the last that may have set something, oldest first. `took`: as far as a roll-back goes. */
  past: readonly {
    readonly attempt: number;
    readonly at: number;
    readonly isSure: boolean;
    readonly took: boolean;
  }[];
  /** Every value was there already when it was sent to, as far as is known. */
  isSame: boolean;
  /** A roll-back was sent to it, and nothing after that. */
  wentBack: boolean;
  sentAt: number | null;
  deadlineAt: number | null;
  resultAt: number | null;
  stateAt: number;
  detail: string | null;
  error: string | null;
  why: (typeof TARGET_REASONS)[number] | null;
  unsure: boolean;
  late: boolean;
  contradicted: string | null;
  shared: boolean;
  /** No more than that will be known of a success: its node does not beat. */
  settled: boolean;
  earlier: { attempt: number; state: ResultState; at: number; error: string | null }[];
  /** As seen when it was first sent, and since. */
  before: Seen | null;
  after: Seen | null;
  /** The node's beats at the last look since the result; null before the first. */
  beatsSeen: number | null;
  /** Good ones since the result. */
  beats: number;
  rev: number;
};

export type Wave = {
  beganAt: number | null;
  endedAt: number | null;
  jitterBefore: number | null;
};

export type RunDecision = {
  readonly at: number;
  /** Of a person, or `hold-<why>`: a rule, a gate or the link held it. */
  readonly what: Extract<RunEntry, { t: 'decision' }>['what'] | `hold-${Hold['why']}`;
  readonly by: string | null;
  readonly reason: string | null;
  readonly count: number | null;
};

export type Run = {
  readonly plan: RunPlan;
  readonly targets: Target[];
  readonly byName: ReadonlyMap<string, Target>;
  readonly same: ReadonlySet<number>;
  readonly waves: Wave[];
  /** From 1: the wave that is being sent or watched. 0: none has begun. */
  wave: number;
  state: RunState;
  hold: Hold | null;
  endedAt: number | null;
  lastResultAt: number | null;
  /** The runs that were to roll it back, the last one last. */
  rollbacks: string[];
  readonly counts: Record<ResultState, number>;
  readonly waveCounts: Record<ResultState, number>[];
  inFlight: number;
  /** No target before this place is queued. */
  firstQueued: number;
  /** What a person has seen and let pass: rules count from there. */
  readonly excused: { readonly regressed: number[]; readonly failed: number[] };
  /** The gate before this wave was let pass by a person. */
  passedGate: number;
  decisions: RunDecision[];
  /** When this console last wrote of it: it was there and listened until then. */
  aliveAt: number;
  /** Grows with each change. */
  rev: number;
};

export const noCounts = (): Record<ResultState, number> =>
  Object.fromEntries(RESULT_STATES.map((state) => [state, 0])) as Record<ResultState, number>;

/** The wave of each place in the order of sending, from 1. */
function waveOf(plan: RunPlan): (index: number) => number {
  const ends: number[] = [];
  let end = 0;
  for (const { size } of plan.waves) ends.push((end += size));
  return (index) => {
    const wave = ends.findIndex((each) => index < each);
    return (wave < 0 ? ends.length - 1 : wave) + 1;
  };
}

/** Written out: ten thousand of them are made at once. */
const newTarget = (name: string, index: number, wave: number, at: number): Target => ({
  index,
  name,
  wave,
  state: 'queued',
  attempt: 0,
  pending: false,
  again: false,
  deafMs: 0,
  firstAt: null,
  due: [],
  past: [],
  isSame: false,
  wentBack: false,
  sentAt: null,
  deadlineAt: null,
  resultAt: null,
  stateAt: at,
  detail: null,
  error: null,
  why: null,
  unsure: false,
  late: false,
  contradicted: null,
  shared: false,
  settled: false,
  earlier: [],
  before: null,
  after: null,
  beatsSeen: null,
  beats: 0,
  rev: 0,
});

export function createRun(plan: RunPlan): Run {
  const waveAt = waveOf(plan);
  const targets = plan.names.map((name, index) => newTarget(name, index, waveAt(index), plan.createdAt));
  const run: Run = {
    plan,
    targets,
    byName: new Map(targets.map((target) => [target.name, target])),
    same: new Set(plan.same),
    waves: plan.waves.map(() => ({ beganAt: null, endedAt: null, jitterBefore: null })),
    wave: 0,
    state: plan.approvalUntil === null ? 'running' : 'waiting',
    hold: null,
    endedAt: null,
    lastResultAt: null,
    rollbacks: [],
    counts: noCounts(),
    waveCounts: plan.waves.map(noCounts),
    inFlight: 0,
    firstQueued: 0,
    excused: { regressed: plan.waves.map(() => 0), failed: plan.waves.map(() => 0) },
    passedGate: 1,
    decisions: [],
    aliveAt: plan.createdAt,
    rev: 0,
  };
  for (const { wave } of targets) {
    run.counts.queued += 1;
    run.waveCounts[wave - 1]!.queued += 1;
  }
  return run;
}

/** The message that a target gets. */
export const bodyFor = ({ plan }: Run, { index }: Target): What => plan.bodies[plan.bodyOf[index] ?? 0]!;

export const seenOf = (look: Look | null): Seen | null =>
  look && { state: look.state, pid: look.pid, startedAt: look.startedAt, version: look.version };

/** Nothing more is sent, and nothing more is waited for. */
export const isOver = ({ state, endedAt }: Run): boolean =>
  state === 'observed' || ((state === 'done' || state === 'stopped') && endedAt !== null);
