/**
 * The seams between the composition root and what stands around it: hosts, command line, entry points.
 * They are written against these types and are handed the real thing.
 */
import type { Api } from '../shared/contract/contract.js';
import type { Level, Log } from './ports/log.js';
import type { Store } from './ports/store.js';

export type App = {
  readonly api: Api;
  /** Prometheus text. */
  metrics(): string;
  /** For GET /healthz. */
  health(): { ok: boolean; detail: string };
  start(): void;
  /** Says goodbye to the cluster and closes. Never rejects. */
  stop(): Promise<void>;
};

export type AppDeps = {
  readonly log: Log;
  readonly store: Store;
  readonly secrets: Store;
  /** A fresh one-time address for a browser; null where there is no web host. */
  readonly link: () => string | null;
};

/** What hosts and entry points read of the configuration; the whole of it is the composition root's. */
export type HostConfig = {
  readonly web: { readonly port: number };
  readonly dataDir: string;
  readonly tokenFile: string | null;
  readonly log: { readonly level: Level };
};
