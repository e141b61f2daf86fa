/** The ways into a Vault that need no token yet. The methods are set up on the fake only. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault } from '../../support/fake-vault.js';
import { askFake, requestOf, read, textAt } from './ask.js';

function stage() {
  const clock = createFakeClock();
  const fake = createFakeVault({ clock });
  const ask = askFake(fake);
  const login = (path: string, body: Readonly<Record<string, unknown>>) =>
    ask('POST', path, { token: null, body });
  return { clock, fake, ask, login };
}

describe('a login with AppRole', () => {
  it('gives an orphan with the policies and the life of the role', () => {
    const { fake, ask, login } = stage();
    fake.appRole('node', { roleId: 'r1', policies: ['legion-node'], ttlS: 600, maxTtlS: 900 });
    const { auth } = login('auth/approle/login', { role_id: 'r1', secret_id: fake.secretId('node') });
    expect(auth).toMatchObject({
      policies: ['default', 'legion-node'],
      metadata: { role_name: 'node' },
      lease_duration: 600,
      renewable: true,
      orphan: true,
    });
    const token = textAt(auth, 'client_token');
    expect(ask('GET', 'auth/token/lookup-self', { token }).data['path']).toBe('auth/approle/login');
    const body = { increment: '1h' };
    expect(ask('POST', 'auth/token/renew-self', { token, body }).auth['lease_duration']).toBe(900);
  });

  it('takes a secret id as often as it is good for, and until it ends', () => {
    const { clock, fake, login } = stage();
    fake.appRole('node', { roleId: 'r1', policies: [] });
    const twice = fake.secretId('node', { uses: 2 });
    const codes = [1, 2, 3].map(
      () => login('auth/approle/login', { role_id: 'r1', secret_id: twice }).status,
    );
    expect(codes).toEqual([200, 200, 400]);
    const short = fake.secretId('node', { ttlS: 10 });
    clock.advance(10_000);
    const late = login('auth/approle/login', { role_id: 'r1', secret_id: short });
    expect([late.status, late.errors]).toEqual([400, 'invalid role or secret ID']);
  });

  it('takes a secret id that came wrapped, once it is opened', () => {
    const { fake, ask, login } = stage();
    fake.appRole('node', { roleId: 'r1', policies: [] });
    const token = fake.wrappedSecretId('node', 60);
    const { data: seen } = ask('POST', 'sys/wrapping/lookup', { token: null, body: { token } });
    expect(seen['creation_path']).toBe('auth/approle/role/node/secret-id');
    const { data } = ask('POST', 'sys/wrapping/unwrap', { token });
    const body = { role_id: 'r1', secret_id: data['secret_id'] };
    expect(login('auth/approle/login', body).status).toBe(200);
    expect(login('auth/approle/login', body).status).toBe(400);
    expect(login('auth/approle/login', { role_id: 'r1', secret_id: token }).status).toBe(400);
  });

  it('fails with words for what is missing, wrong or of another role', () => {
    const { fake, login } = stage();
    fake.appRole('node', { roleId: 'r1', policies: [] });
    fake.appRole('other', { roleId: 'r2', policies: [] });
    const other = fake.secretId('other');
    const errors = [{}, { role_id: 'r1' }, { role_id: 'r9' }, { role_id: 'r1', secret_id: other }].map(
      (body) => login('auth/approle/login', body).errors,
    );
    expect(errors).toEqual([
      'missing role_id',
      'missing secret_id',
      'invalid role or secret ID',
      'invalid role or secret ID',
    ]);
  });
});

describe('a login with a client certificate', () => {
  const path = 'auth/cert/login';

  it('goes by the name in the certificate and, when asked for, by the role', () => {
    const { fake } = stage();
    fake.certRole('consoles', 'console-1', { policies: ['legion-node'], ttlS: 60 });
    const login = (commonName: string | null, body = {}) =>
      read(
        fake.handle({
          ...requestOf('', 'POST', path, { token: null, body }),
          ...(commonName !== null && { certificate: { commonName } }),
        }),
      );
    expect(login('console-1').auth).toMatchObject({
      metadata: { cert_name: 'consoles', common_name: 'console-1' },
      lease_duration: 60,
    });
    expect(login('console-1', { name: 'consoles' }).status).toBe(200);
    expect(login('console-1', { name: 'others' }).status).toBe(400);
    expect(login('console-2').errors).toBe('invalid certificate or no client certificate supplied');
    expect(login(null).errors).toBe('client certificate must be supplied');
  });
});

describe('a login by name or by a token of another house', () => {
  it('with a password', () => {
    const { fake, login } = stage();
    fake.user('ann', 'right', { policies: ['legion-node'] });
    expect(login('auth/userpass/login/Ann', { password: 'right' }).auth['metadata']).toEqual({
      username: 'ann',
    });
    expect(login('auth/userpass/login/ann', { password: 'wrong' }).errors).toBe(
      'invalid username or password',
    );
    expect(login('auth/userpass/login/bob', { password: 'right' }).status).toBe(400);
    expect(login('auth/userpass/login/ann', {}).status).toBe(400);
  });

  it('with a JWT, of kubernetes or of others', () => {
    const { fake, login } = stage();
    fake.jwtRole('kubernetes', 'pod', 'jwt-1', { policies: [], type: 'batch' });
    fake.jwtRole('jwt', 'app', 'jwt-2', { policies: [], periodS: 300 });
    const batch = login('auth/kubernetes/login', { role: 'pod', jwt: 'jwt-1' });
    expect(batch.auth).toMatchObject({ token_type: 'batch', renewable: false });
    expect(login('auth/jwt/login', { role: 'app', jwt: 'jwt-2' }).auth['lease_duration']).toBe(300);
    expect(login('auth/kubernetes/login', { role: 'pod', jwt: 'x' }).status).toBe(403);
    expect(login('auth/jwt/login', { role: 'app', jwt: 'x' }).status).toBe(400);
    expect(login('auth/jwt/login', { role: 'none', jwt: 'x' }).errors).toContain('invalid role name');
    expect(login('auth/jwt/login', { jwt: 'x' }).errors).toBe('missing role');
  });
});
