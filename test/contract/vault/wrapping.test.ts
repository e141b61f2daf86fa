/** Response wrapping: cover, single use, short life, and the path by which a wrapping token is known to be the first. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault } from '../../support/fake-vault.js';
import { describeWithVault } from '../../support/describe-with-vault.js';
import { askFake, askVault, makeToken, read, textAt } from './ask.js';

const USED = 'wrapping token is not valid or does not exist';

describeWithVault('a wrapped answer of a Vault', (vault) => {
  const ask = askVault(vault);
  const wrapToken = (wrapTtl = '60s') =>
    ask('POST', 'auth/token/create', { body: { policies: ['default'], ttl: '1h' }, wrapTtl });
  const unwrap = (token: string) => ask('POST', 'sys/wrapping/unwrap', { token });
  const look = (token: string) => ask('POST', 'sys/wrapping/lookup', { token: null, body: { token } });

  it('shows where it was made and the accessor of what is inside, and nothing else', async () => {
    const { status, body, wrapInfo, text } = await wrapToken('60');
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: null, auth: null, lease_id: '', lease_duration: 0, renewable: false });
    expect(wrapInfo).toMatchObject({ ttl: 60, creation_path: 'auth/token/create' });
    expect(wrapInfo['creation_time']).toMatch(/^\d{4}-\d\d-\d\dT/);
    const accessor = textAt(wrapInfo, 'wrapped_accessor');
    expect(accessor).not.toBe(wrapInfo['accessor']);
    expect(text).not.toContain('client_token');
    const seen = await ask('POST', 'auth/token/lookup-accessor', { body: { accessor } });
    expect(seen.data).toMatchObject({ policies: ['default'], creation_ttl: 3_600 });
  });

  it('opens once, by the wrapping token alone', async () => {
    const { wrapInfo } = await wrapToken();
    const inside = await unwrap(textAt(wrapInfo, 'token'));
    expect(inside.auth).toMatchObject({ accessor: wrapInfo['wrapped_accessor'], lease_duration: 3_600 });
    const token = textAt(inside.auth, 'client_token');
    expect((await ask('GET', 'auth/token/lookup-self', { token })).status).toBe(200);
    const again = await unwrap(textAt(wrapInfo, 'token'));
    expect([again.status, again.errors]).toEqual([400, USED]);
    expect((await look(textAt(wrapInfo, 'token'))).status).toBe(400);
  });

  it('opens by the wrapping token in the body, for somebody with a token of their own', async () => {
    const { wrapInfo } = await wrapToken();
    const own = await makeToken(ask, { policies: ['default'] });
    const body = { token: wrapInfo['token'] };
    const inside = await ask('POST', 'sys/wrapping/unwrap', { token: own.id, body });
    expect(inside.auth['accessor']).toBe(wrapInfo['wrapped_accessor']);
    expect((await ask('POST', 'sys/wrapping/unwrap', { token: own.id, body })).status).toBe(400);
    expect((await ask('GET', 'auth/token/lookup-self', { token: own.id })).status).toBe(200);
  });

  it('is lost when the wrapping token is given in both places', async () => {
    const { wrapInfo } = await wrapToken();
    const token = textAt(wrapInfo, 'token');
    const both = await ask('POST', 'sys/wrapping/unwrap', { token, body: { token } });
    expect(both.status).toBeGreaterThanOrEqual(400);
    expect(both.text).not.toContain('client_token');
    expect((await unwrap(token)).status).toBe(400);
  });

  it('can be looked at by anybody without being opened', async () => {
    const { wrapInfo } = await wrapToken('5m');
    const token = textAt(wrapInfo, 'token');
    for (let time = 0; time < 2; time += 1) {
      const { data } = await look(token);
      expect(data).toMatchObject({ creation_path: 'auth/token/create', creation_ttl: 300 });
      expect(data['creation_time']).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
    expect((await unwrap(token)).status).toBe(200);
  });

  it('ends with its ttl, and what was inside lives on', async () => {
    const { wrapInfo } = await wrapToken('2s');
    await vault.pass(3_000);
    expect((await unwrap(textAt(wrapInfo, 'token'))).status).toBe(400);
    const body = { accessor: wrapInfo['wrapped_accessor'] };
    expect((await ask('POST', 'auth/token/lookup-accessor', { body })).status).toBe(200);
    expect((await ask('POST', 'auth/token/revoke-accessor', { body })).status).toBe(204);
  });

  it('goes into a new token with the same path and ttl', async () => {
    const { wrapInfo } = await wrapToken('90s');
    const body = { token: wrapInfo['token'] };
    const again = await ask('POST', 'sys/wrapping/rewrap', { body });
    expect(again.wrapInfo['ttl']).toBe(90);
    expect(again.wrapInfo['token']).not.toBe(wrapInfo['token']);
    const token = textAt(again.wrapInfo, 'token');
    expect((await look(token)).data['creation_path']).toBe('auth/token/create');
    expect((await unwrap(textAt(wrapInfo, 'token'))).status).toBe(400);
    expect((await unwrap(token)).auth['accessor']).toBe(wrapInfo['wrapped_accessor']);
  });

  it('that somebody opened and wrapped again is given away by its path', async () => {
    const opened = await unwrap(textAt((await wrapToken()).wrapInfo, 'token'));
    const { wrapInfo } = await ask('POST', 'sys/wrapping/wrap', { body: opened.body, wrapTtl: '60s' });
    expect(wrapInfo['creation_path']).toBe('sys/wrapping/wrap');
    expect(wrapInfo).not.toHaveProperty('wrapped_accessor');
    const inside = await unwrap(textAt(wrapInfo, 'token'));
    expect(inside.data['auth']).toMatchObject({ policies: ['default'] });
  });

  it('may be of any kind, but a wrap needs a ttl that makes sense', async () => {
    await ask('POST', 'secret/data/legion-console-test/wrapped', { body: { data: { a: 1 } } });
    const { wrapInfo } = await ask('GET', 'secret/data/legion-console-test/wrapped', { wrapTtl: '1m' });
    expect(wrapInfo['creation_path']).toBe('secret/data/legion-console-test/wrapped');
    expect((await unwrap(textAt(wrapInfo, 'token'))).data['data']).toEqual({ a: 1 });
    expect((await ask('GET', 'auth/token/lookup-self', { wrapTtl: 'soon' })).status).toBe(400);
    expect((await ask('POST', 'sys/wrapping/wrap', { body: { a: 1 } })).status).toBe(400);
  });

  it('is not for a token that wraps nothing, nor for none', async () => {
    const { id } = await makeToken(ask, { policies: ['default'] });
    expect((await unwrap(id)).status).toBe(400);
    expect((await unwrap('hvs.made-up')).status).toBe(400);
    expect((await ask('GET', 'auth/token/lookup-self', { token: id })).status).toBe(200);
  });

  it('can be read from its cubbyhole, the old way, once', async () => {
    const { wrapInfo } = await wrapToken();
    const token = textAt(wrapInfo, 'token');
    const { data, status } = await ask('GET', 'cubbyhole/response', { token });
    expect(status).toBe(200);
    const headers = { 'content-type': 'application/json' };
    const inside = read({ status, headers, text: textAt(data, 'response') });
    expect(inside.auth['accessor']).toBe(wrapInfo['wrapped_accessor']);
    expect((await unwrap(token)).status).toBe(400);
  });
});

describeWithVault('the cubbyhole of a token', (vault) => {
  const ask = askVault(vault);

  it('is its own and no other’s', async () => {
    const one = await makeToken(ask, { policies: ['default'] });
    const other = await makeToken(ask, { policies: ['default'] });
    const body = { word: 'x' };
    expect((await ask('POST', 'cubbyhole/mine', { token: one.id, body })).status).toBe(204);
    expect((await ask('GET', 'cubbyhole/mine', { token: one.id })).data).toEqual(body);
    expect((await ask('GET', 'cubbyhole/mine', { token: other.id })).status).toBe(404);
    expect((await ask('DELETE', 'cubbyhole/mine', { token: one.id })).status).toBe(204);
    expect((await ask('GET', 'cubbyhole/mine', { token: one.id })).status).toBe(404);
  });
});

describe('a wrapping token of the fake Vault', () => {
  it('is used up by an attempt to be used as a token', () => {
    const fake = createFakeVault({ clock: createFakeClock() });
    const ask = askFake(fake);
    const { wrapInfo } = ask('GET', 'auth/token/lookup-self', { wrapTtl: '60s' });
    const token = textAt(wrapInfo, 'token');
    expect(ask('GET', 'auth/token/lookup-self', { token }).status).toBe(403);
    expect(ask('POST', 'sys/wrapping/unwrap', { token }).errors).toBe(USED);
    expect(fake.tokens()).toHaveLength(1);
  });
});
