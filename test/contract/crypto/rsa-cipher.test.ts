/** Texts under an RSA key: what legion-crypt of both generations wrote, what we write for it, and tampered ones. */
import { constants, createPrivateKey, privateDecrypt, publicEncrypt } from 'node:crypto';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import { decryptClusterText, deriveClusterKey } from '../../../app/main/core/crypto/cluster-cipher.js';
import { keyTextFor, publicKeyOf, readPublicKey } from '../../../app/main/core/crypto/public-key.js';
import { decryptWithKey, encryptWithKey } from '../../../app/main/core/crypto/rsa-cipher.js';
import { crypto, runs } from './vectors.js';

const pem = crypto.rsa.private_key_pkcs1_pem;
const privateKey = createPrivateKey(pem);
const publicKey = readPublicKey(crypto.rsa.public_key_spki_pem);
const forgeKey = forge.pki.privateKeyFromPem(pem);
const legacy = crypto.legacy_crypt_1_4_6.keypair_rsa_pkcs1_v1_5;
const modern = crypto.modern_crypt_1_5_12.keypair_rsa_oaep_sha1;
const UNREADABLE = { name: 'ProtocolError', code: 'CIPHER', message: 'cannot be read with our key' };

function failureOf(text: string): unknown {
  try {
    return decryptWithKey(privateKey, text);
  } catch (error) {
    return error;
  }
}

describe('texts under an RSA key', () => {
  it.each([...legacy, ...modern])(
    '"$name" of upstream opens to its plaintext',
    ({ ciphertext, plaintext }) => {
      expect(decryptWithKey(privateKey, ciphertext).toString('utf8')).toBe(plaintext);
      // Base64 without line breaks, or with others, is the same text.
      const bare = ciphertext.replaceAll('\n', '');
      expect(decryptWithKey(privateKey, bare).toString('utf8')).toBe(plaintext);
      expect(decryptWithKey(privateKey, ciphertext.replaceAll('\n', '\r\n')).toString('utf8')).toBe(
        plaintext,
      );
    },
  );

  it.each(legacy)(
    '"$name" as we write it in the legacy form is read by forge',
    ({ plaintext, ciphertext }) => {
      const ours = encryptWithKey(publicKey, plaintext, 'legacy');
      expect(ours.split('\n').map((line) => line.length)).toEqual(
        ciphertext.split('\n').map((line) => line.length),
      );
      const bytes = Buffer.from(ours, 'base64').toString('latin1');
      expect(forgeKey.decrypt(bytes, 'RSAES-PKCS1-V1_5')).toBe(plaintext);
    },
  );

  it.each(modern)(
    '"$name" as we write it in the modern form is read by forge and OpenSSL',
    ({ plaintext }) => {
      const ours = encryptWithKey(publicKey, plaintext, 'modern');
      expect(ours).toMatch(/^oaep:[A-Za-z0-9+/]+={0,2}$/);
      const bytes = Buffer.from(ours.slice(5), 'base64');
      expect(forgeKey.decrypt(bytes.toString('latin1'), 'RSA-OAEP')).toBe(plaintext);
      const oaep = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
      expect(privateDecrypt(oaep, bytes).toString()).toBe(plaintext);
    },
  );

  it('are never the same twice, and come back whole in any language', () => {
    for (const form of ['legacy', 'modern'] as const) {
      const texts = new Set(Array.from({ length: 20 }, () => encryptWithKey(publicKey, 'grüß dich ☃', form)));
      expect(texts.size).toBe(20);
      for (const text of texts) expect(decryptWithKey(privateKey, text).toString()).toBe('grüß dich ☃');
    }
  });

  it('fill the block to the last byte, and one more is refused before anything is computed', () => {
    for (const [form, most] of [
      ['legacy', 245],
      ['modern', 214],
    ] as const) {
      const full = 'x'.repeat(most);
      expect(decryptWithKey(privateKey, encryptWithKey(publicKey, full, form)).toString()).toBe(full);
      expect(() => encryptWithKey(publicKey, `${full}x`, form)).toThrow(
        expect.objectContaining({ code: 'KEY_WEAK' }),
      );
      expect(decryptWithKey(privateKey, encryptWithKey(publicKey, '', form)).toString()).toBe('');
    }
  });

  it('lose their padding exactly when forge takes it off too', () => {
    const block = (bytes: readonly number[]): string => {
      const whole = Buffer.alloc(256, 0x55);
      Buffer.from(bytes).copy(whole);
      return publicEncrypt({ key: publicKey.key, padding: constants.RSA_NO_PADDING }, whole).toString(
        'base64',
      );
    };
    const eight = [1, 2, 3, 4, 5, 6, 7, 8];
    const cases: readonly (readonly [string, readonly number[], number | null])[] = [
      ['eight bytes of padding', [0, 2, ...eight, 0], 245],
      ['seven bytes of padding', [0, 2, ...eight.slice(1), 0], null],
      ['none', [0, 2, 0], null],
      ['no end', [0, 2, ...eight], null],
      ['an end at the very end', [0, 2, ...Array.from({ length: 253 }, () => 9), 0], 0],
      ['two zeros', [0, 2, ...eight, 0, 7, 0], 245],
      ['another type of block', [0, 1, ...eight, 0], null],
      ['a signature', [0, 1, ...Array.from({ length: 200 }, () => 0xff), 0], null],
      ['only zeros', Array.from({ length: 256 }, () => 0), null],
      ['a first byte that is not zero', [1, 2, ...eight, 0], null],
    ];
    for (const [what, bytes, length] of cases) {
      const text = block(bytes);
      let theirs: number | null;
      try {
        theirs = forgeKey.decrypt(Buffer.from(text, 'base64').toString('latin1'), 'RSAES-PKCS1-V1_5').length;
      } catch {
        theirs = null;
      }
      const ours = failureOf(text);
      expect([what, theirs]).toEqual([what, length]);
      if (length === null) expect(ours, what).toMatchObject(UNREADABLE);
      else expect([what, (ours as Buffer).length]).toEqual([what, length]);
    }
  });

  it('that were tampered with, cut or made for another key fail with one word, as with forge', () => {
    for (const { ciphertext } of legacy) {
      for (let at = 0; at < 40; at += 1) {
        const bytes = Buffer.from(ciphertext, 'base64');
        bytes[at * 6] = (bytes[at * 6] ?? 0) ^ 0x40;
        const ours = failureOf(bytes.toString('base64'));
        let theirs: string | null;
        try {
          theirs = forgeKey.decrypt(bytes.toString('latin1'), 'RSAES-PKCS1-V1_5');
        } catch {
          theirs = null;
        }
        if (theirs === null) expect(ours).toMatchObject(UNREADABLE);
        else expect((ours as Buffer).toString('latin1')).toBe(theirs);
      }
    }
    const good = modern[0]!.ciphertext;
    const pushed = runs.messages.find((message) => message.name === 'PushClusterSecret')!.body_json;
    const other = encryptWithKey(readPublicKey(pushed.public_key), 'for somebody else', 'legacy');
    const bad = [
      '',
      'oaep:',
      'no cipher',
      good.slice(0, -8),
      `${good}AAAA`,
      good.replace('oaep:', ''),
      other,
    ];
    for (const text of [...bad, good.replace('oaep:', 'gcm:'), Buffer.alloc(256, 0xff).toString('base64')]) {
      expect(failureOf(text)).toMatchObject(UNREADABLE);
    }
    expect(failureOf(good.replace(/....$/, 'AAA='))).toMatchObject(UNREADABLE);
  }, 60_000);
});

describe('secrets that real nodes pushed to a peer', () => {
  const pushed = runs.messages.filter((message) => message.decrypted_message !== undefined);

  it('are there to be tested, from both generations', () => {
    expect(new Set(pushed.map(({ name, framework }) => `${name} ${framework}`)).size).toBe(4);
  });

  it.each(pushed)('$name of framework $framework opens: $how', ({ body_json, decrypted_message }) => {
    expect(decryptWithKey(privateKey, body_json.message).toString()).toBe(decrypted_message);
    const sender = readPublicKey(body_json.public_key);
    expect(keyTextFor(sender.pem, 'base64')).toBe(body_json.public_key);
    expect(sender.bits).toBe(2048);
  });

  it.each(pushed.filter((message) => message.validation))(
    'of framework $framework: the check string $validation ($how)',
    ({ body_json, validation }) => {
      const { encrypted_string: check, validation_string: want } = body_json;
      const secret = decryptWithKey(privateKey, body_json.message).toString();
      const opened = (key: Buffer): string | null => {
        try {
          return decryptClusterText(key, check.enciphered_message, check.iv).toString();
        } catch {
          return null;
        }
      };
      expect(opened(deriveClusterKey(secret)) === want).toBe(validation === 'ok');
      expect(opened(deriveClusterKey(runs.cluster_secret))).toBe('legion');
    },
  );
});

describe('our own key', () => {
  it('has the public half that upstream shows, in both forms that it sends', () => {
    const ours = publicKeyOf(pem);
    expect(ours.pem).toBe(crypto.rsa.public_key_spki_pem);
    expect(keyTextFor(ours.pem, 'pem')).toBe(crypto.rsa.public_key_spki_pem);
    expect(keyTextFor(ours.pem, 'base64')).toBe(crypto.rsa.public_key_base64_of_pem_mime);
  });
});
