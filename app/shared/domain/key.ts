/**
 * Who has which public key, and what a person decided about it. A row is a pair of name and fingerprint: two keys of
 * one name are two rows. Times are epoch ms. Nothing secret has a place here.
 */
import * as z from 'zod';
import { Fingerprint } from './fingerprint.js';

/** Most urgent first; the index is the number of the state in roster frames. Never reorder. */
export const TRUST_STATES = ['changed', 'shared', 'new', 'missing', 'quiet', 'refused', 'trusted'] as const;
export type TrustState = (typeof TRUST_STATES)[number];

/** How a person made sure whose key it is. */
export const VERIFIED_BY = ['voice', 'file', 'machine', 'unverified'] as const;
export type VerifiedBy = (typeof VERIFIED_BY)[number];

/** RSA keys with fewer bits are marked weak; no secret is encrypted to one below `MIN_USABLE_BITS`. */
export const WEAK_BELOW_BITS = 2048;
export const MIN_USABLE_BITS = 1024;
export const MAX_KEY_BITS = 8192;

export const KeyRow = z.object({
  name: z.string(),
  /** null for `missing`: the name beats and has shown no key. */
  fingerprint: Fingerprint.nullable(),
  trust: z.enum(TRUST_STATES),
  /** A person pinned this pair. */
  pinned: z.boolean(),
  /** The key that this name showed last. */
  current: z.boolean(),
  /** A person said "keep the pinned one" about this claimant: the alarm is over, the key stays unused. */
  kept: z.boolean(),
  bits: z.number().int().nullable(),
  weak: z.boolean(),
  firstSeenAt: z.number().nullable(),
  lastSeenAt: z.number().nullable(),
  decidedAt: z.number().nullable(),
  verifiedBy: z.enum(VERIFIED_BY).nullable(),
  /** Other names with this very fingerprint, at most 10. */
  sharedWith: z.array(z.string()),
  /** This console's own key. */
  own: z.boolean(),
});
export type KeyRow = z.infer<typeof KeyRow>;

/** What a row is known by, in frames and addresses. */
export const keyId = (row: { readonly name: string; readonly fingerprint: string | null }): string =>
  `${row.fingerprint ?? '-'} ${row.name}`;

export const TrustCounts = z.object(
  Object.fromEntries(TRUST_STATES.map((state) => [state, z.number().int()])) as Record<
    TrustState,
    z.ZodNumber
  >,
);
export type TrustCounts = z.infer<typeof TrustCounts>;

/** Put these in by `keyId`, take `gone` out; a snapshot replaces all. A gap in `seq`: open the stream again. */
export const KeyFrame = z.object({
  type: z.enum(['snapshot', 'delta']),
  seq: z.number(),
  at: z.number(),
  rows: z.array(KeyRow),
  gone: z.array(z.string()),
});
export type KeyFrame = z.infer<typeof KeyFrame>;

/** One thing that happened around the time a key came: from the event log, oldest first. */
const Around = z.object({
  at: z.number(),
  /** Id of the event; its sentence is made by `eventText`. */
  eventId: z.number().int(),
});

export const KeyDetail = z.object({
  row: KeyRow,
  /** The other rows of this name: the pinned one of a claimant and the other way round. */
  others: z.array(KeyRow),
  /** As PEM, to keep or compare. */
  pem: z.string().nullable(),
  /** The messages it was seen in, newest first: kind and when. */
  seenIn: z.array(z.object({ message: z.string(), at: z.number() })),
  around: z.array(Around),
  /** Pids that lately beat under this name; two at once are two machines. */
  pids: z.array(z.number()),
});
export type KeyDetail = z.infer<typeof KeyDetail>;

/** Our own key pair; `making` while the first one is being computed. */
export const OwnKey = z.object({
  state: z.enum(['none', 'making', 'ready', 'failed']),
  fingerprint: Fingerprint.nullable(),
  bits: z.number().int().nullable(),
  madeAt: z.number().nullable(),
  pem: z.string().nullable(),
  /** Where it is kept: the system's keychain, a file only its owner can read, or nowhere (demo). */
  keptIn: z.enum(['keychain', 'file', 'memory']),
  /** When we last told our key to all. */
  announcedAt: z.number().nullable(),
  rotation: z
    .object({
      startedAt: z.number(),
      oldFingerprint: Fingerprint,
      /** Until then late messages to the old key can still be read, and the change can be undone. */
      oldUntil: z.number(),
      /** Names that since sent us something encrypted to the new key, at most 1,000. */
      usingNew: z.array(z.string()),
      usingNewCount: z.number().int(),
      /** Names that since still used the old one. */
      usingOld: z.array(z.string()),
      /** Beating nodes that sent nothing either way. */
      unknown: z.number().int(),
    })
    .nullable(),
});
export type OwnKey = z.infer<typeof OwnKey>;
