/** What a Ruby node of our tests is made with, and what a test may ask of it. */
import type { ConsumeMessage, Options } from 'amqplib';
import type { Generation } from './ruby-node-crypt.js';
import type { GemSource, SettingsTree } from './ruby-node-settings.js';

export type Body = Readonly<Record<string, unknown>>;
/** What a runner function made of a message; `error` null: it worked. */
export type Outcome = { readonly detail: string | null; readonly error: string | null };

/** How a node may misbehave. None of it is recorded; all of it happens. */
export type Faults = {
  /** It does what it is told and never says so. */
  readonly silent?: boolean;
  /** It closes its connection for good after an UpdateResult of success. */
  readonly diesAfterSuccess?: boolean;
  /** Its beats carry this status word after an UpdateResult of success. */
  readonly statusAfterSuccess?: string;
  /** Each UpdateResult so often. */
  readonly times?: number;
  /** Each UpdateResult is followed by one that says the opposite. */
  readonly contradicts?: boolean;
  /** Its clock stands at the epoch: in the property and in the body of its UpdateResults. */
  readonly year1970?: boolean;
  /** It copies the correlation id of the message into its UpdateResult. */
  readonly echoes?: boolean;
};

export type RubyNodeOptions = {
  readonly url: string;
  readonly name: string;
  readonly generation: Generation;
  /** `crypt.cluster_secret`; null: it asks at its start, and invents one when nobody answers in time. */
  readonly secret: string | null;
  /** `crypt.cluster_secret_timeout`. */
  readonly secretTimeoutMs?: number;
  readonly beatIntervalMs?: number;
  readonly bits?: number;
  /** Gems it can find. */
  readonly gems?: GemSource;
  readonly faults?: Faults;
  /** `crypt.vault.token`; null: it is not connected. Without it, it has no Vault runner. */
  readonly vaultToken?: string | null;
};

export type Received = {
  readonly function: unknown;
  readonly body: Body;
  readonly routingKey: string;
  readonly encrypted: boolean;
  readonly properties: ConsumeMessage['properties'];
};

export type RubyNode = {
  readonly name: string;
  readonly queue: string;
  readonly publicPem: string;
  readonly fingerprint: string;
  /** `crypt.cluster_secret`, the setting. The key derived from an earlier one stays in use (it is cached). */
  secret(): string | null;
  /** `cluster.public_keys`: name to the text as it came. Empty for ever on 1.9. */
  publicKeys(): ReadonlyMap<string, string>;
  /** Every message that could be decoded, oldest first. */
  readonly received: readonly Received[];
  /** What its functions raised, and why bodies could not be decoded. A real node writes these to its log only. */
  readonly errors: readonly string[];
  /** Its settings as they are now, pushed ones included. */
  settings(): SettingsTree;
  /** Gems it installed: name to version. */
  readonly gems: ReadonlyMap<string, string>;
  /** How often it closed its connection and began again, as told. */
  restarts(): number;
  misbehave(faults: Faults): void;
  /** An UpdateResult that nobody asked for, or a wrong one. */
  tellResult(result: Body, properties?: Options.Publish): Promise<void>;
  /** How often it answered a request for the cluster secret. */
  answers(): number;
  /** RequestClusterSecret as at its start, again. */
  askForSecret(): Promise<void>;
  /** PublicKey as the runner would send it if it worked. */
  announceKey(): Promise<void>;
  /** A task message to the exchange `node`; resolves when the broker has it. */
  publish(routingKey: string, body: Body | Buffer, properties?: Options.Publish): Promise<void>;
  /** The same with its body under the cluster key (`encrypted/cs`). */
  publishEncrypted(routingKey: string, body: Body): Promise<void>;
  /** The Vault token that it uses. */
  vaultToken(): string | null;
  /** How often it gave that to somebody. */
  vaultAnswers(): number;
  /** Messages that the shared queue `node.vault` handed to it. */
  readonly vaultRequests: readonly Body[];
  /** RequestVaultToken, with the key as raw PEM, to this routing key. */
  askForVaultToken(routingKey: string): Promise<void>;
  stop(): Promise<void>;
};
