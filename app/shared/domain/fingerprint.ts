/**
 * A fingerprint: SHA-256 over the DER public key (SubjectPublicKeyInfo), as base64 without padding: 43 characters.
 * Shown in groups of four; read in any form people paste. Its first 64 bits are also eight words, for a check by voice.
 */
import * as z from 'zod';
import { WORDS } from './fingerprint-words.js';

const LENGTH = 43;
const BASE64 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/;
const HEX = /^[0-9a-f]{64}$/i;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export const Fingerprint = z.string().regex(BASE64, 'must be a whole SHA-256 fingerprint');

/** So many characters, read off the other machine, settle a changed key. */
export const PROOF_LENGTH = 12;

/**
 * The fingerprint that a person typed or pasted, or null when it is none or not whole. Groups, `SHA256:`, padding and
 * hexadecimal with or without colons are all read.
 */
export function readFingerprint(typed: string): string | null {
  const bare = typed.replace(/^\s*SHA-?256:?/i, '').replace(/\s/g, '');
  const hex = bare.replace(/:/g, '');
  if (HEX.test(hex)) return toBase64(hex);
  const text = bare.replace(/=+$/, '');
  return text.length === LENGTH && BASE64.test(text) ? text : null;
}

/** `7fQ2 k9Lm … Wr8`: groups of four, the last of three. */
export const fingerprintGroups = (fingerprint: string): string[] => fingerprint.match(/.{1,4}/g) ?? [];

/** First eight and last three characters, for lists. */
export const shortFingerprint = (fingerprint: string): string => {
  const groups = fingerprintGroups(fingerprint);
  return groups.length < 4 ? fingerprint : `${groups[0]} ${groups[1]} … ${groups.at(-1)}`;
};

/** Eight words for the first 64 bits. A quick check by voice; a decision needs the whole value. */
export function fingerprintWords(fingerprint: string): string[] {
  let bits = 0;
  let held = 0;
  const words: string[] = [];
  for (const char of fingerprint) {
    bits = ((bits << 6) | ALPHABET.indexOf(char)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    words.push(WORDS[(bits >> held) & 0xff] ?? '');
    if (words.length === 8) break;
  }
  return words;
}

function toBase64(hex: string): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const digit of hex) {
    bits = ((bits << 4) | parseInt(digit, 16)) & 0xfff;
    held += 4;
    if (held < 6) continue;
    held -= 6;
    out += ALPHABET[(bits >> held) & 0x3f];
  }
  return held === 0 ? out : out + ALPHABET[(bits << (6 - held)) & 0x3f];
}
