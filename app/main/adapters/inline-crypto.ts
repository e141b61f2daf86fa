/**
 * The KeyCrypto port on the calling thread: what the worker runs inside, and tests without one. Only the making of keys
 * is off this thread anyway.
 */
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { makeRequest, readPkcs12 } from '../core/crypto/pkcs12.js';
import { decryptWithKey } from '../core/crypto/rsa-cipher.js';
import type { KeyCrypto } from '../ports/key-crypto.js';

const makePair = promisify(generateKeyPair);
/** Our key and the one before it, and room. */
const MAX_PARSED = 4;

export function createInlineCrypto(): KeyCrypto {
  const parsed = new Map<string, KeyObject>();
  const keyOf = (pem: string): KeyObject => {
    const known = parsed.get(pem);
    if (known) return known;
    if (parsed.size >= MAX_PARSED) parsed.clear();
    const key = createPrivateKey(pem);
    parsed.set(pem, key);
    return key;
  };
  return {
    async generate(bits) {
      const { privateKey } = await makePair('rsa', { modulusLength: bits, publicExponent: 0x10001 });
      return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    },
    decrypt: async (privatePem, text) => decryptWithKey(keyOf(privatePem), text),
    readPkcs12: async (file, passphrase) => readPkcs12(file, passphrase),
    makeRequest: async (privatePem, subject) => makeRequest(privatePem, subject),
    async close() {
      parsed.clear();
    },
  };
}
