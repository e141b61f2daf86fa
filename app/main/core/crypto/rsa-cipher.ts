/**
 * Short texts under an RSA key (the cluster secret, a Vault token), in both forms of legion-crypt: PKCS#1 v1.5 as
 * Base64 in 60 columns (before 1.5) and OAEP with SHA-1 as `oaep:` + Base64 (1.5 and newer).
 * Node refuses to take v1.5 padding off (CVE-2023-46809), and OpenSSL 3.2 makes a text up instead: so it is done here,
 * over the whole block without a branch, and the same under every Node. A failure tells nothing about its reason.
 */
import { constants, privateDecrypt, publicEncrypt, type KeyObject } from 'node:crypto';
import { MIN_USABLE_BITS } from '../../../shared/domain/key.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { readBase64, rubyBase64 } from './base64.js';
import type { CipherForm } from './cluster-cipher.js';
import type { PublicKey } from './public-key.js';

/** What the padding takes of the block: at least 8 + 3 bytes, or two SHA-1 and 2. */
const OVERHEAD = { legacy: 11, modern: 42 } as const;
const OAEP = 'oaep:';
/** A block of 16,384 bits has 2,776 characters. */
const MAX_TEXT = 4_096;

/** How many bytes a key of so many bits can carry. */
export const roomIn = (bits: number, form: CipherForm): number => Math.ceil(bits / 8) - OVERHEAD[form];

/** The text form for the wire. Throws AppError KEY_WEAK for a key that is too small to use or for this text. */
export function encryptWithKey({ bits, key }: PublicKey, plaintext: string, form: CipherForm): string {
  const bytes = Buffer.from(plaintext, 'utf8');
  if (bits < MIN_USABLE_BITS || bytes.length > roomIn(bits, form)) {
    throw new AppError('KEY_WEAK', `an RSA key of ${bits} bits`, { details: { bits } });
  }
  if (form === 'legacy') {
    return rubyBase64(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes));
  }
  return (
    OAEP +
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, bytes).toString(
      'base64',
    )
  );
}

/** Reads either form. Throws ProtocolError CIPHER, the same for whatever step failed. */
export function decryptWithKey(privateKey: KeyObject, text: string): Buffer {
  try {
    if (text.length > MAX_TEXT) throw unreadable();
    const isOaep = text.startsWith(OAEP);
    const bytes = readBase64(isOaep ? text.slice(OAEP.length) : text);
    const size = Math.ceil((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
    if (!bytes || bytes.length !== size) throw unreadable();
    if (isOaep) {
      return privateDecrypt(
        { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
        bytes,
      );
    }
    const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, bytes);
    return withoutPadding(block);
  } catch {
    throw unreadable();
  }
}

const unreadable = (): ProtocolError => new ProtocolError('CIPHER', 'cannot be read with our key');

/** `00 02 <8 or more non-zero> 00 <text>` to the text. Looks at each byte the same way, whatever stands in it. */
function withoutPadding(block: Buffer): Buffer {
  let bad = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2);
  let isOver = 0; // 1 from the first zero on
  let end = 0; // where that is
  for (let at = 2; at < block.length; at += 1) {
    const isZero = ((block[at] ?? 0) - 1) >>> 31;
    end |= at & -(isZero & (isOver ^ 1));
    isOver |= isZero;
  }
  bad |= isOver ^ 1;
  bad |= (end - 10) >>> 31;
  const text = Buffer.from(block.subarray(end + 1));
  block.fill(0);
  if (bad !== 0) throw unreadable();
  return text;
}
