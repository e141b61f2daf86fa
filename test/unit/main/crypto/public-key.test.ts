import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createKeyCache,
  keyTextFor,
  publicKeyOf,
  readPublicKey,
} from '../../../../app/main/core/crypto/public-key.js';
import { encryptWithKey } from '../../../../app/main/core/crypto/rsa-cipher.js';
import { Fingerprint, readFingerprint } from '../../../../app/shared/domain/fingerprint.js';
import { derOf, spkiOf } from '../../../support/der.js';

const pair = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits });
const { publicKey, privateKey } = pair(2048);
const der = publicKey.export({ type: 'spki', format: 'der' });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

function codeOf(text: string): string {
  try {
    readPublicKey(text);
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a public key', () => {
  const wrapped = base64(pem).replace(/.{60}/g, '$&\n');
  it.each([
    ['PEM', pem],
    ['PEM with Windows line breaks', pem.replaceAll('\n', '\r\n')],
    ['PEM on one line', pem.replaceAll('\n', '')],
    ['PEM without the last line break', pem.trim()],
    ['PKCS#1 PEM', publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['Base64 of PEM', base64(pem)],
    ['Base64 of PEM in lines', wrapped],
    ['Base64 of PEM as we send it', keyTextFor(pem, 'base64')],
    ['Base64 of DER', base64(der)],
    ['Base64 of DER without padding', base64(der).replace(/=+$/, '')],
    ['Base64 of DER in lines', base64(der).replace(/.{60}/g, '$&\r\n')],
    ['Base64 of PKCS#1 DER', base64(publicKey.export({ type: 'pkcs1', format: 'der' }))],
  ])('is the same key as %s', (_, text) => {
    const key = readPublicKey(text);
    expect(key.pem).toBe(pem);
    expect(key.bits).toBe(2048);
    expect(key.key.equals(publicKey)).toBe(true);
    const hex = createHash('sha256').update(der).digest('hex');
    expect(key.fingerprint).toBe(readFingerprint(hex));
    expect(Fingerprint.safeParse(key.fingerprint).success).toBe(true);
  });

  it.each([512, 768, 1024, 1536, 3072])('of %i bits is read, with its size', (bits) => {
    expect(readPublicKey(pemOf(pair(bits).publicKey)).bits).toBe(bits);
  });

  const numbers = (bits: number): Buffer => {
    const modulus = Buffer.concat([Buffer.from([0]), randomBytes(bits / 8)]);
    modulus[1] = 0x80 | (modulus[1] ?? 0);
    modulus[bits / 8] = 1 | (modulus[bits / 8] ?? 0);
    return modulus;
  };
  const E = Buffer.from([1, 0, 1]);
  it.each([
    ['8192 bits', 'none', base64(spkiOf(numbers(8192), E))],
    ['8200 bits', 'KEY_SIZE', base64(spkiOf(numbers(8200), E))],
    ['16384 bits', 'KEY_SIZE', base64(spkiOf(numbers(16_384), E))],
    ['504 bits', 'KEY_SIZE', base64(spkiOf(numbers(504), E))],
    ['16384 bits as Base64 of PEM', 'KEY_SIZE', keyTextFor(pemText(spkiOf(numbers(16_384), E)), 'base64')],
    ['an elliptic curve', 'KEY_NOT_RSA', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['Ed25519', 'KEY_NOT_RSA', pemOf(generateKeyPairSync('ed25519').publicKey)],
    ['RSA-PSS', 'KEY_NOT_RSA', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey)],
    ['an exponent of 1', 'KEY_MALFORMED', base64(spkiOf(numbers(2048), Buffer.from([1])))],
    ['an even exponent', 'KEY_MALFORMED', base64(spkiOf(numbers(2048), Buffer.from([4])))],
    ['a huge exponent', 'KEY_MALFORMED', base64(spkiOf(numbers(2048), Buffer.alloc(200, 0x7f)))],
    ['a negative modulus', 'KEY_MALFORMED', base64(spkiOf(Buffer.alloc(256, 0xff), E))],
    [
      'a modulus with zeros in front',
      'KEY_MALFORMED',
      base64(spkiOf(Buffer.concat([Buffer.alloc(9), numbers(2048)]), E)),
    ],
  ])('with %s ends as %s', (_, code, text) => {
    expect(codeOf(text)).toBe(code);
  });

  it.each([
    ['nothing', ''],
    ['words', 'not a key at all'],
    ['a megabyte of text', 'A'.repeat(1_000_000)],
    ['a megabyte of line breaks', '\n'.repeat(1_000_000)],
    ['PEM with something behind it', `${pem}trailing`],
    ['PEM with something before it', `a${pem}`],
    ['two PEMs', pem + pem],
    ['DER with a byte behind it', base64(Buffer.concat([der, Buffer.from([0])]))],
    ['DER with a byte less', base64(der.subarray(0, -1))],
    ['Base64 of PEM with something behind it', base64(`${pem}trailing`)],
    ['Base64 with something behind it', `${base64(der)}!`],
    ['Base64 of Base64', base64(base64(pem))],
    ['a private key', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['a PKCS#8 private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a private key as Base64', base64(privateKey.export({ type: 'pkcs8', format: 'der' }))],
    [
      'a private key as Base64 of PEM',
      base64(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
    ],
    ['PEM of another kind around it', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['PEM with two names', pem.replace('END PUBLIC', 'END RSA PUBLIC')],
    ['a length of no end', base64(Buffer.from([0x30, 0x80, 0, 0]))],
    ['a length of four gigabytes', base64(Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]))],
    [
      'a length in a longer form than needed',
      base64(Buffer.concat([Buffer.from([0x30, 0x83, 0]), der.subarray(2)])),
    ],
    ['an empty sequence', base64(derOf(0x30))],
    [
      'sequences in sequences',
      base64(Array.from({ length: 400 }).reduce<Buffer>((inner) => derOf(0x30, inner), Buffer.alloc(0))),
    ],
  ])('is not %s', (_, text) => {
    const began = performance.now();
    expect(codeOf(text)).toBe('KEY_MALFORMED');
    expect(performance.now() - began).toBeLessThan(200);
  });

  it('that is refused is not quoted', () => {
    for (const text of ['not a key at all', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()]) {
      expect(() => readPublicKey(text)).toThrow(
        expect.objectContaining({
          message: expect.not.stringContaining(text.slice(40, 80) || text) as string,
        }),
      );
    }
  });

  it('too weak to be used gets no secret', () => {
    for (const bits of [512, 1008]) {
      const weak = readPublicKey(pemOf(pair(bits).publicKey));
      expect(() => encryptWithKey(weak, 'x', 'legacy')).toThrow(
        expect.objectContaining({ code: 'KEY_WEAK', details: { bits } }),
      );
    }
    expect(encryptWithKey(readPublicKey(pemOf(pair(1024).publicKey)), 'a'.repeat(64), 'modern')).toMatch(
      /^oaep:/,
    );
  });

  it('of our own is taken from the private one in any form', () => {
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      expect(publicKeyOf(privateKey.export({ type, format: 'pem' }).toString()).pem).toBe(pem);
    }
    expect(() => publicKeyOf(pem)).toThrow();
  });
});

describe('a cache of keys', () => {
  it('reads a text once, keeps the youngest, and keeps no failure', () => {
    const texts = [pem, base64(der), base64(pem)] as const;
    const read = createKeyCache(2);
    const [first, second] = [read(texts[0]), read(texts[1])];
    expect([read(texts[0]), read(texts[1])]).toEqual([first, second]);
    expect(read(texts[0])).toBe(first);
    read(texts[2]);
    expect(read(texts[1])).toBe(second);
    expect(read(texts[0])).not.toBe(first);
    expect(() => read('no key')).toThrow();
    expect(() => read('A'.repeat(9_000))).toThrow();
    expect(() => read('A'.repeat(9_000))).toThrow();
  });
});

function pemText(bytes: Buffer): string {
  return `-----BEGIN PUBLIC KEY-----\n${base64(bytes).replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
}
