/**
 * What our ciphers cost beside bare node:crypto, in turns within one process: the secret to 10,000 different keys, and
 * texts of 1 KB under the cluster secret. Prints one JSON line.
 */
import { constants, createCipheriv, createDecipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import {
  decryptClusterText,
  deriveClusterKey,
  encryptClusterText,
  ivBytes,
} from '../../app/main/core/crypto/cluster-cipher.js';
import { createKeyCache } from '../../app/main/core/crypto/public-key.js';
import { encryptWithKey } from '../../app/main/core/crypto/rsa-cipher.js';
import { spkiOf } from '../../test/support/der.js';

const KEYS = 10_000;
const SLICE = 500;
const TEXTS = 20_000;
const SECRET = 'ab'.repeat(32);

/** Encrypting asks for no prime factors, so any odd number of the size is as good, and 10,000 are made at once. */
function someKey(): string {
  const modulus = Buffer.concat([Buffer.from([0]), randomBytes(256)]);
  modulus[1] = 0x80 | (modulus[1] ?? 0);
  modulus[256] = 1 | (modulus[256] ?? 0);
  return spkiOf(modulus, Buffer.from([1, 0, 1])).toString('base64');
}

const spent = (work: () => void): number => {
  const from = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - from) / 1e6;
};

/** Slice by slice in turns, so that whatever else the machine does falls on both. */
function inTurns(count: number, ours: (at: number) => void, bare: (at: number) => void) {
  const sum = { ours: 0, bare: 0 };
  const slice = (work: (at: number) => void, from: number) => (): void => {
    for (let at = from; at < from + SLICE; at += 1) work(at);
  };
  for (const run of [slice(ours, 0), slice(bare, 0)]) run();
  for (let from = 0; from < count; from += SLICE) {
    const isOursFirst = (from / SLICE) % 2 === 0;
    if (isOursFirst) sum.ours += spent(slice(ours, from));
    sum.bare += spent(slice(bare, from));
    if (!isOursFirst) sum.ours += spent(slice(ours, from));
  }
  return {
    oursUs: (sum.ours / count) * 1_000,
    bareUs: (sum.bare / count) * 1_000,
    ratio: sum.ours / sum.bare,
  };
}

const texts = Array.from({ length: KEYS }, someKey);
const read = createKeyCache(KEYS);
const keys = texts.map(read);
const bytes = Buffer.from(SECRET);
const broadcast = inTurns(
  KEYS,
  (at) => void encryptWithKey(read(texts[at] ?? ''), SECRET, 'legacy'),
  (at) => void publicEncrypt({ key: keys[at]!.key, padding: constants.RSA_PKCS1_PADDING }, bytes),
);

const key = deriveClusterKey(SECRET);
const text = 'x'.repeat(1_024);
const ivs = { legacy: randomBytes(ivBytes('legacy')), modern: randomBytes(ivBytes('modern')) };
const ours = (form: 'legacy' | 'modern') => (): void => {
  const sealed = encryptClusterText(key, text, form, ivs[form]);
  if (decryptClusterText(key, sealed.text, sealed.iv).length !== 1_024)
    throw new Error('opened to something else');
};
/** Both with the Base64 that the messages are, the legacy one in its lines, in the shortest way to write it. */
const bareLegacy = (): void => {
  const cipher = createCipheriv('aes-256-cbc', key, ivs.legacy);
  const base64 = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  const sealed = base64.replace(/.{1,60}/g, '$&\n');
  const opener = createDecipheriv('aes-256-cbc', key, ivs.legacy);
  Buffer.concat([opener.update(Buffer.from(sealed, 'base64')), opener.final()]);
};
const bareModern = (): void => {
  const cipher = createCipheriv('aes-256-gcm', key, ivs.modern);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  const opener = createDecipheriv('aes-256-gcm', key, ivs.modern);
  opener.setAuthTag(cipher.getAuthTag());
  Buffer.concat([opener.update(Buffer.from(sealed, 'base64')), opener.final()]);
};
const legacy = inTurns(TEXTS, ours('legacy'), bareLegacy);
const modern = inTurns(TEXTS, ours('modern'), bareModern);
process.stdout.write(`${JSON.stringify({ broadcast, legacy, modern })}\n`);
