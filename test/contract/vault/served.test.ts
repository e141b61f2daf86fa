/** The fake Vault over a socket: TLS, client certificates, hanging and cut lines. */
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCerts, type Identity } from '../../support/certs.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault, serveFakeVault, type ServedVault } from '../../support/fake-vault.js';
import { until } from '../../support/until.js';

const certs = makeCerts();
const served: ServedVault[] = [];

afterEach(async () => {
  for (const one of served.splice(0)) await one.close();
});

async function serve(tls?: Parameters<typeof serveFakeVault>[1]) {
  const fake = createFakeVault({ clock: createFakeClock() });
  const server = await serveFakeVault(fake, tls);
  served.push(server);
  return { fake, server, url: (path: string): string => `${server.origin}/v1/${path}` };
}

/** Status and body of a POST over TLS. */
function post(
  url: string,
  who: Partial<Identity> = {},
  options: RequestOptions = {},
): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      { method: 'POST', ca: certs.ca, agent: false, ...who, ...options },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve([response.statusCode ?? 0, text]));
      },
    );
    request.on('error', reject).end();
  });
}

describe('the fake Vault over a socket', () => {
  it('answers as it does without one', async () => {
    const { fake, url } = await serve();
    const headers = { 'x-vault-token': fake.rootToken };
    const body = JSON.stringify({ data: { a: 'ä' } });
    const written = await fetch(url('secret/data/x'), { method: 'POST', headers, body });
    expect(written.status).toBe(200);
    const response = await fetch(url('secret/data/x'), { headers });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ data: { data: { a: 'ä' } } });
    expect(fake.log.map(({ method, status }) => [method, status])).toEqual([
      ['POST', 200],
      ['GET', 200],
    ]);
  });

  it('sends to the active one with a location', async () => {
    const { fake, server, url } = await serve();
    fake.standby('redirect', 'http://127.0.0.1:1');
    const response = await fetch(url('auth/token/lookup-self'), { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      'http://127.0.0.1:1/v1/auth/token/lookup-self',
    ]);
    expect(server.port).toBeGreaterThan(0);
  });

  it('lets a request hang until the caller gives up, and goes on', async () => {
    const { fake, url } = await serve();
    fake.failNext(1, 'hang');
    const giveUp = new AbortController();
    const hanging = fetch(url('sys/health'), { signal: giveUp.signal }).catch(() => 'gave up');
    await until(() => fake.log.length === 1);
    giveUp.abort();
    expect(await hanging).toBe('gave up');
    expect((await fetch(url('sys/health'))).status).toBe(200);
  });

  it('cuts a line, and goes on', async () => {
    const { fake, url } = await serve();
    fake.failNext(1, 'cut');
    await expect(fetch(url('sys/health'))).rejects.toThrow();
    expect((await fetch(url('sys/health'))).status).toBe(200);
  });

  it('ends with lines open and requests hanging', async () => {
    const { fake, server, url } = await serve();
    fake.failNext(1, 'hang');
    const hanging = fetch(url('sys/health')).catch(() => 'cut off');
    await until(() => fake.log.length === 1);
    expect(server.connections()).toBe(1);
    await server.close();
    served.length = 0;
    expect(await hanging).toBe('cut off');
  });

  it('knows a client by a certificate of its authority, and takes no stranger for one', async () => {
    const tls = { ...certs.server, clientCa: certs.ca };
    const { fake, url } = await serve({ tls });
    fake.certRole('consoles', 'console-1', { policies: [] });
    const [status, text] = await post(url('auth/cert/login'), certs.client);
    expect([status, text]).toEqual([200, expect.stringContaining('"cert_name":"consoles"')]);
    expect((await post(url('auth/cert/login'), certs.strangerClient))[0]).toBe(400);
    expect((await post(url('auth/cert/login')))[0]).toBe(400);
  });

  it('can keep out whoever has no certificate', async () => {
    const tls = { ...certs.server, clientCa: certs.ca, demandsClientCert: true };
    const { fake, url } = await serve({ tls });
    await expect(post(url('auth/cert/login'))).rejects.toThrow();
    await expect(post(url('auth/cert/login'), certs.strangerClient)).rejects.toThrow();
    expect((await post(url('sys/wrapping/lookup'), certs.client))[0]).toBe(400);
    expect(fake.log).toHaveLength(1);
  });

  it('speaks no TLS below 1.2', async () => {
    const { url } = await serve({ tls: certs.server });
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(post(url('auth/cert/login'), {}, old)).rejects.toThrow();
  });
});
