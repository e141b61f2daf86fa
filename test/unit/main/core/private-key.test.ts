/** A locked private key and passphrases that do not open it. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPrivateKey } from '../../../../app/main/core/crypto/certificate.js';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
const locked = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

/** Once in some hundreds of times the padding looks right by chance, and OpenSSL finds no key in what is inside. */
function unlucky(): string {
  for (let n = 0; ; n += 1) {
    try {
      createPrivateKey({ key: locked, passphrase: `wrong-${n}` });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_OSSL_BAD_DECRYPT') return `wrong-${n}`;
    }
  }
}

describe('a locked private key', () => {
  it('asks for its passphrase, also when a wrong one seems to open it', { timeout: 60_000 }, () => {
    expect(readPrivateKey(locked, 'right')).toContain('BEGIN PRIVATE KEY');
    expect(() => readPrivateKey(locked, 'wrong')).toThrow(code('IDENTITY_PASSPHRASE'));
    expect(() => readPrivateKey(locked, unlucky())).toThrow(code('IDENTITY_PASSPHRASE'));
  });
});
