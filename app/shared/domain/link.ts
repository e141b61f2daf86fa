/** Our own link to the broker, and the six steps that open it. */
import * as z from 'zod';
import { WireError } from '../errors/wire.js';

export const LINK_STATES = [
  'off',
  'connecting',
  'live',
  'degraded',
  'reconnecting',
  'stale',
  'refused',
] as const;

/** In the order in which they happen. */
export const LINK_STEPS = ['broker', 'tls', 'login', 'topology', 'name', 'beats'] as const;
export type LinkStepId = (typeof LINK_STEPS)[number];

export const LinkStep = z.object({
  id: z.enum(LINK_STEPS),
  /** `skipped`: does not apply here, as TLS on a plain connection. */
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  /** How long it took, once done. */
  ms: z.number().nullable(),
  /** A fact worth reading: the broker's version, the certificate's issuer and expiry. */
  note: z.string().nullable(),
});
export type LinkStep = z.infer<typeof LinkStep>;

export const Link = z.object({
  state: z.enum(LINK_STATES),
  /** Since when it has been in this state, epoch ms. */
  since: z.number(),
  /** Address without user and password; empty in demo. */
  address: z.string(),
  /** e.g. "TLSv1.3", or null on a plain connection. */
  tls: z.string().nullable(),
  /** While reconnecting: which attempt, and when the next one starts (epoch ms). */
  attempt: z.number().int(),
  nextAttemptAt: z.number().nullable(),
  error: WireError.nullable(),
  /** The broker's reason while it blocks publishing. */
  blocked: z.string().nullable(),
  steps: z.array(LinkStep),
  /** The moment up to which the picture is true while the link is not live, epoch ms. */
  asOf: z.number().nullable(),
  /** The last outage that ended: how long, and the names whose state differs from before it. */
  back: z.object({ at: z.number(), outageMs: z.number(), differ: z.array(z.string()) }).nullable(),
});
export type Link = z.infer<typeof Link>;
