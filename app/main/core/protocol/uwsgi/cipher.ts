/**
 * How a legion's secret becomes a cipher: which names are understood and why others are not, the rules of uWSGI for key
 * and IV, and what a person should know about a choice. The ciphers themselves are in core/crypto/cbc.ts.
 */
import {
  CipherName,
  type CipherAdvice,
  type CipherRefusal,
} from '../../../../shared/domain/legion-cipher.js';
import { AppError } from '../../../../shared/errors/app-error.js';
import { invariant } from '../../../../shared/lib/assert.js';
import { createCbc, type Cbc } from '../../crypto/cbc.js';
import { deriveMacKey } from '../../crypto/legion-mac.js';
import { bytesOf } from './dictionary.js';

/** Made once per legion: the key is stretched and the IV filled up only here. */
export type PacketCipher = Cbc & {
  readonly name: CipherName;
  /** For the MAC that our own members add; see `announcement.ts`. */
  readonly macKey: Buffer;
};

/** Not asked of the platform's library: Electron's does not know all of them. */
const SIZES = {
  'aes-256-cbc': { key: 32, iv: 16 },
  'aes-192-cbc': { key: 24, iv: 16 },
  'aes-128-cbc': { key: 16, iv: 16 },
  'des-ede3-cbc': { key: 24, iv: 8 },
  'bf-cbc': { key: 16, iv: 8 },
} as const satisfies Record<CipherName, { key: number; iv: number }>;

/** OpenSSL’s other names. Its `des-ede3` is another mode. */
const ALIASES: Readonly<Record<string, CipherName>> = {
  aes256: 'aes-256-cbc',
  aes192: 'aes-192-cbc',
  aes128: 'aes-128-cbc',
  des3: 'des-ede3-cbc',
  blowfish: 'bf-cbc',
  bf: 'bf-cbc',
};

/** First match counts; `outdated` goes by family, the others by mode. */
const REFUSED: readonly (readonly [RegExp, CipherRefusal])[] = [
  [/^(cast5?|rc[245]|seed|idea|des|desx)(-(40|64|128))?(-(cbc|ecb|cfb|cfb1|cfb8|ofb))?$|^rc4-/, 'outdated'],
  [/^bf-(ecb|cfb|ofb)$/, 'outdated'],
  [/-(gcm|ccm|ocb|siv)$|gcm-siv|wrap|-cbc-hmac-/, 'aead'],
  [/-ctr$|^chacha20/, 'stream'],
  [/^(aes-?(128|192|256)|camellia-?(128|192|256)|aria-?(128|192|256)|sm4|des-?ede3?|des3)(-|$)/, 'foreign'],
];

/** The cipher that OpenSSL means by this name, in any case; null when it is none of ours. */
export function cipherNamed(text: string): CipherName | null {
  const name = text.toLowerCase();
  const whole = CipherName.safeParse(name);
  if (whole.success) return whole.data;
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? null) : null;
}

/** Why a name that `cipherNamed` does not know is none of ours. */
export function whyRefused(text: string): CipherRefusal {
  const name = text.toLowerCase();
  return REFUSED.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
}

/**
 * Throws AppError LEGION_CIPHER with `why`, and with the `name` where it is a cipher's: else a secret in the wrong place
 * would be told.
 */
export function requireCipher(text: string): CipherName {
  const name = cipherNamed(text);
  if (name) return name;
  const why = whyRefused(text);
  throw new AppError('LEGION_CIPHER', `a cipher that cannot be used (${why})`, {
    details: why === 'unknown' ? { why } : { why, name: text.toLowerCase() },
  });
}

/** Throws AppError LEGION_CIPHER. */
export function createPacketCipher({
  cipher,
  secret,
  iv,
}: {
  cipher: string;
  secret: string;
  iv: string | null;
}): PacketCipher {
  const name = requireCipher(cipher);
  const sizes = SIZES[name];
  const bytes = bytesOf(secret);
  const key = filled(bytes, sizes.key, 0);
  return {
    name,
    macKey: deriveMacKey(bytes),
    ...createCbc(name, key, filled(bytesOf(iv ?? ''), sizes.iv, '0')),
  };
}

/** Cut or filled up to `size`. */
function filled(bytes: Buffer, size: number, fill: number | string): Buffer {
  const whole = Buffer.alloc(size, fill);
  bytes.copy(whole);
  return whole;
}

/** As people write an iv; a colon before it is a common mistake for the blank. */
const LIKE_AN_IV = /:[^:]{6,32}$/;

/** What to warn of, most urgent first. */
export function adviceFor(choice: { cipher: CipherName; secret: string; iv: string | null }): CipherAdvice[] {
  const keyBytes = SIZES[choice.cipher].key;
  const secretBytes = bytesOf(choice.secret).length;
  const kinds: readonly (readonly [CipherAdvice['kind'], boolean])[] = [
    ['needs-legacy-provider', choice.cipher === 'bf-cbc'],
    ['iv-in-secret', choice.iv === null && LIKE_AN_IV.test(choice.secret)],
    ['zero-keys', choice.cipher === 'des-ede3-cbc' && secretBytes <= 8],
    ['short-secret', secretBytes < keyBytes],
    ['cut-secret', secretBytes > keyBytes],
  ];
  return kinds.filter(([, applies]) => applies).map(([kind]) => ({ kind, secretBytes, keyBytes }));
}

/** 64 characters that mean nothing to an .ini file, a shell or uWSGI. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const SECRET_LENGTH = 32;
const IV_LENGTH = 16;

/** A secret that fills the longest key, and an iv, of 48 random bytes. */
export function freshSecret(random: Uint8Array): { secret: string; iv: string } {
  invariant(random.length === SECRET_LENGTH + IV_LENGTH, 'a secret and an iv are made of 48 bytes');
  const text = Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return { secret: text.slice(0, SECRET_LENGTH), iv: text.slice(SECRET_LENGTH) };
}
