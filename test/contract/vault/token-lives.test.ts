/** How long tokens live: what a renewal grants, what ends them, and what the server says when it grants less. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault } from '../../support/fake-vault.js';
import { describeWithVault } from '../../support/describe-with-vault.js';
import { askFake, askVault, makeToken, numberAt } from './ask.js';

const DAY_S = 86_400;

describeWithVault('the life of a token', (vault) => {
  const ask = askVault(vault);
  const lookup = (token: string) => ask('GET', 'auth/token/lookup-self', { token });
  const renew = (token: string, body = {}) => ask('POST', 'auth/token/renew-self', { token, body });

  it('ends with its ttl', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], ttl: '2s' });
    expect((await lookup(id)).status).toBe(200);
    await vault.pass(3_000);
    expect((await lookup(id)).status).toBe(403);
    expect((await renew(id)).status).toBe(403);
  });

  it('goes on from now for as long as a renewal asks, less than before too', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], ttl: '1h' });
    const shorter = await renew(id, { increment: '60s' });
    expect(shorter.auth).toMatchObject({ client_token: id, lease_duration: 60, renewable: true });
    expect(numberAt((await lookup(id)).data, 'ttl')).toBeLessThanOrEqual(60);
    expect((await renew(id, { increment: 7_200 })).auth['lease_duration']).toBe(7_200);
    expect((await lookup(id)).data['last_renewal_time']).toBeTypeOf('number');
  });

  it('of a periodic one goes back to its period, whatever is asked', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], period: '1h' });
    expect((await lookup(id)).data).toMatchObject({ period: 3_600 });
    expect((await renew(id, { increment: '24h' })).auth['lease_duration']).toBe(3_600);
  });

  it('stops at the explicit max ttl, and the renewal that is cut short says so', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], ttl: '2s', explicit_max_ttl: '3s' });
    const { auth, warnings } = await renew(id, { increment: '1h' });
    expect(numberAt(auth, 'lease_duration')).toBeLessThanOrEqual(3);
    expect(warnings).toContain('TTL value is capped accordingly');
    await vault.pass(4_000);
    expect((await lookup(id)).status).toBe(403);
  });

  it('of a periodic one stops there too', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], period: '2s', explicit_max_ttl: '3s' });
    await vault.pass(1_100);
    expect(numberAt((await renew(id)).auth, 'lease_duration')).toBeLessThanOrEqual(2);
    await vault.pass(3_000);
    expect((await lookup(id)).status).toBe(403);
  });

  it('cannot be made longer when the token is not renewable', async () => {
    const { id, auth } = await makeToken(ask, { policies: ['default'], ttl: '1h', renewable: false });
    expect(auth['renewable']).toBe(false);
    const { status, errors } = await renew(id);
    expect([status, errors]).toEqual([400, expect.stringContaining('not renewable')]);
    expect((await renew(id, { increment: 'later' })).status).toBe(400);
  });

  it('ends with its last use, of which a look at oneself is one', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], num_uses: 3 });
    expect((await lookup(id)).data['num_uses']).toBe(2);
    expect((await lookup(id)).data['num_uses']).toBe(1);
    expect((await lookup(id)).status).toBe(200);
    expect((await lookup(id)).status).toBe(403);
  });

  it('is spent by a refusal too', async () => {
    const { id } = await makeToken(ask, { policies: ['default'], num_uses: 1 });
    expect((await ask('GET', 'secret/data/legion-console-test/none', { token: id })).status).toBe(403);
    expect((await lookup(id)).status).toBe(403);
  });

  it('with counted uses gives none to others', async () => {
    const { id } = await makeToken(ask, { policies: ['root'], num_uses: 5, ttl: '1m' });
    expect((await ask('POST', 'auth/token/create', { token: id, body: {} })).status).toBe(400);
  });

  it('ends with that of the parent', async () => {
    const parent = await makeToken(ask, { policies: ['root'], ttl: '2s' });
    const child = await makeToken(ask, { policies: ['default'], ttl: '1h' }, { token: parent.id });
    const batch = await makeToken(
      ask,
      { type: 'batch', policies: ['default'], ttl: '1h' },
      { token: parent.id },
    );
    await vault.pass(3_000);
    expect((await lookup(child.id)).status).toBe(403);
    expect((await lookup(batch.id)).status).toBe(403);
  });

  it('is 32 days by default and never more', async () => {
    const { id, auth } = await makeToken(ask, { policies: ['default'] });
    expect(auth['lease_duration']).toBe(32 * DAY_S);
    const { auth: renewed, warnings } = await renew(id, { increment: '9000h' });
    expect(numberAt(renewed, 'lease_duration')).toBeLessThanOrEqual(32 * DAY_S);
    expect(warnings).toContain('exceeded the effective max_ttl');
  });
});

describe('the life of a token of the fake Vault', () => {
  it('shrinks with each renewal towards the max ttl, then ends', () => {
    const clock = createFakeClock();
    const fake = createFakeVault({ clock, defaultTtlS: 600, maxTtlS: 1_000 });
    const ask = askFake(fake);
    const { id: token } = fake.createToken();
    const granted: unknown[] = [];
    for (let round = 0; round < 4; round += 1) {
      clock.advance(240_000);
      granted.push(ask('POST', 'auth/token/renew-self', { token }).auth['lease_duration']);
    }
    expect(granted).toEqual([600, 520, 280, 40]);
    clock.advance(40_000);
    expect(ask('POST', 'auth/token/renew-self', { token }).status).toBe(403);
    expect(fake.tokens().map(({ policies }) => policies)).toEqual([['root']]);
  });

  it('obeys a max ttl that the operator lowers, at the next renewal', () => {
    const clock = createFakeClock();
    const fake = createFakeVault({ clock });
    const ask = askFake(fake);
    const { id: token } = fake.createToken({ ttlS: 3_600 });
    fake.setMaxTtl(1_800);
    const { auth, warnings } = ask('POST', 'auth/token/renew-self', { token });
    expect(auth['lease_duration']).toBe(1_800);
    expect(warnings).toBe(
      'TTL of "1h0m0s" exceeded the effective max_ttl of "30m0s"; TTL value is capped accordingly',
    );
  });

  it('caps a period that is longer than the max ttl', () => {
    const fake = createFakeVault({ clock: createFakeClock(), maxTtlS: 3_600 });
    const made = askFake(fake)('POST', 'auth/token/create', { body: { period: '2h' } });
    expect(made.auth['lease_duration']).toBe(3_600);
    expect(made.warnings).toContain('period value is capped accordingly');
  });

  it('of a role follows the role', () => {
    const fake = createFakeVault({ clock: createFakeClock() });
    const ask = askFake(fake);
    fake.policy('legion-node', {});
    fake.policy('giver', { 'auth/token/create/legion-node': ['update'] });
    fake.tokenRole('legion-node', {
      allowedPolicies: ['legion-node'],
      orphan: true,
      explicitMaxTtlS: 86_400,
      periodS: 600,
    });
    const giver = fake.createToken({ policies: ['giver'] });
    const create = (body: Readonly<Record<string, unknown>>) =>
      ask('POST', 'auth/token/create/legion-node', { token: giver.id, body });
    expect(create({ policies: ['giver'] }).errors).toContain(
      'must be subset of the role’s'.replace('’', "'"),
    );
    const { auth } = create({ policies: ['legion-node'], explicit_max_ttl: '1h' });
    expect(auth).toMatchObject({ orphan: true, policies: ['default', 'legion-node'], lease_duration: 600 });
    fake.revokeTree(giver.id);
    const { data } = ask('GET', 'auth/token/lookup-self', { token: String(auth['client_token']) });
    expect(data).toMatchObject({
      role: 'legion-node',
      path: 'auth/token/create/legion-node',
      period: 600,
      explicit_max_ttl: 3_600,
    });
  });

  it('takes its leases with it, and a lease never outlives it', () => {
    const clock = createFakeClock();
    const fake = createFakeVault({ clock });
    const ask = askFake(fake);
    const { id: token } = fake.createToken({ ttlS: 100 });
    const lease = fake.lease(token, 50);
    const renewed = ask('POST', 'sys/leases/renew', { token, body: { lease_id: lease, increment: '1h' } });
    expect(renewed.body).toMatchObject({ lease_id: lease, renewable: true, lease_duration: 100 });
    const other = fake.lease(token, 50);
    expect(ask('POST', 'sys/leases/revoke', { body: { lease_id: other } }).status).toBe(204);
    expect(fake.leases()).toEqual([lease]);
    fake.revokeTree(token);
    expect(fake.leases()).toEqual([]);
    expect(ask('POST', 'sys/leases/renew', { body: { lease_id: lease } }).errors).toBe('lease not found');
  });
});
