/**
 * The cluster secret and messages under it: content_encoding `encrypted/cs`, IV in header `iv`.
 * Both text forms, both ways: AES-256-CBC as Base64 with line breaks (`legacy`, legion-crypt before 1.5), and
 * AES-256-GCM as `gcm:<ciphertext>:<tag>` (`modern`, 1.5 and newer). The key is SHA-256 over the secret's text as it
 * stands. A failure has one code and one message, whichever step failed.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, type Cipheriv } from 'node:crypto';
import { assertNever, invariant } from '../../../shared/lib/assert.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { rubyBase64 } from './base64.js';

export type ClusterKey = Buffer;
/** `legacy`: what every version of legion-crypt reads. `modern`: what 1.5 and newer write. */
export type CipherForm = 'legacy' | 'modern';

export const deriveClusterKey = (secret: string): ClusterKey =>
  createHash('sha256').update(secret, 'utf8').digest();

const TAG_BYTES = 16;
const SECRET_BYTES = 32;
const GCM = 'gcm:';
const joined = (head: Buffer, tail: Buffer): Buffer =>
  tail.length === 0 ? head : Buffer.concat([head, tail]);
const unreadable = (): ProtocolError => new ProtocolError('CIPHER', 'cannot be read with our cluster secret');

/** The plaintext bytes. Throws ProtocolError CIPHER. `text` and `iv` are Base64; white space in them is ignored. */
export function decryptClusterText(key: ClusterKey, text: string, iv: string): Buffer {
  try {
    const nonce = Buffer.from(iv, 'base64');
    if (text.startsWith(GCM)) {
      const end = text.indexOf(':', GCM.length);
      const tag = Buffer.from(end < 0 ? '' : text.slice(end + 1), 'base64');
      if (tag.length !== TAG_BYTES || nonce.length !== ivBytes('modern')) throw unreadable();
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
      return joined(decipher.update(text.slice(GCM.length, end), 'base64'), decipher.final());
    }
    const decipher = createDecipheriv('aes-256-cbc', key, nonce);
    return joined(decipher.update(text, 'base64'), decipher.final());
  } catch {
    throw unreadable();
  }
}

/** Bytes of the IV that `form` takes. Never use one twice with the same key. */
export function ivBytes(form: CipherForm): number {
  switch (form) {
    case 'legacy':
      return 16;
    case 'modern':
      return 12;
    default:
      return assertNever(form);
  }
}

/** Text and IV as LegionIO writes them: `enciphered_message` and `iv`. A text is taken as UTF-8. */
export function encryptClusterText(
  key: ClusterKey,
  plaintext: string | Uint8Array,
  form: CipherForm,
  iv: Uint8Array,
): { text: string; iv: string } {
  invariant(iv.length === ivBytes(form), `an IV of ${ivBytes(form)} bytes`);
  const nonce = Buffer.from(iv.buffer, iv.byteOffset, iv.length);
  const seal = (cipher: Cipheriv): Buffer =>
    joined(
      typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext),
      cipher.final(),
    );
  if (form === 'legacy') {
    return { text: rubyBase64(seal(createCipheriv('aes-256-cbc', key, nonce))), iv: rubyBase64(nonce) };
  }
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = seal(cipher).toString('base64');
  return { text: `${GCM}${body}:${cipher.getAuthTag().toString('base64')}`, iv: nonce.toString('base64') };
}

/** Eight hexadecimal digits that tell secrets apart and say nothing about them. */
export const secretId = (secret: string): string =>
  createHmac('sha256', secret).update('legion-console: id of a cluster secret').digest('hex').slice(0, 8);

/** Exactly 64 hexadecimal digits, either case: what legion-crypt 1.5 takes for a secret. */
export const isSecretText = (text: string): boolean => text.length === 64 && /^[0-9a-f]{64}$/i.test(text);

/** Whoever wrote it has legion-crypt 1.5 or newer. */
export const isModernText = (text: string): boolean => text.startsWith(GCM) || text.startsWith('oaep:');

/** A secret of 32 random bytes, in the form that all versions take. */
export function generateSecret(bytes: Uint8Array): string {
  invariant(bytes.length === SECRET_BYTES, 'a secret is made of 32 bytes');
  return Buffer.from(bytes).toString('hex');
}
