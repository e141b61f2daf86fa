/**
 * A uWSGI legion as this console sees it: its members, whom they vote for, who leads, and our own part in it.
 * Times are epoch ms. Its secret is never in any type that leaves the main process.
 */
import * as z from 'zod';

/** `off`: no packet. `watch`: hears only. `arbiter`: valor 0, counts in the vote, never leads. `standby`: may lead. */
export const LEGION_ROLES = ['off', 'watch', 'arbiter', 'standby'] as const;
export type LegionRole = (typeof LEGION_ROLES)[number];

/**
 * Why a packet was dropped: in the order in which uWSGI checks one, then what only we refuse, so that every packet which
 * uWSGI drops has its reason here too (`future` and `old` compare the same clock). Never reorder.
 */
export const DROP_KINDS = [
  'short',
  'modifier',
  'decrypt',
  'length',
  'dictionary',
  'legion',
  'own',
  'old',
  'stranger-dead',
  'name',
  'future',
  'number',
  'valor',
  'mac',
  'unsealed',
  'falling',
  'replay',
  'crowd',
  'flood',
] as const;
export type DropKind = (typeof DROP_KINDS)[number];

export const HOOK_EVENTS = ['setup', 'join', 'lord', 'unlord', 'death', 'node-joined', 'node-left'] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];
export const HOOK_ACTIONS = ['exec', 'cmd', 'signal', 'log', 'notify', 'http'] as const;
export type HookAction = (typeof HOOK_ACTIONS)[number];

const Claim = z.object({ uuid: z.string(), name: z.string(), valor: z.number().int(), since: z.number() });

/** Who leads or what stands in the way; one reason. The sentence is `legion.why.<kind>` in the catalogue. */
export const Why = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lord'), lord: Claim, votes: z.number().int() }),
  /** It leads, and `by` votes for another (null: for nobody yet). */
  z.object({ kind: z.literal('disputed'), lord: Claim, by: z.string(), votesFor: z.string().nullable() }),
  z.object({ kind: z.literal('split'), lords: z.array(Claim) }),
  z.object({ kind: z.literal('settling') }),
  z.object({ kind: z.literal('nobody') }),
  z.object({ kind: z.literal('arbiters') }),
  z.object({
    kind: z.literal('votes-differ'),
    by: z.string(),
    votesFor: z.string().nullable(),
    best: z.string().nullable(),
  }),
  z.object({ kind: z.literal('members-differ'), by: z.string() }),
  z.object({ kind: z.literal('quorum'), votes: z.number().int(), quorum: z.number().int() }),
  z.object({ kind: z.literal('taking'), name: z.string(), isSelf: z.boolean() }),
  z.object({ kind: z.literal('suspended') }),
  /** Role off. */
  z.object({ kind: z.literal('off') }),
  /** The socket could not be opened: see `problem`. */
  z.object({ kind: z.literal('failed') }),
]);
export type Why = z.infer<typeof Why>;

/** `unused`: this profile does not use that plane. */
const PLANE_STATES = ['heard', 'silent', 'unused'] as const;
export const PlaneStates = z.object({
  bus: z.enum(PLANE_STATES),
  legion: z.enum(PLANE_STATES),
  registry: z.enum(PLANE_STATES),
});
export type PlaneStates = z.infer<typeof PlaneStates>;

export const LegionMember = z.object({
  uuid: z.string(),
  name: z.string(),
  valor: z.number().int(),
  isSelf: z.boolean(),
  /** Name of whom it votes for; a shortened uuid when nobody here has it; null: for nobody yet. */
  votesFor: z.string().nullable(),
  votesForUuid: z.string().nullable(),
  /** It sees the same members as we do. */
  agrees: z.boolean(),
  /** Since when it says that it leads; null: it does not. */
  lordSince: z.number().nullable(),
  lastHeardAt: z.number(),
  /** Its clock less ours, ms (uWSGI tells whole seconds); null for ourselves. */
  skewMs: z.number().nullable(),
  joinedAt: z.number(),
  /** How often a member of this name left in the last 24 h. */
  leavesToday: z.number().int(),
  pid: z.number().int(),
  scroll: z.string().nullable(),
  /** It speaks our extension. */
  isConsole: z.boolean(),
  /** The node of the bus on the same machine, when one beats. */
  node: z.string().nullable(),
  planes: PlaneStates,
});
export type LegionMember = z.infer<typeof LegionMember>;

/** The sentence is `legion.warning.<kind>` in the catalogue. */
export const LegionWarning = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('split'), names: z.array(z.string()) }),
  z.object({ kind: z.literal('no-quorum-set'), members: z.number().int() }),
  z.object({ kind: z.literal('quorum-short'), votes: z.number().int(), quorum: z.number().int() }),
  z.object({ kind: z.literal('equal-valor'), names: z.array(z.string()), valor: z.number().int() }),
  z.object({ kind: z.literal('skew'), name: z.string(), skewMs: z.number(), toleranceS: z.number() }),
  z.object({ kind: z.literal('flapping'), name: z.string(), count: z.number().int() }),
  z.object({ kind: z.literal('disagrees'), name: z.string(), periods: z.number() }),
  z.object({ kind: z.literal('dead-mark'), name: z.string() }),
  z.object({ kind: z.literal('votes-unknown'), name: z.string(), uuid: z.string() }),
  z.object({ kind: z.literal('short-tolerance'), freqS: z.number(), toleranceS: z.number() }),
  z.object({ kind: z.literal('short-secret'), bytes: z.number().int() }),
  z.object({ kind: z.literal('legacy-cipher') }),
  /** A stats server tells of another vote than the lord that we see. */
  z.object({ kind: z.literal('witness-differs'), address: z.string(), votesFor: z.string().nullable() }),
]);
export type LegionWarning = z.infer<typeof LegionWarning>;

export const LegionHook = z.object({
  id: z.string(),
  event: z.enum(HOOK_EVENTS),
  action: z.enum(HOOK_ACTIONS),
  argument: z.string().max(2_000),
  /** Switched on at this machine, by a person. */
  isOn: z.boolean(),
  /** `exec` and `cmd` run through a shell: only when asked for. */
  shell: z.boolean(),
  timeoutS: z.number().min(0.1).max(3_600),
  last: z
    .object({
      at: z.number(),
      ms: z.number(),
      ok: z.boolean(),
      /** Exit code, HTTP status; null: none. */
      code: z.number().int().nullable(),
      /** Of the command, cut. */
      output: z.string(),
    })
    .nullable(),
});
export type LegionHook = z.infer<typeof LegionHook>;

/** What the stats server of a real uWSGI says of this legion. */
export const LegionWitness = z.object({
  /** `host:port`, or the path of a Unix socket. */
  address: z.string(),
  /** Last read; null: not yet. */
  at: z.number().nullable(),
  /** Why it could not be read now. */
  problem: z.string().nullable(),
  /** Of the member it belongs to; null: none that we hear. */
  name: z.string().nullable(),
  valor: z.number().int().nullable(),
  isLord: z.boolean(),
  votesFor: z.string().nullable(),
  quorum: z.number().int().nullable(),
  /** With itself. */
  members: z.number().int().nullable(),
  /** It votes for the lord that we see; null: one of both is not known. */
  agrees: z.boolean().nullable(),
  /** It has voted for another for longer than a change of hands takes. */
  differs: z.boolean(),
});
export type LegionWitness = z.infer<typeof LegionWitness>;

export const Legion = z.object({
  name: z.string(),
  role: z.enum(LEGION_ROLES),
  /** As configured for standby. */
  valor: z.number().int(),
  /** What we announce now: 0 as arbiter or while on battery. null: nothing. */
  announcedValor: z.number().int().nullable(),
  /** Why a standby announces 0 for now. */
  lowered: z.enum(['stepped-down', 'battery']).nullable(),
  uuid: z.string().nullable(),
  isLord: z.boolean(),
  since: z.number().nullable(),
  lord: Claim.nullable(),
  why: Why,
  /** 0: none asked for. */
  quorum: z.number().int(),
  /** How many members are meant to be there; null: not told. */
  planned: z.number().int().nullable(),
  /** Of a unanimous vote; 0: there is none. */
  votes: z.number().int(),
  /** Who would follow if the lord fell, by the election itself. null: there is no lord. */
  next: z.object({ name: z.string().nullable(), votes: z.number().int() }).nullable(),
  /** So many members may fall until the quorum is lost; null: no quorum. */
  mayFall: z.number().int().nullable(),
  members: z.array(LegionMember),
  warnings: z.array(LegionWarning),
  address: z.string(),
  /** Of the interface for multicast; empty: the system’s choice. */
  interface: z.string(),
  way: z.enum(['unicast', 'multicast', 'broadcast']),
  nodes: z.array(z.string()),
  cipher: z.string(),
  freqS: z.number(),
  toleranceS: z.number(),
  skewS: z.number(),
  scroll: z.string().nullable(),
  deathOnLordErrorS: z.number(),
  handOverBeforeSleep: z.boolean(),
  valor0OnBattery: z.boolean(),
  busWitness: z.boolean(),
  /** With that proof the others are told that it is dead, in its name. */
  proxyDeath: z.boolean(),
  witnesses: z.array(LegionWitness),
  hooks: z.array(LegionHook),
  /** Packets not used, by kind, most first. */
  drops: z.array(z.object({ kind: z.enum(DROP_KINDS), count: z.number().int(), lastAt: z.number() })),
  /** Why the socket is not open. */
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Legion = z.infer<typeof Legion>;

export const LegionFrame = z.object({ at: z.number(), legions: z.array(Legion) });
export type LegionFrame = z.infer<typeof LegionFrame>;

/** Who led from when to when; `lord` null: nobody. */
export const LegionTimeline = z.object({
  from: z.number(),
  to: z.number(),
  bands: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      lord: z.string().nullable(),
      /** Why nobody led. */
      why: z.string().nullable(),
    }),
  ),
  marks: z.array(
    z.object({
      at: z.number(),
      name: z.string(),
      what: z.enum(['joined', 'left', 'died']),
      isSelf: z.boolean(),
    }),
  ),
});
export type LegionTimeline = z.infer<typeof LegionTimeline>;

export const WhatIf = z.object({
  lord: z.object({ uuid: z.string(), name: z.string(), valor: z.number().int() }).nullable(),
  votes: z.number().int(),
  quorum: z.number().int(),
  holdsQuorum: z.boolean(),
});
export type WhatIf = z.infer<typeof WhatIf>;

const Port = z.number().int().min(1).max(65_535);
/** A legion to be a member of. A secret left out of a new one is made here; one left out of a known one stays. */
export const LegionInput = z.object({
  name: z.string().min(1).max(255),
  role: z.enum(LEGION_ROLES),
  valor: z.number().int().min(0).max(65_535),
  /** Empty: all interfaces. 224…239: multicast group to join. 255.255.255.255: broadcast. */
  address: z.string().max(64),
  port: Port,
  /** Address of the interface for multicast; empty: the system’s choice. */
  interface: z.string().max(64).optional(),
  /** Destinations: host and port. */
  nodes: z
    .array(z.object({ host: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/), port: Port }))
    .max(1_000),
  cipher: z.string().max(40),
  secret: z.string().max(1_000).optional(),
  iv: z.string().max(100).nullable().optional(),
  freqS: z.number().min(0.05).max(3_600).optional(),
  toleranceS: z.number().min(0.1).max(86_400).optional(),
  skewS: z.number().min(1).max(86_400).optional(),
  quorum: z.number().int().min(0).max(65_535).optional(),
  planned: z.number().int().min(1).max(10_000).nullable().optional(),
  scroll: z.string().max(4_096).nullable().optional(),
  deathOnLordErrorS: z.number().int().min(0).max(86_400).optional(),
  handOverBeforeSleep: z.boolean().optional(),
  valor0OnBattery: z.boolean().optional(),
  busWitness: z.boolean().optional(),
  proxyDeath: z.boolean().optional(),
  /** Stats servers of uWSGI members to read: `host:port`, or the absolute path of a Unix socket. */
  stats: z
    .array(z.string().regex(/^(?:\/[^\0]{1,106}|[A-Za-z0-9_][A-Za-z0-9._-]{0,252}:\d{1,5})$/))
    .max(20)
    .optional(),
  hooks: z
    .array(
      z.object({
        event: z.enum(HOOK_EVENTS),
        action: z.enum(HOOK_ACTIONS),
        argument: z.string().max(2_000),
        shell: z.boolean().optional(),
        timeoutS: z.number().min(0.1).max(3_600).optional(),
      }),
    )
    .max(100)
    .optional(),
});
export type LegionInput = z.infer<typeof LegionInput>;
