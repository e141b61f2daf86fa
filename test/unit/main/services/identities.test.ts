/** Certificates of our own: what is taken, what is refused with which code, what is kept and what comes out. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { beforeEach, describe, expect, it } from 'vitest';
import { createInlineCrypto } from '../../../../app/main/adapters/inline-crypto.js';
import { createMemoryStore } from '../../../../app/main/adapters/memory-store.js';
import { identityApi } from '../../../../app/main/api/identity.js';
import type { Store } from '../../../../app/main/ports/store.js';
import { createIdentities, type Identities } from '../../../../app/main/services/identities.js';
import { Identity } from '../../../../app/shared/domain/identity.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { makeCerts, signRequest } from '../../../support/certs.js';
import { createFakeClock, type FakeClock } from '../../../support/fake-clock.js';

const PASSPHRASE = 'open sesame';
const DAY_MS = 86_400_000;
const certs = makeCerts();
const { client, server, ca } = certs;

function pkcs12(passphrase: string | null, withKey = true): string {
  const key = withKey ? forge.pki.privateKeyFromPem(client.key) : null;
  const chain = [ca, client.cert].map((pem) => forge.pki.certificateFromPem(pem));
  const file = forge.pkcs12.toPkcs12Asn1(key, chain, passphrase, {
    algorithm: 'aes256',
  });
  return forge.util.encode64(forge.asn1.toDer(file).getBytes());
}

/** Without a line of its middle. */
const cut = (pem: string): string => pem.split('\n').toSpliced(5, 1).join('\n');

let clock: FakeClock;
let store: Store;
let identities: Identities;
const crypto = createInlineCrypto();

beforeEach(() => {
  clock = createFakeClock({ now: Date.now() });
  store = createMemoryStore();
  identities = createIdentities({ store, crypto, clock });
});

/** The code, once it is sure that the error holds nothing secret. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) return String(error);
  const shown = JSON.stringify([error.message, error.details]);
  expect(shown).not.toContain(PASSPHRASE);
  expect(shown).not.toContain('PRIVATE KEY');
  return error.code;
}

describe('an imported certificate', () => {
  it.each([
    ['a .p12', () => ({ pkcs12: pkcs12(PASSPHRASE), passphrase: PASSPHRASE })],
    ['a .p12 without a passphrase', () => ({ pkcs12: pkcs12('') })],
    ['certificate and key as PEM', () => ({ certificate: ca + client.cert, key: client.key })],
    ['both in one PEM', () => ({ certificate: `Bag\n${client.key}\r\n${client.cert}` })],
    [
      'a locked key with its passphrase',
      () => ({ certificate: client.cert, key: locked(), passphrase: PASSPHRASE }),
    ],
  ])('from %s is described, kept and opened', async (_, material) => {
    const imported = await identities.import({ label: 'mine', ...material() });
    expect(Identity.parse(imported)).toMatchObject({
      label: 'mine',
      state: 'ready',
      subject: 'CN=console-1',
      issuer: 'CN=Test CA',
      sans: [],
      expiry: 'soon',
      keyType: 'RSA 2048',
      importedAt: clock.now(),
      csr: null,
    });
    expect(imported.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const again = createIdentities({ store, crypto, clock });
    expect(await again.list()).toEqual([imported]);
    const opened = await again.open(imported.id);
    expect(opened.cert.startsWith(client.cert.replaceAll('\r', '').trim())).toBe(true);
    expect(createPrivateKey(opened.key).equals(createPrivateKey(client.key))).toBe(true);
    expect(JSON.stringify(await again.list())).not.toContain('PRIVATE');
  });

  it('shows its names', async () => {
    const { sans, label } = await identities.import({ certificate: server.cert, key: server.key });
    expect([sans, label]).toEqual([['localhost', '127.0.0.1'], 'localhost']);
  });

  it('takes the place of the one before when it has the same key', async () => {
    const first = await identities.import({ certificate: client.cert, key: client.key });
    const second = await identities.import({ label: 'again', certificate: client.cert, key: client.key });
    expect(second.id).toBe(first.id);
    await identities.import({ certificate: server.cert, key: server.key });
    expect((await identities.list()).map(({ label }) => label)).toEqual(['localhost', 'again']);
  });

  it('warns for its last 30 days, and is not shown outside of its time', async () => {
    const { id } = await identities.import({ certificate: client.cert, key: client.key });
    expect(await identities.list()).toMatchObject([{ id, expiry: 'soon' }]);
    clock.setNow(Date.now() + 40 * DAY_MS);
    expect(await identities.list()).toMatchObject([{ id, expiry: 'expired' }]);
    expect(await codeOf(identities.open(id))).toBe('IDENTITY_EXPIRED');
    clock.setNow(Date.now() - 2 * DAY_MS);
    expect(await identities.list()).toMatchObject([{ id, expiry: 'not-yet' }]);
    expect(await codeOf(identities.open(id))).toBe('IDENTITY_EXPIRED');
  });

  it.each([
    [
      'IDENTITY_PASSPHRASE',
      'a wrong passphrase',
      () => ({ pkcs12: pkcs12(PASSPHRASE), passphrase: `${PASSPHRASE}!` }),
    ],
    ['IDENTITY_PASSPHRASE', 'no passphrase', () => ({ pkcs12: pkcs12(PASSPHRASE) })],
    ['IDENTITY_PASSPHRASE', 'a locked key', () => ({ certificate: client.cert, key: locked() })],
    [
      'IDENTITY_PASSPHRASE',
      'a locked key and a wrong passphrase',
      () => ({ certificate: client.cert, key: locked(), passphrase: 'x' }),
    ],
    [
      'IDENTITY_NO_KEY',
      'a .p12 without a key',
      () => ({ pkcs12: pkcs12(PASSPHRASE, false), passphrase: PASSPHRASE }),
    ],
    ['IDENTITY_NO_KEY', 'a certificate alone', () => ({ certificate: client.cert })],
    ['IDENTITY_NO_KEY', 'a certificate as key', () => ({ certificate: client.cert, key: client.cert })],
    ['IDENTITY_MISMATCH', 'the key of another', () => ({ certificate: client.cert, key: server.key })],
    ['IDENTITY_UNREADABLE', 'a key that is cut', () => ({ certificate: client.cert, key: cut(client.key) })],
    ['IDENTITY_UNREADABLE', 'words', () => ({ certificate: 'no certificate', key: client.key })],
    ['IDENTITY_UNREADABLE', 'nothing', () => ({})],
    [
      'IDENTITY_UNREADABLE',
      'a broken certificate',
      () => ({ certificate: cut(client.cert), key: client.key }),
    ],
    ['IDENTITY_UNREADABLE', 'a file that is no Base64', () => ({ pkcs12: '!' })],
    ['IDENTITY_UNREADABLE', 'a file that is something else', () => ({ pkcs12: 'AAAA' })],
    [
      'IDENTITY_UNREADABLE',
      'a certificate as .p12',
      () => ({ pkcs12: client.cert.replace(/-----.*-----|\s/g, '') }),
    ],
    [
      'IDENTITY_UNREADABLE',
      'a .p12 that is cut',
      () => ({ pkcs12: pkcs12(PASSPHRASE).slice(0, 800), passphrase: PASSPHRASE }),
    ],
  ])('ends as %s for %s, and nothing is kept', async (code, _, material) => {
    expect(await codeOf(identities.import(material()))).toBe(code);
    expect(await identities.list()).toEqual([]);
    expect(await store.read('identities')).toBeUndefined();
  });

  it('is gone when it is removed', async () => {
    const { id } = await identities.import({ certificate: client.cert, key: client.key });
    expect(await identities.remove(id)).toMatchObject({ id });
    expect(await identities.list()).toEqual([]);
    for (const work of [
      identities.open(id),
      identities.remove(id),
      identities.complete({ id, certificate: '' }),
    ]) {
      expect(await codeOf(work)).toBe('IDENTITY_UNKNOWN');
    }
  });
});

describe('a requested certificate', () => {
  it('is a request until its certificate comes', async () => {
    const asked = await identities.request({ commonName: 'console-1', sans: ['console.example'] });
    expect(Identity.parse(asked)).toMatchObject({
      ...{ state: 'requested', subject: 'CN=console-1', sans: ['console.example'], keyType: 'RSA 2048' },
      ...{ issuer: null, expiry: null, fingerprint: null },
    });
    expect(asked.csr).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
    expect(await codeOf(identities.open(asked.id))).toBe('IDENTITY_UNKNOWN');

    expect(await codeOf(identities.complete({ id: asked.id, certificate: client.cert }))).toBe(
      'IDENTITY_MISMATCH',
    );
    const issued = signRequest(certs, asked.csr ?? '');
    const ready = await identities.complete({ id: asked.id, certificate: ca + issued });
    expect(ready).toMatchObject({
      id: asked.id,
      state: 'ready',
      csr: null,
      issuer: 'CN=Test CA',
      sans: ['console.example'],
    });
    expect((await identities.open(asked.id)).cert).toContain(issued.replaceAll('\r', '').trim());
  });

  it('with a name that no certificate can hold is refused', async () => {
    expect(await codeOf(identities.request({ commonName: 'x', sans: ['a b'] }))).toBe(
      'CONTRACT_INPUT_INVALID',
    );
    expect(await identities.list()).toEqual([]);
  });
});

describe('where they are kept', () => {
  it('is left alone when it cannot be read', async () => {
    await store.write('identities', [{ id: 1 }]);
    const input = { certificate: client.cert, key: client.key };
    expect(await codeOf(identities.import(input))).toBe('STORE_UNREADABLE');
    expect(await store.read('identities')).toEqual([{ id: 1 }]);
    const refusing: Store = {
      read: () => Promise.reject(new Error('others may read it')),
      write: async () => {},
      remove: async () => {},
    };
    const words = createIdentities({ store: refusing, crypto, clock }).list();
    await expect(words).rejects.toMatchObject({ code: 'STORE_UNREADABLE', message: 'others may read it' });
  });

  it('is what the list says: what could not be written is not shown', async () => {
    const full: Store = {
      read: async () => undefined,
      write: () => Promise.reject(new Error('no space left')),
      remove: async () => {},
    };
    const there = createIdentities({ store: full, crypto, clock });
    expect(await codeOf(there.import({ certificate: client.cert, key: client.key }))).toBe(
      'STORE_UNREADABLE',
    );
    expect(await there.list()).toEqual([]);
  });

  it('holds both of two that come at once', async () => {
    await Promise.all([client, server].map(({ cert, key }) => identities.import({ certificate: cert, key })));
    expect((await identities.list()).length).toBe(2);
  });
});

it('each change is in the audit, with the subject and without a key', async () => {
  const heard: unknown[] = [];
  const api = identityApi(identities, (kind, facts) => heard.push([kind, facts]));
  const { signal } = new AbortController();
  const { id } = await api['identity.import']({ certificate: client.cert, key: client.key }, signal);
  const { csr, id: asked } = await api['identity.request']({ commonName: 'c', sans: [] }, signal);
  await api['identity.complete']({ id: asked, certificate: signRequest(certs, csr ?? '') }, signal);
  await api['identity.remove']({ id }, signal);
  expect(heard).toMatchObject([
    ['identity.imported', { subject: 'CN=console-1', id }],
    ['identity.requested', { subject: 'CN=c', id: asked }],
    ['identity.imported', { subject: 'CN=c', issuer: 'CN=Test CA' }],
    ['identity.removed', { subject: 'CN=console-1', id }],
  ]);
  expect(JSON.stringify(heard)).not.toContain('KEY-----');
  expect((await api['identity.list']({}, signal)).identities.map((one) => one.id)).toEqual([asked]);
  await expect(api['identity.remove']({ id }, signal)).rejects.toMatchObject({ code: 'IDENTITY_UNKNOWN' });
  expect(heard.length).toBe(4);
});

function locked(): string {
  return createPrivateKey(client.key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE })
    .toString();
}

it('other kinds of keys are taken too', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(await codeOf(identities.import({ certificate: client.cert, key }))).toBe('IDENTITY_MISMATCH');
});
