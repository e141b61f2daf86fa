/**
 * RSA public keys as peers send them: PEM, Base64 of PEM, Base64 of DER, with or without line breaks (LegionIO sends
 * the first in requests, the second elsewhere). What comes out has one canonical text and one fingerprint, whatever the
 * form it came in. Sizes are read off the DER before anything is computed with a key. Whether to trust it is for others.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';
import { MAX_KEY_BITS } from '../../../shared/domain/key.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { breakLines, readBase64, rubyBase64 } from './base64.js';
import { derLength, readDer, type DerItem } from './der.js';

export type PublicKey = {
  /** SHA-256 over the SubjectPublicKeyInfo, Base64 without padding: 43 characters. */
  readonly fingerprint: string;
  readonly bits: number;
  /** `BEGIN PUBLIC KEY`, 64 columns, final newline. */
  readonly pem: string;
  readonly key: KeyObject;
};

/** A key of 16,384 bits as Base64 of PEM has 4 KB. */
const MAX_TEXT = 8_192;
const MIN_BITS = 512;
/** Real exponents are 65537; OpenSSL takes no more than this with large keys. */
const MAX_EXPONENT_BYTES = 8;
const RSA_ENCRYPTION = '2a864886f70d010101';
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const PEM = /^-----BEGIN (PUBLIC KEY|RSA PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----$/;

const malformed = (why: string): ProtocolError => new ProtocolError('KEY_MALFORMED', why);

/**
 * Throws ProtocolError KEY_MALFORMED (no key, a private one, anything behind it, more than 8 KB of text), KEY_NOT_RSA,
 * or KEY_SIZE (below 512 or above 8192 bits). Keys from 512 to 2047 bits are returned: callers mark them weak.
 */
export function readPublicKey(text: string): PublicKey {
  if (text.length > MAX_TEXT) throw malformed(`a text of ${text.length} characters`);
  const trimmed = text.trim();
  if (trimmed.startsWith('-----')) return fromPem(trimmed);
  const bytes = readBase64(trimmed);
  if (!bytes) throw malformed('neither PEM nor Base64');
  const inner = bytes.toString('latin1').trim();
  return inner.startsWith('-----') ? fromPem(inner) : fromDer(bytes);
}

function fromPem(pem: string): PublicKey {
  if (/PRIVATE KEY-----/.test(pem)) throw malformed('a private key');
  const body = PEM.exec(pem)?.[2];
  const der = body === undefined ? null : readBase64(body);
  if (!der) throw malformed('not the PEM of one public key');
  return fromDer(der);
}

/** SubjectPublicKeyInfo or PKCS#1 RSAPublicKey, in DER and nothing behind it. */
function fromDer(der: Buffer): PublicKey {
  const [outer, ...behind] = itemsOf(der);
  if (!outer || outer.tag !== SEQUENCE || behind.length > 0) throw malformed('not one DER sequence');
  const [first, second, ...rest] = itemsOf(outer.value);
  if (!first || !second || rest.length > 0) throw malformed('not a public key');
  if (first.tag === INTEGER && second.tag === INTEGER) return fromNumbers(first.value, second.value, null);
  if (first.tag !== SEQUENCE || second.tag !== BIT_STRING) throw malformed('not a public key');
  const algorithm = itemsOf(first.value)[0];
  if (algorithm?.tag !== OID) throw malformed('not a public key');
  if (algorithm.value.toString('hex') !== RSA_ENCRYPTION) {
    throw new ProtocolError('KEY_NOT_RSA', 'a public key, but not an RSA one');
  }
  if (second.value[0] !== 0) throw malformed('the key is not whole bytes');
  const [numbers] = itemsOf(second.value.subarray(1));
  const [modulus, exponent, ...more] = numbers?.tag === SEQUENCE ? itemsOf(numbers.value) : [];
  if (modulus?.tag !== INTEGER || exponent?.tag !== INTEGER || more.length > 0) {
    throw malformed('not the two numbers of an RSA key');
  }
  return fromNumbers(modulus.value, exponent.value, der);
}

/** `given`: the SPKI it came as, which must be the very one that we would write. */
function fromNumbers(modulus: Buffer, exponent: Buffer, given: Buffer | null): PublicKey {
  const bits = bitsOf(modulus);
  if (bits === 0) throw malformed('numbers that no RSA key has');
  if (bits < MIN_BITS || bits > MAX_KEY_BITS)
    throw new ProtocolError('KEY_SIZE', `an RSA key of ${bits} bits`);
  const exponentBits = bitsOf(exponent);
  if (exponentBits < 2 || exponent.length > MAX_EXPONENT_BYTES || !isOdd(exponent) || !isOdd(modulus)) {
    throw malformed('numbers that no RSA key has');
  }
  const der = spkiOf(modulus, exponent);
  if (given && !given.equals(der)) throw malformed('not in its one DER form');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw malformed('not an RSA key that can be used');
  }
  const fingerprint = hash('sha256', der, 'base64').slice(0, 43);
  const body = breakLines(der.toString('base64'), 64);
  return { fingerprint, bits, pem: `-----BEGIN PUBLIC KEY-----\n${body}-----END PUBLIC KEY-----\n`, key };
}

function itemsOf(bytes: Buffer): readonly DerItem[] {
  const items = readDer(bytes);
  if (!items) throw malformed('not DER');
  return items;
}

const isOdd = (number: Buffer): boolean => ((number.at(-1) ?? 0) & 1) === 1;

/** Of a non-negative DER integer in its shortest form; 0 for any other. */
function bitsOf(number: Buffer): number {
  const [first = 0, second = 0] = number;
  if (first >= 0x80 || (first === 0 && number.length > 1 && second < 0x80)) return 0;
  const lead = first === 0 ? second : first;
  return lead === 0 ? 0 : (number.length - (first === 0 ? 2 : 1)) * 8 + (32 - Math.clz32(lead));
}

function spkiOf(modulus: Buffer, exponent: Buffer): Buffer {
  const item = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
    const value = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag]), derLength(value.length), value]);
  };
  const numbers = item(SEQUENCE, item(INTEGER, modulus), item(INTEGER, exponent));
  const algorithm = item(SEQUENCE, item(OID, Buffer.from(RSA_ENCRYPTION, 'hex')), Buffer.from([5, 0]));
  return item(SEQUENCE, algorithm, item(BIT_STRING, Buffer.from([0]), numbers));
}

/** `readPublicKey` that reads the same text once; keeps the last `limit` texts. */
export function createKeyCache(limit: number): (text: string) => PublicKey {
  const kept = new Map<string, PublicKey>();
  return (text) => {
    // The hash, so that what is kept per key does not depend on what a peer sent.
    const id = text.length > MAX_TEXT ? '' : hash('sha256', text, 'base64');
    const known = kept.get(id);
    if (known) return known;
    const key = readPublicKey(text);
    for (const oldest of kept.keys()) {
      if (kept.size < limit) break;
      kept.delete(oldest);
    }
    kept.set(id, key);
    return key;
  };
}

/** The public half of our own private key, PEM in any form that OpenSSL reads. Throws when it is none. */
export function publicKeyOf(privatePem: string): PublicKey {
  const key = createPublicKey(createPrivateKey(privatePem));
  return fromDer(key.export({ type: 'spki', format: 'der' }));
}

/** As LegionIO wants it: raw PEM in requests, Base64 of the PEM in 60 columns in PublicKey and in answers. */
export const keyTextFor = (pem: string, form: 'pem' | 'base64'): string =>
  form === 'pem' ? pem : rubyBase64(Buffer.from(pem, 'latin1'));
