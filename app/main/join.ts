/**
 * From a choice (the configuration, the connect form, the demo door) to a node that is built and not started.
 * Part of the composition: the one place that knows adapters, demo and services together.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { AppError } from '../shared/errors/app-error.js';
import { RECEIVED_KINDS } from '../shared/domain/received.js';
import type { ConnectInput, ProfileKind } from '../shared/domain/session.js';
import { createAmqpBus } from './adapters/amqp-bus.js';
import { createMemoryBus } from './adapters/memory-bus.js';
import { hookRunner } from './adapters/hook-runner.js';
import { statsReader } from './adapters/stats-reader.js';
import { udpDatagrams } from './adapters/udp-datagrams.js';
import { createGemInstaller } from './adapters/gem-installer.js';
import { createMemoryJournals } from './adapters/memory-journals.js';
import { createMemoryStore } from './adapters/memory-store.js';
import { legionLayout } from './config/legion-layout.js';
import { defaultNodeName, nameProblem, type Config } from './config/index.js';
import { createBroker } from './core/broker/index.js';
import { describeCertificate } from './core/crypto/certificate.js';
import { createDemoCluster } from './demo/cluster.js';
import { demoIntervalMs } from './demo/script.js';
import type { Bus } from './ports/bus.js';
import type { Clock } from './ports/clock.js';
import { NO_HOOKS } from './ports/hook-runner.js';
import { NO_INSTALLER } from './ports/installer.js';
import type { Journals } from './ports/journal.js';
import type { KeyCrypto } from './ports/key-crypto.js';
import type { Log } from './ports/log.js';
import type { Power } from './ports/power.js';
import { NO_POWER } from './ports/power.js';
import type { Random } from './ports/random.js';
import type { Store } from './ports/store.js';
import type { Vitals } from './ports/vitals.js';
import type { EventLog } from './core/history/event-log.js';
import { createNode, type NodeSettings } from './services/node-service.js';
import { plainAddress } from './services/profiles.js';
import type { Joined } from './services/session-service.js';
import { vaultSettings } from './vault-settings.js';
import { VERSION } from './version.js';

/** Where what only this user may read is kept, and how well. */
export type SecretPlace = { readonly store: Store; readonly keptIn: 'keychain' | 'file' };

export type JoinDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly vitals: Vitals;
  readonly log: Log;
  readonly events: EventLog;
  readonly crypto: KeyCrypto;
  readonly secrets: SecretPlace;
  /** The journals of changes of one cluster. */
  readonly journals: (profileId: string, of: 'changes' | 'legions') => Journals;
  readonly power: Power;
  /** Who sits here. */
  readonly user: string;
  /** Certificate and key of an imported identity. Rejects with AppError IDENTITY_UNKNOWN or IDENTITY_EXPIRED. */
  readonly openIdentity: (id: string) => Promise<{ readonly cert: string; readonly key: string }>;
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
    ...(values['bus.identity'] === '' ? {} : { identity: values['bus.identity'] }),
    ...(values['profile.name'] === '' ? {} : { profileName: values['profile.name'] }),
    ...(values['profile.kind'] === 'demo' ? {} : { kind: values['profile.kind'] }),
    readOnly: values['profile.readOnly'],
  };
}

/** Rejects with AppError CONFIG_INVALID, with what to mend, or what stands against the identity. */
export async function joinCluster(input: ConnectInput, deps: JoinDeps): Promise<Joined> {
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
  const profile = {
    name: input.profileName?.trim() || address.hostname,
    kind,
    readOnly: input.readOnly ?? false,
  };
  const settings = nodeSettings(config, input.name ?? values['node.name'], {
    address: plainAddress(input.url),
    isTls,
    profile,
    user: deps.user,
    keptIn: deps.secrets.keptIn,
    intervalMs: (input.beatIntervalS ?? values['node.beatIntervalS']) * 1_000,
    expectedIntervalMs: values['node.expectedIntervalS'] * 1_000,
  });
  const vault = vaultSettings(values, kind);
  const tls = isTls ? await tlsOptions(input, deps) : null;
  const bus = createAmqpBus(
    {
      url: input.url,
      ...(address.username === '' && input.user ? { user: input.user } : {}),
      ...(address.password === '' && input.password !== undefined ? { password: input.password } : {}),
      heartbeatS: values['bus.heartbeatS'],
      connectionName: `Legion Console ${settings.identity.name}`,
      product: 'Legion Console',
      version: VERSION,
      ...(tls ? { tls } : {}),
    },
    clock,
  );
  const log = deps.log.child({ service: 'node', node: settings.identity.name });
  return {
    mode: 'cluster',
    profile,
    node: createNode(
      { ...settings, certificate: certificateOf(tls?.cert, clock.now()) },
      {
        ...{ bus, clock, log, events },
        ...{ vitals: deps.vitals, random: deps.random, crypto: deps.crypto, secretStore: deps.secrets.store },
        journals: deps.journals(settings.keys.profileId, 'changes'),
        legions: {
          ...{ datagrams: udpDatagrams, hookRunner, statsReader, power: deps.power },
          journals: deps.journals(settings.keys.profileId, 'legions'),
        },
        vault,
        installer: createGemInstaller({
          command: values['gem.command'],
          home: values['gem.home'],
          source: values['gem.source'],
          timeoutMs: values['gem.timeoutS'] * 1_000,
        }),
      },
    ),
    companion: null,
  };
}

export function joinDemo(size: number, deps: JoinDeps): Joined {
  const { config, clock, random, events } = deps;
  const broker = createBroker(clock);
  const connect = (connectionName: string): Bus => createMemoryBus({ broker, clock, connectionName });
  const cluster = createDemoCluster({ size, clock, random, connect });
  const intervalMs = demoIntervalMs(size);
  const profile = { name: 'demo', kind: 'demo', readOnly: config.values['profile.readOnly'] } as const;
  const settings = nodeSettings(config, config.values['node.name'] || 'console-1', {
    address: 'memory',
    isTls: false,
    profile,
    user: deps.user,
    keptIn: 'memory',
    intervalMs,
    expectedIntervalMs: intervalMs,
  });
  const log = deps.log.child({ service: 'node', node: settings.identity.name });
  return {
    mode: 'demo',
    profile,
    node: createNode(
      {
        ...settings,
        // Members call each other by the names of their machines; ours is no part of the demo.
        identity: { ...settings.identity, hostname: settings.identity.name },
        beating: true,
        legions: cluster.legions,
        keys: { ...settings.keys, policy: 'ask', policyIsChosen: true, clusterSecret: '' },
      },
      {
        ...{ bus: connect('Legion Console'), clock, log, events, random },
        ...{
          vitals: deps.vitals,
          crypto: deps.crypto,
          secretStore: createMemoryStore({ [`pins.${settings.keys.profileId}`]: cluster.pins }),
          journals: createMemoryJournals(cluster.journals),
          // Nothing of the demo touches this machine.
          installer: NO_INSTALLER,
          vault: null,
          legions: {
            ...{
              datagrams: cluster.datagrams,
              hookRunner: NO_HOOKS,
              statsReader: cluster.statsReader,
              power: NO_POWER,
            },
            journals: createMemoryJournals(cluster.legionStory),
          },
        },
      },
    ),
    companion: cluster,
  };
}

/** The same cluster by whatever spelling of its address: host, port and virtual host make it. */
function profileIdOf(address: string): string {
  let place = address;
  if (URL.canParse(address) && /^amqps?:/i.test(address)) {
    const { protocol, hostname: host, port, pathname } = new URL(address);
    const vhost = decodeURIComponent(pathname.slice(1)) || '/';
    place = `${host.toLowerCase()}:${port || (protocol === 'amqps:' ? '5671' : '5672')} ${vhost}`;
  }
  return createHash('sha256').update(place).digest('hex').slice(0, 16);
}

type Link = Pick<NodeSettings, 'address' | 'isTls' | 'intervalMs' | 'expectedIntervalMs'> &
  Pick<NodeSettings['keys'], 'keptIn'> &
  Pick<NodeSettings['changes'], 'profile' | 'user'>;

function nodeSettings(
  { values, origins }: Config,
  chosenName: string,
  { keptIn, profile, user, ...link }: Link,
): NodeSettings {
  const name = chosenName === '' ? defaultNodeName() : chosenName;
  const problem = nameProblem(name);
  if (problem) throw invalid(`the node name ${problem}`);
  return {
    ...link,
    expectedIntervalMs: link.expectedIntervalMs || link.intervalMs,
    changes: { profile, user, secondPerson: values['changes.secondPerson'] },
    receiver: {
      modes: {
        settings: values['receive.settings'],
        gem: values['receive.gem'],
        message: values['receive.message'],
      },
      chosen: RECEIVED_KINDS.filter((kind) => origins[`receive.${kind}`] !== 'default'),
      allow: values['receive.allow']
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean),
      base: legionLayout({
        ...{ name, hostname: hostname(), beating: values['node.enabled'], intervalMs: link.intervalMs },
        ...{ address: link.address, encryptMessages: values['crypt.encryptMessages'] },
      }),
    },
    identity: { name, hostname: hostname(), pid: process.pid, version: VERSION },
    beating: values['node.enabled'],
    nameCheckMs: values['node.nameCheckS'] * 1_000,
    joinVaultQueue: values['bus.joinVaultQueue'],
    maxNodes: values['roster.maxNodes'],
    keys: {
      ...{ isReadOnly: profile.readOnly, keptIn },
      profileId: profileIdOf(link.address),
      bits: values['crypt.keyBits'],
      cipher: values['crypt.cipher'],
      policy: values['secrets.policy'],
      policyIsChosen: origins['secrets.policy'] !== 'default',
      clusterSecret: values['crypt.clusterSecret'],
      encryptMessages: values['crypt.encryptMessages'],
    },
  };
}

/** What of our certificate is worth a warning; a file that is none fails at the connection, with its own words. */
function certificateOf(
  cert: Buffer | string | undefined,
  now: number,
): NonNullable<NodeSettings['certificate']> | null {
  if (cert === undefined) return null;
  try {
    const { subject, notAfter } = describeCertificate(String(cert), now);
    return notAfter === null ? null : { subject, notAfter };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function tlsOptions(input: ConnectInput, { config: { values }, openIdentity }: JoinDeps) {
  const read = (file: string | undefined, what: string): Buffer | undefined => {
    if (!file) return undefined;
    try {
      return readFileSync(file);
    } catch {
      throw invalid(`${what}: the file ${file} cannot be read`);
    }
  };
  const ca = read(input.caFile, 'authorities');
  const identity = input.identity ? await openIdentity(input.identity) : null;
  if (identity && (input.certFile || input.keyFile))
    throw invalid('give an imported certificate or the two files, not both');
  const cert = identity?.cert ?? read(input.certFile, 'client certificate');
  const key = identity?.key ?? read(input.keyFile, 'client key');
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
