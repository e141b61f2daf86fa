/**
 * The cryptography of a Ruby node, written from the specification alone with node:crypto and node-forge: what it reads
 * proves what ours writes, and the other way round. `1.4` is legion-crypt 1.4.6 (AES-CBC, PKCS#1 v1.5), `1.9` is
 * legion-crypt 1.5.12 (AES-GCM, OAEP with SHA-1), which reads the older forms as well. Everything raises as Ruby does.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import forge from 'node-forge';

export type Generation = '1.4' | '1.9';
export type Sealed = { readonly text: string; readonly iv: string };

/** Ruby's Base64.encode64: a line end after every 60 characters and at the end. */
export const mime60 = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,60}/g, '$&\n');

/** SHA-256 over the DER public key, Base64 without padding. */
export const fingerprintOf = (publicPem: string): string =>
  createHash('sha256')
    .update(createPublicKey(publicPem).export({ type: 'spki', format: 'der' }))
    .digest('base64')
    .replace(/=+$/, '');

/** Over the text of the secret, not over what its digits mean. */
export const keyOf = (secret: string): Buffer => createHash('sha256').update(secret, 'ascii').digest();

export function seal(generation: Generation, key: Buffer, plaintext: string): Sealed {
  if (generation === '1.4') {
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const bytes = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return { text: mime60(bytes), iv: mime60(iv) };
  }
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const bytes = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const text = `gcm:${bytes.toString('base64')}:${cipher.getAuthTag().toString('base64')}`;
  return { text, iv: iv.toString('base64') };
}

export function unseal(generation: Generation, key: Buffer, { text, iv }: Sealed): string {
  const start = Buffer.from(iv, 'base64');
  if (generation === '1.9' && text.startsWith('gcm:')) {
    const [, bytes = '', tag = ''] = text.split(':');
    const decipher = createDecipheriv('aes-256-gcm', key, start);
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(bytes, 'base64'), decipher.final()]).toString('utf8');
  }
  if (start.length !== 16) throw new Error('iv must be 16 bytes');
  const decipher = createDecipheriv('aes-256-cbc', key, start);
  return Buffer.concat([decipher.update(text, 'base64'), decipher.final()]).toString('utf8');
}

/** To a public key as PEM. Base64 of a PEM is no key: it raises, as in Ruby. */
export function encryptTo(generation: Generation, publicPem: string, plaintext: string): string {
  const key = createPublicKey(publicPem);
  const bytes = Buffer.from(plaintext, 'utf8');
  if (generation === '1.4')
    return mime60(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return `oaep:${publicEncrypt({ key, padding, oaepHash: 'sha1' }, bytes).toString('base64')}`;
}

/** With a private key as PKCS#1 PEM. */
export function decryptWith(generation: Generation, privatePem: string, text: string): string {
  if (generation === '1.9' && text.startsWith('oaep:')) {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const bytes = Buffer.from(text.slice('oaep:'.length), 'base64');
    return privateDecrypt({ key: privatePem, padding, oaepHash: 'sha1' }, bytes).toString('utf8');
  }
  const bytes = Buffer.from(text, 'base64').toString('binary');
  const plain = forge.pki.privateKeyFromPem(privatePem).decrypt(bytes, 'RSAES-PKCS1-V1_5');
  return Buffer.from(plain, 'binary').toString('utf8');
}
