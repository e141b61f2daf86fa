/** Certificates of our own on a real broker that wants one, from files as openssl makes them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAmqpBus } from '../../app/main/adapters/amqp-bus.js';
import { createInlineCrypto } from '../../app/main/adapters/inline-crypto.js';
import { createMemoryStore } from '../../app/main/adapters/memory-store.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import type { BusEvent } from '../../app/main/ports/bus.js';
import { createIdentities } from '../../app/main/services/identities.js';
import { AppError } from '../../app/shared/errors/app-error.js';
import { makeCerts } from '../support/certs.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { hasOpenSsl, makePkcs12, openSsl, type Pkcs12Wish } from '../support/openssl.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const PASSPHRASE = 'a passphrase of 7 words';
const certs = makeCerts();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const newIdentities = (clock = systemClock) =>
  createIdentities({ store: createMemoryStore(), crypto: createInlineCrypto(), clock });

const importFile = (file: Buffer, passphrase: string, identities = newIdentities()) =>
  identities
    .import({ pkcs12: file.toString('base64'), passphrase })
    .then(({ id }) => ({ id, identities, open: () => identities.open(id) }));

const p12 = (wish: Partial<Pkcs12Wish> = {}): Buffer =>
  makePkcs12({ ...certs.client, passphrase: PASSPHRASE, ...wish });

/** The code of a rejection that holds nothing secret. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) return String(error);
  expect(JSON.stringify([error.message, error.details])).not.toContain(PASSPHRASE);
  return error.code;
}

describe.skipIf(!hasOpenSsl())('a .p12 as openssl makes it', () => {
  const sameKey = (a: string, b: string): boolean => createPrivateKey(a).equals(createPrivateKey(b));

  it.each<[string, readonly string[], string]>([
    ['today', [], PASSPHRASE],
    ['for old programs (RC2 and 3DES)', ['-legacy'], PASSPHRASE],
    ['with 3DES for both', ['-legacy', '-descert'], PASSPHRASE],
    [
      'with AES-128 and a SHA-512 check sum',
      ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512'],
      PASSPHRASE,
    ],
    ['without encryption of the certificate', ['-certpbe', 'NONE'], PASSPHRASE],
    ['without any encryption', ['-certpbe', 'NONE', '-keypbe', 'NONE'], PASSPHRASE],
    ['without a check sum', ['-nomac'], PASSPHRASE],
    ['with an empty passphrase', [], ''],
    ['for old programs with an empty passphrase', ['-legacy'], ''],
    ['with a passphrase in letters of many languages', [], 'Grüße, 世界'],
    ['for old programs with such a passphrase', ['-legacy'], 'Grüße, 世界'],
    ['with names for its parts', ['-name', 'meins ☃', '-caname', 'theirs'], PASSPHRASE],
  ])('%s is read, with its chain behind it', async (_, flags, passphrase) => {
    const file = p12({ flags, passphrase, chain: certs.ca + certs.strangerCa });
    const { open } = await importFile(file, passphrase);
    const { cert, key } = await open();
    expect(sameKey(key, certs.client.key)).toBe(true);
    const chain = cert.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? [];
    const subjects = chain.map((pem) => new X509Certificate(pem).subject);
    expect(subjects[0]).toBe('CN=console-1');
    expect([...subjects].sort()).toEqual(['CN=Stranger CA', 'CN=Test CA', 'CN=console-1']);
    if (passphrase === '') return;
    expect(await codeOf(importFile(file, `${passphrase}?`))).toBe('IDENTITY_PASSPHRASE');
  });

  it('with an elliptic key is read', async () => {
    const { run, read } = openSsl();
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ec.pem');
    run('req', '-x509', '-new', '-key', 'ec.pem', '-subj', '/CN=curve', '-days', '90', '-out', 'ec.crt');
    const wish = { cert: read('ec.crt').toString(), key: read('ec.pem').toString() };
    for (const flags of [[], ['-legacy']]) {
      const { open, identities } = await importFile(p12({ ...wish, flags }), PASSPHRASE);
      expect(sameKey((await open()).key, wish.key)).toBe(true);
      expect(await identities.list()).toMatchObject([
        { subject: 'CN=curve', keyType: 'EC prime256v1', expiry: 'good' },
      ]);
    }
  });

  it('without a key, or whose passphrase is stretched beyond measure, is refused', async () => {
    const { run, write, read } = openSsl();
    const files = ['-in', write('cert.pem', certs.client.cert), '-nokeys', '-out', 'none.p12'];
    run('pkcs12', '-export', ...files, '-passout', `pass:${PASSPHRASE}`);
    expect(await codeOf(importFile(read('none.p12'), PASSPHRASE))).toBe('IDENTITY_NO_KEY');
    const stretched = p12({ flags: ['-certpbe', 'NONE', '-keypbe', 'NONE', '-iter', '1000001'] });
    // 100,000 rounds in the file, changed to as many as three bytes hold.
    const inside = p12({ flags: ['-iter', '100000', '-nomac'] });
    const at = inside.indexOf(Buffer.from('02030186a0', 'hex'));
    expect(at).toBeGreaterThan(0);
    inside.set([0x7f, 0xff, 0xff], at + 2);
    for (const file of [stretched, inside]) {
      const began = performance.now();
      expect(await codeOf(importFile(file, PASSPHRASE))).toBe('IDENTITY_UNREADABLE');
      expect(performance.now() - began).toBeLessThan(500);
    }
  });

  it('a request that we make is read by openssl, with every name in it', async () => {
    const sans = ['console.example', '10.1.2.3', '2001:db8::7', 'a@b.example', 'spiffe://x.example/console'];
    const { csr } = await newIdentities().request({ commonName: 'Konsole Grün', sans });
    const { run, write } = openSsl();
    const shown = run(
      'req',
      '-in',
      write('it.csr', csr ?? ''),
      '-noout',
      '-verify',
      '-text',
      '-nameopt',
      'utf8',
    );
    expect(shown).toContain('CN=Konsole Grün');
    expect(shown).toContain(
      'DNS:console.example, IP Address:10.1.2.3, IP Address:2001:DB8:0:0:0:0:0:7, email:a@b.example, URI:spiffe://x.example/console',
    );
  });
});

describeWithRabbitMq('a broker that wants our certificate', () => {
  let server: RabbitMq;
  beforeAll(async () => {
    server = await startRabbitMq({ tls: { ca: certs.ca, ...certs.server, requireClientCert: true } });
  }, 90_000);
  afterAll(() => server.dispose());

  /** `live`, or the code with which it goes down. */
  async function connect(own: { readonly cert: string; readonly key: string }): Promise<string> {
    const bus = createAmqpBus(
      {
        url: `amqps://localhost:${server.tlsPort}`,
        tls: { ca: certs.ca, ...own, verify: true },
        ...{ connectionName: 'identity', product: 'Identity', version: '1' },
      },
      systemClock,
    );
    cleanups.push(() => bus.close());
    const events: BusEvent[] = [];
    bus.onEvent((event) => events.push(event));
    bus.open({ topology: { exchanges: [], queues: [], bindings: [] }, consumers: [] });
    return until(() => {
      for (const event of events) {
        if (event.type === 'live') return 'live';
        if (event.type === 'down') return (event.error as AppError).code;
      }
      return null;
    });
  }

  it.each([
    ['today', []],
    ['for old programs', ['-legacy']],
  ])('lets us in with a .p12 made by openssl %s', async (_, flags) => {
    const { open } = await importFile(p12({ flags, chain: certs.ca }), PASSPHRASE);
    expect(await connect(await open())).toBe('live');
  });

  it('lets us in with a certificate that was requested here', async () => {
    const identities = newIdentities();
    const { id, csr } = await identities.request({ commonName: 'console-1', sans: [] });
    const { run, write } = openSsl();
    const authority = [
      '-CA',
      write('ca.pem', certs.ca),
      '-CAkey',
      write('ca.key', certs.caKey),
      '-CAcreateserial',
    ];
    const issued = run('x509', '-req', '-in', write('it.csr', csr ?? ''), ...authority, '-days', '10');
    await identities.complete({ id, certificate: issued });
    expect(await connect(await identities.open(id))).toBe('live');
  });

  it('each way to fail has its own code: passphrase, time, authority', async () => {
    expect(await codeOf(importFile(p12(), 'another'))).toBe('IDENTITY_PASSPHRASE');

    const expired = await importFile(p12(certs.expiredClient), PASSPHRASE);
    expect(await codeOf(expired.open())).toBe('IDENTITY_EXPIRED');

    const stranger = await importFile(p12({ ...certs.strangerClient, chain: certs.strangerCa }), PASSPHRASE);
    expect(await connect(await stranger.open())).toBe('BUS_CLIENT_CERT');
  });

  it('refuses an expired certificate even if we would show it', async () => {
    expect(await connect(certs.expiredClient)).toBe('BUS_CLIENT_CERT');
  });
});
