/** Signatures of consoles: RSA-PSS with SHA-256 over a text. Whose key it has to be is for others to say. */
import { constants, sign, verify, type KeyObject } from 'node:crypto';

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** Base64. */
export const signText = (privatePem: string, text: string): string =>
  sign('sha256', Buffer.from(text), { key: privatePem, ...PSS }).toString('base64');

export const isSignedBy = (key: KeyObject, text: string, signature: string): boolean =>
  verify('sha256', Buffer.from(text), { key, ...PSS }, Buffer.from(signature, 'base64'));
