/** The port on this thread and on a worker: the same answers, the same errors; and a worker that dies or floods. */
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import forge from 'node-forge';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorkerCrypto } from '../../../../app/main/adapters/crypto-worker.js';
import { createInlineCrypto } from '../../../../app/main/adapters/inline-crypto.js';
import { publicKeyOf } from '../../../../app/main/core/crypto/public-key.js';
import { encryptWithKey } from '../../../../app/main/core/crypto/rsa-cipher.js';
import { makeCerts } from '../../../support/certs.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const [bundle] = buildSync({
  entryPoints: [join(root, 'app/main/adapters/crypto-worker-main.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  write: false,
}).outputFiles;
const source = bundle!.text;

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString();
const own = publicKeyOf(pem);
const { client } = makeCerts();
const file = Buffer.from(
  forge.asn1
    .toDer(
      forge.pkcs12.toPkcs12Asn1(
        forge.pki.privateKeyFromPem(client.key),
        [forge.pki.certificateFromPem(client.cert)],
        'open',
      ),
    )
    .getBytes(),
  'latin1',
);

describe.each([
  ['on this thread', createInlineCrypto()],
  ['on a worker', createWorkerCrypto(source)],
])('work with keys %s', (_, crypto) => {
  afterAll(() => crypto.close());

  it('makes pairs in the form of legionio.key', async () => {
    const made = await crypto.generate(1024);
    expect(made).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(createPublicKey(made).asymmetricKeyDetails).toEqual({
      modulusLength: 1024,
      publicExponent: 65_537n,
    });
  });

  it.each(['legacy', 'modern'] as const)('opens the %s form to a Buffer', async (form) => {
    const opened = await crypto.decrypt(pem, encryptWithKey(own, 'a secret ☃', form));
    expect(Buffer.isBuffer(opened)).toBe(true);
    expect(opened.toString('utf8')).toBe('a secret ☃');
  });

  it('refuses with the same error whatever was wrong', async () => {
    const error = { name: 'ProtocolError', code: 'CIPHER', message: 'cannot be read with our key' };
    for (const text of ['', 'oaep:AAAA', 'A'.repeat(10_000)]) {
      await expect(crypto.decrypt(pem, text)).rejects.toMatchObject(error);
    }
  });

  it('reads a file, and says when the passphrase is wrong', async () => {
    const { key, certificates } = await crypto.readPkcs12(file, 'open');
    expect(new X509Certificate(certificates[0]!).publicKey.equals(createPublicKey(key))).toBe(true);
    await expect(crypto.readPkcs12(file, 'shut')).rejects.toMatchObject({
      name: 'AppError',
      code: 'IDENTITY_PASSPHRASE',
    });
    await expect(crypto.readPkcs12(Buffer.from('x'), '')).rejects.toMatchObject({
      code: 'IDENTITY_UNREADABLE',
    });
  });

  it('makes a request that carries its name and verifies', async () => {
    const text = await crypto.makeRequest(pem, {
      commonName: 'Konsole ü',
      sans: ['a.example', '10.0.0.1', '::1', 'x@y.example'],
    });
    const request = forge.pki.certificationRequestFromPem(text);
    expect(request.verify()).toBe(true);
    // forge reads it back as the bytes of the UTF-8.
    const name = request.subject.getField('CN') as { readonly value: string };
    expect(Buffer.from(name.value, 'latin1').toString('utf8')).toBe('Konsole ü');
    const wrong = crypto.makeRequest(pem, { commonName: 'x', sans: ['ü.example'] });
    await expect(wrong).rejects.toMatchObject({ code: 'CONTRACT_INPUT_INVALID' });
  });
});

describe('the worker', () => {
  it('answers many at once, each with its own', async () => {
    const crypto = createWorkerCrypto(source);
    const texts = Array.from({ length: 50 }, (_, index) => encryptWithKey(own, `text ${index}`, 'legacy'));
    const making = crypto.generate(2048);
    const opened = await Promise.all(texts.map((text) => crypto.decrypt(pem, text)));
    expect(opened.map(String)).toEqual(texts.map((_, index) => `text ${index}`));
    expect(await making).toContain('PRIVATE KEY');
    await crypto.close();
  });

  it('takes so many jobs and no more', async () => {
    const crypto = createWorkerCrypto(source);
    const jobs = Array.from({ length: 1_001 }, () => crypto.decrypt(pem, ''));
    const ends = await Promise.allSettled(jobs);
    expect(
      ends.filter((end) => end.status === 'rejected' && (end.reason as { code: string }).code === 'CIPHER')
        .length,
    ).toBe(1_000);
    expect(ends.at(-1)).toMatchObject({ reason: { code: 'RATE' } });
    await crypto.close();
  });

  it('is started anew when it dies, and a job that kills it twice is given up', async () => {
    const deadly = `require('node:worker_threads').parentPort.on('message', (job) => {
      if (job.work.op === 'generate') process.exit(1); }); ${source}`;
    const crypto = createWorkerCrypto(deadly);
    await expect(crypto.generate(1024)).rejects.toThrow('died of this job');
    const opened = await crypto.decrypt(pem, encryptWithKey(own, 'after', 'legacy'));
    expect(opened.toString()).toBe('after');
    await crypto.close();
  });

  it('that a file keeps busy is left to itself, and the others go on', async () => {
    const busy = `require('node:worker_threads').parentPort.on('message', (job) => {
      if (job.work.op === 'readPkcs12') for (;;); }); ${source}`;
    const crypto = createWorkerCrypto(busy, { fileWithinMs: 200 });
    const reading = crypto.readPkcs12(file, 'open');
    const waiting = crypto.decrypt(pem, encryptWithKey(own, 'behind it', 'legacy'));
    await expect(reading).rejects.toMatchObject({ code: 'IDENTITY_UNREADABLE' });
    expect((await waiting).toString()).toBe('behind it');
    await crypto.close();
  });

  it('that cannot even start says so to each job', async () => {
    const crypto = createWorkerCrypto('this is no program');
    await expect(crypto.generate(1024)).rejects.toThrow('died of this job');
    await crypto.close();
  });

  it('closed takes nothing and leaves nothing waiting', async () => {
    const crypto = createWorkerCrypto(source);
    const open = expect(crypto.generate(4096)).rejects.toThrow('closed');
    await crypto.close();
    await open;
    await expect(crypto.decrypt(pem, '')).rejects.toThrow('closed');
    await crypto.close();
  });
});
