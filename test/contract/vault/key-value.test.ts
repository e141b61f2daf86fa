/** The key-value store of version 2, and what tells it from version 1. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault } from '../../support/fake-vault.js';
import { describeWithVault } from '../../support/describe-with-vault.js';
import { askFake, askVault, makeToken } from './ask.js';

const HOME = 'legion-console-test';
const PATCH = { 'content-type': 'application/merge-patch+json' };

describeWithVault('a key-value store of version 2', (vault) => {
  const ask = askVault(vault);
  const run = `${HOME}/${process.pid}-${vault.kind}`;
  const data = (name: string): string => `secret/data/${run}/${name}`;
  const metadata = (name: string): string => `secret/metadata/${run}/${name}`;
  const write = (name: string, fields: object, options?: object) =>
    ask('POST', data(name), { body: { data: fields, ...(options && { options }) } });

  it('keeps versions and gives each', async () => {
    const first = await write('versions', { a: 1 });
    expect(first.status).toBe(200);
    expect(first.data).toMatchObject({ version: 1, deletion_time: '', destroyed: false });
    await ask('PUT', data('versions'), { body: { data: { a: 2 } } });
    const last = await ask('GET', data('versions'));
    expect(last.data).toMatchObject({ data: { a: 2 }, metadata: { version: 2, custom_metadata: null } });
    expect((await ask('GET', `${data('versions')}?version=1`)).data['data']).toEqual({ a: 1 });
    const none = await ask('GET', `${data('versions')}?version=9`);
    expect([none.status, none.body['errors']]).toEqual([404, []]);
    expect((await ask('GET', `${data('versions')}?version=x`)).status).toBe(400);
  });

  it('answers 404 without words for a secret that never was', async () => {
    const { status, body } = await ask('GET', data('never'));
    expect([status, body]).toEqual([404, { errors: [] }]);
  });

  it('writes only over the version that was meant', async () => {
    expect((await write('cas', { a: 1 }, { cas: 0 })).data['version']).toBe(1);
    const late = await write('cas', { a: 2 }, { cas: 0 });
    expect([late.status, late.errors]).toEqual([400, expect.stringContaining('check-and-set')]);
    expect((await write('cas', { a: 2 }, { cas: 1 })).data['version']).toBe(2);
    expect((await write('cas', { a: 3 }, { cas: 'one' })).status).toBe(400);
    expect((await ask('POST', data('cas'), { body: { a: 3 } })).status).toBe(400);
    expect((await ask('POST', data('cas'), { body: '{"data":' })).status).toBe(400);
  });

  it('merges a patch, in its own content type', async () => {
    await write('patch', { keep: 1, drop: 2, deep: { x: 1, y: 2 } });
    const body = { data: { drop: null, deep: { y: 3 }, more: [1] } };
    expect((await ask('PATCH', data('patch'), { body, headers: PATCH })).data['version']).toBe(2);
    const after = await ask('GET', data('patch'));
    expect(after.data['data']).toEqual({ keep: 1, deep: { x: 1, y: 3 }, more: [1] });
    expect((await ask('PATCH', data('never'), { body, headers: PATCH })).status).toBe(404);
    const wrong = { 'content-type': 'application/json' };
    expect((await ask('PATCH', data('patch'), { body, headers: wrong })).status).toBe(415);
  });

  it('lists names and folders, by either way of asking', async () => {
    await write('list/one', { a: 1 });
    await write('list/two/three', { a: 1 });
    for (const [method, query] of [
      ['LIST', ''],
      ['GET', '?list=true'],
    ] as const) {
      const { data: found } = await ask(method, metadata('list') + query);
      expect(found['keys']).toEqual(['one', 'two/']);
    }
    const empty = await ask('GET', `${metadata('nothing')}?list=true`);
    expect([empty.status, empty.body['errors']]).toEqual([404, []]);
  });

  it('says of a deleted version when, with a 404 that has a body, and gives it back', async () => {
    await write('gone', { a: 1 });
    expect((await ask('DELETE', data('gone'))).status).toBe(204);
    const gone = await ask('GET', data('gone'));
    expect(gone.status).toBe(404);
    expect(gone.body).not.toHaveProperty('errors');
    expect(gone.data).toMatchObject({ data: null, metadata: { version: 1, destroyed: false } });
    expect(gone.text).toMatch(/"deletion_time":"\d{4}-/);
    const undelete = await ask('POST', `secret/undelete/${run}/gone`, { body: { versions: [1] } });
    expect(undelete.status).toBe(204);
    expect((await ask('GET', data('gone'))).data['data']).toEqual({ a: 1 });
    await ask('POST', `secret/delete/${run}/gone`, { body: { versions: [1] } });
    expect((await ask('GET', data('gone'))).status).toBe(404);
  });

  it('destroys a version for good, and forgets a secret with its metadata', async () => {
    await write('dead', { a: 1 });
    expect((await ask('PUT', `secret/destroy/${run}/dead`, { body: { versions: [1] } })).status).toBe(204);
    await ask('POST', `secret/undelete/${run}/dead`, { body: { versions: [1] } });
    const dead = await ask('GET', data('dead'));
    expect([dead.status, dead.data]).toEqual([
      404,
      { data: null, metadata: expect.objectContaining({ destroyed: true }) as unknown },
    ]);
    const overview = await ask('GET', metadata('dead'));
    expect(overview.data).toMatchObject({ current_version: 1, versions: { '1': { destroyed: true } } });
    expect((await ask('DELETE', metadata('dead'))).status).toBe(204);
    expect((await ask('GET', metadata('dead'))).status).toBe(404);
  });

  it('answers a path of version 1 with a warning', async () => {
    const { status, warnings } = await ask('GET', `secret/${run}/versions`);
    expect([status, warnings]).toEqual([404, expect.stringContaining('versioned')]);
  });

  it('opens to policies that name the path of the API', async () => {
    await write('mine', { a: 1 });
    await vault.policy('legion-console-test-right', { [data('mine')]: ['read'] });
    await vault.policy('legion-console-test-usual-slip', { [`secret/${run}/mine`]: ['read'] });
    const { id: right } = await makeToken(ask, { policies: ['legion-console-test-right'] });
    const { id: slip } = await makeToken(ask, { policies: ['legion-console-test-usual-slip'] });
    expect((await ask('GET', data('mine'), { token: right })).status).toBe(200);
    expect((await ask('GET', data('mine'), { token: slip })).status).toBe(403);
    const body = { data: { a: 2 } };
    expect((await ask('POST', data('mine'), { token: right, body })).status).toBe(403);
    expect((await ask('DELETE', data('mine'), { token: right })).status).toBe(403);
    expect((await ask('GET', data('versions'), { token: right })).status).toBe(403);
  });

  it('needs the right to create for what is new and to update for what is there', async () => {
    await vault.policy('legion-console-test-once', { [data('once')]: ['create'] });
    const { id: token } = await makeToken(ask, { policies: ['legion-console-test-once'] });
    const body = { data: { a: 1 } };
    expect((await ask('POST', data('once'), { token, body })).status).toBe(200);
    expect((await ask('POST', data('once'), { token, body })).status).toBe(403);
  });

  it('tells its version to whoever may see something in it', async () => {
    const path = `sys/internal/ui/mounts/secret`;
    expect((await ask('GET', path)).data).toMatchObject({
      type: 'kv',
      path: 'secret/',
      options: { version: '2' },
    });
    await vault.policy('legion-console-test-right', { [data('mine')]: ['read'] });
    const { id: right } = await makeToken(ask, { policies: ['legion-console-test-right'] });
    const { id: none } = await makeToken(ask, { policies: ['default'] });
    expect((await ask('GET', path, { token: right })).status).toBe(200);
    const blind = await ask('GET', path, { token: none });
    expect([blind.status, blind.errors]).toEqual([403, expect.stringContaining('preflight')]);
    expect((await ask('GET', path, { token: null })).status).toBe(403);
    expect((await ask('GET', 'sys/internal/ui/mounts/legion-console-test-none')).status).toBe(403);
  });
});

describe('a key-value store of version 1 of the fake Vault', () => {
  it('has no versions and gives the fields as they are', () => {
    const fake = createFakeVault({ clock: createFakeClock() });
    const ask = askFake(fake);
    expect(ask('POST', 'kv/a/b', { body: { x: 1 } }).status).toBe(204);
    expect(ask('POST', 'kv/a/b', {}).status).toBe(400);
    const { data, body } = ask('GET', 'kv/a/b');
    expect([data, body['lease_duration']]).toEqual([{ x: 1 }, 2_764_800]);
    expect(ask('LIST', 'kv').data['keys']).toEqual(['a/']);
    expect(ask('GET', 'kv/a?list=true').data['keys']).toEqual(['b']);
    expect(ask('DELETE', 'kv/a/b').status).toBe(204);
    expect(ask('GET', 'kv/a/b').body).toEqual({ errors: [] });
    expect(ask('GET', 'kv/a/?list=true').status).toBe(404);
    const { data: mount } = ask('GET', 'sys/internal/ui/mounts/kv');
    expect(mount).toMatchObject({ options: { version: '1' } });
  });

  it('holds what a test puts there, as the other does', () => {
    const fake = createFakeVault({ clock: createFakeClock() });
    fake.secret('kv', 'crypt', { cluster_secret: 'a' });
    fake.secret('legion', 'crypt', { cluster_secret: 'b' });
    const ask = askFake(fake);
    expect(ask('GET', 'kv/crypt').data).toEqual({ cluster_secret: 'a' });
    expect(ask('GET', 'legion/data/crypt').data['data']).toEqual({ cluster_secret: 'b' });
  });
});
