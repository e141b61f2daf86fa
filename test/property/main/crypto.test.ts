/** Whatever a peer sends as a key or as a ciphertext is a value or a ProtocolError, and nothing else. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decryptClusterText,
  deriveClusterKey,
  encryptClusterText,
  ivBytes,
} from '../../../app/main/core/crypto/cluster-cipher.js';
import { createKeyCache, readPublicKey } from '../../../app/main/core/crypto/public-key.js';
import { decryptWithKey, encryptWithKey } from '../../../app/main/core/crypto/rsa-cipher.js';
import { ProtocolError } from '../../../app/main/core/protocol/protocol-error.js';

const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const der = pair.publicKey.export({ type: 'spki', format: 'der' });
const privateKey = createPrivateKey(pair.privateKey.export({ type: 'pkcs1', format: 'pem' }));
const publicKey = readPublicKey(pem);
const form = fc.constantFrom('legacy' as const, 'modern' as const);

/** A real text with one place changed, so that what is behind the first check is reached too. */
const changed = (text: string) =>
  fc
    .tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(3))
    .map(([at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut));
const changedDer = fc
  .tuple(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length))
  .map(([at, byte, keep]) => {
    const copy = Buffer.from(der);
    copy[at] = byte;
    return (keep > der.length / 2 ? copy : copy.subarray(0, keep)).toString('base64');
  });
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.base64String({ maxLength: 600 }),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('base64')),
);

function valueOrRefusal<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return null;
  }
}

describe('a text from a peer', () => {
  it('read as a public key is a key that reads the same again, or is refused', () => {
    const cached = createKeyCache(16);
    fc.assert(
      fc.property(fc.oneof(anyText, changed(pem), changed(der.toString('base64')), changedDer), (text) => {
        const key = valueOrRefusal(() => readPublicKey(text));
        expect(valueOrRefusal(() => cached(text))?.fingerprint).toBe(key?.fingerprint);
        if (!key) return;
        expect(key.bits).toBeGreaterThanOrEqual(512);
        expect(readPublicKey(key.pem)).toMatchObject({ fingerprint: key.fingerprint, pem: key.pem });
      }),
      { numRuns: 3_000 },
    );
  });

  it('read as a ciphertext is bytes, or refused with one code', () => {
    const good = [
      encryptWithKey(publicKey, 'x', 'legacy'),
      encryptWithKey(publicKey, 'x', 'modern'),
    ] as const;
    fc.assert(
      fc.property(fc.oneof(anyText, changed(good[0]), changed(good[1])), (text) => {
        const bytes = valueOrRefusal(() => decryptWithKey(privateKey, text));
        expect(bytes === null || Buffer.isBuffer(bytes)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that we encrypted comes back, under a key and under the secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 28 }), form, (text, how) => {
        fc.pre(Buffer.byteLength(text) <= 86);
        expect(decryptWithKey(privateKey, encryptWithKey(publicKey, text, how))).toEqual(Buffer.from(text));
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), form, (bytes, secret, how) => {
        const key = deriveClusterKey(secret);
        const iv = Buffer.alloc(ivBytes(how), 1);
        const made = encryptClusterText(key, bytes, how, iv);
        expect(decryptClusterText(key, made.text, made.iv)).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
