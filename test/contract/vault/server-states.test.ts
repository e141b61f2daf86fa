/** What a server says of its own state, and what that state does to everything else. Only the fake can be put there. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault, VaultGone } from '../../support/fake-vault.js';
import { describeWithVault } from '../../support/describe-with-vault.js';
import { askFake, askVault, requestOf } from './ask.js';

describeWithVault('a healthy Vault', (vault) => {
  const ask = askVault(vault);

  it('says so to anybody, in an object of its own', async () => {
    const { status, body } = await ask('GET', 'sys/health', { token: null });
    expect(status).toBe(200);
    expect(body).toMatchObject({ initialized: true, sealed: false, standby: false });
    expect(body['server_time_utc']).toBeTypeOf('number');
    expect(body['version']).toMatch(/^\d+\.\d+/);
    expect(body).not.toHaveProperty('data');
    const head = await ask('HEAD', 'sys/health', { token: null });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('answers with the code that was wished for', async () => {
    expect((await ask('GET', 'sys/health?activecode=299', { token: null })).status).toBe(299);
    expect((await ask('GET', 'sys/health?activecode=x', { token: null })).status).toBe(400);
  });

  it('tells how it is sealed, also when it is not', async () => {
    const { status, body } = await ask('GET', 'sys/seal-status', { token: null });
    expect(status).toBe(200);
    expect(body).toMatchObject({ initialized: true, sealed: false, progress: 0 });
    for (const name of ['type', 'version', 'storage_type', 'cluster_name', 'cluster_id'])
      expect(body[name], name).toBeTypeOf('string');
  });
});

describe('a server of the fake Vault', () => {
  const make = (options = {}) => {
    const fake = createFakeVault({ clock: createFakeClock(), ...options });
    const ask = askFake(fake);
    return { fake, ask, health: (query = '') => ask('GET', `sys/health${query}`, { token: null }) };
  };

  it('that is sealed tells so and serves nothing else, but forgets no token', () => {
    const { fake, ask, health } = make();
    const { id: token } = fake.createToken({ ttlS: 3_600 });
    fake.seal(1);
    expect(health()).toMatchObject({ status: 503, body: { sealed: true, standby: true } });
    expect(health().body).not.toHaveProperty('cluster_name');
    expect(health('?sealedcode=200').status).toBe(200);
    const { status, body } = ask('GET', 'sys/seal-status');
    expect([status, body]).toEqual([200, expect.objectContaining({ sealed: true, progress: 1, t: 2, n: 3 })]);
    expect(body['nonce']).not.toBe('');
    const refused = ask('POST', 'auth/token/renew-self', { token });
    expect([refused.status, refused.errors]).toEqual([503, 'Vault is sealed']);
    fake.unseal();
    expect(ask('POST', 'auth/token/renew-self', { token }).status).toBe(200);
  });

  it('that is not initialised says 501', () => {
    const { fake, ask, health } = make();
    fake.initialized(false);
    expect(health()).toMatchObject({ status: 501, body: { initialized: false, sealed: true } });
    expect(health('?uninitcode=202').status).toBe(202);
    expect(ask('GET', 'auth/token/lookup-self').status).toBe(503);
    expect(ask('GET', 'sys/seal-status').body).toMatchObject({ initialized: false, t: 0, n: 0 });
  });

  it.each([
    ['standby', 429, '?standbyok=true', 'standbycode'],
    ['performance-standby', 473, '?perfstandbyok', 'performancestandbycode'],
    ['dr-secondary', 472, null, 'drsecondarycode'],
    ['standby-without-active', 474, null, 'haunhealthycode'],
    ['removed', 530, null, 'removedcode'],
  ] as const)('that is a %s says %i', (role, code, okQuery, parameter) => {
    const { fake, health } = make();
    fake.become(role);
    expect(health().status).toBe(code);
    expect(health(`?${parameter}=299`).status).toBe(299);
    expect(health('?activecode=298').status).toBe(code);
    if (okQuery) expect(health(okQuery).status).toBe(200);
    fake.become('active');
    expect(health().status).toBe(200);
  });

  it('that cannot serve says why, on every other path', () => {
    const { fake, ask } = make();
    const answers = (['dr-secondary', 'standby-without-active', 'removed'] as const).map((role) => {
      fake.become(role);
      const { status, errors } = ask('GET', 'auth/token/lookup-self');
      return [status, errors];
    });
    expect(answers).toEqual([
      [400, 'path disabled in replication DR secondary mode'],
      [500, 'local node not active but active cluster node not found'],
      [500, 'node has been removed from the HA cluster'],
    ]);
  });

  it('that is a standby forwards, or sends the caller to the active one', () => {
    const { fake, ask, health } = make();
    fake.standby('forward');
    expect([health().status, ask('GET', 'auth/token/lookup-self').status]).toEqual([429, 200]);
    fake.standby('redirect', 'https://127.0.0.2:8200');
    const sent = ask('GET', 'secret/data/x?version=2');
    expect(sent).toMatchObject({ status: 307, text: '' });
    expect(sent.headers['location']).toBe('https://127.0.0.2:8200/v1/secret/data/x?version=2');
    expect(health().status).toBe(429);
    expect(ask('GET', 'sys/seal-status').status).toBe(200);
  });

  it('of OpenBao is active, standby, sealed or not initialised, and nothing else', () => {
    const { fake, health } = make({ flavour: 'openbao' });
    fake.standby('forward');
    expect(health().status).toBe(429);
    expect(() => fake.become('dr-secondary')).toThrow('OpenBao knows no dr-secondary');
    expect(health('?drsecondarycode=299').status).toBe(429);
  });

  it('shows how far its clock is off', () => {
    const { fake, health } = make();
    fake.setClockSkew(-45);
    expect(health().body['server_time_utc']).toBe(Math.floor(createFakeClock().now() / 1_000) - 45);
  });

  it('that limits the rate says so, with and without a time to wait, but not on health', () => {
    const { fake, ask, health } = make();
    fake.rateLimit(2, 7);
    expect(health().status).toBe(200);
    const limited = ask('GET', 'auth/token/lookup-self');
    expect([limited.status, limited.errors]).toEqual([
      429,
      'request path "auth/token/lookup-self": rate limit quota exceeded',
    ]);
    expect(limited.headers).toMatchObject({ 'retry-after': '7', 'x-ratelimit-remaining': '0' });
    expect(ask('GET', 'auth/token/lookup-self').status).toBe(429);
    expect(ask('GET', 'auth/token/lookup-self').status).toBe(200);
    fake.rateLimit(1, null, 'leases');
    const leases = ask('POST', 'auth/token/create', { body: {} });
    expect(leases.errors).toContain('lease count quota exceeded');
    expect(leases.headers).not.toHaveProperty('retry-after');
  });

  it('fails as often and as badly as it is told', () => {
    const { fake, ask } = make();
    fake.failNext(2, 500);
    fake.failNext(1, 502);
    fake.failNext(1, 412);
    const codes = [1, 2, 3, 4, 5].map(() => ask('GET', 'auth/token/lookup-self').status);
    expect(codes).toEqual([500, 500, 502, 412, 200]);
  });

  it('breaks its answers in the ways that balancers and bad servers do', () => {
    const { fake } = make();
    const answer = (how: Parameters<typeof fake.failNext>[1]) => {
      fake.failNext(1, how);
      return fake.handle(requestOf(fake.rootToken, 'GET', 'auth/token/lookup-self'));
    };
    expect(answer('html')).toMatchObject({ status: 200, headers: { 'content-type': 'text/html' } });
    expect(answer('html-error')).toMatchObject({
      status: 503,
      text: expect.stringContaining('<html>') as string,
    });
    expect(() => JSON.parse(answer('not-json').text) as unknown).toThrow();
    expect(answer('no-fields').text).toMatch(/^\{"request_id":"[^"]+"\}\n$/);
    expect(answer('no-content')).toMatchObject({ status: 204, text: '' });
    expect(answer('huge').text.length).toBeGreaterThan(32 * 1_048_576);
    expect(() => answer('hang')).toThrow(VaultGone);
    expect(() => answer('cut')).toThrow(VaultGone);
    expect(fake.log.map(({ status }) => status)).toEqual([200, 503, 200, 200, 204, 200, null, null]);
  });
});
