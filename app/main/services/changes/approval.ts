/**
 * The second person: a run of the broadest reach is handed out as a text, signed on another console whose key is pinned
 * here, and taken back. The signature covers what is sent and to whom, so that neither can change in between.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ShownWhat } from '../../../shared/domain/change.js';
import type { ApprovalRequest } from '../../../shared/domain/received.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { Run } from '../../core/changes/run-state.js';
import { shownWhat } from '../../core/changes/what.js';
import type { Approvals } from './types.js';

export const APPROVAL_MS = 3_600_000;
const FIRST_NAMES = 10;

const Request = z.object({
  type: z.literal('legion-console approval request'),
  runId: z.string().max(64),
  profile: z.string().max(200),
  by: z.string().max(200),
  console: z.string().max(1_024),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  what: ShownWhat,
  nodes: z.number().int(),
  firstNames: z.array(z.string().max(1_024)).max(FIRST_NAMES),
  broadcast: z.boolean(),
  createdAt: z.number(),
  until: z.number(),
});
const Signed = z.object({
  type: z.literal('legion-console approval'),
  runId: z.string().max(64),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  until: z.number(),
  /** Of the console that signs. */
  publicKey: z.string().max(16_384),
  signature: z.string().max(4_096),
});

/** Over what is sent, to whom and how; not over when. */
export function hashOfRun({ plan }: Run): string {
  const { id, mode, bodies, names, bodyOf, waves, profile } = plan;
  return createHash('sha256')
    .update(JSON.stringify([id, mode, bodies, names, bodyOf, waves, profile]))
    .digest('hex');
}

const statement = (runId: string, hash: string, until: number): string =>
  `legion-console approval\n${runId}\n${hash}\n${until}`;

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('APPROVAL_UNREADABLE', 'not an approval of this kind', { cause });
  }
}

export function requestText(run: Run, by: string, console: string): string {
  const { plan } = run;
  const request: z.infer<typeof Request> = {
    type: 'legion-console approval request',
    runId: plan.id,
    profile: plan.profile,
    by,
    console,
    hash: hashOfRun(run),
    what: shownWhat(plan.bodies[0]!),
    nodes: plan.names.length,
    firstNames: plan.names.slice(0, FIRST_NAMES),
    broadcast: plan.mode === 'broadcast',
    createdAt: plan.createdAt,
    until: plan.approvalUntil ?? 0,
  };
  return `${JSON.stringify(request, null, 2)}\n`;
}

/** Throws APPROVAL_UNREADABLE. */
export function readRequest(text: string): ApprovalRequest {
  const { type: _, ...request } = parse(Request, text);
  return request;
}

/** As the second person. Throws APPROVAL_UNREADABLE, APPROVAL_EXPIRED or KEY_NONE. */
export function signRequest(
  text: string,
  approvals: Approvals,
  now: number,
): { text: string; request: ApprovalRequest } {
  const request = readRequest(text);
  if (request.until < now) throw new AppError('APPROVAL_EXPIRED', 'the request has expired');
  const { runId, hash, until } = request;
  const { signature, publicKey } = approvals.sign(statement(runId, hash, until));
  const signed: z.infer<typeof Signed> = {
    type: 'legion-console approval',
    runId,
    hash,
    until,
    publicKey,
    signature,
  };
  return { text: `${JSON.stringify(signed, null, 2)}\n`, request };
}

/** The name whose trusted key approved this very run. Throws APPROVAL_*. */
export function checkApproval(run: Run, text: string, approvals: Approvals, now: number): string {
  const signed = parse(Signed, text);
  const { plan } = run;
  if (signed.runId !== plan.id || signed.hash !== hashOfRun(run))
    throw new AppError('APPROVAL_WRONG', 'it approves something else');
  if (signed.until !== plan.approvalUntil) throw new AppError('APPROVAL_WRONG', 'its time was altered');
  if (signed.until < now) throw new AppError('APPROVAL_EXPIRED', 'too late');
  return approvals.verify(
    statement(signed.runId, signed.hash, signed.until),
    signed.signature,
    signed.publicKey,
  );
}
