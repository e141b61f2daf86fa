/** A node for measuring: it beats seldom and checks no name, so that only what it hears counts. */
import { createInlineCrypto } from '../../app/main/adapters/inline-crypto.js';
import { createMemoryJournals } from '../../app/main/adapters/memory-journals.js';
import { createMemoryStore } from '../../app/main/adapters/memory-store.js';
import { processVitals } from '../../app/main/adapters/process-vitals.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import { systemRandom } from '../../app/main/adapters/system-random.js';
import { createEventLog } from '../../app/main/core/history/event-log.js';
import type { Log } from '../../app/main/ports/log.js';
import { NO_DATAGRAMS } from '../../app/main/ports/datagrams.js';
import { NO_HOOKS } from '../../app/main/ports/hook-runner.js';
import { NO_STATS } from '../../app/main/ports/stats-reader.js';
import { NO_POWER } from '../../app/main/ports/power.js';
import { NO_INSTALLER } from '../../app/main/ports/installer.js';
import type { NodeSettings } from '../../app/main/services/node-service.js';

export const benchLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  error: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  fatal: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  child: () => benchLog,
};

export const benchSettings = (address: string): NodeSettings => ({
  identity: { name: `bench.${process.pid}`, hostname: 'bench', pid: process.pid, version: '0' },
  address,
  isTls: false,
  beating: false,
  intervalMs: 60_000,
  expectedIntervalMs: 10_000,
  nameCheckMs: 0,
  joinVaultQueue: false,
  maxNodes: 60_000,
  changes: {
    profile: { name: 'bench', kind: 'local', readOnly: false },
    user: 'bench',
    secondPerson: false,
  },
  receiver: { modes: { settings: 'off', gem: 'off', message: 'off' }, chosen: [], allow: [], base: {} },
  keys: {
    profileId: 'bench',
    keptIn: 'memory',
    bits: 2_048,
    cipher: 'auto',
    policy: 'never',
    policyIsChosen: true,
    clusterSecret: '',
    encryptMessages: false,
    isReadOnly: false,
  },
});

/** What a node needs beside its bus. */
export const benchDeps = () => ({
  clock: systemClock,
  log: benchLog,
  vitals: processVitals,
  events: createEventLog(),
  random: systemRandom,
  crypto: createInlineCrypto(),
  secretStore: createMemoryStore(),
  journals: createMemoryJournals(),
  installer: NO_INSTALLER,
  legions: {
    ...{
      datagrams: NO_DATAGRAMS,
      hookRunner: NO_HOOKS,
      statsReader: NO_STATS,
      power: NO_POWER,
      journals: createMemoryJournals(),
    },
  },
});
