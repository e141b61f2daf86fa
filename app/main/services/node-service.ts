/**
 * One node on one bus: topology, observer, roster, own beats, history, and the link as a person sees it.
 * Built for one profile and thrown away with it; the session service decides which one lives.
 */
import { AppError } from '../../shared/errors/app-error.js';
import { TRUST_STATES } from '../../shared/domain/key.js';
import type { EventKind } from '../../shared/domain/event.js';
import { BUCKET_MS, createHistory } from '../core/history/aggregates.js';
import type { EventLog } from '../core/history/event-log.js';
import { urgentSince } from '../core/keyring/keyring-views.js';
import { createLink } from '../core/link.js';
import { nodeBindings, nodeQueue, nodeTopology, observerQueue } from '../core/protocol/bus/topology.js';
import { createRoster, type RosterEffect } from '../core/roster/roster.js';
import { TICK_MS } from '../core/roster/rules.js';
import { beatingNames, pidsOf, settleMs, summaryOf } from '../core/roster/views.js';
import type { Bus, BusEvent } from '../ports/bus.js';
import type { Clock } from '../ports/clock.js';
import type { KeyCrypto } from '../ports/key-crypto.js';
import type { Log } from '../ports/log.js';
import type { Random } from '../ports/random.js';
import type { Store } from '../ports/store.js';
import type { VaultHttp } from '../ports/vault-http.js';
import type { Vitals } from '../ports/vitals.js';
import type { Installer } from '../ports/installer.js';
import type { Journals } from '../ports/journal.js';
import type { ChangeSettings } from './changes/types.js';
import { createNodeChanges } from './node-changes.js';
import { createNodeVault } from './node-vault.js';
import type { ReceiverSettings } from './receiver/index.js';
import { createClusterView } from './cluster-view.js';
import { assertNever } from '../../shared/lib/assert.js';
import { createBeats, type Identity } from './beats.js';
import { createKeys, type KeySettings } from './keys/index.js';
import { createLegions } from './legions/index.js';
import type { LegionConfig, LegionDeps } from './legions/types.js';
import { eventOf } from './roster-events.js';
import { createObserver, type Observer } from './observer.js';
import type { VaultSettings } from './vault/types.js';

export type NodeSettings = {
  readonly identity: Identity;
  /** Without user and password. */
  readonly address: string;
  readonly isTls: boolean;
  readonly beating: boolean;
  readonly intervalMs: number;
  readonly expectedIntervalMs: number;
  readonly nameCheckMs: number;
  readonly joinVaultQueue: boolean;
  readonly maxNodes: number;
  /** The certificate we show to the broker; `notAfter` is epoch ms. */
  readonly certificate?: { readonly subject: string; readonly notAfter: number } | null;
  readonly changes: Omit<ChangeSettings, 'name'>;
  readonly receiver: Omit<ReceiverSettings, 'name' | 'profileId' | 'isReadOnly'>;
  /** To begin with, where none are kept. */
  readonly legions?: readonly LegionConfig[];
  readonly keys: Omit<KeySettings, 'name' | 'hostname' | 'speaks' | 'maxNames'>;
};

export type NodeDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly vitals: Vitals;
  readonly events: EventLog;
  readonly random: Random;
  readonly crypto: KeyCrypto;
  /** Where only this user may read. */
  readonly secretStore: Store;
  readonly journals: Journals;
  readonly legions: Pick<LegionDeps, 'datagrams' | 'hookRunner' | 'statsReader' | 'power' | 'journals'>;
  readonly installer: Installer;
  /** null: none is configured. */
  readonly vault?: { readonly settings: VaultSettings; readonly http: VaultHttp } | null;
};

export type NodeService = ReturnType<typeof createNode>;

/** Beats per second over this many seconds, for the small line in the header. */
const RECENT_SECONDS = 44;
/** "4 nodes differ from before" is news for this long. */
const BACK_NEWS_MS = 300_000;
const SWEEP_MS = 10_000;

export function createNode(settings: NodeSettings, deps: NodeDeps) {
  const { bus, clock, log, vitals, events } = deps;
  const { identity } = settings;
  const history = createHistory();
  const link = createLink(settings.address, settings.isTls, clock.now());
  const roster = createRoster(
    {
      self: { name: identity.name, pid: identity.pid },
      expectedIntervalMs: settings.expectedIntervalMs,
      maxNodes: settings.maxNodes,
      onDelay: history.countDelay,
    },
    clock.uptime(),
  );
  const beats = createBeats({
    bus,
    clock,
    vitals,
    log,
    identity,
    intervalMs: () => intervalMs(),
    extensions: 1,
  });
  const nodeVault = createNodeVault(settings, deps, { keys: () => keys, observer: () => observer });
  const keys = createKeys(
    {
      ...settings.keys,
      name: identity.name,
      hostname: identity.hostname,
      speaks: settings.beating,
      maxNames: settings.maxNodes,
    },
    {
      ...{ bus, clock, log, events },
      random: deps.random,
      secretStore: deps.secretStore,
      crypto: deps.crypto,
      beating: () => beatingNames(roster.state).filter((other) => other !== identity.name),
      hasWholePicture: () => !isDown && !isSettling(),
      pidsOf: (other) => pidsOf(roster.state, other),
      refuseLate: (code, from, at) => observer.refuseLate(code, from, at),
      vaultToken: nodeVault.handouts.shared,
      wrappedToken: nodeVault.handouts.wrapped,
      secretIsComing: nodeVault.secretIsComing,
    },
  );
  const observer: Observer = createObserver({
    roster,
    events,
    history,
    clock,
    log,
    clusterKeys: keys.secrets.keys,
    onFunction(message, delivery, at) {
      keys.hear(message, delivery, at);
      nodeVault.hear(message, delivery);
      hearChange(message, delivery, at);
    },
    onResult: (other, result) => changes.heardResult(other, result),
    onUnread: keys.secrets.unread,
    onOpened: keys.secrets.used,
    self: identity,
    onOwnBeat: () => {
      beats.heardBack();
      link.step('beats', clock.now());
    },
  });

  const cluster = createClusterView(roster, clock);
  const legions = createLegions(
    {
      ...{ profileId: settings.keys.profileId, isReadOnly: settings.keys.isReadOnly },
      ...{ host: identity.hostname, pid: identity.pid, seed: settings.legions ?? [] },
    },
    {
      ...{ clock, log, random: deps.random, secretStore: deps.secretStore, ...deps.legions },
      bus: {
        nodeOn: cluster.nodeOn,
        nodesOn: cluster.nodesOn,
        isHeard: cluster.isHeard,
        isGone: async (node) => !(await bus.hasQueue(nodeQueue(node))),
      },
      record: (event) => void events.record(event, clock.now()),
    },
  );
  const { changes, receiver, hearChange } = createNodeChanges(settings, deps, {
    ...{
      keys,
      cluster: {
        ...cluster,
        lords: () => new Set(legions.lords().flatMap((host) => cluster.nodeOn(host) ?? [])),
        legions: () => legions.nodes(),
      },
    },
    onChanged() {
      if (beats.isBeating()) beats.start();
    },
    rejoin: () => rejoin(),
    isLive: () => !isDown,
    isBlocked: () => link.get().blocked !== null,
  });
  /** As pushed to this node, else as configured. */
  const intervalMs = (): number => (receiver.own.beatIntervalS() ?? settings.intervalMs / 1_000) * 1_000;

  const stops = new Set<() => void>();
  const recent: number[] = Array.from({ length: RECENT_SECONDS }, () => 0);
  let beatsBefore = 0;
  let delay: { p50: number | null; p99: number | null } = { p50: null, p99: null };
  /** `free`: nobody else beats under our name, so we may. */
  let name: 'unchecked' | 'checking' | 'free' | 'taken' = 'unchecked';
  let joinedUp = clock.uptime();
  let stopped = false;
  let keyRev = -1;
  let isDown = true;

  const isSettling = (): boolean => clock.uptime() - joinedUp < settleMs(settings.expectedIntervalMs);
  const record = (kind: EventKind, facts: Record<string, string | number | boolean | null> = {}): void => {
    events.record({ kind, facts }, clock.now());
  };

  /** A timer that comes again until the node stops. */
  const every = (periodMs: number, run: () => void): void => {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = clock.after(periodMs, () => {
        run();
        if (!stopped) again();
      });
    };
    again();
    stops.add(() => cancel());
  };

  const checkName = (): void => {
    if (!settings.beating) {
      link.skip('name', 'beats');
      return;
    }
    if (name === 'free') return beats.start();
    if (name === 'taken') return;
    name = 'checking';
    const listenMs = Math.min(2 * settings.intervalMs, settings.nameCheckMs);
    stops.add(
      clock.after(listenMs, () => {
        if (name !== 'checking' || isDown) return;
        name = 'free';
        link.step('name', clock.now());
        beats.start();
      }),
    );
  };

  const nameTaken = (): void => {
    if (name === 'checking') beats.pause();
    const isFirst = name !== 'taken';
    // A twin that comes later is shown; we do not go, and we do not fight.
    if (name !== 'free') {
      name = 'taken';
      link.fail('name');
    }
    link.setError(
      new AppError('BUS_NAME_TAKEN', `another process beats as ${identity.name}`, {
        details: { name: identity.name },
      }),
    );
    if (isFirst) record('name.taken', { name: identity.name });
  };

  const onLive = (tls: string | null): void => {
    const now = clock.now();
    const wasDown = isDown;
    isDown = false;
    link.live(tls, now);
    roster.thaw(clock.uptime());
    history.setAway(false, now);
    joinedUp = clock.uptime();
    if (wasDown) record('link.live', { address: settings.address, tls });
    changes.linkUp();
    receiver.linkUp();
    log.info({ address: settings.address, tls }, 'bus live');
    checkName();
  };

  const onDown = (error: Error, willRetry: boolean): void => {
    const now = clock.now();
    const code = error instanceof AppError ? error.code : 'INTERNAL';
    link.down(error, willRetry, now);
    if (!isDown) {
      roster.freeze();
      history.setAway(true, now);
      changes.linkDown();
      record('link.lost', { code, message: error.message.slice(0, 300) });
    } else if (!willRetry) record('link.refused', { code, message: error.message.slice(0, 300) });
    isDown = true;
    beats.pause();
    if (name === 'checking') name = 'unchecked';
    log.warn({ code, reason: error.message, willRetry }, 'bus down');
  };

  const onBusEvent = (event: BusEvent): void => {
    const now = clock.now();
    switch (event.type) {
      case 'step':
        return link.step(event.step, now, event.note);
      case 'live':
        return onLive(event.tls);
      case 'down':
        return onDown(event.error, event.willRetry);
      case 'retrying':
        return link.retrying(event.attempt, event.delayMs, event.error, now);
      case 'blocked':
        link.blocked(event.reason);
        return record('link.blocked', { reason: event.reason.slice(0, 300) });
      case 'unblocked':
        link.blocked(null);
        receiver.linkUp();
        return record('link.unblocked');
      case 'handler-error':
        return log.error({ queue: event.queue, error: event.error }, 'message handler failed');
      default:
        return assertNever(event);
    }
  };

  /** A pushed change asked for a restart: out of the cluster and in again, with the same name. */
  const rejoin = async (): Promise<void> => {
    if (isDown || stopped) return;
    isDown = true;
    beats.pause();
    roster.freeze();
    history.setAway(true, clock.now());
    changes.linkDown();
    log.info({}, 'leaving the bus and joining again, as a pushed change asks');
    await bus.rejoin();
  };

  /** The table of nodes shows what is known of their keys. */
  const tellKeys = (): void => {
    const rev = keys.keyring.rev();
    if (rev === keyRev) return;
    for (const [other, trust] of urgentSince(keys.keyring, keyRev)) roster.setKey(other, trust);
    if (keys.ownRow()) roster.setKey(identity.name, TRUST_STATES.indexOf('trusted'));
    keyRev = rev;
  };

  const tick = (): void => {
    const now = clock.now();
    roster.tick(now, clock.uptime());
    for (const effect of roster.takeEffects()) onEffect(effect, now);
    changes.tick();
    const problem = keys.problem() ?? changes.problem();
    if (problem && link.get().error === null) link.setError(problem);
    link.degraded(
      link.get().blocked !== null || name === 'taken' || problem !== null || keys.secrets.isMissing(),
      now,
    );
  };

  const onEffect = (effect: RosterEffect, now: number): void => {
    if (effect.type === 'state' && effect.to === 'late') history.countLate();
    if (effect.type === 'joined') keys.keyring.beats(effect.name, true);
    if (effect.type === 'forgotten' || effect.to === 'left') keys.keyring.beats(effect.name, false);
    else if (effect.from === 'left') keys.keyring.beats(effect.name, true);
    if (effect.type === 'name-taken') return nameTaken();
    const event = eventOf(effect);
    if (event) events.record(event, now);
  };

  const closeBucket = (): void => {
    const { counts } = roster.state;
    const total = summaryOf(roster.state, false).total;
    delay = history.close(clock.now(), total === 0 ? null : counts[0]! / total);
  };

  const countSecond = (): void => {
    const { beats: heardBeats } = observer.counters();
    recent.push(heardBeats - beatsBefore);
    recent.shift();
    beatsBefore = heardBeats;
  };

  return {
    settings,
    roster,
    history,
    observer,
    keys,
    changes,
    receiver,
    legions,
    vault: nodeVault.vault,
    queue: nodeQueue(identity.name),
    bindings: nodeBindings(identity.name),

    start(): void {
      stops.add(bus.onEvent(onBusEvent));
      every(TICK_MS, tick);
      every(1_000, () => {
        countSecond();
        keys.takePart(!isDown && name === 'free');
        keys.tick();
        nodeVault.tick();
        tellKeys();
      });
      every(SWEEP_MS, () => roster.sweep(clock.uptime()));
      every(BUCKET_MS, closeBucket);
      // What was decided about keys is known before the first one is heard: an alarm must not depend on who is faster.
      void legions.load();
      nodeVault.vault.start();
      void Promise.all([keys.load(), changes.load(), receiver.load()]).then(() => {
        if (stopped) return;
        bus.open({
          topology: nodeTopology(identity.name, settings),
          consumers: [
            { queue: observerQueue(identity.name), mode: 'watch', handle: observer.watch },
            { queue: nodeQueue(identity.name), mode: 'work', prefetch: 100, handle: observer.work },
          ],
        });
        void keys.makeOwn();
      });
    },

    /** Says goodbye, then leaves. Never rejects. */
    async stop(): Promise<void> {
      if (stopped) return;
      stopped = true;
      changes.beginNothing();
      await Promise.all([receiver.stop(), legions.stop(), nodeVault.stop()]);
      if (!isDown) await beats.goodbye();
      for (const stop of stops) stop();
      await keys.stop();
      await bus.close();
      await changes.close();
      link.off(clock.now());
    },

    reconnect: (): void => bus.reconnect(),

    link() {
      const { back } = link.get();
      if (back && clock.now() - back.at > BACK_NEWS_MS) link.forgetBack();
      else if (back) link.differ(roster.differSinceOutage());
      return link.get();
    },

    beats: beats.view,
    isBeating: beats.isBeating,
    isNameTaken: (): boolean => name === 'taken',
    /** Just joined, or back: the picture is not complete yet. */
    isSettling,
    ingest: () => ({
      recent: [...recent],
      beatsPerSecond: recent.slice(-5).reduce((sum, value) => sum + value, 0) / 5,
      delay,
    }),
  };
}
