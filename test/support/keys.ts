/** Public keys for tests that look like real ones: a modulus of chance, so that ten thousand cost nothing. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readPublicKey, type PublicKey } from '../../app/main/core/crypto/public-key.js';

/** The same key for the same seed. */
export function aKey(seed: string, bits = 2048): PublicKey {
  const bytes = Buffer.alloc(bits / 8);
  for (let i = 0; i < bytes.length; i += 32)
    createHash('sha256').update(`${seed}.${i}`).digest().copy(bytes, i);
  bytes[0] = (bytes[0] ?? 0) | 0x80;
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) | 1;
  const jwk = { kty: 'RSA', n: bytes.toString('base64url'), e: 'AQAB' };
  return readPublicKey(
    createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString(),
  );
}

let pems: readonly string[] | null = null;
/** Four real private keys, as PKCS#1 PEM, made once per test file. */
export function privatePems(): readonly string[] {
  pems ??= Array.from({ length: 4 }, () =>
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString(),
  );
  return pems;
}
