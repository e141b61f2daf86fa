/** As much of DER as reading a public key takes: items side by side, lengths in their one shortest form. */

export type DerItem = { readonly tag: number; readonly value: Buffer };

/** No part of a public key has more. */
const MAX_ITEMS = 4;

/** The items that fill `bytes` exactly, at most four; else null. Values are views, nothing is copied. */
export function readDer(bytes: Buffer): readonly DerItem[] | null {
  const items: DerItem[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (items.length === MAX_ITEMS) return null;
    const tag = bytes[at] ?? 0;
    const short = bytes[at + 1];
    if ((tag & 0x1f) === 0x1f || short === undefined || short === 0x80) return null;
    const more = short < 0x80 ? 0 : short & 0x7f;
    if (more > 3 || at + 2 + more > bytes.length) return null;
    const length = more === 0 ? short : bytes.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    if (start + length > bytes.length || derLength(length).length !== 1 + more) return null;
    items.push({ tag, value: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return items;
}

export function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const more = Math.ceil((32 - Math.clz32(length)) / 8);
  const bytes = Buffer.alloc(1 + more, 0x80 | more);
  bytes.writeUIntBE(length, 1, more);
  return bytes;
}
