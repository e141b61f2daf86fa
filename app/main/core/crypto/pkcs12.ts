/**
 * What Node cannot do by itself: read PKCS#12 files (old ones with RC2 and 3DES, new ones with PBES2 and AES) and write
 * a PKCS#10 request. Both by node-forge, which takes its time: only ever called off the event loop, and kept out of the
 * main bundles. Keys of other kinds than RSA are taken out as DER.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { AppError } from '../../../shared/errors/app-error.js';
import { ownFirst, toPkcs8 } from './certificate.js';

const MAX_FILE = 750_000;
/** How often a passphrase may be hashed. Files have some thousands, Firefox writes 600,000. */
const MAX_ROUNDS = { checkSum: 1_000_000, cipher: 5_000_000 } as const;

const unreadable = (why: string): AppError => new AppError('IDENTITY_UNREADABLE', why);

type Stretch = (passphrase: string, salt: string, rounds: number, ...rest: unknown[]) => unknown;
const stretch = forge.pkcs5.pbkdf2 as Stretch;
// Forge calls it by this name and takes any number of rounds from the file; once begun, nothing can interrupt it.
Object.assign(forge.pkcs5, {
  pbkdf2: ((passphrase, salt, rounds, ...rest) => {
    if (rounds > MAX_ROUNDS.cipher) throw unreadable('its passphrase is stretched too far');
    return stretch(passphrase, salt, rounds, ...rest);
  }) satisfies Stretch,
});

type Pfx = forge.pkcs12.Pkcs12Pfx;
type Node = forge.asn1.Asn1;

/**
 * The private key as PKCS#8 PEM and the certificates as PEM, the key's own first. Throws AppError IDENTITY_PASSPHRASE,
 * IDENTITY_UNREADABLE or IDENTITY_NO_KEY.
 */
export function readPkcs12(
  file: Uint8Array,
  passphrase: string,
): { readonly key: string; readonly certificates: readonly string[] } {
  const bags = open(file, passphrase).safeContents.flatMap((content) => content.safeBags);
  const keys = bags.filter((bag) => isBag(bag, 'pkcs8ShroudedKeyBag') || isBag(bag, 'keyBag')).map(keyOf);
  const certificates = bags.filter((bag) => isBag(bag, 'certBag')).map(certificateOf);
  if (certificates.length === 0) throw unreadable('no certificate in the file');
  if (keys.length === 0) throw new AppError('IDENTITY_NO_KEY', 'no private key in the file');
  for (const key of keys) {
    const chain = ownFirst(key, certificates);
    if (chain) return { key, certificates: chain };
  }
  return { key: keys[0] ?? '', certificates };
}

function open(file: Uint8Array, passphrase: string): Pfx {
  const node = parse(file);
  const hasMac = Array.isArray(node.value) && node.value.length > 2;
  if (hasMac && roundsOf(node) > MAX_ROUNDS.checkSum) throw unreadable('its passphrase is stretched too far');
  // No passphrase is either an empty text or no text at all; files of both kinds are about.
  const tries: (string | undefined)[] = passphrase === '' ? ['', undefined] : [passphrase];
  let failure: unknown;
  for (const attempt of tries) {
    try {
      return unlock(node, attempt);
    } catch (error) {
      if (error instanceof AppError) throw error;
      failure = error;
    }
  }
  if (isMacFailure(failure) || !hasMac) throw new AppError('IDENTITY_PASSPHRASE', 'the file stays locked');
  if (attemptIsAscii(passphrase)) throw unreadable('a part of the file cannot be read');
  // The check sum takes the passphrase as UTF-16 and has passed; newer ciphers take it as UTF-8, and forge as Latin-1.
  try {
    return unlock({ ...node, value: (node.value as Node[]).slice(0, 2) }, forge.util.encodeUtf8(passphrase));
  } catch {
    throw unreadable('a part of the file cannot be read');
  }
}

const unlock = (node: Node, passphrase: string | undefined): Pfx =>
  forge.pkcs12.pkcs12FromAsn1(node, true, passphrase as string);

const attemptIsAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);
const isMacFailure = (error: unknown): boolean =>
  error instanceof Error && /MAC could not be/.test(error.message);

function parse(file: Uint8Array): Node {
  if (file.length > MAX_FILE) throw unreadable('larger than any certificate file');
  try {
    const node = forge.asn1.fromDer(Buffer.from(file).toString('latin1'), true);
    if (Array.isArray(node.value) && node.value.length >= 2) return node;
  } catch {
    // said below
  }
  throw unreadable('not a PKCS#12 file');
}

/** How often the passphrase is hashed for the check sum: the third part of the third part. */
function roundsOf(node: Node): number {
  const mac = (node.value as Node[])[2]?.value;
  const rounds = Array.isArray(mac) ? mac[2]?.value : undefined;
  return typeof rounds === 'string' ? Number(`0x${forge.util.bytesToHex(rounds) || '1'}`) : 1;
}

const isBag = (bag: forge.pkcs12.Bag, name: string): boolean => bag.type === forge.pki.oids[name];

const derOf = (node: Node): Buffer => Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1');

function keyOf(bag: forge.pkcs12.Bag): string {
  try {
    const key: KeyObject = bag.key
      ? createPrivateKey({ key: derOf(forge.pki.privateKeyToAsn1(bag.key)), format: 'der', type: 'pkcs1' })
      : createPrivateKey({ key: derOf(bag.asn1), format: 'der', type: 'pkcs8' });
    return toPkcs8(key);
  } catch {
    throw unreadable('the private key is of a kind that cannot be used');
  }
}

function certificateOf(bag: forge.pkcs12.Bag): string {
  try {
    return new X509Certificate(derOf(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1)).toString();
  } catch {
    throw unreadable('a certificate in the file cannot be read');
  }
}

/**
 * A PKCS#10 request as PEM, signed with SHA-256. `sans` are host names, addresses, URIs or mail addresses, told apart by
 * how they look. Throws AppError CONTRACT_INPUT_INVALID for one that no certificate can hold.
 */
export function makeRequest(
  privatePem: string,
  { commonName, sans }: { readonly commonName: string; readonly sans: readonly string[] },
): string {
  const pkcs1 = createPrivateKey(privatePem).export({ type: 'pkcs1', format: 'pem' }).toString();
  const key = forge.pki.privateKeyFromPem(pkcs1);
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  request.setSubject([
    {
      name: 'commonName',
      value: commonName,
      valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class,
    },
  ]);
  if (sans.length > 0) {
    const extensions = [{ name: 'subjectAltName', altNames: sans.map(altName) }];
    request.setAttributes([{ name: 'extensionRequest', extensions }]);
  }
  request.sign(key, forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(request).replace(/\r/g, '');
}

function altName(san: string): { type: number; value?: string; ip?: string } {
  if (!/^[\x21-\x7e]+$/.test(san)) {
    throw new AppError('CONTRACT_INPUT_INVALID', 'sans: names, addresses or URIs in plain ASCII');
  }
  if (/^[\d.]+$/.test(san) || (/^[0-9a-f:.]+$/i.test(san) && san.includes(':'))) return { type: 7, ip: san };
  if (san.includes('://')) return { type: 6, value: san };
  return { type: san.includes('@') ? 1 : 2, value: san };
}
