/**
 * Messages under the cluster secret: content_encoding `encrypted/cs`, IV in header `iv`.
 * Reads both text forms: AES-256-CBC as Base64 with or without line breaks (legion-crypt before 1.5),
 * and AES-256-GCM as `gcm:<ciphertext>:<tag>` (1.5 and newer). The key is SHA-256 over the secret's text as it stands.
 * A failure has one code and one message, whichever step failed.
 */
import { createDecipheriv, createHash } from 'node:crypto';
import { ProtocolError } from '../protocol/protocol-error.js';

export type ClusterKey = Buffer;

export const deriveClusterKey = (secret: string): ClusterKey =>
  createHash('sha256').update(secret, 'utf8').digest();

const TAG_BYTES = 16;
const unreadable = (): ProtocolError => new ProtocolError('CIPHER', 'cannot be read with our cluster secret');

/** The plaintext bytes. Throws ProtocolError CIPHER. `text` and `iv` are Base64; white space in them is ignored. */
export function decryptClusterText(key: ClusterKey, text: string, iv: string): Buffer {
  try {
    const nonce = Buffer.from(iv, 'base64');
    if (text.startsWith('gcm:')) {
      const [, body = '', tag = ''] = text.split(':');
      const tagBytes = Buffer.from(tag, 'base64');
      if (tagBytes.length !== TAG_BYTES || nonce.length !== 12) throw unreadable();
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(tagBytes);
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64')), decipher.final()]);
    }
    const decipher = createDecipheriv('aes-256-cbc', key, nonce);
    return Buffer.concat([decipher.update(Buffer.from(text, 'base64')), decipher.final()]);
  } catch {
    throw unreadable();
  }
}
