/**
 * A small certificate authority for tests: servers that are right, expired or called something else, a client,
 * and a stranger's authority. Everything is made anew per run, as PEM.
 */
import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

export type Identity = { readonly cert: string; readonly key: string };
export type TestCerts = {
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly server: Identity;
  readonly expired: Identity;
  /** Valid, but for elsewhere.example. */
  readonly otherHost: Identity;
  readonly client: Identity;
  readonly expiredClient: Identity;
  /** Signed by the stranger. */
  readonly strangerClient: Identity;
  /** An authority that signed none of them. */
  readonly strangerCa: string;
  /** Of `ca`, to sign more. */
  readonly caKey: string;
};

const DAY_MS = 86_400_000;
let serial = 1;

type Issuer = { readonly name: forge.pki.CertificateField[]; readonly key: forge.pki.rsa.PrivateKey };
type Wish = {
  readonly commonName: string;
  readonly fromDays?: number;
  readonly toDays?: number;
  readonly hosts?: readonly string[];
  readonly isCa?: boolean;
};

export function makeCerts(): TestCerts {
  const ca = issue({ commonName: 'Test CA', isCa: true });
  const stranger = issue({ commonName: 'Stranger CA', isCa: true });
  const hosts = ['localhost', '127.0.0.1'];
  return {
    ca: ca.cert,
    strangerCa: stranger.cert,
    server: issue({ commonName: 'localhost', hosts }, ca.issuer),
    expired: issue({ commonName: 'localhost', hosts, fromDays: -30, toDays: -1 }, ca.issuer),
    otherHost: issue({ commonName: 'elsewhere.example', hosts: ['elsewhere.example'] }, ca.issuer),
    client: issue({ commonName: 'console-1' }, ca.issuer),
    expiredClient: issue({ commonName: 'console-1', fromDays: -30, toDays: -1 }, ca.issuer),
    strangerClient: issue({ commonName: 'console-1' }, stranger.issuer),
    caKey: ca.key,
  };
}

/** The certificate that our authority gives for a PKCS#10 request, names and all. */
export function signRequest({ ca, caKey }: TestCerts, csr: string): string {
  const request = forge.pki.certificationRequestFromPem(csr);
  if (!request.verify()) throw new Error('the request is not signed with its own key');
  const cert = forge.pki.createCertificate();
  cert.publicKey = request.publicKey as forge.pki.rsa.PublicKey;
  cert.serialNumber = (serial++).toString(16).padStart(4, '0');
  cert.validity.notBefore = new Date(Date.now() - DAY_MS);
  cert.validity.notAfter = new Date(Date.now() + 365 * DAY_MS);
  cert.setSubject(request.subject.attributes);
  cert.setIssuer(forge.pki.certificateFromPem(ca).subject.attributes);
  const wanted = request.getAttribute({ name: 'extensionRequest' }) as { extensions?: object[] } | null;
  cert.setExtensions([{ name: 'extKeyUsage', clientAuth: true }, ...(wanted?.extensions ?? [])]);
  cert.sign(forge.pki.privateKeyFromPem(caKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(cert);
}

function issue(wish: Wish, issuer?: Issuer): Identity & { readonly issuer: Issuer } {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const key = forge.pki.privateKeyFromPem(pair.privateKey);
  const name = [{ name: 'commonName', value: wish.commonName }];
  const cert = forge.pki.createCertificate();
  cert.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  cert.serialNumber = (serial++).toString(16).padStart(4, '0');
  cert.validity.notBefore = new Date(Date.now() + (wish.fromDays ?? -1) * DAY_MS);
  cert.validity.notAfter = new Date(Date.now() + (wish.toDays ?? 30) * DAY_MS);
  cert.setSubject(name);
  cert.setIssuer(issuer?.name ?? name);
  cert.setExtensions([
    { name: 'basicConstraints', cA: wish.isCa ?? false, critical: true },
    wish.isCa
      ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
      : { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    ...(wish.isCa ? [] : [{ name: 'extKeyUsage', serverAuth: true, clientAuth: true }]),
    ...(wish.hosts
      ? [
          {
            name: 'subjectAltName',
            altNames: wish.hosts.map((host) =>
              /^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host },
            ),
          },
        ]
      : []),
  ]);
  cert.sign(issuer?.key ?? key, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(cert), key: pair.privateKey, issuer: { name, key } };
}
