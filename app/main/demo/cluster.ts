/**
 * A cluster in memory, for whoever has none at hand: nodes that declare, beat and consume through the same code and
 * the same broker rules as real ones. To the console it is just a cluster; nothing of it leaves the process.
 */
import { encodeBeat } from '../core/protocol/bus/beat.js';
import { deriveClusterKey, encryptClusterText, generateSecret } from '../core/crypto/cluster-cipher.js';
import { readPublicKey } from '../core/crypto/public-key.js';
import { encryptWithKey } from '../core/crypto/rsa-cipher.js';
import { decodeDelivery } from '../core/protocol/bus/decode.js';
import {
  CHECK_TEXT,
  publicKey,
  pushClusterSecret,
  requestClusterSecret,
} from '../core/protocol/bus/key-messages.js';
import { updateResult } from '../core/protocol/bus/change-messages.js';
import { nodeQueue, nodeTopology } from '../core/protocol/bus/topology.js';
import { ProtocolError } from '../core/protocol/protocol-error.js';
import type { Datagrams } from '../ports/datagrams.js';
import type { StatsReader } from '../ports/stats-reader.js';
import type { LegionConfig } from '../services/legions/types.js';
import { createDemoLegions } from './legions.js';
import type { JsonObject } from '../../shared/lib/json.js';
import type { Bus, Delivery, QueueSpec } from '../ports/bus.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { answerChange, earlierRuns, isFragile } from './changes.js';
import { createDemoKeys, demoRole } from './keys.js';
import { demoFleet, demoIntervalMs, moodOf, type DemoNode } from './script.js';

type Member = DemoNode & {
  readonly index: number;
  readonly basePid: number;
  readonly memoryMb: number;
  readonly bornAt: number;
  /** When it tells its key next, ms after the start. */
  nextKeyMs: number;
  bus: Bus;
  nextUp: number;
  restarts: number;
  restartedAt: number;
  /** In trouble since a change, until the next. */
  isUpset: boolean;
};

/** So many have a connection and queues of their own, as real nodes do; the rest share one. */
const OWN_CONNECTIONS = 12;
const SLICE_MS = 100;
const DAY_MS = 86_400_000;
/** A change is answered after so long, and up to so much more. */
const MIN_ANSWER_MS = 60;
const MORE_ANSWER_MS = 900;

export type DemoDeps = {
  readonly size: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly connect: (connectionName: string) => Bus;
};

export type DemoCluster = {
  readonly legions: readonly LegionConfig[];
  readonly datagrams: Datagrams;
  readonly statsReader: StatsReader;
  readonly legionStory: Readonly<Record<string, readonly JsonObject[]>>;
  start(): void;
  stop(): Promise<void>;
  /** Decisions on its keys from before the demo began, as the store keeps them. */
  readonly pins: unknown;
  /** What was pushed to it before the demo began. */
  readonly journals: Readonly<Record<string, readonly JsonObject[]>>;
};

/** When the story of the keys goes on, ms after the start. */
const KEY_CHANGES_MS = 20_000;
const SECRET_ASKED_MS = 12_000;
/** A node does not tell its key with each beat, but now and then. */
const KEY_EVERY_MS = 60_000;

export function createDemoCluster({ size, clock, random, connect }: DemoDeps): DemoCluster {
  const intervalMs = demoIntervalMs(size);
  const fleet = demoFleet(size, () => random.fraction());
  const keys = createDemoKeys(
    fleet.map((node) => node.name),
    random,
    clock.now(),
  );
  const legions = createDemoLegions(
    fleet.map((node) => node.name),
    clock,
    random,
  );
  const secret = generateSecret(random.bytes(32));
  const buses: Bus[] = [];
  let members: Member[] = [];
  let cancel: Cancel = () => undefined;
  let beganUp = 0;
  let hasAsked = false;
  const later = new Set<Cancel>();

  /** The first node holds the secret of the demo, and answers who asks for it. */
  const answer = (bus: Bus, delivery: Delivery): void => {
    const asked = decodeDelivery(delivery, []);
    if (asked.type !== 'function' || asked.name !== 'push_cluster_secret') return;
    const { node_name: to, public_key: key } = asked.body;
    const ownPem = keys.shown(0, false);
    if (typeof to !== 'string' || typeof key !== 'string' || ownPem === null) return;
    // The story's asker waits for a person; it is not served behind the console's back.
    if (fleet.some((node) => node.name === to)) return;
    const check = encryptClusterText(deriveClusterKey(secret), CHECK_TEXT, 'legacy', random.bytes(16));
    const message = encryptWithKey(readPublicKey(key), secret, 'legacy');
    bus.publish(pushClusterSecret(to, { message, check, ownPem }, clock.now())).catch(() => undefined);
  };

  /** A change pushed to one of them: it answers a moment later, and then it is upset or well again. */
  const obey = (index: number, delivery: Delivery): void => {
    let reply: ReturnType<typeof answerChange>;
    try {
      reply = answerChange(decodeDelivery(delivery, []), index, size);
    } catch (error) {
      if (error instanceof ProtocolError) return;
      throw error;
    }
    if (!reply) return;
    const { reloads, ...result } = reply;
    const { correlationId } = delivery.properties;
    const stop: Cancel = clock.after(MIN_ANSWER_MS + MORE_ANSWER_MS * random.fraction(), () => {
      later.delete(stop);
      const member = members[index];
      if (!member) return;
      // Ruby nodes do not echo a correlation id; a few do here, as consoles would.
      const echo = index % 3 === 0 ? correlationId : undefined;
      member.bus.publish(updateResult(member.name, result, echo, clock.now())).catch(() => undefined);
      if (result.status === 'failed') return;
      if (reloads) member.restartedAt = clock.now();
      if (isFragile(index, size)) member.isUpset = !member.isUpset;
    });
    later.add(stop);
  };

  const open = (name: string, index: number): Bus => {
    const bus = connect(`Legion ${name}`);
    const handle = (delivery: Delivery): 'ack' => {
      if (index === 0) answer(bus, delivery);
      obey(index, delivery);
      return 'ack';
    };
    bus.open({
      topology: nodeTopology(name, { joinVaultQueue: false }),
      consumers: [{ queue: nodeQueue(name), mode: 'work', prefetch: 2, handle }],
    });
    buses.push(bus);
    return bus;
  };

  const beat = (member: Member, status: string, now: number): void => {
    const uptimeMs = now - Math.max(member.restartedAt, member.bornAt);
    const uptimeS = Math.floor(uptimeMs / 1_000);
    const envelope = encodeBeat(
      {
        name: member.name,
        hostname: null,
        pid: member.basePid + member.restarts * 977,
        status,
        version: member.version,
        memoryMb: member.memoryMb + 6 * Math.sin(now / 60_000 + member.index),
        cpuUserS: uptimeS * 0.011,
        cpuSystemS: uptimeS * 0.002,
        threads: 9 + (member.index % 5),
        extensions: 4 + (member.index % 3),
        uptimeS,
      },
      now,
    );
    // A bus that is just closing refuses; the demo is over then.
    member.bus.publish(envelope).catch(() => undefined);
  };

  const tellKey = (member: Member, elapsedMs: number): void => {
    const pem = keys.shown(member.index, elapsedMs >= KEY_CHANGES_MS);
    if (pem === null || elapsedMs < member.nextKeyMs) return;
    const isToChange = demoRole(member.index, size) === 'changed' && elapsedMs < KEY_CHANGES_MS;
    member.nextKeyMs = isToChange ? KEY_CHANGES_MS : elapsedMs + KEY_EVERY_MS;
    const { name } = member;
    member.bus.publish(publicKey({ name, hostname: name, pem }, clock.now())).catch(() => undefined);
  };
  const askOnce = (member: Member, elapsedMs: number): void => {
    const pem = keys.shown(member.index, false);
    if (hasAsked || pem === null || elapsedMs < SECRET_ASKED_MS || demoRole(member.index, size) !== 'asker')
      return;
    hasAsked = true;
    member.bus
      .publish(requestClusterSecret({ name: member.name, pem }, null, clock.now()))
      .catch(() => undefined);
  };

  const slice = (): void => {
    const up = clock.uptime();
    const now = clock.now();
    for (const member of members) {
      if (member.nextUp > up) continue;
      const mood = moodOf(member.index, size, up - beganUp);
      member.nextUp += intervalMs * (1 + mood.drag) * (0.995 + 0.01 * random.fraction());
      if (mood.quiet || (member.isUpset && member.index % 100 < 50)) continue;
      if (mood.restarts !== member.restarts) {
        member.restarts = mood.restarts;
        member.restartedAt = now;
      }
      beat(member, member.isUpset ? 'degraded' : mood.status, now);
      tellKey(member, up - beganUp);
      askOnce(member, up - beganUp);
    }
    cancel = clock.after(SLICE_MS, slice);
  };

  return {
    pins: keys.pins,
    journals: earlierRuns(
      fleet.map((node) => node.name),
      clock.now(),
    ),
    ...{
      legions: legions.configs,
      datagrams: legions.datagrams,
      statsReader: legions.statsReader,
      legionStory: legions.story,
    },
    start() {
      legions.start();
      beganUp = clock.uptime();
      const shared = size > OWN_CONNECTIONS ? connect('Legion demo fleet') : null;
      if (shared) {
        // Their queues without bindings, as frameworks since 1.5.4 have them: only what is sent to one alone arrives.
        const rest = fleet.slice(OWN_CONNECTIONS).map(({ name }) => nodeQueue(name));
        const [{ name: _, ...queue }] = nodeTopology('', { joinVaultQueue: false }).queues as [QueueSpec];
        shared.open({
          topology: {
            exchanges: [{ name: 'node', type: 'topic', durable: true }],
            queues: rest.map((name) => ({ ...queue, name })),
            bindings: [],
          },
          consumers: rest.map((name, place) => ({
            ...{ queue: name, mode: 'watch' },
            handle: (delivery) => obey(OWN_CONNECTIONS + place, delivery),
          })),
        });
        buses.push(shared);
      }
      members = fleet.map((node, index) => ({
        ...node,
        index,
        basePid: 1_200 + ((index * 7_919) % 60_000),
        memoryMb: 120 + ((index * 31) % 180),
        bornAt: clock.now() - DAY_MS * (0.2 + 9 * random.fraction()),
        nextKeyMs: 0,
        bus: index < OWN_CONNECTIONS || !shared ? open(node.name, index) : shared,
        nextUp: beganUp + intervalMs * node.phase,
        restarts: 0,
        restartedAt: 0,
        isUpset: false,
      }));
      cancel = clock.after(SLICE_MS, slice);
    },
    async stop() {
      cancel();
      legions.stop();
      for (const stop of later) stop();
      members = [];
      await Promise.all(buses.map((bus) => bus.close()));
    },
  };
}
