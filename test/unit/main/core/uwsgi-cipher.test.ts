/** From a legion's secret to a cipher: names, keys, warnings, and Blowfish against published values. */
import { describe, expect, it } from 'vitest';
import {
  adviceFor,
  cipherNamed,
  createPacketCipher,
  freshSecret,
  requireCipher,
  whyRefused,
} from '../../../../app/main/core/protocol/uwsgi/cipher.js';
import { createCbc } from '../../../../app/main/core/crypto/cbc.js';
import { CIPHER_REFUSALS, CipherName } from '../../../../app/shared/domain/legion-cipher.js';
import { errorText, isTextKey } from '../../../../app/shared/i18n/index.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('the name of a cipher', () => {
  it.each([
    ['AES-256-CBC', 'aes-256-cbc'],
    ['aes256', 'aes-256-cbc'],
    ['Aes192', 'aes-192-cbc'],
    ['AES128', 'aes-128-cbc'],
    ['des3', 'des-ede3-cbc'],
    ['DES-EDE3-CBC', 'des-ede3-cbc'],
    ['blowfish', 'bf-cbc'],
    ['BF', 'bf-cbc'],
  ])('%s means %s', (typed, name) => expect(requireCipher(typed)).toBe(name));

  it.each([
    ['aes-256-ctr', 'stream'],
    ['chacha20', 'stream'],
    ['ChaCha20-Poly1305', 'stream'],
    ['aes-256-gcm', 'aead'],
    ['id-aes128-CCM', 'aead'],
    ['aes-128-ocb', 'aead'],
    ['id-aes256-wrap', 'aead'],
    ['aes-256-cbc-hmac-sha256', 'aead'],
    ['aes-256-xts', 'foreign'],
    ['aes-128-cfb8', 'foreign'],
    ['aes-256-ofb', 'foreign'],
    ['aes-256-ecb', 'foreign'],
    ['des-ede3', 'foreign'],
    ['des-ede-cbc', 'foreign'],
    ['camellia-256-cbc', 'foreign'],
    ['camellia128', 'foreign'],
    ['sm4-cbc', 'foreign'],
    ['rc4', 'outdated'],
    ['des', 'outdated'],
    ['bf-ofb', 'outdated'],
    ['cast', 'outdated'],
    ['aes-512-cbc', 'unknown'],
    ['', 'unknown'],
    ['__proto__', 'unknown'],
    ['constructor', 'unknown'],
  ])('%s is refused: %s', (typed, why) => {
    expect(cipherNamed(typed)).toBeNull();
    expect(whyRefused(typed)).toBe(why);
    expect(() => requireCipher(typed)).toThrow(expect.objectContaining({ code: 'LEGION_CIPHER' }));
  });

  it('has words for each reason, and what to do', () => {
    for (const why of CIPHER_REFUSALS) expect(isTextKey(`legion.cipher.${why}`)).toBe(true);
    expect(errorText('LEGION_CIPHER', { why: 'stream', name: 'aes-128-ctr' }).what).toContain(
      '“aes-128-ctr”',
    );
    expect(errorText('LEGION_CIPHER', { why: 'unknown' })).toMatchObject({
      what: 'This cipher cannot be used for a legion here.',
      next: expect.stringContaining('aes-256-cbc'),
    });
  });

  it('that is a secret in the wrong place is not told', () => {
    expect(() => requireCipher('hunter2')).toThrow(
      expect.objectContaining({
        details: { why: 'unknown' },
        message: expect.not.stringContaining('hunter2'),
      }),
    );
  });
});

describe('a key', () => {
  it.each(CipherName.options)(
    'of %s is cut or filled with NUL, and the iv with the character 0',
    (cipher) => {
      const clear = Buffer.from('x'.repeat(50));
      const sealed = createPacketCipher({ cipher, secret: 'hello', iv: null }).seal(clear);
      const long = createPacketCipher({
        cipher,
        secret: `hello${'\0'.repeat(40)}`,
        iv: `${'0'.repeat(16)}rest`,
      });
      expect(long.seal(clear)).toEqual(sealed);
      expect(createPacketCipher({ cipher, secret: 'hellp', iv: null }).seal(clear)).not.toEqual(sealed);
      expect(createPacketCipher({ cipher, secret: 'hello', iv: '1' }).seal(clear)).not.toEqual(sealed);
    },
  );

  it.each(CipherName.options)(
    'of %s makes the same bytes each time, padded to the next full block',
    (cipher) => {
      const made = createPacketCipher({ cipher, secret: 'hello', iv: null });
      const block = made.seal(Buffer.alloc(0)).length;
      for (const length of [0, 1, block - 1, block, block + 1, 5 * block]) {
        const clear = Buffer.alloc(length, 0x20);
        expect(made.seal(clear)).toEqual(made.seal(clear));
        expect(made.seal(clear).length).toBe(length - (length % block) + block);
        expect(made.open(made.seal(clear))).toEqual(clear);
      }
    },
  );
});

describe('Blowfish', () => {
  it.each([
    ['0000000000000000', '0000000000000000', '4ef997456198dd78'],
    ['0123456789abcdef', '1111111111111111', '61f9c3802281b096'],
    ['ffffffffffffffff', 'ffffffffffffffff', '51866fd5b85ecb8a'],
  ])('with the key %s makes of %s the published %s', (key, clear, sealed) => {
    const first = createCbc('bf-cbc', hex(key), Buffer.alloc(8)).seal(hex(clear)).subarray(0, 8);
    expect(first.toString('hex')).toBe(sealed);
  });

  it('refuses every padding that OpenSSL refuses', () => {
    const cbc = createCbc('bf-cbc', Buffer.from('sixteen bytes...'), Buffer.alloc(8));
    const raw = (block: string): Buffer => cbc.seal(hex(block)).subarray(0, 8);
    for (const block of [
      '0000000000000000',
      '0000000000000009',
      '0000000000000102',
      '0807080808080808',
      '2020202020202020',
      '00000000000000ff',
      '0000000000000320',
    ])
      expect(() => cbc.open(raw(block)), block).toThrow(expect.objectContaining({ code: 'CIPHER' }));
    expect(cbc.open(raw('0808080808080808'))).toEqual(Buffer.alloc(0));
    expect(cbc.open(raw('2020202020200202'))).toEqual(hex('202020202020'));
    for (const length of [0, 7, 9]) expect(() => cbc.open(Buffer.alloc(length))).toThrow('decrypted');
  });
});

describe('advice on a choice', () => {
  const kinds = (cipher: CipherName, secret: string, iv: string | null = null): string[] =>
    adviceFor({ cipher, secret, iv }).map(({ kind }) => kind);

  it('is given for secrets that leave zeros in the key or are cut', () => {
    expect(adviceFor({ cipher: 'aes-256-cbc', secret: 'hello', iv: null })).toEqual([
      { kind: 'short-secret', secretBytes: 5, keyBytes: 32 },
    ]);
    expect(kinds('aes-128-cbc', 'x'.repeat(16))).toEqual([]);
    expect(kinds('aes-128-cbc', 'x'.repeat(17))).toEqual(['cut-secret']);
    expect(kinds('aes-128-cbc', 'ü'.repeat(8))).toEqual([]);
    expect(kinds('des-ede3-cbc', 'x'.repeat(8))).toEqual(['zero-keys', 'short-secret']);
    expect(kinds('des-ede3-cbc', 'x'.repeat(9))).toEqual(['short-secret']);
  });

  it('is given for bf-cbc, which uWSGI on OpenSSL 3 does not start with', () => {
    expect(kinds('bf-cbc', 'x'.repeat(16))).toEqual(['needs-legacy-provider']);
  });

  it('is given for an iv that is part of the secret by mistake', () => {
    expect(kinds('aes-128-cbc', 'secret:thisistheiv')).toEqual(['iv-in-secret', 'cut-secret']);
    expect(kinds('aes-128-cbc', 'secret:thisistheiv', 'iv')).toEqual(['cut-secret']);
    expect(kinds('aes-128-cbc', 'sixteen:cha:a1b2')).toEqual([]);
  });
});

describe('a fresh secret', () => {
  it('fills the longest key and its iv, with nothing that a file or a shell takes for its own', () => {
    const { secret, iv } = freshSecret(Buffer.from(Array.from({ length: 48 }, (_, index) => index * 5)));
    expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(iv).toMatch(/^[A-Za-z0-9_-]{16}$/);
    expect(adviceFor({ cipher: 'aes-256-cbc', secret, iv })).toEqual([]);
    expect(freshSecret(Buffer.alloc(48, 1))).not.toEqual({ secret, iv });
    expect(() => freshSecret(Buffer.alloc(47))).toThrow('48 bytes');
  });
});
