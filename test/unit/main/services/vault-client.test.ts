/** The client of Vault on the fake server, without a socket, and on answers by hand where no server gives such. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../../app/main/core/protocol/vault/answers.js';
import type { VaultProblem } from '../../../../app/main/core/protocol/vault/problem.js';
import type { VaultHttp, VaultRequest, VaultResponse } from '../../../../app/main/ports/vault-http.js';
import { createVaultClient, type TokenWish } from '../../../../app/main/services/vault/client.js';
import type { VaultClientOptions } from '../../../../app/main/services/vault/client-call.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { createFakeVault, VaultGone, type FakeVault } from '../../../support/fake-vault.js';

const ADDRESS = 'https://vault.example:8200';
const ROOT = 'root-canary-token';
const OTHER = 'https://vault-2.example:8200';

/** Several fakes under their origins; one that is gone is what the transport makes of it. */
function network(vaults: Readonly<Record<string, FakeVault>>) {
  const seen: { readonly origin: string; readonly request: VaultRequest }[] = [];
  const http: VaultHttp = {
    async request(origin, request) {
      seen.push({ origin, request });
      try {
        const vault = vaults[origin];
        if (!vault) throw new AppError('VAULT_UNREACHABLE', 'nobody there');
        return vault.handle(request);
      } catch (error) {
        if (!(error instanceof VaultGone)) throw error;
        throw new AppError(error.kind === 'hang' ? 'VAULT_TIMEOUT' : 'VAULT_UNREACHABLE', error.kind);
      }
    },
  };
  return { http, seen };
}

type Wish = Partial<Parameters<typeof createFakeVault>[0]> & Partial<VaultClientOptions>;
function stage({ namespace = null, redirectHosts = [], ...wish }: Wish = {}) {
  const clock = createFakeClock();
  const vault = createFakeVault({ clock, rootToken: ROOT, ...wish });
  const { http, seen } = network({ [ADDRESS]: vault });
  return {
    clock,
    vault,
    seen,
    client: createVaultClient({ http, address: ADDRESS, namespace, redirectHosts }),
  };
}

/** A server that always answers this. */
function answering(answer: Partial<VaultResponse>, namespace: string | null = null) {
  const seen: VaultRequest[] = [];
  const http: VaultHttp = {
    async request(_, request) {
      seen.push(request);
      return { status: 200, headers: {}, text: '', ...answer };
    },
  };
  return { seen, client: createVaultClient({ http, address: ADDRESS, namespace }) };
}

function valueOf<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(`${reading.problem.code}: ${reading.problem.words}`);
  return reading.value;
}
function problemOf(reading: Reading<unknown>): VaultProblem {
  if (reading.ok) throw new Error('a value where a problem was expected');
  expect(JSON.stringify(reading)).not.toContain('canary');
  return reading.problem;
}

const WISH: TokenWish = {
  as: { kind: 'orphan' },
  policies: ['default'],
  ttlS: 3_600,
  explicitMaxTtlS: 86_400,
  displayName: 'n1',
  meta: { node: 'n1' },
};

describe('the client of Vault', () => {
  it('asks for health and seal without token and namespace, and hides no standby', async () => {
    const { vault, client, seen } = stage({ namespace: 'team-a', namespaces: ['team-a'] });
    expect(valueOf(await client.health()).state).toBe('active');
    vault.standby('forward');
    expect(valueOf(await client.health()).state).toBe('standby');
    vault.seal(1);
    expect(valueOf(await client.health()).problem?.kind).toBe('sealed');
    expect(valueOf(await client.sealStatus())).toMatchObject({ isSealed: true, progress: 1, threshold: 2 });
    vault.initialized(false);
    expect(valueOf(await client.health()).state).toBe('uninitialised');
    for (const { request } of seen) {
      expect(request.headers).toEqual({ 'X-Vault-Request': 'true' });
      expect(request.path).not.toContain('?');
    }
  });

  it('sends token, namespace and the mark of a request with everything else', async () => {
    const { client, vault } = stage({ namespace: '/team-a/', namespaces: ['team-a'] });
    expect((await client.lookupSelf(ROOT)).ok).toBe(true);
    expect(vault.log).toMatchObject([{ hasToken: true, namespace: 'team-a', hasRequestHeader: true }]);
  });

  it('lets a token live: looks, renews, revokes', async () => {
    const { clock, client, vault } = stage();
    const { id } = vault.createToken({ ttlS: 3_600, meta: { node: 'n1' } });
    const before = await client.lookupSelf(id);
    expect(valueOf(before)).toMatchObject({ ttlS: 3_600, isRenewable: true, meta: { node: 'n1' } });
    expect(JSON.stringify(before)).not.toContain(id);
    clock.advance(1_800_000);
    const renewed = await client.renewSelf(id, 3_600);
    expect(valueOf(renewed).leaseS).toBe(3_600);
    expect(JSON.stringify(renewed)).not.toContain(id);
    expect(valueOf(await client.renewSelf(id, null)).leaseS).toBe(3_600);
    expect(valueOf(await client.revokeSelf(id))).toBeNull();
    expect(problemOf(await client.lookupSelf(id))).toMatchObject({ code: 'VAULT_DENIED', kind: 'denied' });
  });

  it('makes tokens as child, as orphan and by a role, always with named policies', async () => {
    const { client, vault } = stage();
    vault.tokenRole('legion-node', { orphan: true, periodS: 600 });
    for (const as of [
      { kind: 'child' },
      { kind: 'orphan' },
      { kind: 'role', role: 'legion-node' },
    ] as const) {
      const made = valueOf(await client.createToken(ROOT, { ...WISH, as }, null));
      if (made.kind !== 'token') throw new Error('wrapped');
      const { accessor, token } = made.grant;
      const facts = valueOf(await client.lookupAccessor(ROOT, accessor));
      expect(facts).toMatchObject({
        isOrphan: as.kind !== 'child',
        explicitMaxTtlS: 86_400,
        meta: { node: 'n1' },
      });
      expect(facts.periodS).toBe(as.kind === 'role' ? 600 : 0);
      expect(valueOf(await client.renewAccessor(ROOT, accessor, 60)).accessor).toBe(accessor);
      expect(valueOf(await client.revokeAccessor(ROOT, accessor))).toBeNull();
      expect((await client.lookupSelf(token)).ok).toBe(false);
    }
    const sent = vault.log.length;
    expect(problemOf(await client.createToken(ROOT, { ...WISH, policies: [] }, null)).code).toBe(
      'VAULT_INVALID',
    );
    expect(vault.log).toHaveLength(sent);
  });

  it('passes the warnings of the server on', async () => {
    const { client } = stage();
    const made = await client.createToken(ROOT, { ...WISH, policies: ['nobody-wrote-it'] }, null);
    expect(made.ok && made.warnings).toEqual([expect.stringContaining('nobody-wrote-it')]);
  });
});

describe('a wrapped token', () => {
  it('is not seen by its giver, who can revoke it, and opens once', async () => {
    const { client, vault, seen } = stage();
    const made = valueOf(await client.createToken(ROOT, WISH, 60));
    if (made.kind !== 'wrapped') throw new Error('not wrapped');
    const { wrapping, wrappedAccessor, creationPath } = made.wrap;
    expect(creationPath).toBe('auth/token/create-orphan');
    const facts = valueOf(await client.wrappingLookup(wrapping));
    expect(facts).toMatchObject({ creationPath, creationTtlS: 60, createdAt: made.wrap.createdAt });

    const { grant } = valueOf(await client.unwrap(wrapping));
    expect(seen.at(-1)?.request).toMatchObject({ body: null, headers: { 'X-Vault-Token': wrapping } });
    expect(grant?.accessor).toBe(wrappedAccessor);
    expect(valueOf(await client.lookupSelf(grant?.token ?? '')).meta).toEqual({ node: 'n1' });

    for (const again of [await client.unwrap(wrapping), await client.wrappingLookup(wrapping)]) {
      expect(problemOf(again)).toMatchObject({ code: 'VAULT_WRAPPING', kind: 'wrapping', canPass: false });
      expect(JSON.stringify(again)).not.toContain(wrapping);
    }
    await client.revokeAccessor(ROOT, wrappedAccessor ?? '');
    expect((await client.lookupSelf(grant?.token ?? '')).ok).toBe(false);
    expect(vault.log.every(({ hasRequestHeader }) => hasRequestHeader)).toBe(true);
  });

  it('that has expired does not open either', async () => {
    const { client, clock } = stage();
    const wrap = valueOf(await client.wrap(ROOT, { a: 'b' }, 60));
    clock.advance(61_000);
    expect(problemOf(await client.unwrap(wrap.wrapping)).code).toBe('VAULT_WRAPPING');
  });

  it('made of our own data or wrapped again tells so', async () => {
    const { client } = stage();
    const wrap = valueOf(await client.wrap(ROOT, { a: 'b' }, 60));
    expect(wrap.creationPath).toBe('sys/wrapping/wrap');
    const again = valueOf(await client.rewrap(ROOT, wrap.wrapping));
    expect(again.wrapping).not.toBe(wrap.wrapping);
    expect(problemOf(await client.rewrap(ROOT, wrap.wrapping)).code).toBe('VAULT_WRAPPING');
    expect(valueOf(await client.unwrap(again.wrapping))).toEqual({ grant: null, data: { a: 'b' } });
  });

  it('is no alarm when Vault is sealed or cannot be reached', async () => {
    const { client, vault } = stage();
    const { wrapping } = valueOf(await client.wrap(ROOT, { a: 'b' }, 60));
    vault.failNext(1, 'cut');
    expect(problemOf(await client.unwrap(wrapping)).kind).toBe('unreachable');
    vault.seal();
    expect(problemOf(await client.unwrap(wrapping)).kind).toBe('sealed');
  });
});

describe('logging in', () => {
  it('works by AppRole, with a plain secret id, a wrapped one, or none', async () => {
    const { client, vault } = stage();
    vault.appRole('node', { roleId: 'role-1', policies: ['default'], ttlS: 600 });
    vault.appRole('open', { roleId: 'role-2', policies: ['default'], bindSecretId: false });
    const plain = { kind: 'plain', value: vault.secretId('node') } as const;
    expect(valueOf(await client.loginAppRole({ roleId: 'role-1', secretId: plain }))).toMatchObject({
      ...{ leaseS: 600, isRenewable: true, meta: { role_name: 'node' } },
    });
    const wrapped = { kind: 'wrapped', wrapping: vault.wrappedSecretId('node', 60) } as const;
    const { token } = valueOf(await client.loginAppRole({ roleId: 'role-1', secretId: wrapped }));
    expect((await client.lookupSelf(token)).ok).toBe(true);
    const none = { kind: 'none' } as const;
    expect((await client.loginAppRole({ roleId: 'role-2', secretId: none })).ok).toBe(true);
  });

  it('does not lose a wrapped secret id when the login after it fails', async () => {
    const { client, vault } = stage();
    vault.appRole('node', { roleId: 'role-1', policies: ['default'] });
    const secretId = { kind: 'wrapped', wrapping: vault.wrappedSecretId('node', 60) } as const;
    const wrong = await client.loginAppRole({ roleId: 'role-0', secretId });
    expect(problemOf(wrong)).toMatchObject({ code: 'VAULT_LOGIN', words: 'invalid role or secret ID' });
    expect((await client.loginAppRole({ roleId: 'role-1', secretId })).ok).toBe(true);
  });

  it('raises the alarm for a wrapped secret id that was used or made elsewhere', async () => {
    const { client, vault } = stage();
    vault.appRole('node', { roleId: 'role-1', policies: ['default'] });
    const used = vault.wrappedSecretId('node', 60);
    await client.unwrap(used);
    const { wrapping: forged } = valueOf(await client.wrap(ROOT, { secret_id: 'canary-of-somebody' }, 60));
    const requests = vault.log.length;
    for (const wrapping of [used, forged]) {
      const login = await client.loginAppRole({ roleId: 'role-1', secretId: { kind: 'wrapped', wrapping } });
      expect(problemOf(login).code).toBe('VAULT_WRAPPING');
    }
    expect(vault.log.slice(requests).map(({ path }) => path)).toEqual(
      Array(2).fill('/v1/sys/wrapping/lookup'),
    );
  });

  it('works by password and by certificate, and its refusal shows neither', async () => {
    const { client, vault } = stage();
    vault.user('bob', 'canary-password', { policies: ['default'] });
    expect((await client.loginUserpass('bob', 'canary-password')).ok).toBe(true);
    expect(problemOf(await client.loginUserpass('bob', 'canary-wrong')).code).toBe('VAULT_LOGIN');
    expect(problemOf(await client.loginUserpass('../bob', 'canary')).code).toBe('VAULT_PATH');
    const refusal = problemOf(await client.loginCert(null));
    expect(refusal).toMatchObject({ code: 'VAULT_LOGIN', words: 'client certificate must be supplied' });
  });

  it.each([
    [400, 'VAULT_LOGIN'],
    [403, 'VAULT_LOGIN'],
    [404, 'VAULT_MISSING'],
    [500, 'VAULT_FAILED'],
    [503, 'VAULT_SEALED'],
  ])('that is answered with %s is %s, not a matter of a token', async (status, expected) => {
    const { client } = answering({ status, text: JSON.stringify({ errors: ['its own words'] }) });
    const app = await client.loginAppRole({ roleId: 'r', secretId: { kind: 'none' } });
    for (const reading of [app, await client.loginCert('web')])
      expect(problemOf(reading)).toMatchObject({ code: expected, status, words: 'its own words' });
  });
});

describe('secrets in Vault', () => {
  it.each([
    ['secret', 2],
    ['kv', 1],
  ] as const)(
    'of the mount %s, version %i, are written, read, listed and deleted',
    async (mount, version) => {
      const { client, vault } = stage();
      const place = { mount, path: 'legion/cluster' };
      expect(valueOf(await client.mountVersion(ROOT, mount))).toBe(version);
      expect(problemOf(await client.kvRead(ROOT, place)).code).toBe('VAULT_MISSING');
      expect(valueOf(await client.kvList(ROOT, { mount, path: '' }))).toEqual([]);
      const written = version === 2 ? 1 : null;
      expect(valueOf(await client.kvWrite(ROOT, place, { word: 'größer' }, null))).toBe(written);
      expect(valueOf(await client.kvRead(ROOT, place))).toEqual({
        data: { word: 'größer' },
        version: written,
      });
      expect(valueOf(await client.kvList(ROOT, { mount, path: '' }))).toEqual(['legion/']);
      expect(valueOf(await client.kvList(ROOT, { mount, path: 'legion' }))).toEqual(['cluster']);
      expect(valueOf(await client.kvDelete(ROOT, place))).toBeNull();
      const gone = problemOf(await client.kvRead(ROOT, place));
      expect(gone).toMatchObject({
        kind: 'missing',
        code: version === 2 ? 'VAULT_DELETED' : 'VAULT_MISSING',
      });
      expect(vault.log.filter(({ path }) => path.includes('/mounts/'))).toHaveLength(1);
    },
  );

  it('of version 2 are read by version and written only over the one that is expected', async () => {
    const { client } = stage();
    const place = { mount: 'secret', path: 'a' };
    expect(valueOf(await client.kvWrite(ROOT, place, { n: 1 }, 0))).toBe(1);
    expect(valueOf(await client.kvWrite(ROOT, place, { n: 2 }, 1))).toBe(2);
    const late = problemOf(await client.kvWrite(ROOT, place, { n: 3 }, 1));
    expect(late).toMatchObject({ code: 'VAULT_INVALID', words: expect.stringContaining('check-and-set') });
    expect(valueOf(await client.kvRead(ROOT, place, 1)).data).toEqual({ n: 1 });
  });

  it('of version 1 have no versions to ask for', async () => {
    const { client } = stage();
    const place = { mount: 'kv', path: 'a' };
    expect(problemOf(await client.kvRead(ROOT, place, 1)).code).toBe('VAULT_PATH');
    expect(problemOf(await client.kvWrite(ROOT, place, { n: 1 }, 0)).code).toBe('VAULT_PATH');
  });

  it('are kept from tokens without the right, which is no empty list', async () => {
    const { client, vault } = stage();
    vault.grant('reader', 'secret/data/a', ['read']);
    const { id } = vault.createToken({ policies: ['default', 'reader'] });
    vault.secret('secret', 'a', { n: 1 });
    expect(valueOf(await client.kvRead(id, { mount: 'secret', path: 'a' })).data).toEqual({ n: 1 });
    for (const refused of [
      await client.kvRead(id, { mount: 'secret', path: 'b' }),
      await client.kvList(id, { mount: 'secret', path: '' }),
      await client.mountVersion(id, 'kv'),
    ])
      expect(problemOf(refused).kind).toBe('denied');
  });

  it('are not asked for by names that a server would read otherwise', async () => {
    const { client, seen } = stage();
    for (const path of ['a.', '../sys/seal', 'a?b', 'a#b', 'a//b'])
      expect(problemOf(await client.kvRead(ROOT, { mount: 'secret', path })).code).toBe('VAULT_PATH');
    expect(seen.every(({ request }) => request.path.includes('/mounts/'))).toBe(true);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['html', 'VAULT_ANSWER'],
    ['html-error', 'VAULT_ANSWER'],
    ['not-json', 'VAULT_ANSWER'],
    ['no-fields', 'VAULT_ANSWER'],
    ['no-content', 'VAULT_ANSWER'],
    ['hang', 'VAULT_TIMEOUT'],
    ['cut', 'VAULT_UNREACHABLE'],
    [412, 'VAULT_BEHIND'],
    [500, 'VAULT_FAILED'],
    [502, 'VAULT_UPSTREAM'],
    [503, 'VAULT_SEALED'],
  ] as const)('an answer like %s is %s, asked for once, for every method', async (how, code) => {
    const { client, vault, seen } = stage();
    const place = { mount: 'secret', path: 'a' };
    const asks = [
      () => client.lookupSelf(ROOT),
      () => client.renewSelf(ROOT, 60),
      () => client.createToken(ROOT, WISH, 60),
      () => client.createToken(ROOT, WISH, null),
      () => client.lookupAccessor(ROOT, 'a'),
      () => client.renewAccessor(ROOT, 'a', null),
      () => client.unwrap(ROOT),
      () => client.wrappingLookup(ROOT),
      () => client.rewrap(ROOT, 'canary-w'),
      () => client.wrap(ROOT, { a: 'canary' }, 60),
      () => client.loginUserpass('bob', 'canary'),
      () => client.kvRead(ROOT, place),
      () => client.kvWrite(ROOT, place, { a: 'canary' }, null),
      () => client.kvList(ROOT, place),
    ];
    for (const ask of asks) {
      vault.failNext(1, how);
      expect(problemOf(await ask()).code).toBe(code);
    }
    expect(seen).toHaveLength(asks.length);
  });

  it('a 429 tells how long to wait and which limit it was', async () => {
    const { client, vault } = stage();
    vault.rateLimit(1, 7);
    expect(problemOf(await client.lookupSelf(ROOT))).toMatchObject({
      code: 'VAULT_LIMITED',
      retryAfterMs: 7_000,
    });
    vault.rateLimit(1, null, 'leases');
    expect(problemOf(await client.lookupSelf(ROOT))).toMatchObject({
      code: 'VAULT_LEASES',
      retryAfterMs: null,
    });
  });

  it('a server that repeats the token in its words does not get it shown', async () => {
    const errors = [`token ${ROOT} is bad`];
    const { client } = answering({ status: 400, text: JSON.stringify({ errors }) });
    expect(problemOf(await client.lookupSelf(ROOT)).words).toBe('token ••• is bad');
    const warned = answering({ text: JSON.stringify({ warnings: errors, data: null }) }).client;
    expect(await warned.revokeSelf(ROOT)).toEqual({ ok: true, value: null, warnings: ['token ••• is bad'] });
  });

  it('a token that no header may hold is not sent anywhere', async () => {
    const { client, seen } = answering({});
    for (const token of ['', 'canary\r\nX-Evil: 1', 'canary\n', 'c'.repeat(10_241), 'canäry']) {
      expect(problemOf(await client.lookupSelf(token)).code).toBe('VAULT_TOKEN');
      expect(problemOf(await client.wrappingLookup(token)).code).toBe('VAULT_TOKEN');
    }
    expect(seen).toEqual([]);
  });

  it('a mistake of ours in the transport is thrown on', async () => {
    const http: VaultHttp = { request: () => Promise.reject(new TypeError('bug')) };
    const client = createVaultClient({ http, address: ADDRESS, namespace: null });
    await expect(client.health()).rejects.toThrow('bug');
  });

  it('an address or a namespace that cannot be one is refused at once', () => {
    const { http } = network({});
    const make = (address: string, namespace: string | null) => () =>
      createVaultClient({ http, address, namespace });
    for (const refused of [make('https://a:canary@v', null), make('vault', null), make(ADDRESS, 'a\nb')])
      expect(refused).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('a namespace', () => {
  it('that the server does not know is named in the first refusal', async () => {
    const unknown = stage({ namespace: 'team-a', namespaces: [] });
    expect(problemOf(await unknown.client.lookupSelf(ROOT))).toMatchObject({
      ...{ code: 'VAULT_NAMESPACE', kind: 'denied' },
    });
    const dead = stage({ namespace: 'team-a', namespaces: ['team-a'] });
    expect(problemOf(await dead.client.lookupSelf('canary-dead')).code).toBe('VAULT_NAMESPACE');
  });

  it('in which something worked is not blamed later', async () => {
    const { client } = stage({ namespace: 'team-a', namespaces: ['team-a'] });
    expect((await client.lookupSelf(ROOT)).ok).toBe(true);
    expect(problemOf(await client.lookupSelf('canary-dead')).code).toBe('VAULT_DENIED');
  });

  it('is not blamed where none is set, nor for what is not a refusal', async () => {
    expect(problemOf(await stage().client.lookupSelf('canary-dead')).code).toBe('VAULT_DENIED');
    const { client, vault } = stage({ namespace: 'team-a', namespaces: ['team-a'] });
    vault.seal();
    expect(problemOf(await client.lookupSelf(ROOT)).code).toBe('VAULT_SEALED');
  });
});

describe('a standby that redirects', () => {
  function pair(redirectHosts: readonly string[], to = OTHER) {
    const clock = createFakeClock();
    const standby = createFakeVault({ clock, rootToken: ROOT });
    const active = createFakeVault({ clock, rootToken: ROOT, namespaces: ['team-a'] });
    standby.standby('redirect', to);
    const { http, seen } = network({ [ADDRESS]: standby, [OTHER]: active });
    const client = createVaultClient({ http, address: ADDRESS, namespace: null, redirectHosts });
    return { client, seen, active, standby };
  }

  it('is followed once to a host from the configuration, with everything that was asked', async () => {
    const { client, seen, active } = pair(['vault-2.example']);
    const made = valueOf(await client.createToken(ROOT, WISH, 60));
    expect(made.kind).toBe('wrapped');
    expect(active.log).toMatchObject([
      { hasToken: true, wrapTtl: '60s', path: '/v1/auth/token/create-orphan' },
    ]);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.request).toEqual(seen[0]?.request);
  });

  it('is not followed to any other, not even to ask', async () => {
    const { client, seen } = pair([]);
    expect(problemOf(await client.lookupSelf(ROOT))).toMatchObject({
      code: 'VAULT_REDIRECT',
      words: expect.stringContaining('vault-2.example:8200'),
    });
    expect(seen).toHaveLength(1);
  });

  it('is not followed a second time', async () => {
    const { client, seen, active } = pair(['vault-2.example']);
    active.standby('redirect', ADDRESS);
    expect(problemOf(await client.lookupSelf(ROOT)).code).toBe('VAULT_REDIRECT');
    expect(seen).toHaveLength(2);
  });

  it('is not followed from https to http', async () => {
    const { client, seen } = pair(['vault-2.example', 'vault.example'], 'http://vault-2.example:8200');
    expect(problemOf(await client.lookupSelf(ROOT)).code).toBe('VAULT_REDIRECT');
    expect(seen).toHaveLength(1);
  });
});
