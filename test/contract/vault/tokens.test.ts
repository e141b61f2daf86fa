/** What a token is, who may make which, and who may look at it, renew it and end it. */
import { expect, it } from 'vitest';
import { describeWithVault } from '../../support/describe-with-vault.js';
import { askVault, makeToken } from './ask.js';

const POLICY = 'legion-console-test-plain';

describeWithVault('tokens of a Vault', (vault) => {
  const ask = askVault(vault);
  const lookup = (token: string) => ask('GET', 'auth/token/lookup-self', { token });

  it('tell their holder what they are, the token itself among it', async () => {
    await vault.policy(POLICY, { 'secret/data/legion-console-test/plain': ['read'] });
    const { id, accessor } = await makeToken(ask, {
      policies: [POLICY],
      ttl: '1h',
      display_name: 'node 1',
      meta: { node: 'node1' },
    });
    const { status, data } = await lookup(id);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      id,
      accessor,
      display_name: 'token-node-1',
      policies: ['default', POLICY],
      path: 'auth/token/create',
      orphan: false,
      type: 'service',
      creation_ttl: 3_600,
      explicit_max_ttl: 0,
      num_uses: 0,
      renewable: true,
      meta: { node: 'node1' },
    });
    expect(data['ttl']).toBeGreaterThan(3_590);
    expect(data['ttl']).toBeLessThanOrEqual(3_600);
    expect(data['expire_time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-])/);
    expect(data).not.toHaveProperty('period');
    expect(data).not.toHaveProperty('last_renewal_time');
  });

  it('of root have no end and cannot be renewed', async () => {
    const { data } = await lookup(vault.token);
    expect(data).toMatchObject({ ttl: 0, expire_time: null, policies: ['root'], orphan: true });
    expect(data['renewable']).not.toBe(true);
    expect((await ask('POST', 'auth/token/renew-self')).status).toBe(400);
  });

  it('are told as auth when they are made', async () => {
    const { auth, body } = await ask('POST', 'auth/token/create', {
      body: { policies: ['default'], ttl: '30m', meta: { a: 'b' } },
    });
    expect(body).toMatchObject({
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
    });
    expect(auth).toMatchObject({
      policies: ['default'],
      token_policies: ['default'],
      metadata: { a: 'b' },
      lease_duration: 1_800,
      renewable: true,
      token_type: 'service',
      orphan: false,
      num_uses: 0,
    });
  });

  it('that are made up or missing open nothing, and a bearer is as good as the header', async () => {
    for (const token of [null, 'hvs.made-up', ' ']) {
      const { status, errors } = await ask('GET', 'auth/token/lookup-self', { token });
      expect(status).toBe(403);
      expect(errors).toContain('permission denied');
    }
    const bearer = { authorization: `Bearer ${vault.token}` };
    expect((await ask('GET', 'auth/token/lookup-self', { token: null, headers: bearer })).status).toBe(200);
  });

  it('inherit all policies of their maker when none are asked for', async () => {
    const parent = await makeToken(ask, { policies: ['default', 'legion-console-test-maker'] });
    await vault.policy('legion-console-test-maker', { 'auth/token/create': ['create', 'update'] });
    const child = await makeToken(ask, {}, { token: parent.id });
    expect(child.auth['policies']).toEqual(['default', 'legion-console-test-maker']);
  });

  it('cannot make others with more rights, a period, an own id or without a parent', async () => {
    await vault.policy('legion-console-test-maker', { 'auth/token/create': ['create', 'update'] });
    const { id: token } = await makeToken(ask, { policies: ['legion-console-test-maker'] });
    const wishes = [
      { policies: [POLICY] },
      { policies: ['root'] },
      { period: '1h' },
      { id: 'mine' },
      { no_parent: true },
    ];
    for (const body of wishes) {
      const { status, errors } = await ask('POST', 'auth/token/create', { token, body });
      expect([status, errors], JSON.stringify(body)).toEqual([400, expect.stringMatching(/\w+/)]);
    }
    expect((await ask('POST', 'auth/token/create-orphan', { token, body: {} })).status).toBe(403);
  });

  it('refuse a wish that makes no sense, with words', async () => {
    const wishes = [
      { ttl: 'soon' },
      { ttl: '-1h' },
      { num_uses: -1 },
      { type: 'paper' },
      { type: 'batch', num_uses: 3 },
      { type: 'batch', period: '1h' },
      { type: 'batch', explicit_max_ttl: '1h' },
      { policies: [POLICY], entity_alias: 'x' },
    ];
    for (const body of wishes) {
      const { status, errors } = await ask('POST', 'auth/token/create', { body });
      expect([status, errors], JSON.stringify(body)).toEqual([400, expect.stringMatching(/\w+/)]);
    }
    expect((await ask('POST', 'auth/token/create/legion-console-test-no-such', { body: {} })).status).toBe(
      400,
    );
  });

  it('warn of a policy that does not exist', async () => {
    const { warnings } = await ask('POST', 'auth/token/create', {
      body: { policies: ['legion-console-test-nowhere'], ttl: '1m' },
    });
    expect(warnings).toContain('Policy "legion-console-test-nowhere" does not exist');
  });

  it('without the default policy cannot look at themselves', async () => {
    const { id } = await makeToken(ask, { policies: [POLICY], no_default_policy: true });
    expect((await lookup(id)).status).toBe(403);
  });

  it('take their children with them, but not orphans', async () => {
    await vault.policy('legion-console-test-maker', {
      'auth/token/create': ['create', 'update'],
      'auth/token/create-orphan': ['create', 'update', 'sudo'],
    });
    const parent = await makeToken(ask, { policies: ['legion-console-test-maker'] });
    const child = await makeToken(ask, {}, { token: parent.id });
    const grandchild = await makeToken(ask, {}, { token: child.id });
    const { auth } = await ask('POST', 'auth/token/create-orphan', { token: parent.id, body: {} });
    const orphan = String(auth['client_token']);
    expect(auth['orphan']).toBe(true);
    expect((await ask('POST', 'auth/token/revoke-self', { token: parent.id })).status).toBe(204);
    for (const { id } of [parent, child, grandchild]) expect((await lookup(id)).status).toBe(403);
    expect((await lookup(orphan)).status).toBe(200);
  });

  it('leave their children behind when they are revoked as an orphan’s parent', async () => {
    await vault.policy('legion-console-test-maker', { 'auth/token/create': ['create', 'update'] });
    const parent = await makeToken(ask, { policies: ['legion-console-test-maker'] });
    const child = await makeToken(ask, {}, { token: parent.id });
    const body = { token: parent.id };
    expect((await ask('POST', 'auth/token/revoke-orphan', { body })).status).toBe(204);
    expect((await lookup(parent.id)).status).toBe(403);
    expect((await lookup(child.id)).data['orphan']).toBe(true);
  });

  it('can be looked at, renewed and revoked by accessor, without being named', async () => {
    const { id, accessor } = await makeToken(ask, { policies: ['default'], ttl: '1h' });
    const body = { accessor };
    const seen = await ask('POST', 'auth/token/lookup-accessor', { body });
    expect(seen.data).toMatchObject({ accessor, id: '', policies: ['default'] });
    const renewed = await ask('POST', 'auth/token/renew-accessor', { body: { accessor, increment: '2h' } });
    expect(renewed.auth['lease_duration']).toBe(7_200);
    expect(renewed.text).not.toContain(id);
    expect((await ask('POST', 'auth/token/revoke-accessor', { body })).status).toBe(204);
    expect((await lookup(id)).status).toBe(403);
    // 400 by one, 403 by another
    expect([400, 403]).toContain((await ask('POST', 'auth/token/lookup-accessor', { body })).status);
    expect((await ask('POST', 'auth/token/lookup-accessor', { body: {} })).status).toBe(400);
  });

  it('can be looked at, renewed and revoked by whoever holds them and may', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], ttl: '1h' });
    const body = { token: id };
    expect((await ask('POST', 'auth/token/lookup', { body })).data).toMatchObject({ id });
    expect((await ask('POST', 'auth/token/renew', { body })).auth).toMatchObject({ client_token: id });
    expect((await ask('POST', 'auth/token/lookup', { body, token: id })).status).toBe(403);
    expect((await ask('POST', 'auth/token/revoke', { body })).status).toBe(204);
    expect((await ask('POST', 'auth/token/lookup', { body })).status).toBe(403);
    expect((await ask('POST', 'auth/token/revoke', { body: {} })).status).toBe(400);
  });

  it('of the batch kind are long, have no accessor, and cannot be renewed, revoked or have children', async () => {
    const { id, accessor, auth } = await makeToken(ask, { type: 'batch', policies: ['default'], ttl: '1h' });
    expect(id.length).toBeGreaterThan(90);
    expect(accessor).toBe('');
    expect(auth).toMatchObject({ token_type: 'batch', renewable: false, lease_duration: 3_600 });
    expect((await lookup(id)).data).toMatchObject({ type: 'batch' });
    expect((await ask('POST', 'auth/token/renew-self', { token: id })).status).toBe(400);
    expect((await ask('POST', 'auth/token/revoke', { body: { token: id } })).status).toBe(400);
  });
});
