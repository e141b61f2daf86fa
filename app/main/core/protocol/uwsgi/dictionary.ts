/**
 * The dictionary of uWSGI packets: entries one after the other, each a key and a value with their 16-bit lengths, little
 * endian. No count, no end mark. Bytes come back as they went in; what they mean is for the caller.
 */
import { isUtf8 } from 'node:buffer';
import { invariant } from '../../../../shared/lib/assert.js';
import { ProtocolError } from '../protocol-error.js';

/** The key is its bytes as Latin-1; the value is a view into the packet. */
export type Entry = { readonly key: string; readonly value: Buffer };

export const MAX_DICTIONARY = 0xffff;

/** All entries in their order, doubled ones too. Throws ProtocolError SCHEMA for a cut entry or an empty key. */
export function decodeDictionary(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  const take = (): Buffer => {
    const start = at + 2;
    if (start > bytes.length) throw malformed(entries.length, 'is cut');
    const end = start + bytes.readUInt16LE(at);
    if (end > bytes.length) throw malformed(entries.length, 'is cut');
    at = end;
    return bytes.subarray(start, end);
  };
  while (at < bytes.length) {
    const key = take();
    if (key.length === 0) throw malformed(entries.length, 'has an empty key');
    entries.push({ key: key.toString('latin1'), value: take() });
  }
  return entries;
}

const malformed = (index: number, what: string): ProtocolError =>
  new ProtocolError('SCHEMA', `entry ${index + 1} of the dictionary ${what}`);

/** A dictionary that is too long is a mistake of ours: sizes are checked where they are chosen. */
export function encodeDictionary(entries: readonly Entry[]): Buffer {
  const size = entries.reduce((sum, { key, value }) => sum + 4 + key.length + value.length, 0);
  invariant(size <= MAX_DICTIONARY, 'a dictionary has at most 65,535 bytes');
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { key, value } of entries) {
    invariant(key.length > 0, 'a key is not empty');
    at = bytes.writeUInt16LE(key.length, at);
    at += bytes.write(key, at, 'latin1');
    at = bytes.writeUInt16LE(value.length, at);
    at += value.copy(bytes, at);
  }
  return bytes;
}

/** UTF-8, with every byte that is none as a lone surrogate U+DC80 to U+DCFF: any bytes make a text and come back. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const char = bytes.subarray(at, at + length);
    const isChar = char.length === length && isUtf8(char);
    text += isChar ? char.toString('utf8') : String.fromCharCode(0xdc00 + byte);
    at += isChar ? length : 1;
  }
  return text;
}

const NOT_UTF8 = /[\udc80-\udcff]/u;

/** The bytes that `textOf` made this text of. */
export function bytesOf(text: string): Buffer {
  if (!NOT_UTF8.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    [...text].map((char) =>
      NOT_UTF8.test(char) ? Buffer.from([char.charCodeAt(0) - 0xdc00]) : Buffer.from(char, 'utf8'),
    ),
  );
}
