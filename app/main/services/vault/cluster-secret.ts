/**
 * The cluster secret from Vault, where the configuration says so: read once for each token, from where either generation
 * of LegionIO keeps it. What is found goes the way of any offer: held where there is none, else a person decides.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import { vaultProblem } from '../../core/protocol/vault/problem.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { RecordEvent } from '../keys/record.js';
import type { VaultService } from './index.js';

/** `path` null: where legion-crypt 1.5 has it, then where 1.4 writes it. */
export type ClusterSecretPlace = {
  readonly mount: string;
  readonly path: string | null;
  readonly field: string | null;
};

const GENERATIONS = [
  { path: 'crypt', field: 'cluster_secret' },
  { path: 'cluster', field: 'secret' },
] as const;
const AGAIN_MS = 60_000;
/** So long the other nodes are not asked, since it may be here in a moment. */
const COMING_MS = 10_000;

export type ClusterSecretReaderDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly record: RecordEvent;
  readonly vault: () => Pick<VaultService, 'accessor' | 'kvRead' | 'hasToken'>;
  /** Takes it or offers it to a person. Throws AppError SECRET_FORM. */
  readonly found: (secret: string) => void;
};

export function createClusterSecretReader(
  place: ClusterSecretPlace | null,
  { clock, log, record, vault, found }: ClusterSecretReaderDeps,
) {
  const bornUp = clock.uptime();
  let isBusy = false;
  /** Of the token that it was read with; null: it was not. */
  let readWith: string | null = null;
  let notBeforeUp = -Infinity;
  let lastCode: string | null = null;

  const places =
    place === null
      ? []
      : place.path === null
        ? GENERATIONS.map((one) => ({ path: one.path, field: place.field ?? one.field }))
        : [{ path: place.path, field: place.field ?? GENERATIONS[0].field }];

  async function read(mount: string): Promise<string> {
    let missing = vaultProblem('VAULT_MISSING');
    for (const { path, field } of places) {
      const reading = await vault().kvRead({ mount, path });
      if (reading.ok) {
        const value = reading.value.data[field];
        if (typeof value === 'string' && Object.hasOwn(reading.value.data, field)) return value;
      } else if (reading.problem.kind === 'missing') missing = reading.problem;
      else throw new AppError(reading.problem.code, reading.problem.words);
    }
    throw new AppError('VAULT_MISSING', missing.words);
  }

  async function look(mount: string, accessor: string): Promise<void> {
    try {
      found(await read(mount));
      lastCode = null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      notBeforeUp = clock.uptime() + AGAIN_MS;
      readWith = null;
      // Told when it changes: it may be so for days.
      if (error.code !== lastCode) record('secret.vault-failed', { code: error.code });
      lastCode = error.code;
      return;
    }
    readWith = accessor;
  }

  return {
    /** Once a second. */
    tick(): void {
      if (place === null || isBusy || !vault().hasToken() || clock.uptime() < notBeforeUp) return;
      const accessor = vault().accessor() ?? 'batch';
      if (readWith === accessor) return;
      isBusy = true;
      look(place.mount, accessor)
        .catch((error: unknown) => log.error({ error }, 'the cluster secret could not be read from Vault'))
        .finally(() => (isBusy = false));
    },
    /** It may be here in a moment: nobody else need be asked yet. */
    isComing: (): boolean =>
      place !== null && readWith === null && lastCode === null && clock.uptime() - bornUp < COMING_MS,
  };
}
