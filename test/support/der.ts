/** DER written by hand, for keys that no tool would make. */

export function derOf(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const length =
    value.length < 0x80
      ? [value.length]
      : value.length < 0x100
        ? [0x81, value.length]
        : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

/** SubjectPublicKeyInfo of an RSA key with these two integers, as they are. */
export function spkiOf(modulus: Uint8Array, exponent: Uint8Array): Buffer {
  const numbers = derOf(0x30, derOf(0x02, modulus), derOf(0x02, exponent));
  const oid = Buffer.from('2a864886f70d010101', 'hex');
  return derOf(0x30, derOf(0x30, derOf(0x06, oid), derOf(0x05)), derOf(0x03, Buffer.from([0]), numbers));
}
