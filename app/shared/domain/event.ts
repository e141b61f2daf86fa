/**
 * What happened, as the Events page, the log and `legion-console events` show it.
 * Facts only; the sentence is made from the catalogue (`event.<kind>`), so that all three say the same.
 */
import * as z from 'zod';

/** The filter buttons of the Events page. */
export const EVENT_AREAS = ['nodes', 'changes', 'keys', 'legions', 'secrets', 'link', 'audit'] as const;
export type EventArea = (typeof EVENT_AREAS)[number];

export const EVENT_KINDS = {
  'node.joined': 'nodes',
  'node.silent': 'nodes',
  'node.recovered': 'nodes',
  'node.troubled': 'nodes',
  'node.well': 'nodes',
  'node.left': 'nodes',
  'node.forgotten': 'audit',
  'node.restarted': 'nodes',
  'node.duplicate': 'nodes',
  'node.flapping': 'nodes',
  'node.skew': 'nodes',
  /** A message of the bus whose behaviour is not ours to act on; `facts.message` names its kind. */
  'heard.keys': 'keys',
  'heard.secrets': 'secrets',
  'heard.changes': 'changes',
  /** A key was seen for the first time. */
  'key.new': 'keys',
  /** A pinned name showed another key: an alarm. */
  'key.changed': 'keys',
  /** The pinned key was shown again after another one. */
  'key.back': 'keys',
  'key.shared': 'keys',
  /** Somebody showed a key, or asked, under our own name: an alarm. */
  'key.own-name': 'keys',
  /** Another node asked all to forget the key of a name. */
  'key.forget-asked': 'keys',
  'key.announced': 'keys',
  'key.asked': 'keys',
  'key.made': 'keys',
  'key.trusted': 'audit',
  'key.refused': 'audit',
  'key.kept': 'audit',
  'key.forgotten': 'audit',
  'key.imported': 'audit',
  'key.rotated': 'audit',
  'key.rotation-undone': 'audit',
  'key.rotation-finished': 'audit',
  'key.asked-to-forget': 'audit',
  /** Somebody asks us for the cluster secret. */
  'secret.requested': 'secrets',
  'secret.answered-elsewhere': 'secrets',
  'secret.asked': 'secrets',
  /** The configuration says that it is in Vault, and it cannot be had from there. */
  'secret.vault-failed': 'secrets',
  'secret.no-answer': 'secrets',
  'secret.held': 'secrets',
  'secret.refused-offer': 'secrets',
  /** Somebody offers another secret than ours, or one unasked: an alarm. */
  'secret.conflict': 'secrets',
  'secret.given': 'audit',
  'secret.give-failed': 'audit',
  'secret.not-given': 'audit',
  'secret.adopted': 'audit',
  'secret.dismissed': 'audit',
  'secret.set': 'audit',
  'secret.rotated': 'audit',
  'secret.policy': 'audit',
  /** The token of this node: where it came from, and what became of it; `facts.accessor` tells tokens apart. */
  'vault.held': 'audit',
  'vault.revoked': 'audit',
  /** A shared token was dropped here and lives on elsewhere. */
  'vault.let-go': 'audit',
  'vault.soon': 'secrets',
  'vault.ended': 'secrets',
  'vault.refused': 'secrets',
  'vault.renew-failed': 'secrets',
  'vault.recovered': 'secrets',
  'vault.sealed': 'secrets',
  'vault.unsealed': 'secrets',
  /** Somebody asks us for our token. */
  'vault.requested': 'secrets',
  'vault.answered-elsewhere': 'secrets',
  'vault.given': 'audit',
  'vault.give-failed': 'audit',
  'vault.not-given': 'audit',
  'vault.asked': 'secrets',
  /** No token that can be used came in time. */
  'vault.unanswered': 'secrets',
  /** Somebody sent a token that is not used; `facts.why`. */
  'vault.ignored': 'secrets',
  /** Somebody asks for a wrapped token in a way that is not answered; `facts.why`. */
  'vault.handover-refused': 'secrets',
  /** Somebody was at a wrapped token on its way to us: an alarm. */
  'vault.replay': 'audit',
  /** One that we made for another node could not be taken back; `facts.accessor`. */
  'vault.revoke-failed': 'audit',
  'identity.imported': 'audit',
  'identity.requested': 'audit',
  'identity.removed': 'audit',
  'audit.broken': 'audit',
  /** The story of a run, and what was pushed to us: these are in the audit as well, see `isAudited`. */
  'run.started': 'changes',
  'run.wave': 'changes',
  'run.gate': 'changes',
  'run.held': 'changes',
  'run.resumed': 'changes',
  'run.continued': 'changes',
  'run.stopped': 'changes',
  'run.retried': 'changes',
  'run.rolled-back': 'changes',
  'run.rollback-lost': 'changes',
  'run.approval-asked': 'changes',
  'run.approved': 'changes',
  'run.approval-signed': 'changes',
  'run.regressed': 'changes',
  'run.failed': 'changes',
  'run.done': 'changes',
  'received.asked': 'changes',
  'received.applied': 'changes',
  'received.failed': 'changes',
  'received.refused': 'changes',
  'received.undone': 'changes',
  'received.mode': 'audit',
  'legion.lord': 'legions',
  'legion.no-lord': 'legions',
  /** Two claim to lead. */
  'legion.split': 'legions',
  'legion.joined': 'legions',
  'legion.left': 'legions',
  'legion.death-told': 'legions',
  'legion.notify': 'legions',
  'legion.failed': 'legions',
  /** We began or ceased to lead. */
  'legion.lorded': 'audit',
  'legion.unlorded': 'audit',
  'legion.hook': 'audit',
  'legion.hook-failed': 'audit',
  'legion.hook-switched': 'audit',
  'legion.saved': 'audit',
  'legion.removed': 'audit',
  'legion.role': 'audit',
  'legion.stepped-down': 'audit',
  'bus.undecodable': 'link',
  'link.live': 'link',
  'link.lost': 'link',
  'link.refused': 'link',
  'link.blocked': 'link',
  'link.unblocked': 'link',
  'name.taken': 'link',
  'session.started': 'audit',
  'session.ended': 'audit',
} as const satisfies Record<string, EventArea>;
export type EventKind = keyof typeof EVENT_KINDS;

/** Kept for good: every decision and deed, and the whole story of what was pushed from here or to here. */
export const isAudited = (kind: EventKind): boolean =>
  EVENT_KINDS[kind] === 'audit' || kind.startsWith('run.') || kind.startsWith('received.');
/** Whether an event belongs under one of the filter buttons. */
export const isInArea = (event: { readonly kind: string; readonly area: EventArea }, area: string): boolean =>
  event.area === area ||
  (area === 'audit' && (event.kind.startsWith('run.') || event.kind.startsWith('received.'))) ||
  (area === 'legions' && event.kind.startsWith('legion.'));

export const ConsoleEvent = z.object({
  /** Grows by one per event; an event that folds more in keeps its id and comes again. */
  id: z.number().int(),
  /** When it began, epoch ms. */
  at: z.number(),
  /** When the last one folded into it happened; equal to `at` for a single one. */
  until: z.number(),
  kind: z.string(),
  area: z.enum(EVENT_AREAS),
  /** How many were folded into this line. */
  count: z.number().int(),
  /** The names concerned, at most 50 of them. */
  names: z.array(z.string()),
  group: z.string().nullable(),
  /** Small facts for the sentence and the fold-out: text and numbers, cut at 300 characters, secrets masked. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** The message as heard (redacted, cut), or null. */
  raw: z.string().nullable(),
});
export type ConsoleEvent = z.infer<typeof ConsoleEvent>;

/** Put these (by id, newest last) into what you have; a snapshot replaces it. */
export const EventFrame = z.object({
  type: z.enum(['snapshot', 'delta']),
  seq: z.number(),
  events: z.array(ConsoleEvent),
});
export type EventFrame = z.infer<typeof EventFrame>;
