/** A node for measuring: it beats seldom and checks no name, so that only what it hears counts. */
import type { Log } from '../../app/main/ports/log.js';
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
  clusterSecret: '',
  maxNodes: 60_000,
});
