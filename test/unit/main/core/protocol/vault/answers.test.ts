/** Answers of Vault and of what stands in front of it, by hand: values, problems, and what never comes out of them. */
import { describe, expect, it } from 'vitest';
import {
  grantAnswer,
  keysAnswer,
  lookupAnswer,
  mountAnswer,
  nothingAnswer,
  readAnswer,
  renewalAnswer,
  sealAnswer,
  secretV1Answer,
  secretV2Answer,
  unwrapAnswer,
  wrapAnswer,
  type Reading,
} from '../../../../../../app/main/core/protocol/vault/answers.js';
import { readHealth } from '../../../../../../app/main/core/protocol/vault/health.js';
import {
  asPolicy,
  problemOfAnswer,
  problemOfThrown,
  toAppError,
  type VaultProblem,
} from '../../../../../../app/main/core/protocol/vault/problem.js';
import { AppError } from '../../../../../../app/shared/errors/app-error.js';

type Headers = Readonly<Record<string, string>>;
const raw = (status: number, text: string, headers: Headers = {}) => ({ status, headers, text });
const json = (status: number, body: unknown, headers: Headers = {}) =>
  raw(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
const html = (status: number) =>
  raw(status, '<!DOCTYPE html><html>canary</html>', { 'content-type': 'text/html' });

function problemOf(reading: Reading<unknown>): VaultProblem {
  if (reading.ok) throw new Error('read where a problem was expected');
  return reading.problem;
}
function valueOf<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(`${reading.problem.code} ${reading.problem.words}`);
  return reading.value;
}
const refusal = (status: number, errors: readonly unknown[] = [], headers: Headers = {}): VaultProblem =>
  problemOf(readAnswer(json(status, { errors }, headers), nothingAnswer));

const AUTH = {
  client_token: 'hvs.canary',
  accessor: 'acc',
  policies: ['default'],
  metadata: { node: 'n1' },
  lease_duration: 3_600,
  renewable: true,
  token_type: 'service',
  orphan: false,
  num_uses: 0,
};

describe('a value from Vault', () => {
  it('of a lookup has everything but the token', () => {
    const data = {
      ...{ id: 'hvs.canary', accessor: 'acc', display_name: 'token-n1', policies: ['default', 'node'] },
      ...{ path: 'auth/token/create', orphan: true, type: 'service', creation_ttl: 3_600, ttl: 3_590 },
      ...{ explicit_max_ttl: 0, period: 3_600, num_uses: 0, renewable: true, meta: { node: 'n1' } },
      ...{ expire_time: '2026-11-21T05:00:00.123456789Z', namespace_path: 'team-a/', creation_time: 1 },
    };
    const reading = readAnswer(json(200, { data, warnings: null }), lookupAnswer);
    expect(valueOf(reading)).toMatchObject({
      ...{ accessor: 'acc', policies: ['default', 'node'], ttlS: 3_590, periodS: 3_600, isOrphan: true },
      ...{ meta: { node: 'n1' }, expiresAt: Date.UTC(2026, 10, 21, 5, 0, 0, 123), namespacePath: 'team-a/' },
    });
    expect(JSON.stringify(reading)).not.toContain('canary');
  });

  it('of a root token never ends; what is optional may be missing', () => {
    const data = { policies: ['root'], ttl: 0, expire_time: null, meta: null };
    expect(valueOf(readAnswer(json(200, { data }), lookupAnswer))).toMatchObject({
      ...{ ttlS: 0, expiresAt: null, isRenewable: false, periodS: 0, accessor: '', meta: {}, type: '' },
    });
  });

  it('of a login is a token with its facts, of a renewal only the facts', () => {
    expect(valueOf(readAnswer(json(200, { auth: AUTH }), grantAnswer))).toEqual({
      ...{ token: 'hvs.canary', accessor: 'acc', policies: ['default'], meta: { node: 'n1' }, leaseS: 3_600 },
      ...{ isRenewable: true, type: 'service', isOrphan: false, usesLeft: 0 },
    });
    const renewed = readAnswer(json(200, { auth: AUTH }), renewalAnswer);
    expect(valueOf(renewed).leaseS).toBe(3_600);
    expect(JSON.stringify(renewed)).not.toContain('canary');
    const batch = { ...AUTH, accessor: null, policies: null, metadata: null, token_type: 'batch' };
    expect(valueOf(readAnswer(json(200, { auth: batch }), grantAnswer))).toMatchObject({
      ...{ accessor: '', policies: [], meta: {} },
    });
  });

  it('of a wrapping is what is around, of an unwrapping what was inside', () => {
    const info = { token: 'w', accessor: 'a', ttl: 60, creation_time: '2026-11-21T03:00:00.1Z' };
    const wrap_info = { ...info, creation_path: 'auth/token/create' };
    expect(valueOf(readAnswer(json(200, { wrap_info }), wrapAnswer))).toEqual({
      ...{ wrapping: 'w', accessor: 'a', ttlS: 60, creationPath: 'auth/token/create' },
      ...{ createdAt: Date.UTC(2026, 10, 21, 3, 0, 0, 100), wrappedAccessor: null },
    });
    expect(valueOf(readAnswer(json(200, { auth: AUTH, data: null }), unwrapAnswer)).grant?.token).toBe(
      'hvs.canary',
    );
    expect(valueOf(readAnswer(json(200, { data: { a: 1 } }), unwrapAnswer))).toEqual({
      ...{ grant: null, data: { a: 1 } },
    });
    expect(problemOf(readAnswer(json(200, { data: null }), unwrapAnswer)).code).toBe('VAULT_ANSWER');
  });

  it('of a store of either version is the secret, of a mount its version', () => {
    expect(valueOf(readAnswer(json(200, { data: { a: 'b' } }), secretV1Answer))).toEqual({
      ...{ data: { a: 'b' }, version: null },
    });
    const data = { data: { a: 'b' }, metadata: { version: 3 } };
    expect(valueOf(readAnswer(json(200, { data }), secretV2Answer))).toEqual({
      data: { a: 'b' },
      version: 3,
    });
    expect(valueOf(readAnswer(json(200, { data: { keys: ['a', 'b/'] } }), keysAnswer))).toEqual(['a', 'b/']);
    const mount = (type: string, options: unknown) =>
      valueOf(readAnswer(json(200, { data: { type, options } }), mountAnswer));
    expect(mount('kv', { version: '2' })).toBe(2);
    expect(mount('kv', { version: 2 })).toBe(2);
    expect(mount('kv', null)).toBe(1);
    expect(mount('generic', {})).toBe(1);
    expect(mount('pki', null)).toBeNull();
  });

  it('brings the warnings along, made fit to show', () => {
    const warnings = ['TTL of "768h" exceeded\u202e', 7, `x${'y'.repeat(500)}`];
    const reading = readAnswer(json(200, { data: null, warnings }), nothingAnswer);
    expect(reading.ok && reading.warnings).toEqual([
      'TTL of "768h" exceeded‹U+202E›',
      `x${'y'.repeat(199)}…`,
    ]);
  });

  it('may be nothing at all, but only where nothing is expected', () => {
    expect(readAnswer(raw(204, ''), nothingAnswer)).toEqual({ ok: true, value: null, warnings: [] });
    expect(problemOf(readAnswer(raw(204, ''), lookupAnswer))).toMatchObject({
      ...{ code: 'VAULT_ANSWER', kind: 'no-vault', canPass: true, words: 'HTTP 204, an empty answer' },
    });
  });
});

describe('an answer that is none of Vault’s', () => {
  it.each([
    ['a page of HTML', html(200), 'a page of HTML'],
    ['a page with an error', html(503), 'a page of HTML'],
    ['a page that forbids', html(403), 'a page of HTML'],
    ['JSON that is cut', raw(200, '{"data":{"ttl":'), 'JSON that Vault does not write'],
    ['plain words', raw(404, '404 page not found'), 'no JSON'],
    ['other JSON', json(403, { message: 'Forbidden' }), 'JSON that Vault does not write'],
    ['a list', json(200, ['canary']), 'JSON that Vault does not write'],
    ['no text', raw(502, ''), 'an empty answer'],
  ])('%s is told by its form, and never quoted', (_, answer, form) => {
    for (const schema of [lookupAnswer, sealAnswer, nothingAnswer]) {
      const problem = problemOf(readAnswer<unknown>(answer, schema));
      expect(problem).toMatchObject({ code: 'VAULT_ANSWER', kind: 'no-vault', canPass: true });
      expect(problem.words).toBe(`HTTP ${answer.status}, ${form}`);
    }
    expect(problemOf(readHealth(answer)).code).toBe('VAULT_ANSWER');
  });

  it('JSON without the fields names them', () => {
    expect(problemOf(readAnswer(json(200, { request_id: 'x' }), grantAnswer)).words).toBe(
      'HTTP 200, fields missing or of another form: auth',
    );
    const auth = { ...AUTH, lease_duration: 'long' };
    expect(problemOf(readAnswer(json(200, { auth }), grantAnswer)).words).toMatch(/: auth\.lease_duration$/);
  });

  it('is survived however deep it is', () => {
    expect(problemOf(readAnswer(raw(200, '['.repeat(500_000)), nothingAnswer)).code).toBe('VAULT_ANSWER');
  });
});

describe('a refusal of Vault', () => {
  it.each([
    [400, 'VAULT_INVALID', 'invalid', false],
    [403, 'VAULT_DENIED', 'denied', false],
    [404, 'VAULT_MISSING', 'missing', false],
    [405, 'VAULT_METHOD', 'invalid', false],
    [412, 'VAULT_BEHIND', 'server', true],
    [413, 'VAULT_INVALID', 'invalid', false],
    [429, 'VAULT_LIMITED', 'limited', true],
    [472, 'VAULT_DR', 'dr', false],
    [473, 'VAULT_STANDBY', 'standby', true],
    [474, 'VAULT_NO_ACTIVE', 'standby', true],
    [500, 'VAULT_FAILED', 'server', true],
    [501, 'VAULT_UNINITIALISED', 'uninitialised', false],
    [502, 'VAULT_UPSTREAM', 'server', true],
    [503, 'VAULT_SEALED', 'sealed', true],
    [504, 'VAULT_FAILED', 'server', true],
    [530, 'VAULT_REMOVED', 'removed', false],
    [301, 'VAULT_REDIRECT', 'redirect', false],
  ])('of status %i is %s', (status, code, kind, canPass) => {
    expect(refusal(status, ['its words'])).toMatchObject({ status, code, kind, canPass, words: 'its words' });
    expect(refusal(status).code).toBe(code);
  });

  it('that sends us elsewhere says where, and not with what', () => {
    const answer = {
      status: 308,
      headers: { location: 'https://other:8200/v1/x?token=hvs.secret' },
      text: '',
    };
    expect(problemOfAnswer(answer, undefined)).toMatchObject({
      ...{ code: 'VAULT_REDIRECT', words: 'HTTP 308 to https://other:8200' },
    });
  });

  it.each([
    [400, 'path disabled in replication DR secondary mode', 'VAULT_DR'],
    [500, 'local node not active but active cluster node not found', 'VAULT_NO_ACTIVE'],
    [500, 'node has been removed from the HA cluster', 'VAULT_REMOVED'],
    [503, 'server is not yet initialized', 'VAULT_UNINITIALISED'],
    [429, 'request path "x": lease count quota exceeded', 'VAULT_LEASES'],
    [429, 'request path "x": rate limit quota exceeded', 'VAULT_LIMITED'],
    [403, 'the DR secondary', 'VAULT_DENIED'],
  ])('of status %i that says “%s” is %s', (status, words, code) => {
    expect(refusal(status, [words]).code).toBe(code);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '999999' }, 300_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT', date: 'Sun, 22 Nov 2026 10:00:00 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT', date: 'Sun, 22 Nov 2026 10:00:00 GMT' }, 0],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '' }, null],
    [{ 'retry-after': '-5' }, null],
    [{}, null],
  ])('says with %o how long to wait: %s ms', (headers, ms) => {
    expect(refusal(429, ['rate limit quota exceeded'], headers as Headers).retryAfterMs).toBe(ms);
    expect(problemOf(readAnswer({ ...html(429), headers: headers }, nothingAnswer))).toMatchObject({
      ...{ code: 'VAULT_LIMITED', retryAfterMs: ms },
    });
  });

  it('has its words cleaned, cut, and without what we sent', () => {
    const said = ['bad token hvs.canary-1\u0007', { not: 'text' }, 'password=hunter22', 'z'.repeat(400)];
    const { words } = problemOf(
      readAnswer(json(403, { errors: said }), nothingAnswer, ['hvs.canary-1', 'z']),
    );
    expect(words).toMatch(/^bad token •••‹U\+0007›; password=•••; zzz/);
    expect(words.length).toBeLessThan(220);
  });

  it('tells a deleted or destroyed version from a secret that is not there', () => {
    const gone = (metadata: object) =>
      problemOf(readAnswer(json(404, { data: { data: null, metadata } }), secretV2Answer));
    const deletion_time = '2026-11-21T05:00:00Z';
    expect(gone({ version: 3, deletion_time, destroyed: false })).toMatchObject({
      ...{ code: 'VAULT_DELETED', kind: 'missing', words: `version 3 was deleted at ${deletion_time}` },
    });
    expect(gone({ version: 3, deletion_time: '', destroyed: true }).words).toBe('version 3 was destroyed');
    expect(refusal(404)).toMatchObject({ code: 'VAULT_MISSING', words: '' });
    const wrongPath = json(404, { warnings: ['Invalid path for a versioned K/V secrets engine'] });
    expect(problemOf(readAnswer(wrongPath, secretV1Answer)).words).toMatch(/^Invalid path/);
  });

  it('becomes a policy’s when the token is known to live, and an error with a code', () => {
    const policy = asPolicy(refusal(403, ['permission denied']));
    expect(policy).toMatchObject({ code: 'VAULT_POLICY', kind: 'policy', status: 403 });
    const error = toAppError(policy);
    expect(error).toMatchObject({ code: 'VAULT_POLICY', message: 'permission denied' });
    expect(problemOfThrown(toAppError(refusal(500))).kind).toBe('server');
  });

  it('is not made of anything but the transport’s errors', () => {
    const tls = new AppError('VAULT_TLS', 'expired', { details: { name: 'expired' } });
    expect(problemOfThrown(tls)).toMatchObject({ kind: 'tls', fault: 'expired', canPass: false });
    expect(toAppError(problemOfThrown(tls)).details['name']).toBe('expired');
    for (const bug of [new TypeError('bug'), new AppError('INTERNAL', 'bug')])
      expect(() => problemOfThrown(bug)).toThrow('bug');
  });
});

describe('health', () => {
  const body = { initialized: true, sealed: false, standby: false, server_time_utc: 1_780_000_000 };

  it.each([
    [200, {}, 'active', null],
    [200, { standby: true }, 'standby', null],
    [429, { standby: true }, 'standby', null],
    [473, { performance_standby: true }, 'performance-standby', null],
    [474, { standby: true }, 'standby-without-active', 'VAULT_NO_ACTIVE'],
    [472, { replication_dr_mode: 'secondary' }, 'dr-secondary', 'VAULT_DR'],
    [503, { sealed: true, standby: true }, 'sealed', 'VAULT_SEALED'],
    [501, { initialized: false, sealed: true }, 'uninitialised', 'VAULT_UNINITIALISED'],
    [530, { removed_from_cluster: true }, 'removed', 'VAULT_REMOVED'],
    [200, { sealed: true }, 'sealed', 'VAULT_SEALED'],
  ])('of status %i with %o is %s', (status, over, state, code) => {
    const health = valueOf(readHealth(json(status, { ...body, ...over, version: '1.19.2' })));
    expect(health).toMatchObject({ state, version: '1.19.2', serverNow: 1_780_000_000_000 });
    expect(health.problem?.code ?? null).toBe(code);
  });

  it('that is limited, or answered by somebody else, is a problem', () => {
    const limited = readHealth(json(429, { errors: ['rate limit quota exceeded'] }));
    expect(problemOf(limited).code).toBe('VAULT_LIMITED');
    expect(problemOf(readHealth(json(200, { status: 'ok' }))).words).toContain('initialized');
  });

  it.each([
    [500, { errors: ['internal error'] }, 'VAULT_FAILED', 'internal error'],
    [500, { initialized: true, sealed: false }, 'VAULT_FAILED', 'HTTP 500'],
    [404, { initialized: true, sealed: false }, 'VAULT_FAILED', 'HTTP 404'],
    [502, { errors: ['context canceled'] }, 'VAULT_UPSTREAM', 'context canceled'],
  ])('with %s in the form of Vault is an error of Vault', (status, body, code, words) => {
    expect(problemOf(readHealth(json(status, body)))).toMatchObject({ code, words, status });
  });

  it('of the seal says how many keys are in', () => {
    const seal = {
      type: 'shamir',
      initialized: true,
      sealed: true,
      t: 3,
      n: 5,
      progress: 2,
      version: '2.5.1',
    };
    expect(valueOf(readAnswer(json(200, seal), sealAnswer))).toMatchObject({
      ...{ isSealed: true, threshold: 3, shares: 5, progress: 2, isRemoved: false, clusterName: null },
    });
  });
});
