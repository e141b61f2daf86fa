/** What a Vault refuses before it looks at anybody’s rights, and how it words it. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault } from '../../support/fake-vault.js';
import { describeWithVault } from '../../support/describe-with-vault.js';
import { askFake, askVault } from './ask.js';

describeWithVault('a request that is not right', (vault) => {
  const ask = askVault(vault);

  it('is a 404 on a path that nobody serves', async () => {
    expect((await ask('GET', 'legion-console-test-nothing/here')).status).toBe(404);
  });

  it('is a 404 where a part of the path ends in a period', async () => {
    expect((await ask('GET', 'secret/data/legion-console-test/dot.')).status).toBe(404);
  });

  it('is a 405 with a method that the path does not take', async () => {
    expect((await ask('DELETE', 'auth/token/lookup-self')).status).toBe(405);
    expect((await ask('GET', 'auth/token/create-orphan')).status).toBe(405);
    expect((await ask('DELETE', 'sys/health')).status).toBe(405);
  });

  it('is a 400 with a body that is no JSON object', async () => {
    for (const body of ['{', 'ttl=1h', '"text"', '[1]']) {
      const { status, errors } = await ask('POST', 'auth/token/create', { body });
      expect([status, errors], body).toEqual([400, expect.stringMatching(/\w+/)]);
    }
  });

  it('is a 403 without a token, whether the path exists or not', async () => {
    for (const path of ['secret/data/x', 'legion-console-test-nothing/here', 'auth/token/lookup-self'])
      expect((await ask('GET', path, { token: null })).status, path).toBe(403);
  });
});

describe('the fake Vault', () => {
  const make = () => createFakeVault({ clock: createFakeClock() });

  it('writes down what came, but no token', () => {
    const fake = make();
    const { id: token, accessor } = fake.createToken();
    const ask = askFake(fake);
    ask('GET', 'auth/token/lookup-self', { token, wrapTtl: '60s' });
    ask('GET', 'secret/data/x?version=1', { token: 'made-up', headers: { 'X-Vault-Request': 'no' } });
    ask('GET', 'sys/health', { token: null });
    const common = { at: createFakeClock().now(), method: 'GET', namespace: null, hasRequestHeader: true };
    expect(fake.log).toEqual([
      {
        ...common,
        path: '/v1/auth/token/lookup-self',
        hasToken: true,
        accessor,
        wrapTtl: '60s',
        status: 200,
      },
      {
        ...common,
        path: '/v1/secret/data/x?version=1',
        hasToken: true,
        accessor: null,
        wrapTtl: null,
        hasRequestHeader: false,
        status: 403,
      },
      { ...common, path: '/v1/sys/health', hasToken: false, accessor: null, wrapTtl: null, status: 200 },
    ]);
    expect(JSON.stringify(fake.log)).not.toContain(token);
  });

  it('may demand the header that keeps forged requests out', () => {
    const fake = createFakeVault({ clock: createFakeClock(), demandsRequestHeader: true });
    expect(askFake(fake)('GET', 'auth/token/lookup-self').status).toBe(200);
    const refused = askFake(fake)('GET', 'auth/token/lookup-self', { headers: { 'X-Vault-Request': '' } });
    expect(refused.status).toBe(412);
  });

  it('serves nothing outside of /v1/ and takes no body beyond 32 MiB', () => {
    const fake = make();
    expect(fake.handle({ method: 'GET', path: '/ui/', headers: {}, body: null }).status).toBe(404);
    const body = JSON.stringify({ data: 'x'.repeat(32 * 1_048_576) });
    expect(askFake(fake)('POST', 'kv/huge', { body }).status).toBe(413);
  });

  it('lets policies end in a star, prefers the exact path and gives way to a denial', () => {
    const fake = make();
    fake.secret('legion', 'a/b', { x: 1 });
    fake.secret('legion', 'a/c', { x: 1 });
    fake.policy('wide', { 'legion/data/a/*': ['read'], 'legion/data/a/c': ['deny'] });
    const { id: token } = fake.createToken({ policies: ['wide'] });
    const ask = askFake(fake);
    expect(ask('GET', 'legion/data/a/b', { token }).status).toBe(200);
    expect(ask('GET', 'legion/data/a/c', { token }).status).toBe(403);
    fake.grant('wide', 'legion/data/a/c');
    expect(ask('GET', 'legion/data/a/c', { token }).status).toBe(200);
  });

  it('takes policies by their path, in JSON, from whoever may write them', () => {
    const fake = make();
    const ask = askFake(fake);
    const policy = JSON.stringify({ path: { 'legion/data/x': { capabilities: ['read'] } } });
    expect(ask('PUT', 'sys/policies/acl/mine', { body: { policy } }).status).toBe(204);
    expect(ask('GET', 'sys/policies/acl/mine').data).toEqual({
      name: 'mine',
      policy: expect.any(String) as string,
    });
    expect(ask('PUT', 'sys/policies/acl/mine', { body: { policy: 'path "x" {}' } }).status).toBe(400);
    fake.secret('legion', 'x', { a: 1 });
    const { id: token } = fake.createToken({ policies: ['mine'] });
    expect(ask('GET', 'legion/data/x', { token }).status).toBe(200);
    expect(ask('PUT', 'sys/policies/acl/mine', { token, body: { policy } }).status).toBe(403);
  });
});
