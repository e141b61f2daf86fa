/** Messages under the cluster secret: what legion-crypt of both generations wrote, and what we write for it. */
import { createDecipheriv, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decryptClusterText,
  deriveClusterKey,
  encryptClusterText,
  generateSecret,
  isModernText,
  isSecretText,
  ivBytes,
  secretId,
  type CipherForm,
} from '../../../app/main/core/crypto/cluster-cipher.js';
import { crypto, runs } from './vectors.js';

const key = deriveClusterKey(crypto.cluster_secret);
const legacy = crypto.legacy_crypt_1_4_6.symmetric_aes_256_cbc;
const modern = crypto.modern_crypt_1_5_12.symmetric_aes_256_gcm;
const named = [
  ...legacy.map((one) => ['legacy' as const, one.name, one] as const),
  ...modern.map((one) => ['modern' as const, one.name, one] as const),
];

/** The algorithm of the description, once more and without our code. */
function referenceRead(form: CipherForm, secret: string, text: string, iv: string): string {
  const aes = createHash('sha256').update(Buffer.from(secret, 'latin1')).digest();
  const nonce = Buffer.from(iv, 'base64');
  if (form === 'legacy') {
    const cipher = createDecipheriv('aes-256-cbc', aes, nonce).setAutoPadding(false);
    const padded = Buffer.concat([cipher.update(text.replaceAll('\n', ''), 'base64'), cipher.final()]);
    return padded.subarray(0, padded.length - padded.at(-1)!).toString('utf8');
  }
  const [prefix, body, tag] = text.split(':');
  expect(prefix).toBe('gcm');
  const cipher = createDecipheriv('aes-256-gcm', aes, nonce).setAuthTag(Buffer.from(tag!, 'base64'));
  return cipher.update(body!, 'base64', 'utf8') + cipher.final('utf8');
}

describe('messages under the cluster secret', () => {
  it('have the key that upstream derives from the text of the secret', () => {
    expect(key.toString('hex')).toBe(crypto.derived_aes_key_hex);
  });

  it.each(named)('%s "%s" opens to its plaintext', (_, __, one) => {
    expect(decryptClusterText(key, one.enciphered_message, one.iv).toString('utf8')).toBe(one.plaintext_utf8);
  });

  it.each(named)('%s "%s" is what we write with the same IV, to the byte', (form, _, one) => {
    const ours = encryptClusterText(key, one.plaintext_utf8, form, Buffer.from(one.iv, 'base64'));
    expect(ours).toEqual({ text: one.enciphered_message, iv: one.iv });
  });

  it.each(['legacy', 'modern'] as const)(
    '%s as we write it is read by the algorithm as described',
    (form) => {
      const iv = Buffer.alloc(ivBytes(form), 7);
      for (const text of ['', 'legion', 'x'.repeat(15), 'x'.repeat(16), '☃'.repeat(400)]) {
        const ours = encryptClusterText(key, text, form, iv);
        expect(referenceRead(form, crypto.cluster_secret, ours.text, ours.iv)).toBe(text);
        expect(decryptClusterText(key, ours.text, ours.iv).toString('utf8')).toBe(text);
        expect(isModernText(ours.text)).toBe(form === 'modern');
      }
    },
  );

  it('are refused with one word when key, text, IV or tag is another', () => {
    for (const [, , one] of named) {
      const broken: readonly (readonly [Buffer, string, string])[] = [
        [deriveClusterKey(runs.cluster_secret), one.enciphered_message, one.iv],
        [key, `gcm:${one.enciphered_message}`, one.iv],
        [key, one.enciphered_message.replace(/.(?==*\n?$)/, (last) => (last === 'A' ? 'Q' : 'A')), 'AAAA'],
      ];
      for (const [aes, text, iv] of broken) {
        let heard: unknown = null;
        try {
          // A legacy text under another key may end in a padding by chance; what it says is then wrong.
          if (decryptClusterText(aes, text, iv).toString('utf8') !== one.plaintext_utf8) continue;
        } catch (error) {
          heard = error;
        }
        expect(heard).toMatchObject({ code: 'CIPHER', message: 'cannot be read with our cluster secret' });
      }
    }
  });

  it.each(runs.sent_by_the_peer.messages.filter((message) => message.iv_header))(
    'sent to a node of framework $framework_of_receiver in the $form form are the bytes that we would send',
    ({ form, iv_header, body_utf8, plaintext }) => {
      const aes = deriveClusterKey(runs.cluster_secret);
      const ours = encryptClusterText(aes, plaintext, form, Buffer.from(iv_header, 'base64'));
      expect(ours).toEqual({ text: body_utf8, iv: iv_header });
    },
  );
});

describe('the text of a secret', () => {
  const texts = crypto.modern_crypt_1_5_12.validate_hex.filter((one) => one.value !== null);
  it.each(texts)('$value is one: $valid', ({ value, valid }) => {
    expect(isSecretText(value!)).toBe(valid);
  });

  it('that upstream made is one, and one of ours is what every version takes', () => {
    for (const made of [crypto.legacy_crypt_1_4_6, crypto.modern_crypt_1_5_12]) {
      expect(isSecretText(made.generated_secret_example.value)).toBe(true);
    }
    const ours = generateSecret(Buffer.alloc(32, 0xab));
    expect(ours).toBe('ab'.repeat(32));
    expect(() => generateSecret(Buffer.alloc(31))).toThrow('32 bytes');
  });

  it('is told from others by eight digits that are no part of it', () => {
    const id = secretId(crypto.cluster_secret);
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(secretId(crypto.cluster_secret)).toBe(id);
    expect(secretId(runs.cluster_secret)).not.toBe(id);
    expect(crypto.cluster_secret).not.toContain(id);
  });
});
