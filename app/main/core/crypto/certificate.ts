/**
 * What a person wants to know of an X.509 certificate, and which of several belongs to a key. Reads with node:crypto
 * only, so it costs little; checks no chain and no signature: the broker does that.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { EXPIRES_SOON_MS, type Identity } from '../../../shared/domain/identity.js';
import { AppError } from '../../../shared/errors/app-error.js';

export type CertificateFacts = Pick<
  Identity,
  'subject' | 'issuer' | 'sans' | 'notBefore' | 'notAfter' | 'expiry' | 'fingerprint' | 'keyType'
>;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const PEM_KEY = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]+?-----END \1-----/;
/** Ours, its authorities, and room. */
const MAX_CHAIN = 20;

/** Times in epoch ms. Throws AppError IDENTITY_UNREADABLE. */
export function describeCertificate(pem: string, now: number): CertificateFacts {
  const certificate = parse(pem);
  const notBefore = Date.parse(certificate.validFrom);
  const notAfter = Date.parse(certificate.validTo);
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    sans: sansOf(certificate.subjectAltName ?? ''),
    notBefore,
    notAfter,
    expiry: expiryOf(notBefore, notAfter, now),
    fingerprint: certificate.fingerprint256,
    keyType: keyTypeOf(certificate.publicKey),
  };
}

export function expiryOf(notBefore: number, notAfter: number, now: number): NonNullable<Identity['expiry']> {
  if (now < notBefore) return 'not-yet';
  if (now >= notAfter) return 'expired';
  return notAfter - now < EXPIRES_SOON_MS ? 'soon' : 'good';
}

/** `RSA 2048`, `EC prime256v1`, `ED25519`. */
export function keyTypeOf(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return [(key.asymmetricKeyType ?? 'unknown').toUpperCase(), modulusLength ?? namedCurve]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** The certificates in a PEM text, each in its canonical form. Throws AppError IDENTITY_UNREADABLE when there is none. */
export function readCertificates(text: string): readonly string[] {
  const found = (text.match(PEM_CERTIFICATE) ?? []).slice(0, MAX_CHAIN).map((pem) => parse(pem).toString());
  if (found.length === 0) throw new AppError('IDENTITY_UNREADABLE', 'no certificate in it');
  return found;
}

/**
 * A private key as PKCS#8 PEM without passphrase. Throws AppError IDENTITY_NO_KEY when the text holds none,
 * IDENTITY_PASSPHRASE when it is locked and the passphrase is missing or wrong, IDENTITY_UNREADABLE.
 */
export function readPrivateKey(text: string, passphrase?: string): string {
  const key = PEM_KEY.exec(text)?.[0];
  if (key === undefined) throw new AppError('IDENTITY_NO_KEY', 'no private key in it');
  try {
    return toPkcs8(createPrivateKey({ key, format: 'pem', passphrase: passphrase ?? '' }));
  } catch (error) {
    // A cipher that OpenSSL does not have. Without EVP it is what a wrong passphrase made of the key: once in some
    // hundreds of times its padding looks right, and what is inside is no key.
    const isUnsupported = /EVP_UNSUPPORTED/.test((error as NodeJS.ErrnoException).code ?? '');
    throw key.includes('ENCRYPTED') && !isUnsupported
      ? new AppError('IDENTITY_PASSPHRASE', 'the private key stays locked')
      : new AppError('IDENTITY_UNREADABLE', 'the private key cannot be read');
  }
}

export const toPkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The chain with the key's own certificate first, or null when none belongs to it. */
export function ownFirst(keyPem: string, certificates: readonly string[]): readonly string[] | null {
  const key = createPrivateKey(keyPem);
  const own = certificates.find((pem) => parse(pem).checkPrivateKey(key));
  return own === undefined ? null : [own, ...certificates.filter((pem) => pem !== own)];
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new AppError('IDENTITY_UNREADABLE', 'not a certificate');
  }
}

/** Node has one part per line, and several of one kind joined by ` + `. */
const nameOf = (lines: string): string => lines.split('\n').filter(Boolean).join(', ');

/** Node joins with `, ` and puts a part that holds such signs in quotes, as JSON. */
function sansOf(text: string): string[] {
  const parts = text.match(/[^,":]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return parts.map((part) =>
    part
      .trim()
      .replace(/^(DNS|IP Address|URI|email):/, '')
      .replace(/^"(.*)"$/, '$1'),
  );
}
