/**
 * Changes pushed to nodes: what is sent, to whom and how, what was found before sending, and what became of it on each
 * node. A run is one push; its targets carry the ten states of a result. Times are epoch ms. Values that look secret
 * are masked in every type that leaves the main process.
 */
import * as z from 'zod';

export const CHANGE_KINDS = ['settings', 'gem'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Most urgent first; lists sort by this order. Never reorder. */
export const RESULT_STATES = [
  'regressed',
  'failed',
  'undeliverable',
  'no-answer',
  'sent',
  'success',
  'verified',
  'no-change',
  'queued',
  'skipped',
] as const;
export type ResultState = (typeof RESULT_STATES)[number];

/** States that nothing but a late result or trouble moves any more. */
export const FINAL_STATES: ReadonlySet<ResultState> = new Set<ResultState>([
  'regressed',
  'failed',
  'undeliverable',
  'no-answer',
  'verified',
  'no-change',
  'skipped',
]);

/**
 * `waiting`: for a second person. `running`. `held`: nothing more is sent until a person decides. `done`: every target
 * has its final state. `stopped`: a person ended it. `observed`: somebody else's push, rebuilt from what was heard.
 */
export const RUN_STATES = ['waiting', 'running', 'held', 'done', 'stopped', 'observed'] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * Why a run is held: by hand; a gate asks; a gate's evidence is short; a stop rule; our link was lost; the console was
 * started anew; the journal cannot be written.
 */
export const HOLD_REASONS = ['hand', 'ask', 'evidence', 'rule', 'link', 'restart', 'journal'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

const SettingsWhat = z.object({
  kind: z.literal('settings'),
  /** JSON text of an object: sections, each an object of keys. Read by our own rules, so that mistakes are named. */
  settings: z.string().max(8_000_000),
  restart: z.boolean().optional(),
});
const GemWhat = z.object({
  kind: z.literal('gem'),
  /** With or without `lex-`. */
  extension: z.string().max(1_000),
  /** null or absent: the newest, decided by each node. */
  version: z.string().max(1_000).nullable().optional(),
  reload: z.boolean().optional(),
});
export const ChangeWhat = z.discriminatedUnion('kind', [SettingsWhat, GemWhat]);
export type ChangeWhat = z.infer<typeof ChangeWhat>;

/** The same as it may be shown: secret-looking values masked. */
export const ShownWhat = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('settings'),
    /** JSON text, indented, masked. Empty for an observed one whose body was not heard. */
    settings: z.string(),
    /** `section.key` of each value sent, in order. */
    keys: z.array(z.string()),
    /** Those of `keys` that look secret. */
    masked: z.array(z.string()),
    restart: z.boolean(),
  }),
  z.object({
    kind: z.literal('gem'),
    /** With `lex-`. */
    extension: z.string(),
    version: z.string().nullable(),
    reload: z.boolean(),
  }),
]);
export type ShownWhat = z.infer<typeof ShownWhat>;

/** Exactly one of `names`, `filter` and `all`. */
export const ChangeWhere = z.object({
  names: z.array(z.string().min(1).max(1024)).max(50_000).optional(),
  /** In the filter language of the Nodes page. */
  filter: z.string().max(2_000).optional(),
  all: z.boolean().optional(),
  /** This console itself, which is left out otherwise unless it is named. */
  includeSelf: z.boolean().optional(),
  /** Nodes that are silent or left. Default: `send` for those that are named, else `skip`. */
  silent: z.enum(['skip', 'send']).optional(),
  /** Names that nobody has heard of. Default: `refuse`. */
  unknown: z.enum(['refuse', 'send']).optional(),
});
export type ChangeWhere = z.infer<typeof ChangeWhere>;

export const WaveSpec = z.object({
  /** A number of nodes, a share of all of them (`5%`, rounded up), or `rest`. The last wave takes what is left. */
  size: z.string().regex(/^(\d{1,6}|\d{1,3}%|rest)$/),
  /** `ask`: a person lets it begin. The first begins with the confirmation. */
  begins: z.enum(['auto', 'ask']),
  /** The next wave may begin when this share of this one is verified (or without change), and none regressed. */
  minVerified: z.number().min(0).max(1),
  /** How long trouble after a success counts as *regressed*, seconds from the success. */
  watchS: z.number().min(0).max(86_400),
});
export type WaveSpec = z.infer<typeof WaveSpec>;

export const ChangeHow = z.object({
  /** `broadcast`: one message to all that listen on exchange `node`; no waves, cannot be stopped. */
  mode: z.enum(['addressed', 'broadcast']).optional(),
  /** Default: one wave. */
  waves: z.array(WaveSpec).min(1).max(50).optional(),
  /** Hold at once when so many have regressed (default 2), or this share of a wave has failed (default 0.05). */
  stop: z
    .object({ regressed: z.number().int().min(1).max(1_000_000), failedShare: z.number().min(0).max(1) })
    .optional(),
  /** Nodes that were sent to and have not answered yet, at most. Default: 20 for a gem, 1000 for settings. */
  atMost: z.number().int().min(1).max(10_000).optional(),
  /** Seconds until a node that took it and said nothing counts as *no answer*. Default: 60 for settings, 300 for a gem. */
  deadlineS: z.number().min(1).max(86_400).optional(),
  /** The node of the first wave, when it is to be a certain one. */
  canary: z.string().max(1024).optional(),
});
export type ChangeHow = z.infer<typeof ChangeHow>;

export const ChangeInput = z.object({
  what: ChangeWhat,
  where: ChangeWhere,
  how: ChangeHow.optional(),
});
export type ChangeInput = z.infer<typeof ChangeInput>;

/** Where a value from before is known from. `this-machine`: ours has it; for other nodes that is a guess. */
export const VALUE_SOURCES = ['your-push', 'observed-push', 'this-machine', 'unknown'] as const;
export type ValueSource = (typeof VALUE_SOURCES)[number];

export const DiffRow = z.object({
  /** `section.key`. */
  path: z.string(),
  /** Most nodes first; at most 10. `value` is JSON text, masked; null when unknown. */
  before: z.array(
    z.object({
      value: z.string().nullable(),
      source: z.enum(VALUE_SOURCES),
      at: z.number().nullable(),
      nodes: z.number().int(),
    }),
  ),
  /** JSON text, masked. */
  after: z.string(),
  effect: z.enum(['change', 'no-change', 'mixed', 'unknown']),
  /** Keys inside a replaced object that are not sent and so are lost, as far as known. */
  lost: z.array(z.string()),
  masked: z.boolean(),
});
export type DiffRow = z.infer<typeof DiffRow>;

/** The text is `check.<code>` in the catalogue. An `error` stands against sending. */
export const CheckNote = z.object({
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  /** Small facts for the sentence: path, count, line, column, word … */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type CheckNote = z.infer<typeof CheckNote>;

/** Grows with reach: one key, a button with the number, typing the number, typing the profile's name. */
export const CONFIRM_LEVELS = ['enter', 'button', 'number', 'profile'] as const;
export type ConfirmLevel = (typeof CONFIRM_LEVELS)[number];
export const Confirm = z.object({
  level: z.enum(CONFIRM_LEVELS),
  /** What to hand over as `confirm`: the number of nodes or the name of the profile. Empty for `enter`. */
  expect: z.string(),
  /** Nodes that are reached; may be handed over where nothing has to be. */
  nodes: z.number().int(),
  /** Another person has to approve before anything is sent. */
  approval: z.boolean(),
});
export type Confirm = z.infer<typeof Confirm>;

/** What an error of this part names, for whoever shows it: anything else in its details is left out. */
export const ChangeErrorDetails = z.object({
  notes: z.array(CheckNote).catch([]),
  names: z.array(z.string()).catch([]),
});

/** What was found by a rehearsal. Nothing was sent. */
export const ChangeCheck = z.object({
  at: z.number(),
  /** null when it cannot be read; then `notes` say why. */
  what: ShownWhat.nullable(),
  notes: z.array(CheckNote),
  diff: z.array(DiffRow),
  targets: z.object({
    /** In the order of sending. */
    names: z.array(z.string()),
    /** Named, and nobody has heard of them. */
    unknown: z.array(z.string()),
    /** Not sent to, and why. */
    excluded: z.array(z.object({ name: z.string(), why: z.enum(['self', 'silent', 'left']) })),
    /** Sent to although they are silent or left. */
    silent: z.array(z.string()),
    lords: z.array(z.string()),
    /** Of `names`: so many change, already have every value, or are unknown. */
    change: z.number().int(),
    noChange: z.number().int(),
    unknownBefore: z.number().int(),
  }),
  waves: z.array(
    z.object({
      size: z.number().int(),
      begins: z.enum(['auto', 'ask']),
      minVerified: z.number(),
      watchS: z.number(),
    }),
  ),
  canary: z.string().nullable(),
  /** Nodes of which values from before are known, so that they can be sent back; `partly`: of these, not every value. */
  rollback: z.object({ possible: z.number().int(), partly: z.number().int(), of: z.number().int() }),
  atMost: z.number().int(),
  deadlineS: z.number(),
  confirm: Confirm,
  /** Size of one message, bytes. */
  bytes: z.number().int(),
});
export type ChangeCheck = z.infer<typeof ChangeCheck>;

/** Why a success became *regressed*, a target was *skipped*, or something else a person should know. */
export const TARGET_REASONS = [
  /** Regressed: */
  'silent',
  'troubled',
  'left',
  'restarted',
  /** Skipped: */
  'stopped',
  'excluded',
  'busy',
  /** Undeliverable: no such queue. No answer: it took the message and said nothing. */
  'no-queue',
  'deadline',
  /** Failed to send for another reason; `error` has the words. */
  'not-sent',
] as const;

export const RunTarget = z.object({
  /** Place in the order of sending; a row is known by it. */
  index: z.number().int(),
  name: z.string(),
  /** From 1. */
  wave: z.number().int(),
  state: z.enum(RESULT_STATES),
  /** From 1; 0 before the first. */
  attempt: z.number().int(),
  sentAt: z.number().nullable(),
  deadlineAt: z.number().nullable(),
  resultAt: z.number().nullable(),
  /** When it came to its present state. */
  stateAt: z.number(),
  /** Good beats since the success: the proof of *verified*. */
  beats: z.number().int(),
  pidBefore: z.number().nullable(),
  pidAfter: z.number().nullable(),
  versionBefore: z.string().nullable(),
  versionAfter: z.string().nullable(),
  /** From its UpdateResult, cut and masked. */
  detail: z.string().nullable(),
  error: z.string().nullable(),
  why: z.enum(TARGET_REASONS).nullable(),
  /** It may have been sent just before this console stopped; it is not sent again by itself. */
  unsure: z.boolean(),
  /** The result came after the deadline. */
  late: z.boolean(),
  /** Two results of opposite words came; `failed` counts, both are kept here. */
  contradicted: z.string().nullable(),
  /** Somebody else's push of this kind was under way: the result may be theirs. */
  shared: z.boolean(),
  /** Earlier attempts, oldest first. */
  earlier: z.array(
    z.object({
      attempt: z.number().int(),
      state: z.enum(RESULT_STATES),
      at: z.number(),
      error: z.string().nullable(),
    }),
  ),
});
export type RunTarget = z.infer<typeof RunTarget>;

const counts = z.object(
  Object.fromEntries(RESULT_STATES.map((state) => [state, z.number().int()])) as Record<
    ResultState,
    z.ZodNumber
  >,
);
export type ResultCounts = z.infer<typeof counts>;

export const Hold = z.object({
  why: z.enum(HOLD_REASONS),
  at: z.number(),
  /** For `rule`: `regressed` or `failed`. For `evidence`: the same or `verified`. */
  rule: z.enum(['regressed', 'failed', 'verified']).nullable(),
  /** The gate before this wave (from 2), when it stands at one. */
  gate: z.number().int().nullable(),
});
export type Hold = z.infer<typeof Hold>;

/** One line of the Changes page, of the dock and of `legion-console runs`. */
export const RunSummary = z.object({
  id: z.string(),
  kind: z.enum(CHANGE_KINDS),
  state: z.enum(RUN_STATES),
  what: ShownWhat,
  mode: z.enum(['addressed', 'broadcast']),
  hold: Hold.nullable(),
  /** The system user who started it here; for an observed one the name it says, or null. */
  by: z.string().nullable(),
  profile: z.string(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
  total: z.number().int(),
  /** Always counted from the targets. */
  counts,
  /** The wave it is in, from 1. */
  wave: z.number().int(),
  waveCount: z.number().int(),
  /** This run sends back what that one sent. */
  rollbackOf: z.string().nullable(),
  /** By a run that has come to somebody. */
  rolledBackBy: z.string().nullable(),
  /** A roll-back that has not come to anybody, or not yet. */
  rollbackBegun: z.object({ id: z.string(), state: z.enum(RUN_STATES) }).optional(),
  /** Where there were several: all that were begun, oldest first. */
  rollbacks: z.array(z.string()).optional(),
  lastResultAt: z.number().nullable(),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const WAVE_STATES = ['queued', 'sending', 'watching', 'gate', 'passed', 'stopped'] as const;
export const RunWave = z.object({
  /** From 1. */
  wave: z.number().int(),
  state: z.enum(WAVE_STATES),
  size: z.number().int(),
  begins: z.enum(['auto', 'ask']),
  minVerified: z.number(),
  watchS: z.number(),
  counts,
  beganAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  /** Until then trouble after the last success counts as regressed. */
  watchUntil: z.number().nullable(),
  /** Median deviation of its nodes' beats from their rhythm, ms: when the wave began, and now. */
  jitterBefore: z.number().nullable(),
  jitterNow: z.number().nullable(),
});
export type RunWave = z.infer<typeof RunWave>;

/** All of a run but its targets. */
export const RunHead = RunSummary.extend({
  waves: z.array(RunWave),
  stop: z.object({ regressed: z.number().int(), failedShare: z.number() }),
  atMost: z.number().int(),
  deadlineS: z.number(),
  /** Sent and without an answer at present. */
  inFlight: z.number().int(),
  canary: z.string().nullable(),
  /** The most common errors, folded; at most 20. */
  errors: z.array(z.object({ error: z.string(), count: z.number().int(), names: z.array(z.string()) })),
  /** What persons decided on it, oldest first; at most 200. `what` is `decision.<what>` in the catalogue. */
  decisions: z.array(
    z.object({
      at: z.number(),
      what: z.string(),
      by: z.string().nullable(),
      reason: z.string().nullable(),
      count: z.number().int().nullable(),
    }),
  ),
  /** While held after a loss of the link: targets whose state is another than before. */
  differ: z.array(z.string()),
  /** For a run that waits: what the second person is to approve. */
  approval: z.object({ hash: z.string(), until: z.number() }).nullable(),
  /** What a roll-back could send: targets that took it, and how many of them have known values from before. */
  rollback: z.object({ took: z.number().int(), known: z.number().int() }),
});
export type RunHead = z.infer<typeof RunHead>;

export const Run = RunHead.extend({ targets: z.array(RunTarget) });
export type Run = z.infer<typeof Run>;

/**
 * A snapshot begins anew and may hold only the first rows; the rest follows in deltas. Put rows in by `index`.
 * A gap in `seq`: open the stream again.
 */
export const RunFrame = z.object({
  type: z.enum(['snapshot', 'delta']),
  seq: z.number(),
  at: z.number(),
  run: RunHead,
  rows: z.array(RunTarget),
});
export type RunFrame = z.infer<typeof RunFrame>;

/** Newest first. A whole list each time; it is small. */
export const RunList = z.object({ at: z.number(), runs: z.array(RunSummary) });
export type RunList = z.infer<typeof RunList>;

/** What to send where no value from before is known. */
export const RollbackInput = z.object({
  /** JSON text of settings, for nodes whose values are not known. */
  settings: z.string().max(8_000_000).optional(),
  /** The version to go back to, for nodes whose former one is not known. */
  version: z.string().max(1_000).optional(),
});
export type RollbackInput = z.infer<typeof RollbackInput>;

export const RollbackCheck = z.object({
  /** Targets that took the change, and so are sent the values from before. */
  names: z.array(z.string()),
  /** Of them: nothing is known to send back, neither heard nor given; they are left as they are. */
  without: z.array(z.string()),
  /** Distinct bodies that go out: what, and to how many. */
  bodies: z.array(z.object({ what: ShownWhat, nodes: z.number().int() })),
  notes: z.array(CheckNote),
  confirm: Confirm,
});
export type RollbackCheck = z.infer<typeof RollbackCheck>;
