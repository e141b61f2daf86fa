/**
 * Certificates of our own with their keys, to show to a broker over TLS: imported, or requested here and completed with
 * what the authority sends. All are one value in the secret store. A key leaves only through `open`, to whoever makes
 * the connection; passphrases are used and forgotten.
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import * as z from 'zod';
import type { In } from '../../shared/contract/contract.js';
import type { Identity } from '../../shared/domain/identity.js';
import { AppError } from '../../shared/errors/app-error.js';
import { readBase64 } from '../core/crypto/base64.js';
import {
  describeCertificate,
  keyTypeOf,
  ownFirst,
  readCertificates,
  readPrivateKey,
} from '../core/crypto/certificate.js';
import type { Clock } from '../ports/clock.js';
import type { KeyCrypto, PemIdentity } from '../ports/key-crypto.js';
import type { Store } from '../ports/store.js';

const KEY = 'identities';
const MAX_IDENTITIES = 50;
const DEFAULT_BITS = 2048;

const Kept = z.object({
  id: z.string(),
  label: z.string(),
  key: z.string(),
  /** Ours first, then its chain; empty while requested. */
  certificates: z.array(z.string()),
  commonName: z.string(),
  sans: z.array(z.string()),
  csr: z.string().nullable(),
  importedAt: z.number(),
});
type Kept = z.infer<typeof Kept>;
const AllKept = z.array(Kept);

export type Identities = ReturnType<typeof createIdentities>;

/** `store`: one that only this user can read. */
export function createIdentities({ store, crypto, clock }: IdentityDeps) {
  let known: readonly Kept[] | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const toIdentity = (kept: Kept): Identity => {
    const { id, label, importedAt, csr } = kept;
    const [own] = kept.certificates;
    if (own !== undefined) {
      return { id, label, state: 'ready', importedAt, csr: null, ...describeCertificate(own, clock.now()) };
    }
    return {
      ...{ id, label, state: 'requested', importedAt, csr },
      ...{
        subject: `CN=${kept.commonName}`,
        issuer: null,
        sans: kept.sans,
        keyType: keyTypeOf(createPrivateKey(kept.key)),
      },
      ...{ notBefore: null, notAfter: null, expiry: null, fingerprint: null },
    };
  };

  async function load(): Promise<readonly Kept[]> {
    if (known) return known;
    const kept = AllKept.safeParse((await storeOr(() => store.read(KEY))) ?? []);
    // Keys are never given up silently: whoever can mend the store decides.
    if (!kept.success) throw new AppError('STORE_UNREADABLE', 'the kept certificates cannot be read');
    known = kept.data;
    return known;
  }

  /** One change after the other. What `change` returns is kept, and known only once it is on disk. */
  function update<T>(
    change: (all: readonly Kept[]) => Promise<{ all: readonly Kept[]; value: T }>,
  ): Promise<T> {
    const run = async (): Promise<T> => {
      const { all, value } = await change(await load());
      if (all.length > MAX_IDENTITIES) {
        throw new AppError('CONTRACT_INPUT_INVALID', `at most ${MAX_IDENTITIES} certificates are kept`);
      }
      await storeOr(() => store.write(KEY, all));
      known = all;
      return value;
    };
    const done = queue.then(run, run);
    queue = done.catch(() => undefined);
    return done;
  }

  const put = (make: () => Promise<Kept>): Promise<Identity> =>
    update(async (all) => {
      const kept = await make();
      return { all: [kept, ...all.filter(({ id }) => id !== kept.id)], value: toIdentity(kept) };
    });

  return {
    /** Newest first. Rejects with AppError STORE_UNREADABLE, as all of these. */
    list: async (): Promise<Identity[]> => (await load()).map(toIdentity),

    /**
     * A successor with the same key takes the place, and the id, of the one before. Rejects with AppError
     * IDENTITY_PASSPHRASE, IDENTITY_UNREADABLE, IDENTITY_NO_KEY or IDENTITY_MISMATCH.
     */
    import: (input: In<'identity.import'>): Promise<Identity> =>
      put(async () => {
        const { key, certificates } = await readMaterial(input, crypto);
        const [own, ...chain] = ownFirst(key, certificates) ?? [];
        if (own === undefined) throw new AppError('IDENTITY_MISMATCH', 'no certificate belongs to the key');
        const { subject, sans } = describeCertificate(own, clock.now());
        const commonName = /(?:^|, )CN=([^,]*)/.exec(subject)?.[1] ?? subject;
        return {
          ...{ id: idOf(key), label: input.label ?? commonName, key, certificates: [own, ...chain] },
          ...{ commonName, sans, csr: null, importedAt: clock.now() },
        };
      }),

    /** Makes a key and a request for it. Rejects with AppError CONTRACT_INPUT_INVALID for a name no certificate holds. */
    request: ({ label, commonName, sans, bits }: In<'identity.request'>): Promise<Identity> =>
      put(async () => {
        const key = await crypto.generate(bits ?? DEFAULT_BITS);
        const csr = await crypto.makeRequest(key, { commonName, sans });
        return {
          ...{ id: idOf(key), label: label ?? commonName, key, certificates: [], commonName, sans, csr },
          importedAt: clock.now(),
        };
      }),

    /** Rejects with AppError IDENTITY_UNKNOWN, IDENTITY_UNREADABLE or IDENTITY_MISMATCH. */
    complete: ({ id, certificate }: In<'identity.complete'>): Promise<Identity> =>
      put(async () => {
        const kept = await find(id);
        const certificates = ownFirst(kept.key, readCertificates(certificate));
        if (!certificates) throw new AppError('IDENTITY_MISMATCH', 'made for another key than the request');
        return { ...kept, certificates: [...certificates], csr: null, importedAt: clock.now() };
      }),

    /** What was removed. Rejects with AppError IDENTITY_UNKNOWN. */
    remove: (id: string): Promise<Identity> =>
      update(async (all) => {
        const kept = await find(id);
        return { all: all.filter((other) => other !== kept), value: toIdentity(kept) };
      }),

    /**
     * For the TLS options of a connection, as PEM; `cert` with its chain. Rejects with AppError IDENTITY_UNKNOWN, or
     * IDENTITY_EXPIRED outside of its time.
     */
    async open(id: string): Promise<{ cert: string; key: string }> {
      const { certificates, key } = await find(id);
      const [own] = certificates;
      if (own === undefined) throw new AppError('IDENTITY_UNKNOWN', 'its certificate is still to come');
      const { expiry, notBefore, notAfter } = describeCertificate(own, clock.now());
      if (expiry === 'expired' || expiry === 'not-yet') {
        const details = { expiry, notBefore, notAfter };
        throw new AppError(
          'IDENTITY_EXPIRED',
          `the certificate is ${expiry === 'expired' ? 'over' : 'not valid yet'}`,
          { details },
        );
      }
      return { cert: certificates.join(''), key };
    },
  };

  async function find(id: string): Promise<Kept> {
    const kept = (await load()).find((other) => other.id === id);
    if (!kept) throw new AppError('IDENTITY_UNKNOWN', 'no certificate of this id is kept');
    return kept;
  }
}

type IdentityDeps = { readonly store: Store; readonly crypto: KeyCrypto; readonly clock: Clock };

async function readMaterial(input: In<'identity.import'>, crypto: KeyCrypto): Promise<PemIdentity> {
  if (input.pkcs12 !== undefined) {
    const file = readBase64(input.pkcs12);
    if (!file) throw new AppError('IDENTITY_UNREADABLE', 'the file did not arrive as Base64');
    return crypto.readPkcs12(file, input.passphrase ?? '');
  }
  const certificates = readCertificates(input.certificate ?? '');
  return { key: readPrivateKey(input.key ?? input.certificate ?? '', input.passphrase), certificates };
}

/** Taken from the public key: the same from the request to the certificate and to its successors. */
function idOf(key: string): string {
  const spki = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 12);
}

async function storeOr<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new AppError('STORE_UNREADABLE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
