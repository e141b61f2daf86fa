/**
 * Our own key pair: read from the secret store or made in the background, replaced on demand with the old one kept for
 * late messages, used to open what was encrypted to us. The private key is known here and in the crypto adapter only.
 */
import * as z from 'zod';
import type { OwnKey } from '../../../shared/domain/key.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { publicKeyOf, type PublicKey } from '../../core/crypto/public-key.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Clock } from '../../ports/clock.js';
import type { KeyCrypto } from '../../ports/key-crypto.js';
import type { Log } from '../../ports/log.js';
import type { Store } from '../../ports/store.js';
import { toStoreError } from './store-error.js';

const PairAtRest = z.object({ pem: z.string(), madeAt: z.number() });
const KeptKey = z.object({
  version: z.literal(1),
  current: PairAtRest,
  /** After a replacement, until its end: the key before and how long it is kept. */
  rotation: z.object({ old: PairAtRest, startedAt: z.number(), oldUntil: z.number() }).nullable(),
});
type KeptKey = z.infer<typeof KeptKey>;

/** Late messages to the old key are read for so long. */
const OLD_KEPT_MS = 86_400_000;
const MAX_NAMES = 1_000;

export type OwnKeyDeps = {
  readonly store: Store;
  readonly storeKey: string;
  readonly keptIn: OwnKey['keptIn'];
  readonly crypto: KeyCrypto;
  readonly clock: Clock;
  readonly log: Log;
  /** Of a key that has yet to be made. */
  readonly bits: number;
};

type Pair = { readonly pem: string; readonly madeAt: number; readonly publicKey: PublicKey };
export type OwnKeyService = ReturnType<typeof createOwnKey>;

export function createOwnKey({ store, storeKey, keptIn, crypto, clock, log, bits }: OwnKeyDeps) {
  let state: OwnKey['state'] = 'none';
  let current: Pair | null = null;
  let rotation: { old: Pair; startedAt: number; oldUntil: number } | null = null;
  let announcedAt: number | null = null;
  let isRotating = false;
  let isStopped = false;
  let usingNew = new Set<string>();
  let usingOld = new Set<string>();
  let rev = 0;

  const pairFrom = ({ pem, madeAt }: z.infer<typeof PairAtRest>): Pair => ({
    pem,
    madeAt,
    publicKey: publicKeyOf(pem),
  });
  const make = async (size: number): Promise<Pair> =>
    pairFrom({ pem: await crypto.generate(size), madeAt: clock.now() });
  const atRest = ({ pem, madeAt }: Pair) => ({ pem, madeAt });
  type State = {
    readonly current: Pair;
    readonly rotation: { old: Pair; startedAt: number; oldUntil: number } | null;
  };
  /** On disk first, then in force: what failed to be kept has not happened. Rejects with AppError STORE_UNREADABLE. */
  const become = async (next: State): Promise<void> => {
    if (isStopped) throw refused('this node has been left');
    const kept: KeptKey = {
      version: 1,
      current: atRest(next.current),
      rotation: next.rotation ? { ...next.rotation, old: atRest(next.rotation.old) } : null,
    };
    try {
      await store.write(storeKey, kept);
    } catch (cause) {
      throw toStoreError(cause);
    }
    ({ current, rotation } = next);
    rev += 1;
  };
  const refused = (words: string): AppError => new AppError('KEY_ROTATION', words);

  return {
    rev: (): number => rev,
    current: (): { readonly publicKey: PublicKey; readonly madeAt: number } | null => current,
    /** Ours, or ours until lately. */
    /** To sign with; never leaves this process. */
    signingKey: (): { readonly pem: string; readonly publicKey: PublicKey } | null => current,
    isOurs: (fingerprint: string): boolean =>
      current?.publicKey.fingerprint === fingerprint || rotation?.old.publicKey.fingerprint === fingerprint,

    /**
     * Reads the pair, or makes the first one. True: it was made now. A store that cannot be read is never written over:
     * rejects with AppError STORE_UNREADABLE, and there is no key until that is mended.
     */
    async start(): Promise<boolean> {
      state = 'making';
      rev += 1;
      try {
        const value = await store.read(storeKey);
        const kept = KeptKey.safeParse(value);
        if (!kept.success && value !== undefined) throw new Error('the kept key pair cannot be read');
        if (kept.success) {
          current = pairFrom(kept.data.current);
          const before = kept.data.rotation;
          rotation = before ? { ...before, old: pairFrom(before.old) } : null;
        } else {
          await become({ current: await make(bits), rotation: null });
        }
        state = 'ready';
        rev += 1;
        return !kept.success;
      } catch (error) {
        state = 'failed';
        rev += 1;
        log.error({ error }, 'our own key is not available');
        throw toStoreError(error);
      }
    },

    /** What was encrypted to us, and with which of our keys. Rejects with ProtocolError CIPHER. */
    async open(text: string): Promise<{ plain: string; isOld: boolean }> {
      if (!current) throw new ProtocolError('CIPHER', 'no key to read it with');
      try {
        return { plain: (await crypto.decrypt(current.pem, text)).toString('utf8'), isOld: false };
      } catch (error) {
        if (!(error instanceof ProtocolError) || !rotation) throw error;
        return { plain: (await crypto.decrypt(rotation.old.pem, text)).toString('utf8'), isOld: true };
      }
    },
    /** This name has sent us something that one of our keys opened. */
    usedBy(name: string, isOld: boolean): void {
      if (!rotation) return;
      const [to, from] = isOld ? [usingOld, usingNew] : [usingNew, usingOld];
      from.delete(name);
      if (to.size < MAX_NAMES) to.add(name);
      rev += 1;
    },

    announced(at: number): void {
      announcedAt = at;
      rev += 1;
    },

    /** Rejects with AppError KEY_NONE, KEY_ROTATION or STORE_UNREADABLE; nothing has changed then. */
    async rotate(size: number | undefined): Promise<void> {
      if (!current) throw new AppError('KEY_NONE', 'there is no key to replace yet');
      if (rotation || isRotating) throw refused('the last replacement is not finished');
      isRotating = true;
      try {
        const old = current;
        const fresh = await make(size ?? old.publicKey.bits);
        const startedAt = clock.now();
        await become({ current: fresh, rotation: { old, startedAt, oldUntil: startedAt + OLD_KEPT_MS } });
        usingNew = new Set();
        usingOld = new Set();
      } finally {
        isRotating = false;
      }
    },
    async undo(): Promise<void> {
      if (!rotation) throw refused('there is no replacement to undo');
      await become({ current: rotation.old, rotation: null });
    },
    async finish(): Promise<void> {
      if (!current || !rotation) throw refused('there is no old key any more');
      await become({ current, rotation: null });
    },
    /** The node is left: nothing is made or written for it any more. */
    stop(): void {
      isStopped = true;
    },
    /** True when the old key's time is over; `finish` is due. */
    isOver: (at: number): boolean => rotation !== null && at >= rotation.oldUntil,

    view: (beating: number): OwnKey => ({
      state,
      fingerprint: current?.publicKey.fingerprint ?? null,
      bits: current?.publicKey.bits ?? null,
      madeAt: current?.madeAt ?? null,
      pem: current?.publicKey.pem ?? null,
      keptIn,
      announcedAt,
      rotation: rotation && {
        startedAt: rotation.startedAt,
        oldFingerprint: rotation.old.publicKey.fingerprint,
        oldUntil: rotation.oldUntil,
        usingNew: [...usingNew],
        usingNewCount: usingNew.size,
        usingOld: [...usingOld],
        unknown: Math.max(0, beating - usingNew.size - usingOld.size),
      },
    }),
  };
}
