/**
 * A cluster in memory, for whoever has none at hand: nodes that declare, beat and consume through the same code and
 * the same broker rules as real ones. To the console it is just a cluster; nothing of it leaves the process.
 */
import { encodeBeat } from '../core/protocol/bus/beat.js';
import { nodeQueue, nodeTopology } from '../core/protocol/bus/topology.js';
import type { Bus } from '../ports/bus.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { demoFleet, demoIntervalMs, moodOf, type DemoNode } from './script.js';

type Member = DemoNode & {
  readonly index: number;
  readonly basePid: number;
  readonly memoryMb: number;
  readonly bornAt: number;
  bus: Bus;
  nextUp: number;
  restarts: number;
  restartedAt: number;
};

/** So many have a connection and queues of their own, as real nodes do; the rest share one. */
const OWN_CONNECTIONS = 12;
const SLICE_MS = 100;
const DAY_MS = 86_400_000;

export type DemoDeps = {
  readonly size: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly connect: (connectionName: string) => Bus;
};

export type DemoCluster = { start(): void; stop(): Promise<void> };

export function createDemoCluster({ size, clock, random, connect }: DemoDeps): DemoCluster {
  const intervalMs = demoIntervalMs(size);
  const buses: Bus[] = [];
  let members: Member[] = [];
  let cancel: Cancel = () => undefined;
  let beganUp = 0;

  const open = (name: string): Bus => {
    const bus = connect(`Legion ${name}`);
    bus.open({
      topology: nodeTopology(name, { joinVaultQueue: false }),
      consumers: [{ queue: nodeQueue(name), mode: 'work', prefetch: 2, handle: () => 'ack' }],
    });
    buses.push(bus);
    return bus;
  };

  const beat = (member: Member, status: string, now: number): void => {
    const uptimeMs = now - (member.restarts > 0 ? member.restartedAt : member.bornAt);
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

  const slice = (): void => {
    const up = clock.uptime();
    const now = clock.now();
    for (const member of members) {
      if (member.nextUp > up) continue;
      const mood = moodOf(member.index, size, up - beganUp);
      member.nextUp += intervalMs * (1 + mood.drag) * (0.995 + 0.01 * random.fraction());
      if (mood.quiet) continue;
      if (mood.restarts !== member.restarts) {
        member.restarts = mood.restarts;
        member.restartedAt = now;
      }
      beat(member, mood.status, now);
    }
    cancel = clock.after(SLICE_MS, slice);
  };

  return {
    start() {
      beganUp = clock.uptime();
      const shared = size > OWN_CONNECTIONS ? connect('Legion demo fleet') : null;
      if (shared) {
        shared.open({
          topology: { exchanges: [{ name: 'node', type: 'topic', durable: true }], queues: [], bindings: [] },
          consumers: [],
        });
        buses.push(shared);
      }
      members = demoFleet(size, () => random.fraction()).map((node, index) => ({
        ...node,
        index,
        basePid: 1_200 + ((index * 7_919) % 60_000),
        memoryMb: 120 + ((index * 31) % 180),
        bornAt: clock.now() - DAY_MS * (0.2 + 9 * random.fraction()),
        bus: index < OWN_CONNECTIONS || !shared ? open(node.name) : shared,
        nextUp: beganUp + intervalMs * node.phase,
        restarts: 0,
        restartedAt: 0,
      }));
      cancel = clock.after(SLICE_MS, slice);
    },
    async stop() {
      cancel();
      members = [];
      await Promise.all(buses.map((bus) => bus.close()));
    },
  };
}
