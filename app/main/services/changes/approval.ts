/**
 * The second person: a run of the broadest reach is handed out as a text, signed on another console whose key is pinned
 * here, and taken back. What is signed is the whole request, as the second person reads it: it is made again from the run
 * when the signature comes, and must be the same.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ShownWhat } from '../../../shared/domain/change.js';
import { ApprovalRequest } from '../../../shared/domain/received.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import type { Run, RunPlan } from '../../core/changes/run-state.js';
import { shownWhat } from '../../core/changes/what.js';
import type { Approvals } from './types.js';

export const APPROVAL_MS = 3_600_000;
const FIRST_NAMES = 10;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Request = z.object({
  type: z.literal('legion-console approval request'),
  runId: z.string().max(64),
  profile: z.string().max(200),
  by: z.string().max(200),
  console: z.string().max(1_024),
  /** Of what is sent, with the values that are masked here. */
  hash: Hash,
  /** All distinct messages; the first is the one shown. */
  bodies: z.array(ShownWhat).min(1),
  waves: z.array(
    z.object({
      size: z.number().int(),
      begins: z.enum(['auto', 'ask']),
      minVerified: z.number(),
      watchS: z.number(),
    }),
  ),
  nodes: z.number().int(),
  firstNames: z.array(z.string().max(1_024)).max(FIRST_NAMES),
  broadcast: z.boolean(),
  createdAt: z.number(),
  until: z.number(),
});
type Request = z.infer<typeof Request>;
const Signed = z.object({
  type: z.literal('legion-console approval'),
  runId: z.string().max(64),
  /** Who asked, and where, as the second person read it. */
  by: z.string().max(200),
  console: z.string().max(1_024),
  /** Of the whole request. */
  digest: Hash,
  until: z.number(),
  /** Of the console that signs. */
  publicKey: z.string().max(16_384),
  signature: z.string().max(4_096),
});

const hashes = new WeakMap<RunPlan, string>();
/** Over what is sent, to whom and how; not over when. A plan never changes, so each is hashed once. */
export function hashOfRun({ plan }: Run): string {
  const known = hashes.get(plan);
  if (known !== undefined) return known;
  const { id, mode, bodies, names, bodyOf, waves, profile } = plan;
  const hash = sha256(JSON.stringify([id, mode, bodies, names, bodyOf, waves, profile]));
  hashes.set(plan, hash);
  return hash;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The same text for the same values, whatever the order of keys. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, canonical(value[key])]));
};
const digestOf = (request: Request): string => sha256(JSON.stringify(canonical(request)));
const statement = (digest: string): string => `legion-console approval of a request\n${digest}`;

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('APPROVAL_UNREADABLE', 'not an approval of this kind', { cause });
  }
}

function requestOf(run: Run, by: string, console: string): Request {
  const { plan } = run;
  return {
    type: 'legion-console approval request',
    ...{ runId: plan.id, profile: plan.profile, by: plan.by ?? by, console, hash: hashOfRun(run) },
    bodies: plan.bodies.map(shownWhat),
    waves: plan.waves.map(({ size, begins, minVerified, watchS }) => ({ size, begins, minVerified, watchS })),
    nodes: plan.names.length,
    firstNames: plan.names.slice(0, FIRST_NAMES),
    broadcast: plan.mode === 'broadcast',
    createdAt: plan.createdAt,
    until: plan.approvalUntil ?? 0,
  };
}

export const requestText = (run: Run, by: string, console: string): string =>
  `${JSON.stringify(requestOf(run, by, console), null, 2)}\n`;

const shownRequest = (request: Request): ApprovalRequest =>
  ApprovalRequest.parse({ ...request, what: request.bodies[0] });

/** Throws APPROVAL_UNREADABLE. */
export const readRequest = (text: string): ApprovalRequest => shownRequest(parse(Request, text));

/** As the second person. Throws APPROVAL_UNREADABLE, APPROVAL_EXPIRED or KEY_NONE. */
export function signRequest(
  text: string,
  approvals: Approvals,
  now: number,
): { text: string; request: ApprovalRequest } {
  const request = parse(Request, text);
  if (request.until < now) throw new AppError('APPROVAL_EXPIRED', 'the request has expired');
  const { runId, by, console, until } = request;
  const digest = digestOf(request);
  const { signature, publicKey } = approvals.sign(statement(digest));
  const signed: z.infer<typeof Signed> = {
    type: 'legion-console approval',
    ...{ runId, by, console, digest, until, publicKey, signature },
  };
  return { text: `${JSON.stringify(signed, null, 2)}\n`, request: shownRequest(request) };
}

/**
 * The name whose trusted key approved this very run, having read of it what is true. `console`: our own name, which the
 * second person must have read too. Throws APPROVAL_*.
 */
export function checkApproval(
  run: Run,
  text: string,
  approvals: Approvals,
  now: number,
  console?: string,
): string {
  const signed = parse(Signed, text);
  const { plan } = run;
  if (signed.runId !== plan.id) throw new AppError('APPROVAL_WRONG', 'it approves something else');
  if (signed.until !== plan.approvalUntil) throw new AppError('APPROVAL_WRONG', 'its time was altered');
  if (signed.until < now) throw new AppError('APPROVAL_EXPIRED', 'too late');
  const digest = digestOf(requestOf(run, signed.by, console ?? signed.console));
  if (digest !== signed.digest) throw new AppError('APPROVAL_WRONG', 'what was read is not what is sent');
  return approvals.verify(statement(digest), signed.signature, signed.publicKey);
}
