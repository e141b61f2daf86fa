/** What the console is connected to, who it is there, and the one-line answer to "is all well?". */
import * as z from 'zod';
import { RunSummary } from './change.js';
import { TrustCounts } from './key.js';
import { LEGION_ROLES } from './legion.js';
import { Link } from './link.js';
import { NODE_STATES } from './node-state.js';
import { SECRET_POLICIES, SECRET_STATES } from './secret.js';

export const PROFILE_KINDS = ['production', 'staging', 'test', 'local', 'demo'] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

const counts = z.object(
  Object.fromEntries(NODE_STATES.map((state) => [state, z.number().int()])) as Record<
    (typeof NODE_STATES)[number],
    z.ZodNumber
  >,
);

/** The facts of the Overview sentence. Every count opens its rows: `filter` is in the filter language of Nodes. */
export const Summary = z.object({
  /** Nodes that count: all but those that left. */
  total: z.number().int(),
  counts,
  /** The largest group of silent nodes that share a name prefix, when it is most of them. */
  silentGroup: z.object({ group: z.string(), count: z.number().int(), since: z.number() }).nullable(),
  /** True from joining until every node has had the time to be heard: nothing is called silent yet. */
  settling: z.boolean(),
});
export type Summary = z.infer<typeof Summary>;

/** One thing that needs a person. The text is `need.<kind>` in the catalogue. */
export const Need = z.object({
  id: z.string(),
  kind: z.enum([
    'silent-together',
    'silent',
    'troubled',
    'duplicate',
    'flapping',
    'name-taken',
    'link',
    'skew',
    /** A name shows another key than the pinned one. */
    'key-changed',
    /** Somebody else shows a key, or asks, under our own name. */
    'key-own-name',
    /** Somebody asks for the cluster secret or our Vault token, and the policy is to ask a person. */
    'secret-asked',
    /** Two secrets, or one that nobody asked for: a person decides. */
    'secret-conflict',
    /** Encrypted messages are heard and cannot be read. */
    'secret-missing',
    'vault-soon',
    'vault-ended',
    'vault-sealed',
    /** Somebody was at a wrapped token on its way to us. */
    'vault-replay',
    /** The certificate we show to the broker ends within 30 days. */
    'identity-expires',
    /** A run stands at a gate that asks, or short of its evidence. */
    'run-gate',
    /** A run is held: by a stop rule, after a loss of the link, after a start. */
    'run-held',
    /** A run waits for a second person. */
    'run-approval',
    /** Targets went silent or troubled after a success. */
    'run-regressed',
    /** Somebody pushed a change to this console, and a person decides. */
    'change-asked',
    /** Two claim to lead a legion. */
    'legion-split',
    /** A legion we are in has no lord. */
    'legion-no-lord',
    /** The socket of a legion could not be opened. */
    'legion-failed',
    /** Our lord hooks failed. */
    'legion-suspended',
  ]),
  /** `alarm` before `warning` before `note`. */
  severity: z.enum(['alarm', 'warning', 'note']),
  since: z.number(),
  count: z.number().int(),
  names: z.array(z.string()),
  group: z.string().nullable(),
  /** The rows behind it, in the filter language; null when it is not about nodes. */
  filter: z.string().nullable(),
  /** The run it is about. */
  run: z.string().nullable().optional(),
  /** The legion it is about. */
  legion: z.string().nullable().optional(),
  /** Of `secret-asked`, where the cluster secret is not all that is asked for. */
  wants: z.enum(['vault', 'both']).optional(),
});
export type Need = z.infer<typeof Need>;

const Self = z.object({
  name: z.string(),
  pid: z.number().int(),
  version: z.string(),
  queue: z.string(),
  bindings: z.array(z.string()),
  /** False: `extensions.node.enabled` is off, so this node listens and does not beat. */
  beating: z.boolean(),
  intervalMs: z.number(),
  lastBeatAt: z.number().nullable(),
  nextBeatAt: z.number().nullable(),
});

export const Session = z.object({
  at: z.number(),
  /** `idle`: nothing is connected until the user chooses. */
  mode: z.enum(['idle', 'demo', 'cluster']),
  profile: z.object({ name: z.string(), kind: z.enum(PROFILE_KINDS), readOnly: z.boolean() }),
  self: Self.nullable(),
  link: Link,
  ingest: z.object({
    beatsPerSecond: z.number(),
    /** The last 44 seconds, oldest first. */
    recent: z.array(z.number()),
    /** From our own beat's publish until we heard it ourselves; null until the first. */
    lagMs: z.number().nullable(),
    /** Messages counted and not used since the start: too large, undecodable, unknown. */
    refused: z.number().int(),
    /** Median and 99th percentile of how much later than its interval a beat came, last 10 s bucket. */
    delayP50Ms: z.number().nullable(),
    delayP99Ms: z.number().nullable(),
  }),
  /** `missing`: encrypted messages were heard and no cluster secret is there to read them. */
  secret: z.enum(['held', 'missing', 'unused']),
  secrets: z.object({
    state: z.enum(SECRET_STATES),
    policy: z.enum(SECRET_POLICIES),
    /** Requests that wait for a person. */
    waiting: z.number().int(),
  }),
  keys: TrustCounts,
  changes: z.object({
    /** Runs that are not over, newest first, at most 20: for the dock. */
    open: z.array(RunSummary),
    /** Pushed to this console and waiting for a person. */
    asked: z.number().int(),
  }),
  /** At most 20: for the status bar, the marks and the dialog on quit. */
  legions: z.array(
    z.object({
      name: z.string(),
      role: z.enum(LEGION_ROLES),
      announcedValor: z.number().int().nullable(),
      isLord: z.boolean(),
      lord: z.string().nullable(),
    }),
  ),
  summary: Summary,
  /** At most six, most urgent first; `needsTotal` counts them all. */
  needs: z.array(Need),
  needsTotal: z.number().int(),
});
export type Session = z.infer<typeof Session>;

/** What the connect form and `--bus` hand over. Passwords go in once and never come out. */
export const ConnectInput = z.object({
  /** amqp:// or amqps:// address; user and password may be inside it. */
  url: z.string().min(1).max(2000),
  /** Node name; empty: made from the host name. */
  name: z.string().max(255).optional(),
  user: z.string().max(255).optional(),
  password: z.string().max(4096).optional(),
  kind: z.enum(['production', 'staging', 'test', 'local']).optional(),
  profileName: z.string().max(60).optional(),
  caFile: z.string().max(4096).optional(),
  certFile: z.string().max(4096).optional(),
  keyFile: z.string().max(4096).optional(),
  /** The id of an imported identity, instead of the two files. */
  identity: z.string().max(64).optional(),
  beatIntervalS: z.number().min(0.2).max(3600).optional(),
  readOnly: z.boolean().optional(),
  /** Keep it in the list of profiles (without the password). */
  remember: z.boolean().optional(),
});
export type ConnectInput = z.infer<typeof ConnectInput>;

/** A remembered or imported profile: what ConnectInput holds, less anything secret. */
export const SavedProfile = ConnectInput.omit({ password: true, remember: true }).extend({
  profileName: z.string(),
});
export type SavedProfile = z.infer<typeof SavedProfile>;
