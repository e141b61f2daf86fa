/**
 * The only description of what a window, a script or the command line may ask of the node, and hear from it.
 * A call has one answer, a stream has many. Values are JSON values; times are epoch milliseconds.
 * Secrets have no place in any type here.
 */
import * as z from 'zod';
import {
  ChangeCheck,
  ChangeInput,
  RollbackCheck,
  RollbackInput,
  Run,
  RunFrame,
  RunList,
  RunSummary,
  RESULT_STATES,
  RunTarget,
} from '../domain/change.js';
import { ConsoleEvent, EventFrame } from '../domain/event.js';
import { Fingerprint } from '../domain/fingerprint.js';
import { ConfigReport, Health, HistoryPage } from '../domain/health.js';
import { Identity } from '../domain/identity.js';
import { KeyDetail, KeyFrame, KeyRow, OwnKey, TrustCounts, VERIFIED_BY } from '../domain/key.js';
import { Legion, LEGION_ROLES, LegionFrame, LegionInput, LegionTimeline, WhatIf } from '../domain/legion.js';
import { NodeDetail, NodeRow } from '../domain/node.js';
import { ApprovalRequest, Receive, RECEIVE_MODES, RECEIVED_KINDS } from '../domain/received.js';
import { RosterFrame } from '../domain/roster-frame.js';
import { SECRET_POLICIES, Secrets } from '../domain/secret.js';
import { Vault } from '../domain/vault.js';
import { ConnectInput, SavedProfile, Session } from '../domain/session.js';

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ kind: 'call', input, output }) as const;
const stream = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ kind: 'stream', input, output }) as const;

const Nothing = z.object({});
const Name = z.string().min(1).max(1024);
const Ok = z.object({ ok: z.literal(true) });
const Pair = z.object({ name: Name, fingerprint: Fingerprint });
const KeyBits = z.union([z.literal(2048), z.literal(3072), z.literal(4096)]);
const PemText = z.string().max(65_536);
const RunId = z.object({ id: z.string().min(1).max(64) });
const LegionName = z.object({ name: z.string().min(1).max(255) });
const Passphrase = z.string().max(1_024);

export const contract = {
  /** Everything about the connection and the sentence; a whole Session each time, at most 4 per second. */
  'session.watch': stream(Nothing, Session),
  'session.get': call(Nothing, Session),
  /** Leaves what it is connected to and joins this cluster. Answers when the attempt has begun; watch the steps. */
  'session.connect': call(ConnectInput, Ok),
  'session.demo': call(z.object({ size: z.union([z.literal(12), z.literal(500), z.literal(10000)]) }), Ok),
  'session.leave': call(Nothing, Ok),
  /** Tries at once instead of waiting for the next attempt. */
  'session.reconnect': call(Nothing, Ok),

  'profile.list': call(Nothing, z.object({ profiles: z.array(SavedProfile) })),
  /** Reads the text of a profile file and says what is in it; keeps nothing. */
  'profile.check': call(
    z.object({ text: z.string().max(65536) }),
    z.object({ profile: SavedProfile.nullable(), problems: z.array(z.string()) }),
  ),
  'profile.forget': call(z.object({ profileName: z.string().max(60) }), Ok),

  'roster.watch': stream(Nothing, RosterFrame),
  /** The remembered beats of the rows in view: for each name, how long before `at` each beat came, newest first. */
  'roster.beats': call(
    z.object({ names: z.array(Name).max(200) }),
    z.object({ at: z.number(), ago: z.array(z.array(z.number())) }),
  ),
  /** Nodes that match the filter language of the Nodes page, in order of severity and name. */
  'node.list': call(
    z.object({
      filter: z.string().max(2000).optional(),
      limit: z.number().int().min(1).max(100000).optional(),
    }),
    z.object({ at: z.number(), total: z.number().int(), nodes: z.array(NodeRow) }),
  ),
  'node.get': call(z.object({ name: Name }), NodeDetail),
  /** Removes it from this console only; it comes back with its next beat. */
  'node.forget': call(z.object({ name: Name }), Ok),

  'key.watch': stream(Nothing, KeyFrame),
  /** Every pair of name and key, most urgent first, and beating names without one. */
  'key.list': call(Nothing, z.object({ at: z.number(), counts: TrustCounts, keys: z.array(KeyRow) })),
  /** Throws KEY_UNKNOWN. `fingerprint` null: the row of a name without a key. */
  'key.get': call(z.object({ name: Name, fingerprint: Fingerprint.nullable() }), KeyDetail),
  /**
   * Pins the pair. For a changed key `proof` holds its first 12 characters as the other machine shows them
   * (KEY_PROOF_WRONG). Throws KEY_UNKNOWN for a pair that was never seen, KEY_REFUSED for one that a person refused:
   * forget that decision first.
   */
  'key.trust': call(
    Pair.extend({
      verifiedBy: z.enum(VERIFIED_BY),
      proof: z.string().max(80).optional(),
    }),
    Ok,
  ),
  /** Pins new keys first seen within one window, as listed; whatever is no longer new is left out and named. */
  'key.trustMany': call(
    z.object({
      pairs: z.array(Pair).min(1).max(20_000),
      verifiedBy: z.enum(VERIFIED_BY),
      from: z.number(),
      to: z.number(),
    }),
    z.object({ trusted: z.number().int(), left: z.array(Name) }),
  ),
  /** Never used, stays listed; takes a pin of this pair back. */
  'key.refuse': call(Pair, Ok),
  /** About a changed key: the pinned one stays, the alarm is over. */
  'key.keep': call(Pair, Ok),
  /** Forgets a decision, and the pair with it unless it is shown again. */
  'key.forget': call(Pair, Ok),
  /** All pins as a text to keep. */
  'key.export': call(Nothing, z.object({ text: z.string() })),
  /** Pins from such a text. Nothing is taken over when it has a mistake; a pin that contradicts one of ours is named. */
  'key.import': call(
    z.object({ text: z.string().max(8_000_000) }),
    z.object({ added: z.number().int(), known: z.number().int(), contradicts: z.array(Name) }),
  ),
  /** RequestPublicKeys to all. Ruby nodes up to lex-node 0.3.8 cannot answer it; consoles do. */
  'key.ask': call(Nothing, Ok),
  /** PublicKey to all: ours. */
  'key.announce': call(Nothing, Ok),
  /** DeletePublicKey to all: asks the others to forget the key of a name. */
  'key.askToForget': call(z.object({ name: Name }), Ok),
  'key.own': call(Nothing, OwnKey),
  'key.rotate': call(z.object({ bits: KeyBits.optional() }), OwnKey),
  'key.rotate.undo': call(Nothing, OwnKey),
  /** Removes the old key before its 24 h are over. */
  'key.rotate.finish': call(Nothing, OwnKey),

  'secret.watch': stream(Nothing, Secrets),
  'secret.get': call(Nothing, Secrets),
  /** Asks all nodes; `asked` of them directly. */
  'secret.ask': call(Nothing, z.object({ asked: z.number().int() })),
  /** Takes one of the candidates; throws SECRET_UNKNOWN. */
  'secret.adopt': call(z.object({ id: z.string().max(64) }), Ok),
  /** Keeps what is held and drops this candidate. */
  'secret.dismiss': call(z.object({ id: z.string().max(64) }), Ok),
  /** A secret by hand, e.g. from a file. Goes in once and never comes out. Throws SECRET_FORM. */
  'secret.set': call(z.object({ secret: z.string().max(4_096) }), Ok),
  /** Makes a new one and hands it to every trusted key; `first`: there is none yet and this machine may make it up. */
  'secret.rotate': call(z.object({ first: z.boolean().optional() }), Ok),
  'secret.policy': call(z.object({ policy: z.enum(SECRET_POLICIES) }), Ok),
  'vault.watch': stream(Nothing, Vault),
  'vault.get': call(Nothing, Vault),
  /** A token by hand; goes in once and never comes out. Throws VAULT_OFF, VAULT_TOKEN and whatever Vault says of it. */
  'vault.enter': call(z.object({ token: z.string().max(10_240) }), Ok),
  /** Logs in anew, or asks the other nodes, where no login is configured. Throws VAULT_OFF, VAULT_HELD, VAULT_NO_WAY or KEY_NONE. */
  'vault.ask': call(Nothing, Ok),
  /** Throws VAULT_OFF, VAULT_NO_TOKEN and whatever Vault says. */
  'vault.renew': call(Nothing, Ok),
  /** Ends the token: revoked where it is ours; a shared one is only let go (`revoked` false). Throws VAULT_NO_TOKEN. */
  'vault.revoke': call(Nothing, z.object({ revoked: z.boolean() })),
  /**
   * Takes back what was handed over from here. `revoked` false: Vault did not know it any more. Throws VAULT_NOT_GIVEN,
   * VAULT_NO_TOKEN and whatever Vault says.
   */
  'vault.revokeGiven': call(z.object({ accessor: z.string().max(300) }), z.object({ revoked: z.boolean() })),
  /** Throws REQUEST_UNKNOWN, KEY_NOT_TRUSTED, KEY_WEAK, SECRET_MISSING, SECRET_UNDECIDED or BUS_UNROUTABLE. */
  'request.give': call(z.object({ id: z.string().max(400) }), Ok),
  'request.refuse': call(z.object({ id: z.string().max(400) }), Ok),

  /** A rehearsal: what would be sent, to whom, against which values. Sends nothing; problems are notes, not errors. */
  'change.check': call(ChangeInput, ChangeCheck),
  /**
   * Sends. `confirm` is what the check asked for; throws CONFIRM_MISSING or CONFIRM_WRONG, CHANGE_INVALID with the notes
   * of the check, TARGETS_UNKNOWN, TARGETS_NONE, PROFILE_READ_ONLY, JOURNAL_UNWRITABLE. Answers when it has begun (or
   * waits for a second person); watch it.
   */
  'run.start': call(
    ChangeInput.extend({ confirm: z.string().max(1_000).optional(), reason: z.string().max(500).optional() }),
    Run,
  ),
  'run.list': call(z.object({ limit: z.number().int().min(1).max(1_000).optional() }), RunList),
  'run.watchList': stream(Nothing, RunList),
  /** Throws RUN_UNKNOWN, as all that follow. */
  'run.get': call(RunId, Run),
  'run.watch': stream(RunId, RunFrame),
  /** Sends nothing more until `resume`. */
  'run.hold': call(RunId, RunSummary),
  'run.resume': call(RunId.extend({ reason: z.string().max(500).optional() }), RunSummary),
  /** Past a gate; against its evidence only with a reason (REASON_MISSING). */
  'run.continue': call(RunId.extend({ reason: z.string().max(500).optional() }), RunSummary),
  /** The rest is skipped; what was sent is watched on. */
  'run.stop': call(RunId, RunSummary),
  /** Again, as the next attempt, to targets that failed, were undeliverable or gave no answer. Throws RUN_NOTHING, RUN_QUORUM. */
  'run.retry': call(
    RunId.extend({
      names: z.array(Name).max(50_000).optional(),
      states: z.array(z.enum(RESULT_STATES)).optional(),
      confirm: z.string().max(1_000).optional(),
    }),
    RunSummary,
  ),
  'run.rollback.check': call(RunId.extend(RollbackInput.shape), RollbackCheck),
  /** Stops the run and begins a new one that sends the values from before to exactly those that took it. */
  'run.rollback': call(
    RunId.extend(RollbackInput.shape).extend({ confirm: z.string().max(1_000).optional() }),
    Run,
  ),
  /** What the change was, to begin another from it. Secret-looking values are masked and have to be entered again. */
  'run.input': call(RunId, ChangeInput),
  /** The runs that touched a node, newest first. */
  'run.ofNode': call(
    z.object({ name: Name }),
    z.object({ runs: z.array(z.object({ run: RunSummary, target: RunTarget })) }),
  ),
  /** A text for the second person. Throws APPROVAL_NOT_WANTED. */
  'run.approval': call(RunId, z.object({ text: z.string() })),
  /** The text that came back, signed by another console whose key is pinned here. Throws APPROVAL_*. */
  'run.approve': call(RunId.extend({ text: z.string().max(65_536) }), RunSummary),
  /** As the second person: what such a text asks for. Throws APPROVAL_UNREADABLE. */
  'approval.read': call(z.object({ text: z.string().max(65_536) }), ApprovalRequest),
  'approval.sign': call(z.object({ text: z.string().max(65_536) }), z.object({ text: z.string() })),

  /** What others push to this console. */
  'receive.watch': stream(Nothing, Receive),
  'receive.get': call(Nothing, Receive),
  'receive.mode': call(z.object({ kind: z.enum(RECEIVED_KINDS), mode: z.enum(RECEIVE_MODES) }), Ok),
  /** Throws RECEIVED_UNKNOWN or RECEIVED_DECIDED. */
  'receive.decide': call(z.object({ id: z.string().max(64), accept: z.boolean() }), Ok),
  /** Takes back what an applied settings change did here. Throws RECEIVED_UNKNOWN or RECEIVED_NO_UNDO. */
  'receive.undo': call(z.object({ id: z.string().max(64) }), Ok),

  /** All legions of this profile, whole, at most 4 times a second. */
  'legion.watch': stream(Nothing, LegionFrame),
  'legion.list': call(Nothing, LegionFrame),
  /** Throws LEGION_UNKNOWN, as all that follow. */
  'legion.get': call(LegionName, Legion),
  'legion.timeline': call(
    LegionName.extend({
      rangeMs: z
        .number()
        .min(60_000)
        .max(31 * 86_400_000),
    }),
    LegionTimeline,
  ),
  /** A new one, or what is to be different about a known one. Throws LEGION_INVALID, LEGION_CIPHER. */
  'legion.save': call(LegionInput, Legion),
  /** Hands over, leaves, and forgets it. */
  'legion.remove': call(LegionName, Ok),
  /** Throws LEGION_VALOR (standby needs one above 0). Changing valor or role leaves under the old uuid first. */
  'legion.role': call(
    LegionName.extend({
      role: z.enum(LEGION_ROLES),
      valor: z.number().int().min(0).max(65_535).optional(),
      handOverBeforeSleep: z.boolean().optional(),
      valor0OnBattery: z.boolean().optional(),
    }),
    Legion,
  ),
  /** Valor 0 until another leads; waits up to 15 s for that. `lord` null: nobody took over. Throws LEGION_NOT_LORD. */
  'legion.stepDown': call(LegionName, z.object({ lord: z.string().nullable(), ms: z.number() })),
  /** Back to the configured role and valor: after a step down, or after our lord hooks failed. */
  'legion.return': call(LegionName, Legion),
  'legion.whatIf': call(LegionName.extend({ fallen: z.array(z.string().max(36)).max(5_000) }), WhatIf),
  /** Switches one hook on or off at this machine. Throws HOOK_UNKNOWN. */
  'legion.hook': call(LegionName.extend({ id: z.string().max(64), isOn: z.boolean() }), Legion),
  /** Reads uWSGI configuration; `save` false: keeps nothing. Hooks come switched off. */
  'legion.import': call(
    z.object({ text: z.string().max(1_000_000), save: z.boolean() }),
    z.object({
      legions: z.array(LegionInput.omit({ secret: true, iv: true })),
      /** `isError`: the line was not taken over. */
      problems: z.array(z.object({ line: z.number().int(), isError: z.boolean(), text: z.string() })),
      ignored: z.array(z.object({ line: z.number().int(), text: z.string() })),
      saved: z.array(z.string()),
    }),
  ),
  /**
   * As uWSGI configuration with its secret, into a new file that only this user may read, by its absolute path on this
   * console’s machine; the secret goes nowhere else. Throws EXPORT_FILE_EXISTS, EXPORT_FILE_FAILED.
   */
  'legion.export': call(
    LegionName.extend({ file: z.string().min(1).max(4_096) }),
    z.object({ file: z.string() }),
  ),

  'identity.list': call(Nothing, z.object({ identities: z.array(Identity) })),
  /** A PKCS#12 file (base64) with its passphrase, or certificate and key as PEM. Throws IDENTITY_*. */
  'identity.import': call(
    z.object({
      label: z.string().max(60).optional(),
      pkcs12: z.string().max(1_000_000).optional(),
      certificate: PemText.optional(),
      key: PemText.optional(),
      passphrase: Passphrase.optional(),
    }),
    Identity,
  ),
  /** Makes a key and a certificate request for it. */
  'identity.request': call(
    z.object({
      label: z.string().max(60).optional(),
      commonName: z.string().min(1).max(64),
      sans: z.array(z.string().min(1).max(253)).max(50),
      bits: KeyBits.optional(),
    }),
    Identity,
  ),
  /** The certificate that came for a request, with its chain. */
  'identity.complete': call(z.object({ id: z.string().max(64), certificate: PemText }), Identity),
  'identity.remove': call(z.object({ id: z.string().max(64) }), Ok),

  'event.watch': stream(z.object({ limit: z.number().int().min(1).max(5000).optional() }), EventFrame),
  'event.list': call(
    z.object({ limit: z.number().int().min(1).max(5000).optional(), area: z.string().optional() }),
    z.object({ events: z.array(ConsoleEvent) }),
  ),

  'history.get': call(
    z.object({ rangeMs: z.number().min(60_000).max(86_400_000), points: z.number().int().min(2).max(300) }),
    HistoryPage,
  ),
  'health.get': call(Nothing, Health),
  'config.get': call(Nothing, ConfigReport),

  /** A fresh one-time address of this console for a browser; null where there is no web host. */
  'host.link': call(Nothing, z.object({ url: z.string().nullable() })),
} as const;

type Contract = typeof contract;
export type Procedure = keyof Contract;
export type CallName = { [K in Procedure]: Contract[K]['kind'] extends 'call' ? K : never }[Procedure];
export type StreamName = Exclude<Procedure, CallName>;

export type In<K extends Procedure> = z.output<Contract[K]['input']>;
export type Out<K extends Procedure> = z.output<Contract[K]['output']>;

/** What the main process implements and everybody else calls. */
export type Api = {
  [K in Procedure]: Contract[K]['kind'] extends 'stream'
    ? (input: In<K>, signal: AbortSignal) => AsyncIterable<Out<K>>
    : (input: In<K>, signal: AbortSignal) => Promise<Out<K>>;
};

export const isProcedure = (name: string): name is Procedure => Object.hasOwn(contract, name);
