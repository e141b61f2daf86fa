/**
 * The cluster secret as a person may see it: that it is held, since when, from whom, how it was checked. Its value has
 * no place in any type here; `id` is a short text derived from it one way, to tell secrets apart.
 */
import * as z from 'zod';
import { Fingerprint } from './fingerprint.js';
import { TRUST_STATES } from './key.js';

/** What this console does when somebody asks for the cluster secret or its Vault token. */
export const SECRET_POLICIES = ['never', 'ask', 'trusted'] as const;
export type SecretPolicy = (typeof SECRET_POLICIES)[number];

/**
 * `wanted`: none held, nobody asked at present. `asked`: waiting for answers. `offered`: none held, and what came was
 * not asked for, so a person decides. `held`. `conflict`: held, and somebody offers another one.
 */
export const SECRET_STATES = ['wanted', 'asked', 'offered', 'held', 'conflict'] as const;
export type SecretState = (typeof SECRET_STATES)[number];

export const SECRET_SOURCES = ['configuration', 'peer', 'file', 'made', 'vault'] as const;
export type SecretSource = (typeof SECRET_SOURCES)[number];

/** `verified`: the check string fits. `absent`: none came with it. */
const Check = z.enum(['verified', 'absent']);

const Candidate = z.object({
  id: z.string(),
  /** Names that sent it, where their key is known; and the fingerprints they sent with it. */
  from: z.array(z.string()),
  fingerprints: z.array(Fingerprint),
  firstAt: z.number(),
  count: z.number().int(),
  check: Check,
  /** Whether it opens the encrypted messages heard lately; null when none were heard. */
  reads: z.boolean().nullable(),
  /** Somebody sent it without being asked. */
  unasked: z.boolean(),
});
export type SecretCandidate = z.infer<typeof Candidate>;

export const SECRET_HOLDERS = ['current', 'previous', 'other'] as const;
const Holder = z.object({
  /** Name, or null while only the key of the sender is known. */
  name: z.string().nullable(),
  fingerprint: Fingerprint.nullable(),
  uses: z.enum(SECRET_HOLDERS),
  at: z.number(),
});

export const ClusterSecret = z.object({
  state: z.enum(SECRET_STATES),
  since: z.number(),
  id: z.string().nullable(),
  source: z.enum(SECRET_SOURCES).nullable(),
  from: z.string().nullable(),
  fromFingerprint: Fingerprint.nullable(),
  fromTrust: z.enum(TRUST_STATES).nullable(),
  check: Check.nullable(),
  askedAt: z.number().nullable(),
  /** Nodes that were asked directly. */
  askedCount: z.number().int(),
  answerBy: z.number().nullable(),
  /** How the last question ended without a secret. */
  outcome: z.enum(['no-answer', 'unreadable', 'check-failed', 'not-a-secret', 'not-sent']).nullable(),
  outcomeAt: z.number().nullable(),
  candidates: z.array(Candidate),
  /** After a change: the one before, still read until then. */
  previous: z.object({ id: z.string(), until: z.number() }).nullable(),
  /** Who was last seen with which secret, newest first, at most 1,000. */
  holders: z.array(Holder),
  /** How the new secret reached the others after a rotation. */
  handover: z
    .object({
      at: z.number(),
      sent: z.number().int(),
      /** Names that it did not reach. */
      away: z.array(z.string()),
      /** Beating nodes without a trusted key: they got nothing. */
      without: z.number().int(),
    })
    .nullable(),
});
export type ClusterSecret = z.infer<typeof ClusterSecret>;

/** What somebody may ask us for: also a Vault token of its own, made for it, so that ours stays here. */
export const WISHES = ['cluster-secret', 'vault-token', 'vault-wrapped'] as const;
export type Wish = (typeof WISHES)[number];

export const REQUEST_STATES = ['waiting', 'given', 'refused', 'unanswered', 'elsewhere', 'failed'] as const;

/** Somebody asked for a secret. One entry per asker, key and wish, however often it asks. */
export const SecretRequest = z.object({
  id: z.string(),
  name: z.string(),
  fingerprint: Fingerprint.nullable(),
  wants: z.enum(WISHES),
  firstAt: z.number(),
  lastAt: z.number(),
  count: z.number().int(),
  /**
   * `waiting`: a person decides. `unanswered`: by policy, or it cannot be answered (`why`). `elsewhere`: another node
   * answered. `failed`: our answer did not reach it.
   */
  state: z.enum(REQUEST_STATES),
  stateAt: z.number(),
  /** A code of the table of errors: why it is unanswered or failed. */
  why: z.string().nullable(),
  trust: z.enum(TRUST_STATES).nullable(),
  weak: z.boolean(),
  beating: z.boolean(),
  /** Who answered it, where that is known. */
  answeredBy: z.string().nullable(),
});
export type SecretRequest = z.infer<typeof SecretRequest>;

/** A whole picture each time; it is small. */
export const Secrets = z.object({
  at: z.number(),
  policy: z.enum(SECRET_POLICIES),
  secret: ClusterSecret,
  /** Waiting ones first, then newest first; at most 500. */
  requests: z.array(SecretRequest),
});
export type Secrets = z.infer<typeof Secrets>;
