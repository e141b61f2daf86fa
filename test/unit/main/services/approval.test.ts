/** What a second person signs, and what does not pass for it. */
import { describe, expect, it } from 'vitest';
import { createRun, type RunPlan } from '../../../../app/main/core/changes/run-state.js';
import {
  checkApproval,
  hashOfRun,
  readRequest,
  requestText,
  signRequest,
} from '../../../../app/main/services/changes/approval.js';
import type { Approvals } from '../../../../app/main/services/changes/types.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;

/** Everybody's signature is the text itself. */
const approvals: Approvals = {
  sign: (text) => ({ signature: Buffer.from(text).toString('base64'), fingerprint: 'f', publicKey: 'pem' }),
  verify: (text, signature) => {
    if (Buffer.from(signature, 'base64').toString() !== text) throw new AppError('APPROVAL_WRONG', 'no');
    return 'second';
  },
};
const PLAN: RunPlan = {
  ...{ id: 'r-1', kind: 'settings', mode: 'addressed', createdAt: 1, by: 'anna', profile: 'prod' },
  bodies: [
    { kind: 'settings', settings: { transport: { password: 'hunter2' } }, restart: true },
    { kind: 'settings', settings: { cache: { size: 1 } }, restart: false },
  ],
  ...{ names: ['a', 'b'], bodyOf: [0, 1], same: [], stop: { regressed: 2, failedShare: 0.05 } },
  waves: [{ size: 2, begins: 'auto', minVerified: 1, watchS: 30 }],
  ...{ atMost: 10, deadlineMs: 60_000, canary: null, rollbackOf: null, approvalUntil: 5_000, reason: null },
};
const run = createRun(PLAN);
const text = requestText(run, 'anna', 'admin');
const altered = (change: (request: Record<string, unknown>) => void): string => {
  const request = JSON.parse(text) as Record<string, unknown>;
  change(request);
  return JSON.stringify(request);
};
const check = (request: string): string =>
  checkApproval(run, signRequest(request, approvals, 2).text, approvals, 3, 'admin');

describe('a request for a second person', () => {
  it('tells what is sent, to whom and in which waves, without secrets', () => {
    expect(readRequest(text)).toMatchObject({ what: { keys: ['transport.password'] }, nodes: 2, by: 'anna' });
    expect(JSON.parse(text)).toMatchObject({ bodies: [{}, { keys: ['cache.size'] }], waves: [{ size: 2 }] });
    expect(text).not.toContain('hunter2');
  });

  it('is good when it comes back signed, in whatever order its fields stand', () => {
    expect(check(text)).toBe('second');
    expect(
      check(JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).toReversed()))),
    ).toBe('second');
  });

  it.each<[string, (request: Record<string, unknown>) => void]>([
    ['by', (request) => (request['by'] = 'bob')],
    ['console', (request) => (request['console'] = 'other')],
    ['profile', (request) => (request['profile'] = 'test')],
    ['nodes', (request) => (request['nodes'] = 1)],
    ['firstNames', (request) => (request['firstNames'] = ['a'])],
    ['broadcast', (request) => (request['broadcast'] = true)],
    ['createdAt', (request) => (request['createdAt'] = 2)],
    ['until', (request) => (request['until'] = 6_000)],
    ['hash', (request) => (request['hash'] = '0'.repeat(64))],
    ['waves', (request) => (request['waves'] = [])],
    ['bodies', (request) => (request['bodies'] as unknown[]).pop()],
    ['runId', (request) => (request['runId'] = 'r-2')],
  ])('whose %s was altered before it was read approves nothing', (_, change) => {
    expect(() => check(altered(change))).toThrow(code('APPROVAL_WRONG'));
  });

  it('approves nothing after its time, with another signature, or for another run', () => {
    const signed = signRequest(text, approvals, 2).text;
    expect(() => checkApproval(run, signed, approvals, 5_001)).toThrow(code('APPROVAL_EXPIRED'));
    const forged = JSON.stringify({ ...(JSON.parse(signed) as object), signature: 'AAAA' });
    expect(() => checkApproval(run, forged, approvals, 3)).toThrow(code('APPROVAL_WRONG'));
    const other = createRun({ ...PLAN, bodies: [PLAN.bodies[1]!, PLAN.bodies[1]!] });
    expect(() => checkApproval(other, signed, approvals, 3)).toThrow(code('APPROVAL_WRONG'));
    expect(hashOfRun(other)).not.toBe(hashOfRun(run));
  });
});
