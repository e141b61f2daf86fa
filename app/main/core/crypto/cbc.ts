/**
 * Block ciphers in CBC with PKCS#7 padding under one key and one IV for every message, as uWSGI legions use them. Made
 * once, used for many packets. Blowfish is not in OpenSSL 3, so it comes from a package, which takes any padding off;
 * here all of it is checked, as OpenSSL does. Names, keys and IVs are for the caller.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Blowfish } from 'egoroof-blowfish';
import type { CipherName } from '../../../shared/domain/legion-cipher.js';
import { ProtocolError } from '../protocol/protocol-error.js';

export type Cbc = {
  readonly seal: (clear: Buffer) => Buffer;
  /** Throws ProtocolError CIPHER for a length that is no number of blocks, or a wrong padding. */
  readonly open: (bytes: Buffer) => Buffer;
  /** How long it is in clear, by its last block alone: what `open` throws for, this throws for. */
  readonly clearLength: (bytes: Buffer) => number;
};

const BLOWFISH_BLOCK = 8;
const unreadable = (): ProtocolError => new ProtocolError('CIPHER', 'cannot be decrypted');

export const createCbc = (cipher: CipherName, key: Buffer, iv: Buffer): Cbc =>
  cipher === 'bf-cbc' ? blowfish(key, iv) : platform(cipher, key, iv);

function platform(cipher: string, key: Buffer, iv: Buffer): Cbc {
  const decrypted = (bytes: Buffer, from: Buffer): Buffer => {
    try {
      const run = createDecipheriv(cipher, key, from);
      return Buffer.concat([run.update(bytes), run.final()]);
    } catch {
      throw unreadable();
    }
  };
  return {
    seal: (clear) => {
      const run = createCipheriv(cipher, key, iv);
      return Buffer.concat([run.update(clear), run.final()]);
    },
    open: (bytes) => decrypted(bytes, iv),
    // A block is as long as the IV.
    clearLength: (bytes) => lengthByTail(bytes, iv, decrypted),
  };
}

/** In CBC a block is read with the one before it, and the padding is in the last. */
function lengthByTail(bytes: Buffer, iv: Buffer, open: (bytes: Buffer, from: Buffer) => Buffer): number {
  const at = bytes.length - iv.length;
  if (at < 0 || at % iv.length !== 0) throw unreadable();
  return at + open(bytes.subarray(at), at === 0 ? iv : bytes.subarray(at - iv.length, at)).length;
}

function blowfish(key: Buffer, iv: Buffer): Cbc {
  // With this padding whole blocks go in and come out as they are, but for trailing blanks, which no padding has.
  const run = new Blowfish(key, Blowfish.MODE.CBC, Blowfish.PADDING.SPACES);
  const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const decrypted = (bytes: Buffer, from: Buffer): Buffer => {
    if (bytes.length === 0 || bytes.length % BLOWFISH_BLOCK !== 0) throw unreadable();
    run.setIv(from);
    const padded = view(run.decode(bytes, Blowfish.TYPE.UINT8_ARRAY));
    const pad = padded.at(-1) ?? 0;
    const isPadded = pad >= 1 && pad <= BLOWFISH_BLOCK && padded.length === bytes.length;
    if (!isPadded || padded.subarray(-pad).some((byte) => byte !== pad)) throw unreadable();
    return padded.subarray(0, -pad);
  };
  return {
    seal: (clear) => {
      run.setIv(iv);
      const pad = BLOWFISH_BLOCK - (clear.length % BLOWFISH_BLOCK);
      return view(run.encode(Buffer.concat([clear, Buffer.alloc(pad, pad)])));
    },
    open: (bytes) => decrypted(bytes, iv),
    clearLength: (bytes) => lengthByTail(bytes, iv, decrypted),
  };
}
