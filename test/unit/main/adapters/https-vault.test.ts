/** The transport to Vault over real sockets of loopback: what goes wrong on the way, and what never leaks of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpsVault } from '../../../../app/main/adapters/https-vault.js';
import type { VaultHttp, VaultRequest } from '../../../../app/main/ports/vault-http.js';
import { createVaultClient } from '../../../../app/main/services/vault/client.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { errorText } from '../../../../app/shared/i18n/index.js';
import { makeCerts, type Identity } from '../../../support/certs.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { createFakeVault, serveFakeVault } from '../../../support/fake-vault.js';
import { tempDir } from '../../../support/temp-dir.js';
import { until } from '../../../support/until.js';

const certs = makeCerts();
const TOKEN = 'hvs.canary-token-that-must-not-show';
const READ: VaultRequest = {
  method: 'GET',
  path: '/v1/secret/data/canary-path',
  headers: { 'X-Vault-Token': TOKEN },
  body: null,
};
type Options = Parameters<typeof createHttpsVault>[0];

function transport(over: Partial<Options> = {}): VaultHttp {
  const none = { caFile: null, certFile: null, keyFile: null, keyPassphrase: null, serverName: null };
  const made = createHttpsVault({ ...none, verify: true, ...over });
  onTestFinished(() => made.close());
  return made;
}

/** Files as an admin would name them. */
function files(identity: Identity | null, ca: string | null = certs.ca) {
  const dir = tempDir();
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  return {
    caFile: ca === null ? null : write('ca.pem', ca),
    certFile: identity && write('cert.pem', identity.cert),
    keyFile: identity && write('key.pem', identity.key),
  };
}

async function serve(tls?: NonNullable<Parameters<typeof serveFakeVault>[1]>['tls']) {
  const fake = createFakeVault({ clock: createFakeClock(), rootToken: TOKEN });
  const served = await serveFakeVault(fake, tls ? { tls } : {});
  onTestFinished(() => served.close());
  return { fake, served, origin: served.origin };
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** A server that sends these bytes to everybody, whatever they ask. */
const saying = (bytes: string, isEnd = true): Promise<string> =>
  listen(
    createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => (isEnd ? socket.end(bytes) : socket.write(bytes)));
    }),
  );

async function failure(asked: Promise<unknown>): Promise<AppError> {
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('no AppError');
  const all = `${error.message} ${error.stack} ${JSON.stringify(error.details)} ${JSON.stringify(error.cause)}`;
  expect(all).not.toContain('canary');
  expect(error.cause).toBeUndefined();
  return error;
}

describe('an exchange with Vault', () => {
  it('brings status, headers in lower case and text, over http and https', async () => {
    const plain = await serve();
    const answer = await transport().request(plain.origin, { ...READ, path: '/v1/sys/health' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toMatchObject({ initialized: true });

    const secure = await serve(certs.server);
    const over = transport(files(null));
    expect((await over.request(secure.origin, { ...READ, path: '/v1/sys/health' })).status).toBe(200);
  });

  it('sends a body whole, also a long one with other letters', async () => {
    const { origin, fake } = await serve();
    const data = { word: 'größer'.repeat(20_000) };
    const body = JSON.stringify({ data });
    const write = await transport().request(origin, { ...READ, method: 'POST', body });
    expect(write.status).toBe(200);
    expect(JSON.parse((await transport().request(origin, READ)).text).data.data).toEqual(data);
    expect(fake.log).toHaveLength(2);
  });

  it('takes a token of 10 KB along', async () => {
    const { origin, fake } = await serve();
    const { id } = fake.createToken({ id: 'b'.repeat(10_240), policies: ['default'] });
    const client = createVaultClient({ http: transport(), address: origin, namespace: null });
    expect((await client.lookupSelf(id)).ok).toBe(true);
  });

  it('uses one connection for one request after the other, and none for ever', async () => {
    const { origin, served } = await serve();
    const http = transport();
    await http.request(origin, READ);
    await http.request(origin, READ);
    expect(served.connections()).toBe(1);
    (http as ReturnType<typeof createHttpsVault>).close();
    await until(() => served.connections() === 0);
  });

  it('ends at the deadline when the server hangs, before its answer or in it', async () => {
    const { origin, fake } = await serve();
    fake.failNext(1, 'hang');
    const http = transport({ deadlineMs: 150 });
    expect((await failure(http.request(origin, READ))).code).toBe('VAULT_TIMEOUT');

    const half = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":"canary', false);
    expect((await failure(http.request(`http://${half}`, READ))).code).toBe('VAULT_TIMEOUT');

    const mute = await listen(createTcpServer(() => {}));
    const secure = transport({ deadlineMs: 150, ...files(null) });
    expect((await failure(secure.request(`https://${mute}`, READ))).code).toBe('VAULT_TIMEOUT');
  });

  it('says that nothing is there, or that it was cut off', async () => {
    const { origin, fake, served } = await serve();
    fake.failNext(1, 'cut');
    const http = transport();
    expect((await failure(http.request(origin, READ))).code).toBe('VAULT_UNREACHABLE');
    const half = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":"canary');
    expect((await failure(http.request(`http://${half}`, READ))).code).toBe('VAULT_UNREACHABLE');
    await served.close();
    expect((await failure(http.request(origin, READ))).code).toBe('VAULT_UNREACHABLE');
    const nowhere = await failure(http.request('http://vault.invalid:8200', READ));
    expect(nowhere.code).toBe('VAULT_UNREACHABLE');
  });

  it('reads no more than 1 MB', async () => {
    const { origin, fake } = await serve();
    fake.failNext(1, 'huge');
    const error = await failure(transport().request(origin, READ));
    expect(error).toMatchObject({ code: 'VAULT_ANSWER', message: 'an answer of more than 1048576 bytes' });
  });

  it('hands over a page of HTML as it is, and tells what is no HTTP at all', async () => {
    const { origin, fake } = await serve();
    fake.failNext(1, 'html-error');
    expect(await transport().request(origin, READ)).toMatchObject({
      status: 503,
      headers: { 'content-type': 'text/html' },
    });
    const ssh = await saying('SSH-2.0-canary\r\n');
    expect((await failure(transport().request(`http://${ssh}`, READ))).code).toBe('VAULT_ANSWER');
  });
});

describe('TLS to Vault', () => {
  const faultOf = async (over: Partial<Options>, origin: string): Promise<unknown> => {
    const error = await failure(transport(over).request(origin, READ));
    expect(error.code).toBe('VAULT_TLS');
    const { what, next } = errorText(error.code, error.details);
    expect(what).not.toBe('No safe connection to Vault could be made.');
    expect(next).not.toBe('The words beside this say why.');
    return error.details['name'];
  };

  it('tells an unknown authority, a wrong name and an expired certificate apart', async () => {
    const good = await serve(certs.server);
    expect(await faultOf({}, good.origin)).toBe('authority');
    expect(await faultOf(files(null, certs.strangerCa), good.origin)).toBe('authority');
    const other = await serve(certs.otherHost);
    expect(await faultOf(files(null), other.origin)).toBe('host');
    const expired = await serve(certs.expired);
    expect(await faultOf(files(null), expired.origin)).toBe('expired');
    for (const { fake } of [good, other, expired]) expect(fake.log).toEqual([]);
  });

  it('takes the name that is expected instead of the host’s', async () => {
    const { origin } = await serve(certs.otherHost);
    const http = transport({ ...files(null), serverName: 'elsewhere.example' });
    expect((await http.request(origin, READ)).status).toBe(404);
  });

  it('accepts any certificate only where checking is off', async () => {
    const { origin } = await serve(certs.expired);
    expect((await transport({ verify: false }).request(origin, READ)).status).toBe(404);
  });

  it('says that the server wants a client certificate', async () => {
    const { origin } = await serve({ ...certs.server, clientCa: certs.ca, demandsClientCert: true });
    expect(await faultOf(files(null), origin)).toBe('client');
    expect((await transport(files(certs.client)).request(origin, READ)).status).toBe(404);
  });

  it('shows the client certificate that is in the files now', async () => {
    const { origin, fake } = await serve({ ...certs.server, clientCa: certs.ca });
    fake.certRole('console', 'console-1', { policies: ['default'] });
    const paths = files(certs.strangerClient);
    const client = createVaultClient({ http: transport(paths), address: origin, namespace: null });
    const before = await client.loginCert('console');
    expect(before).toMatchObject({ ok: false, problem: { code: 'VAULT_LOGIN' } });
    writeFileSync(paths.certFile ?? '', certs.client.cert);
    writeFileSync(paths.keyFile ?? '', certs.client.key);
    expect(await client.loginCert('console')).toMatchObject({ ok: true, value: { isRenewable: true } });
  });

  it('says that a port speaks no TLS, or TLS only', async () => {
    const plain = await serve();
    expect(await faultOf(files(null), plain.origin.replace('http:', 'https:'))).toBe('plain');

    const go = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';
    const address = `http://${await saying(go)}`;
    const client = createVaultClient({ http: transport(), address, namespace: null });
    expect(await client.health()).toMatchObject({
      ok: false,
      problem: { code: 'VAULT_TLS', kind: 'tls', fault: 'https' },
    });
  });

  it('refuses TLS older than 1.2', async () => {
    const { createServer } = await import('node:tls');
    const old = { ...certs.server, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' };
    const address = await listen(createServer(old as object));
    const error = await failure(transport(files(null)).request(`https://${address}`, READ));
    expect(error.code).toBe('VAULT_TLS');
  });

  it.each([
    [
      'a CA file that is not there',
      { caFile: '/nowhere/canary/ca.pem' },
      /^the CA file cannot be read \(ENOENT\)/,
    ],
    ['a client key without its certificate', { keyFile: '/nowhere/key.pem' }, /go together/],
  ])('names %s, and sends nothing', async (_, over, words) => {
    const { origin, fake } = await serve(certs.server);
    const error = await failure(transport(over).request(origin, READ));
    expect(error).toMatchObject({ code: 'VAULT_TLS', details: { name: 'files' } });
    expect(error.message).toMatch(words);
    expect(fake.log).toEqual([]);
  });

  it('does not trust everybody because the CA file is empty', async () => {
    const { origin } = await serve(certs.server);
    expect(await faultOf(files(null, ''), origin)).toBe('files');
  });

  it('names a key that does not belong to the certificate, and one that is none', async () => {
    const { origin } = await serve(certs.server);
    const wrong = files({ cert: certs.client.cert, key: certs.server.key });
    const error = await failure(transport(wrong).request(origin, READ));
    expect(error.message).toMatch(/client key cannot be used/);
    writeFileSync(wrong.keyFile ?? '', readFileSync(wrong.certFile ?? ''));
    expect((await failure(transport(wrong).request(origin, READ))).details['name']).toBe('files');
  });
});

describe('a redirect', () => {
  it('to a host that nobody named is not followed, and that host sees nothing', async () => {
    const standby = await serve();
    const seen: unknown[] = [];
    const other = `http://${await listen(
      createHttpServer((request, response) => {
        seen.push(request.headers);
        response.end('{}');
      }),
    )}`;
    standby.fake.standby('redirect', other);
    const client = createVaultClient({ http: transport(), address: standby.origin, namespace: null });
    expect(await client.lookupSelf(TOKEN)).toMatchObject({
      ok: false,
      problem: { code: 'VAULT_REDIRECT', kind: 'redirect' },
    });
    expect(seen).toEqual([]);
  });

  it('to a named host is followed with token and namespace, and works', async () => {
    const standby = await serve();
    const active = await serve();
    standby.fake.standby('redirect', active.origin);
    const client = createVaultClient({
      http: transport(),
      address: standby.origin,
      namespace: null,
      redirectHosts: [active.origin.slice('http://'.length)],
    });
    expect((await client.lookupSelf(TOKEN)).ok).toBe(true);
    expect(active.fake.log).toMatchObject([{ hasToken: true, hasRequestHeader: true }]);
  });

  it('from https to http is never followed, from http to https it may be', async () => {
    const secure = await serve(certs.server);
    const plain = await serve();
    const http = transport(files(null));
    const named = ['127.0.0.1', 'localhost'];
    secure.fake.standby('redirect', plain.origin);
    const down = createVaultClient({ http, address: secure.origin, namespace: null, redirectHosts: named });
    expect(await down.lookupSelf(TOKEN)).toMatchObject({ ok: false, problem: { code: 'VAULT_REDIRECT' } });
    expect(plain.fake.log).toEqual([]);

    const active = await serve(certs.server);
    plain.fake.standby('redirect', active.origin);
    const up = createVaultClient({ http, address: plain.origin, namespace: null });
    expect((await up.lookupSelf(TOKEN)).ok).toBe(true);
  });
});
