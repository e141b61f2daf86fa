/**
 * The composition root: builds every part, hands it what it needs, starts nothing until `start`.
 * What a window or script may ask is `api`; what the hosts need beside it is the rest of `App`.
 */
import { userInfo } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Api } from '../shared/contract/contract.js';
import type { Health } from '../shared/domain/health.js';
import type { Session } from '../shared/domain/session.js';
import { processVitals } from './adapters/process-vitals.js';
import { systemClock } from './adapters/system-clock.js';
import { systemRandom } from './adapters/system-random.js';
import { changesApi } from './api/changes.js';
import { healthApi } from './api/health.js';
import { identityApi } from './api/identity.js';
import { keysApi } from './api/keys.js';
import { writeNewFile } from './adapters/new-file.js';
import { legionsApi } from './api/legions.js';
import { vaultApi } from './api/vault.js';
import { prometheusText } from './api/metrics.js';
import { rosterApi } from './api/roster.js';
import { sessionApi } from './api/session.js';
import { reportConfig, type Config } from './config/index.js';
import { inputFromConfig, joinCluster, joinDemo, type JoinDeps, type SecretPlace } from './join.js';
import type { Journal, Journals } from './ports/journal.js';
import type { KeyCrypto } from './ports/key-crypto.js';
import type { Log } from './ports/log.js';
import type { Power } from './ports/power.js';
import type { Store } from './ports/store.js';
import { createAudit } from './services/audit.js';
import { createIdentities } from './services/identities.js';
import { createProfiles } from './services/profiles.js';
import { createSessionService } from './services/session-service.js';
import { VERSION } from './version.js';

export type App = {
  readonly api: Api;
  /** Prometheus text. */
  metrics(): string;
  /** For GET /healthz: well while the link is, or while nothing is to be connected. */
  health(): { readonly ok: boolean; readonly detail: string };
  /** What the console is connected to now, and what is open there. */
  session(): Session;
  start(): void;
  /** Says goodbye on the bus and closes; never rejects. */
  stop(): Promise<void>;
};

export type AppDeps = {
  readonly log: Log;
  readonly store: Store;
  /** A fresh one-time address of the web host, or null where there is none. */
  readonly link: () => string | null;
  readonly recentLog: () => Health['log'];
  /** The audit of this data folder. */
  readonly journal: Journal;
  /** The journals of changes, or of legions, of one cluster, by its id. */
  readonly journals: (profileId: string, of: 'changes' | 'legions') => Journals;
  /** Sleep and battery of this machine. */
  readonly power: Power;
  readonly secrets: SecretPlace;
  readonly crypto: KeyCrypto;
};

/** Who sits here, for the audit. A container may run a user that has no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

export function createApp(
  config: Config,
  { log, store, link, recentLog, journal, journals, secrets, crypto, power }: AppDeps,
): App {
  const clock = systemClock;
  const vitals = processVitals;
  const user = systemUser();
  const audit = createAudit(journal, user, log.child({ service: 'audit' }));
  const session = createSessionService(clock, (event, at, profile) => void audit.append(event, at, profile));
  const identities = createIdentities({ store: secrets.store, crypto, clock });
  const deps: JoinDeps = {
    ...{ config, clock, random: systemRandom, vitals, log, events: session.events },
    ...{ crypto, secrets, journals, power, user, openIdentity: identities.open },
  };
  const doors = {
    cluster: (input: Parameters<typeof joinCluster>[0]) => joinCluster(input, deps),
    demo: (size: number) => joinDemo(size, deps),
  };
  // Resolution 20 ms: finer costs more of a core than it tells.
  const loop = monitorEventLoopDelay({ resolution: 20 });
  const api: Api = {
    ...sessionApi(session, createProfiles(store), doors, clock),
    ...rosterApi(session, clock),
    ...keysApi(session, clock),
    ...changesApi(session, clock),
    ...legionsApi(session, clock, writeNewFile),
    ...vaultApi(session, clock),
    ...identityApi(identities, (kind, facts) => session.events.record({ kind, facts }, clock.now())),
    ...healthApi({
      session,
      clock,
      vitals,
      version: VERSION,
      runtime: `Node ${process.versions.node}${process.versions.electron ? `, Electron ${process.versions.electron}` : ''}`,
      config: () => reportConfig(config),
      link,
      recentLog,
      // The resolution itself is part of what the histogram measures.
      loopDelayP99Ms: () =>
        loop.count === 0 ? null : Math.max(0, Math.round(loop.percentile(99) / 1e5) / 10 - 20),
    }),
  };

  return {
    api,
    metrics: () => prometheusText(session),
    session: session.current,
    health() {
      const { mode, link: own } = session.current();
      const ok = own.state === 'off' || own.state === 'live' || own.state === 'degraded';
      return { ok, detail: mode === 'idle' && own.state === 'off' ? 'idle' : own.state };
    },
    start() {
      loop.enable();
      const size = config.values['demo.nodes'];
      const isIdle = config.values['bus.url'] === '' && size === 0;
      // What was decided before stands before what happens now.
      audit
        .load(session.events, clock.now())
        .then(() => {
          if (isIdle) return;
          return session.join(() =>
            config.values['bus.url'] === '' ? doors.demo(size) : doors.cluster(inputFromConfig(config)),
          );
        })
        .catch((error: unknown) => {
          log.error({ error }, 'could not join what the configuration names');
          session.refuse(error);
        });
    },
    async stop() {
      loop.disable();
      await session.leave();
      await crypto.close();
    },
  };
}
