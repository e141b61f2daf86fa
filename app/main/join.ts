/**
 * From a choice (the configuration, the connect form, the demo door) to a node that is built and not started.
 * Part of the composition: the one place that knows adapters, demo and services together.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { AppError } from '../shared/errors/app-error.js';
import type { ConnectInput, ProfileKind } from '../shared/domain/session.js';
import { createAmqpBus } from './adapters/amqp-bus.js';
import { createMemoryBus } from './adapters/memory-bus.js';
import { defaultNodeName, nameProblem, type Config } from './config/index.js';
import { createBroker } from './core/broker/index.js';
import { createDemoCluster } from './demo/cluster.js';
import { demoIntervalMs } from './demo/script.js';
import type { Bus } from './ports/bus.js';
import type { Clock } from './ports/clock.js';
import type { Log } from './ports/log.js';
import type { Random } from './ports/random.js';
import type { Vitals } from './ports/vitals.js';
import type { EventLog } from './core/history/event-log.js';
import { createNode, type NodeSettings } from './services/node-service.js';
import { plainAddress } from './services/profiles.js';
import type { Joined } from './services/session-service.js';
import { VERSION } from './version.js';

export type JoinDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly vitals: Vitals;
  readonly log: Log;
  readonly events: EventLog;
};

const invalid = (message: string): AppError => new AppError('CONFIG_INVALID', message);

/** What the configuration says about the broker, in the words of the connect form. */
export function inputFromConfig({ values }: Config): ConnectInput {
  return {
    url: values['bus.url'],
    ...(values['bus.user'] === '' ? {} : { user: values['bus.user'] }),
    ...(values['bus.password'] === '' ? {} : { password: values['bus.password'] }),
    ...(values['bus.caFile'] === '' ? {} : { caFile: values['bus.caFile'] }),
    ...(values['bus.certFile'] === ''
      ? {}
      : { certFile: values['bus.certFile'], keyFile: values['bus.keyFile'] }),
    ...(values['profile.name'] === '' ? {} : { profileName: values['profile.name'] }),
    ...(values['profile.kind'] === 'demo' ? {} : { kind: values['profile.kind'] }),
    readOnly: values['profile.readOnly'],
  };
}

/** Throws AppError CONFIG_INVALID with what to mend. */
export function joinCluster(input: ConnectInput, deps: JoinDeps): Joined {
  const { config, clock, events } = deps;
  if (!/^amqps?:\/\/./i.test(input.url) || !URL.canParse(input.url)) {
    throw invalid(
      'the address must begin with amqp:// or amqps://, as amqps://user@broker.example:5671/vhost',
    );
  }
  const address = new URL(input.url);
  const isTls = address.protocol === 'amqps:';
  const kind: ProfileKind = input.kind ?? 'local';
  const { values } = config;
  if (!values['bus.verify'] && kind === 'production')
    throw invalid('bus.verify cannot be off for a production profile');
  const settings = nodeSettings(config, input.name ?? values['node.name'], {
    address: plainAddress(input.url),
    isTls,
    intervalMs: (input.beatIntervalS ?? values['node.beatIntervalS']) * 1_000,
    expectedIntervalMs: values['node.expectedIntervalS'] * 1_000,
  });
  const bus = createAmqpBus(
    {
      url: input.url,
      ...(address.username === '' && input.user ? { user: input.user } : {}),
      ...(address.password === '' && input.password !== undefined ? { password: input.password } : {}),
      heartbeatS: values['bus.heartbeatS'],
      connectionName: `Legion Console ${settings.identity.name}`,
      product: 'Legion Console',
      version: VERSION,
      ...(isTls ? { tls: tlsOptions(input, config) } : {}),
    },
    clock,
  );
  const log = deps.log.child({ service: 'node', node: settings.identity.name });
  return {
    mode: 'cluster',
    profile: { name: input.profileName ?? address.hostname, kind, readOnly: input.readOnly ?? false },
    node: createNode(settings, { bus, clock, log, vitals: deps.vitals, events }),
    companion: null,
  };
}

export function joinDemo(size: number, deps: JoinDeps): Joined {
  const { config, clock, random, events } = deps;
  const broker = createBroker(clock);
  const connect = (connectionName: string): Bus => createMemoryBus({ broker, clock, connectionName });
  const intervalMs = demoIntervalMs(size);
  const settings = nodeSettings(config, config.values['node.name'] || 'console-1', {
    address: 'memory',
    isTls: false,
    intervalMs,
    expectedIntervalMs: intervalMs,
  });
  const log = deps.log.child({ service: 'node', node: settings.identity.name });
  return {
    mode: 'demo',
    profile: { name: 'demo', kind: 'demo', readOnly: false },
    node: createNode(
      { ...settings, beating: true },
      { bus: connect('Legion Console'), clock, log, vitals: deps.vitals, events },
    ),
    companion: createDemoCluster({ size, clock, random, connect }),
  };
}

type Link = Pick<NodeSettings, 'address' | 'isTls' | 'intervalMs' | 'expectedIntervalMs'>;

function nodeSettings({ values }: Config, chosenName: string, link: Link): NodeSettings {
  const name = chosenName === '' ? defaultNodeName() : chosenName;
  const problem = nameProblem(name);
  if (problem) throw invalid(`the node name ${problem}`);
  return {
    ...link,
    expectedIntervalMs: link.expectedIntervalMs || link.intervalMs,
    identity: { name, hostname: hostname(), pid: process.pid, version: VERSION },
    beating: values['node.enabled'],
    nameCheckMs: values['node.nameCheckS'] * 1_000,
    joinVaultQueue: values['bus.joinVaultQueue'],
    clusterSecret: values['crypt.clusterSecret'],
    maxNodes: values['roster.maxNodes'],
  };
}

function tlsOptions(input: ConnectInput, { values }: Config) {
  const read = (file: string | undefined, what: string): Buffer | undefined => {
    if (!file) return undefined;
    try {
      return readFileSync(file);
    } catch {
      throw invalid(`${what}: the file ${file} cannot be read`);
    }
  };
  const ca = read(input.caFile, 'authorities');
  const cert = read(input.certFile, 'client certificate');
  const key = read(input.keyFile, 'client key');
  if ((cert === undefined) !== (key === undefined))
    throw invalid('a client certificate and its key belong together; give both');
  return {
    ...(ca ? { ca } : {}),
    ...(cert && key ? { cert, key } : {}),
    ...(values['bus.keyPassphrase'] === '' ? {} : { passphrase: values['bus.keyPassphrase'] }),
    ...(values['bus.serverName'] === '' ? {} : { serverName: values['bus.serverName'] }),
    verify: values['bus.verify'],
  };
}
