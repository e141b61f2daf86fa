/**
 * Texts of any length under an RSA key, between consoles: AES-256-GCM, its key under RSA-OAEP with SHA-256. What it
 * belongs to (`about`) is bound to it. A failure tells nothing about its reason.
 */
import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt } from 'node:crypto';
import { MIN_USABLE_BITS } from '../../../shared/domain/key.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import type { PublicKey } from './public-key.js';

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
const CIPHER = 'aes-256-gcm';
const [KEY_BYTES, IV_BYTES, TAG_BYTES] = [32, 12, 16];
const MAX_TEXT = 32_768;
/** Of chance, for one text. */
export const SEAL_BYTES = KEY_BYTES + IV_BYTES;

/** `chance`: SEAL_BYTES that are used for nothing else. Throws AppError KEY_WEAK. */
export function sealText(to: PublicKey, plain: string, about: string, chance: Uint8Array): string {
  if (to.bits < MIN_USABLE_BITS)
    throw new AppError('KEY_WEAK', `an RSA key of ${to.bits} bits`, { details: { bits: to.bits } });
  const [key, iv] = [chance.subarray(0, KEY_BYTES), chance.subarray(KEY_BYTES, SEAL_BYTES)];
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(about));
  const body = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${publicEncrypt({ key: to.key, ...OAEP }, key).toString('base64')}.${body.toString('base64')}`;
}

/** Throws ProtocolError CIPHER. */
export function openText(privatePem: string, sealed: string, about: string): string {
  try {
    if (sealed.length > MAX_TEXT) throw new Error('too long');
    const [key, body] = sealed.split('.').map((part) => Buffer.from(part, 'base64'));
    if (!key || !body || body.length < IV_BYTES + TAG_BYTES) throw new Error('not the form');
    const opened = privateDecrypt({ key: privatePem, ...OAEP }, key);
    const decipher = createDecipheriv(CIPHER, opened, body.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(body.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    return plain.toString('utf8');
  } catch {
    throw new ProtocolError('CIPHER', 'cannot be read with our key');
  }
}
