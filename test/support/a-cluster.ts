/**
 * A cluster in one process and in virtual time: nodes of ours on the broker in memory, and strangers who say what they
 * are told to. Keys are made before, so that nothing waits for real work.
 */
import { createInlineCrypto } from '../../app/main/adapters/inline-crypto.js';
import { createMemoryBus } from '../../app/main/adapters/memory-bus.js';
import { createMemoryJournals } from '../../app/main/adapters/memory-journals.js';
import { createMemoryStore } from '../../app/main/adapters/memory-store.js';
import { createBroker } from '../../app/main/core/broker/index.js';
import { createEventLog, type EventLog } from '../../app/main/core/history/event-log.js';
import { encodeBeat } from '../../app/main/core/protocol/bus/beat.js';
import { NO_DATAGRAMS } from '../../app/main/ports/datagrams.js';
import { NO_HOOKS } from '../../app/main/ports/hook-runner.js';
import { NO_STATS } from '../../app/main/ports/stats-reader.js';
import { NO_POWER } from '../../app/main/ports/power.js';
import { type Installer, NO_INSTALLER } from '../../app/main/ports/installer.js';
import type { Journals } from '../../app/main/ports/journal.js';
import type { Bus, Delivery, Envelope } from '../../app/main/ports/bus.js';
import type { KeyCrypto } from '../../app/main/ports/key-crypto.js';
import type { Store } from '../../app/main/ports/store.js';
import { createNode, type NodeDeps, type NodeSettings } from '../../app/main/services/node-service.js';
import { createFakeClock } from './fake-clock.js';
import { fakeVitals, seededRandom, silentLog } from './fake-parts.js';
import { privatePems } from './keys.js';

type NodeFields = Partial<Omit<NodeSettings, 'keys' | 'changes' | 'receiver'>> & {
  readonly changes?: Partial<NodeSettings['changes']>;
  readonly receiver?: Partial<NodeSettings['receiver']>;
  readonly journals?: Journals;
  readonly installer?: Installer;
  readonly keys?: Partial<NodeSettings['keys']>;
  readonly store?: Store;
  readonly vault?: NodeDeps['vault'];
  /** With what happened before. */
  readonly events?: EventLog;
};

let made = 0;
/** Real ciphers, and keys that are there already: each `generate` gives the next of a few. */
export function fixedCrypto(): KeyCrypto {
  const pems = privatePems();
  return { ...createInlineCrypto(), generate: async () => pems[made++ % pems.length]! };
}

export function aCluster() {
  const clock = createFakeClock();
  const broker = createBroker(clock);
  const connect = (connectionName: string): Bus => createMemoryBus({ broker, clock, connectionName });
  const node = (fields: NodeFields = {}) => {
    const events = fields.events ?? createEventLog();
    const settings: NodeSettings = {
      identity: { name: 'console-1', hostname: 'desk', pid: 77, version: '0.1.0' },
      address: 'memory',
      isTls: false,
      beating: true,
      intervalMs: 2_000,
      expectedIntervalMs: 2_000,
      nameCheckMs: 3_000,
      joinVaultQueue: false,
      maxNodes: 1_000,
      ...fields,
      changes: {
        profile: { name: 'test', kind: 'local', readOnly: false },
        user: 'anna',
        secondPerson: false,
        ...fields.changes,
      },
      receiver: {
        modes: { settings: 'ask', gem: 'ask', message: 'ask' },
        chosen: [],
        allow: ['extensions.*', 'transport.messages'],
        base: {
          client: { name: 'console-1' },
          extensions: { node: { enabled: true, beat_interval: 2 } },
          transport: {},
        },
        ...fields.receiver,
      },
      keys: {
        profileId: 'test',
        keptIn: 'memory',
        bits: 2_048,
        cipher: 'auto',
        policy: 'never',
        policyIsChosen: false,
        clusterSecret: '',
        encryptMessages: false,
        isReadOnly: false,
        ...fields.keys,
      },
    };
    const service = createNode(settings, {
      bus: connect(settings.identity.name),
      clock,
      log: silentLog,
      vitals: fakeVitals,
      events,
      random: seededRandom(settings.identity.pid),
      crypto: fixedCrypto(),
      secretStore: fields.store ?? createMemoryStore(),
      journals: fields.journals ?? createMemoryJournals(),
      installer: fields.installer ?? NO_INSTALLER,
      vault: fields.vault ?? null,
      legions: {
        ...{ datagrams: NO_DATAGRAMS, hookRunner: NO_HOOKS, statsReader: NO_STATS, power: NO_POWER },
        journals: createMemoryJournals(),
      },
    });
    return Object.assign(service, {
      eventsAll: () => events.list(5_000),
      kinds: () => events.list(100).map((event) => event.kind),
      eventsOf: (kind: string) => events.list(100).filter((event) => event.kind === kind),
    });
  };
  /** Somebody else on the bus: hears everything on exchange `node`, and says what it is told to. */
  const stranger = (name = 'stranger') => {
    const heard: Delivery[] = [];
    const bus = connect(name);
    bus.open({
      topology: {
        exchanges: [{ name: 'node', type: 'topic', durable: true }],
        queues: [{ name: `q.${name}`, durable: false, autoDelete: true, exclusive: true, arguments: {} }],
        bindings: [{ queue: `q.${name}`, exchange: 'node', routingKey: '#' }],
      },
      consumers: [{ queue: `q.${name}`, mode: 'watch', handle: (delivery) => heard.push(delivery) }],
    });
    const beat = (from: string, pid = 5, status = 'active', uptimeS = 9) =>
      bus.publish(
        encodeBeat(
          {
            name: from,
            hostname: null,
            pid,
            status,
            version: '1.9.43',
            memoryMb: 40,
            cpuUserS: 1,
            cpuSystemS: 1,
            threads: 8,
            extensions: 1,
            uptimeS,
          },
          clock.now(),
        ),
      );
    return {
      bus,
      heard,
      beat,
      say: (envelope: Partial<Envelope>) =>
        bus.publish({
          exchange: 'node',
          routingKey: 'node',
          properties: { contentType: 'application/json' },
          body: Buffer.from('{}'),
          ...envelope,
        }),
    };
  };
  return { clock, broker, node, stranger, connect };
}
