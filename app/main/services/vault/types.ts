/** What the Vault service is handed, and how it comes by a token. */
import type { RecordEvent } from '../keys/record.js';
import type { ClusterSecretPlace } from './cluster-secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { VaultHttp } from '../../ports/vault-http.js';

/** Reads what is kept in a file anew each time, since such files rotate. Rejects with the system's words. */
export type ReadText = () => Promise<string>;

export type VaultLogin =
  /** Only what a person enters, or another node sends. */
  | { readonly kind: 'none' }
  /** `isFile`: a new one may lie there when this one is over. */
  | { readonly kind: 'token'; readonly read: ReadText; readonly isFile: boolean }
  | {
      readonly kind: 'approle';
      readonly mount: string;
      readonly roleId: string;
      /** null: the role binds none. */
      readonly readSecretId: ReadText | null;
      /** What is read is a wrapping token around the secret id. */
      readonly isWrapped: boolean;
    }
  | { readonly kind: 'cert'; readonly mount: string; readonly role: string | null };

export type VaultSettings = {
  readonly address: string;
  /** null: none. */
  readonly namespace: string | null;
  readonly redirectHosts: readonly string[];
  readonly login: VaultLogin;
  readonly isUnverified: boolean;
  /** The role by which tokens for other nodes are made. */
  readonly handoverRole: string;
  /** null: the cluster secret is not kept there. */
  readonly clusterSecret: ClusterSecretPlace | null;
};

export type VaultDeps = {
  readonly http: VaultHttp;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly record: RecordEvent;
};
