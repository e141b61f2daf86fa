/**
 * What the console is connected to, and changing it: the demo, a cluster, or nothing until the user chooses.
 * Holds the one living node and gives everybody the same picture of it.
 */
import type { Session } from '../../shared/domain/session.js';
import { toWireError } from '../../shared/errors/wire.js';
import { idleLink } from '../core/link.js';
import { createEventLog, type EventLog, type NewEvent } from '../core/history/event-log.js';
import { summaryOfRun } from '../core/changes/run-views.js';
import { createKeyring } from '../core/keyring/keyring.js';
import { countsOf } from '../core/keyring/keyring-views.js';
import { needsOf, summaryOf } from '../core/roster/views.js';
import { createState } from '../core/roster/state.js';
import type { Clock } from '../ports/clock.js';
import { changeNeeds } from './change-needs.js';
import { keyNeeds, needOf, SEVERITIES } from './key-needs.js';
import { vaultNeeds } from './vault-needs.js';
import type { NodeService } from './node-service.js';

/** One choice of what to be connected to, built but not started. */
export type Joined = {
  readonly mode: 'demo' | 'cluster';
  readonly profile: Session['profile'];
  readonly node: NodeService;
  /** What belongs to it beside the node: the demo's own cluster. */
  readonly companion: { start(): void; stop(): Promise<void> } | null;
};

export type SessionService = ReturnType<typeof createSessionService>;

const MAX_NEEDS = 6;
const MAX_OPEN_RUNS = 20;
const NOBODY = createState();
const NO_KEYS = countsOf(createKeyring({ maxNames: 0 }), null);

/** `onAudit`: told of decisions and deeds, with the profile in which they were; not of those in the demo. */
export function createSessionService(
  clock: Clock,
  onAudit: (event: NewEvent, at: number, profile: string) => void = () => undefined,
) {
  const events: EventLog = createEventLog((event, at) => {
    // Certificates are the machine's, whatever it is connected to.
    const isReal = event.kind.startsWith('identity.');
    const isDemo = joined?.mode === 'demo' || event.facts?.['mode'] === 'demo';
    if (isReal || !isDemo) onAudit(event, at, joined?.profile.name ?? '');
  });
  let joined: Joined | null = null;
  /** Grows with each change of what we are connected to; streams open anew then. */
  let generation = 0;
  let changing: Promise<void> = Promise.resolve();
  let idle = idleLink(clock.now());

  /**
   * What we are connected to from now on, nothing included. The picture changes at once, so that nobody sees a moment
   * of "connected to nothing" in between; the old node has said its goodbye when this resolves.
   */
  const become = async (next: Joined | null): Promise<void> => {
    const old = joined;
    // While it is still the profile in which this happened.
    if (old)
      events.record(
        { kind: 'session.ended', facts: { profile: old.profile.name, mode: old.mode } },
        clock.now(),
      );
    joined = next;
    generation += 1;
    if (!old) return;
    await old.node.stop();
    await old.companion?.stop();
  };

  /** Changes one at a time: two clicks never leave two nodes behind. */
  const change = (run: () => Promise<void>): Promise<void> => (changing = changing.then(run, run));

  const current = (): Session => {
    const now = clock.now();
    const node = joined?.node;
    if (!joined || !node) {
      return {
        at: now,
        mode: 'idle',
        profile: { name: '', kind: 'local', readOnly: false },
        self: null,
        link: idle,
        ingest: {
          beatsPerSecond: 0,
          recent: [],
          lagMs: null,
          refused: 0,
          delayP50Ms: null,
          delayP99Ms: null,
        },
        secret: 'unused',
        secrets: { state: 'wanted', policy: 'never', waiting: 0 },
        keys: NO_KEYS,
        changes: { open: [], asked: 0 },
        legions: [],
        summary: summaryOf(NOBODY, false),
        needs: [],
        needsTotal: 0,
      };
    }
    const { settings, roster, observer, keys, changes, receiver } = node;
    const counters = observer.counters();
    const beats = node.beats();
    const ingest = node.ingest();
    const needs = [
      ...node.legions.needs(),
      ...changeNeeds(node),
      ...keyNeeds(node, now),
      ...vaultNeeds(node),
      ...needsOf(roster.state),
    ].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    if (node.isNameTaken())
      needs.unshift(needOf('name-taken', 'alarm', node.link().since, [settings.identity.name]));
    let refused = 0;
    for (const { count } of counters.refused.values()) refused += count;
    return {
      at: now,
      mode: joined.mode,
      profile: joined.profile,
      self: {
        ...settings.identity,
        queue: node.queue,
        bindings: node.bindings,
        beating: settings.beating && !node.isNameTaken(),
        intervalMs: settings.intervalMs,
        lastBeatAt: beats.lastBeatAt,
        nextBeatAt: beats.nextBeatAt,
      },
      link: node.link(),
      ingest: {
        beatsPerSecond: ingest.beatsPerSecond,
        recent: ingest.recent,
        lagMs: beats.lagMs,
        refused,
        delayP50Ms: ingest.delay.p50,
        delayP99Ms: ingest.delay.p99,
      },
      secret: keys.secrets.isHeld() ? 'held' : keys.secrets.isMissing() ? 'missing' : 'unused',
      secrets: {
        state: keys.secrets.state(),
        policy: keys.secrets.policy(),
        waiting: keys.secrets.waiting().length,
      },
      keys: keys.picture().counts,
      changes: {
        // One that was stopped is watched on, and is nobody's business in the dock.
        open: changes
          .openRuns()
          .filter(({ state }) => state !== 'stopped')
          .slice(0, MAX_OPEN_RUNS)
          .map(summaryOfRun),
        asked: receiver.waiting().length,
      },
      legions: node.legions.heads(),
      summary: summaryOf(roster.state, node.isSettling()),
      needs: needs.slice(0, MAX_NEEDS),
      needsTotal: needs.length,
    };
  };

  return {
    events,
    generation: (): number => generation,
    node: (): NodeService | null => joined?.node ?? null,
    current,

    /** Leaves what was, then joins what `build` makes. Rejects only when building does; nothing was left then. */
    async join(build: () => Joined | Promise<Joined>): Promise<void> {
      const next = await build();
      await change(async () => {
        await become(next);
        events.record(
          { kind: 'session.started', facts: { profile: next.profile.name, mode: next.mode } },
          clock.now(),
        );
        next.companion?.start();
        next.node.start();
      });
    },
    leave: (): Promise<void> => change(() => become(null)),

    /** What the configuration names cannot even be tried: connected to nothing, and says why. */
    refuse(error: unknown): void {
      const wire = toWireError(error);
      idle = { ...idleLink(clock.now()), state: 'refused', error: wire };
      events.record(
        { kind: 'link.refused', facts: { code: wire.code, message: wire.message.slice(0, 300) } },
        clock.now(),
      );
    },
  };
}
