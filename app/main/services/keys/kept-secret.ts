/**
 * The cluster secret at rest: what is held, the one before, what waits for a person and what was put away, in one value
 * of the secret store. Knows when a configured secret was overruled here, however often since.
 */
import * as z from 'zod';
import { ClusterSecret, SECRET_SOURCES } from '../../../shared/domain/secret.js';
import type { AppError } from '../../../shared/errors/app-error.js';
import { secretId } from '../../core/crypto/cluster-cipher.js';
import type { SecretAtRest } from '../../core/keyring/cluster-secret.js';
import type { Store } from '../../ports/store.js';
import { toStoreError } from './store-error.js';

const HeldAtRest = z.object({
  secret: z.string(),
  source: z.enum(SECRET_SOURCES),
  from: z.string().nullable(),
  fingerprint: z.string().nullable(),
  check: z.enum(['verified', 'absent']).nullable(),
  at: z.number(),
});
const KeptSecret = z.object({
  version: z.literal(1),
  held: HeldAtRest.nullable(),
  previous: HeldAtRest.extend({ until: z.number() }).nullable(),
  candidates: z.array(
    ClusterSecret.shape.candidates.element.omit({ reads: true }).extend({ secret: z.string() }),
  ),
  dismissed: z.array(z.string()),
  /** The id of the configured secret that the held one took the place of. */
  overrules: z.string().nullable(),
});

export type KeptSecretDeps = {
  readonly store: Store;
  readonly storeKey: string;
  readonly configured: string;
  /** Why the store could not be read: it is not written over then. */
  readonly problem: () => AppError | null;
};

export function createKeptSecret({ store, storeKey, configured, problem }: KeptSecretDeps) {
  let writing: Promise<void> = Promise.resolve();
  let last = '';

  return {
    /** What was kept; without its `held` where the configuration says another since. Rejects when it cannot be read. */
    async read(): Promise<SecretAtRest | null> {
      const value = await store.read(storeKey);
      if (value === undefined) return null;
      const kept = KeptSecret.safeParse(value);
      if (!kept.success) throw new Error('the kept cluster secret cannot be read');
      const { overrules, ...rest } = kept.data;
      const isOurs = configured === '' || overrules === secretId(configured);
      return isOurs ? rest : { ...rest, held: null };
    },

    /** On disk when it resolves; the same again is not written again. Rejects with AppError STORE_UNREADABLE. */
    async write({ held, previous, candidates, dismissed }: SecretAtRest): Promise<void> {
      const broken = problem();
      if (broken) throw broken;
      const isOther = held !== null && configured !== '' && held.secret !== configured;
      const what = JSON.stringify([held, previous, candidates.map(({ id }) => id), dismissed]);
      if (what === last) return writing;
      const value: z.input<typeof KeptSecret> = {
        version: 1,
        held,
        previous,
        candidates: [...candidates],
        dismissed: [...dismissed],
        overrules: isOther ? secretId(configured) : null,
      };
      const next = (): Promise<void> => store.write(storeKey, value);
      writing = writing.then(next, next);
      try {
        await writing;
        last = what;
      } catch (cause) {
        throw toStoreError(cause);
      }
    },
  };
}
