/**
 * A Ruby node for tests, over a real broker: LegionIO 1.4 or 1.9 with lex-node 0.3.2, as strict and as faulty as the
 * real one where keys, the cluster secret, pushed settings and gems are concerned; what becomes of those is in
 * ruby-node-settings.ts; its Vault runner is in ruby-vault.ts. Written from the specification without any of the
 * product's protocol or cryptography. It installs nothing. It can be told to misbehave, as nodes do on bad days.
 */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import amqplib, { type ChannelModel, type ConfirmChannel, type ConsumeMessage, type Options } from 'amqplib';
import { decryptWith, encryptTo, fingerprintOf, keyOf, mime60, seal, unseal } from './ruby-node-crypt.js';
import {
  createSettings,
  defaultSettings,
  fullGemName,
  type GemSource,
  installGem,
} from './ruby-node-settings.js';
import { resultsOf } from './ruby-node-results.js';
import { declareAsRuby } from './ruby-node-topology.js';
import type { Body, Outcome, Received, RubyNode, RubyNodeOptions } from './ruby-node-types.js';
import { createRubyVault } from './ruby-vault.js';

export type { Generation } from './ruby-node-crypt.js';
export type { Faults, Received, RubyNode, RubyNodeOptions } from './ruby-node-types.js';

const VERSIONS = { '1.4': '1.4.122', '1.9': '1.9.43' } as const;
const RUNNER = 'Legion::Extensions::Node::Runners::Crypt';
const RETRY_AFTER_MS = [1_000, 2_000] as const;
const GEMS: GemSource = { 'lex-http': ['0.9.0', '0.9.1'] };

/** Boots it; resolves when its first beat and, without a secret, its first question are with the broker. */
export async function createRubyNode(options: RubyNodeOptions): Promise<RubyNode> {
  const { name, generation, secretTimeoutMs = 5_000, beatIntervalMs = 1_000, bits = 2048 } = options;
  const queue = `node.${name}`;
  const isModern = generation === '1.9';
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const startedAt = Date.now();
  const publicKeys = new Map<string, string>();
  const received: Received[] = [];
  const errors: string[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let secret = options.secret;
  /** Derived once and kept, whatever becomes of the setting. */
  let cachedKey: Buffer | null = secret === null ? null : keyOf(secret);
  let answers = 0;

  const settings = createSettings(defaultSettings(generation, name, options.secret));
  const gems = new Map<string, string>();
  let faults = options.faults ?? {};
  let status = 'active';
  let restarts = 0;
  let isStopped = false;
  let beating: ReturnType<typeof setInterval> | undefined;
  let connection: ChannelModel;
  let channel: ConfirmChannel;

  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  async function publish(key: string, body: Body | Buffer, more: Options.Publish = {}): Promise<void> {
    const { headers, ...rest } = more;
    const properties = {
      contentType: 'application/json',
      contentEncoding: 'identity',
      type: 'task',
      priority: 0,
      deliveryMode: 1,
      appId: 'legion',
      timestamp: Math.floor(Date.now() / 1_000),
      ...rest,
      headers: {
        legion_protocol_version: '2.0',
        ...(isModern && { 'x-legion-version': VERSIONS[generation] }),
        ...(headers as object | undefined),
      },
    };
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    await new Promise<void>((resolve, reject) => {
      channel.publish('node', key, bytes, properties, (error: unknown) =>
        error instanceof Error ? reject(error) : resolve(),
      );
    });
  }

  /** What it calls itself; its queue keeps the name it began with. */
  const ownName = (): string => String(settings.get('client', 'name'));

  const tellResult = (result: Body, properties: Options.Publish = {}): Promise<void> =>
    publish(`node.${ownName()}.update_result`, result, properties);

  async function report(
    action: string,
    outcome: Outcome,
    asked: ConsumeMessage['properties'],
  ): Promise<void> {
    for (const { body, properties } of resultsOf(action, outcome, ownName(), faults, asked))
      await tellResult(body, properties);
    if (outcome.error !== null || faults.silent) return;
    status = faults.statusAfterSuccess ?? status;
    if (faults.diesAfterSuccess) await stop();
  }

  const beat = (): Promise<void> => {
    const usage = process.cpuUsage();
    const unknown = { status: 'unknown', detail: 'management api unreachable' };
    const body = {
      name: ownName(),
      pid: process.pid,
      timestamp: `${new Date().toISOString().slice(0, 19).replace('T', ' ')} +0000`,
      status,
      version: VERSIONS[generation],
      metrics: {
        memory_rss_mb: process.memoryUsage.rss() / 1_048_576,
        cpu_user_seconds: usage.user / 1e6,
        cpu_system_seconds: usage.system / 1e6,
        thread_count: 10,
        loaded_extensions: isModern ? 1 + gems.size : 0,
        uptime_seconds: Math.floor((Date.now() - startedAt) / 1_000),
      },
      hosted_worker_ids: [],
      rabbitmq_cluster: { node_count: unknown, quorum_leaders: unknown, shovel_links: unknown },
    };
    return publish('status', body, { type: 'heartbeat', expiration: '5000' });
  };

  const askForSecret = (): Promise<void> =>
    publish('node.crypt.push_cluster_secret', {
      function: 'push_cluster_secret',
      node_name: name,
      queue_name: queue,
      runner_class: RUNNER,
      public_key: pair.publicKey,
    });

  const requestPublicKeys = (): Promise<void> =>
    publish('node', { function: 'push_public_key' }, { headers: { function: 'push_public_key' } });

  /** Keyword arguments that a function cannot do without; Ruby raises for those that are missing. */
  function take<K extends string>(body: Body, ...wanted: readonly K[]): Record<K, string> {
    const missing = wanted.filter((key) => !(key in body));
    if (missing.length > 0) throw new Error(`missing keywords: ${missing.join(', ')}`);
    return body as Record<K, string>;
  }

  /** The hash `cluster.public_keys` that settings 1.4.0 no longer brings. */
  function storedKeys(): Map<string, string> {
    if (isModern) throw new Error('undefined method for nil');
    return publicKeys;
  }

  const vault = createRubyVault({
    ...{ generation, name, publicPem: pair.publicKey, privatePem: pair.privateKey },
    ...{ token: options.vaultToken ?? null, publish },
  });
  const vaultRequests: Body[] = [];

  const functions: Readonly<
    Record<string, (body: Body, properties: ConsumeMessage['properties']) => unknown>
  > = {
    message: (body) => settings.message(body),
    async update_settings(body, properties) {
      const { settings: pushed } = take(body, 'settings');
      let outcome: Outcome;
      try {
        settings.update(pushed);
        outcome = { detail: `keys: ${Object.keys(pushed).join(', ')}`, error: null };
      } catch (error) {
        outcome = { detail: null, error: error instanceof Error ? error.message : String(error) };
      }
      if (outcome.error === null && body['restart'] === true) await reload();
      await report('update_settings', outcome, properties);
    },
    async update_gem(body, properties) {
      const { extension } = take(body, 'extension');
      const version = typeof body['version'] === 'string' ? body['version'] : null;
      const outcome = installGem(options.gems ?? GEMS, gems, fullGemName(extension), version);
      if (outcome.ok && body['reload'] !== false) await reload();
      await report('update_gem', outcome, properties);
    },
    push_public_key() {
      throw new Error('wrong number of arguments (given 1, expected 0)');
    },
    update_public_key(body) {
      const { name: of, public_key: text } = take(body, 'name', 'public_key');
      storedKeys().set(of, text);
    },
    delete_public_key(body) {
      storedKeys().delete(take(body, 'name').name);
    },
    request_public_keys: requestPublicKeys,
    request_cluster_secret: () =>
      publish('node.crypt.push_cluster_secret', { function: 'push_cluster_secret', node_name: name }),
    push_cluster_secret(body) {
      const { public_key: to, queue_name: key } = take(body, 'public_key', 'queue_name');
      if (secret === null || cachedKey === null) return;
      const check = seal(generation, cachedKey, 'legion');
      const answer = {
        function: 'receive_cluster_secret',
        runner_class: RUNNER,
        message: encryptTo(generation, to, secret),
        validation_string: 'legion',
        encrypted_string: { enciphered_message: check.text, iv: check.iv },
        public_key: mime60(Buffer.from(pair.publicKey)),
      };
      answers += 1;
      return publish(key, answer);
    },
    receive_cluster_secret(body) {
      const { message } = take(body, 'message', 'encrypted_string', 'validation_string');
      secret = decryptWith(generation, pair.privateKey, message);
    },
    ...(options.vaultToken !== undefined && { receive_vault_token: vault.receiveOnNodeQueue }),
  };

  /** Body and headers as the function will see them. Throws for what is rejected. */
  function decode({ content, fields, properties }: ConsumeMessage): Body {
    const headers = (properties.headers ?? {}) as Body;
    const encoding: unknown = properties.contentEncoding;
    let text = content.toString('utf8');
    if (encoding === 'encrypted/pk') throw new Error('wrong number of arguments');
    if (encoding === 'encrypted/cs') {
      if (typeof headers['iv'] !== 'string') throw new Error('no iv');
      if (cachedKey === null) throw new Error('no cluster secret');
      text = unseal(generation, cachedKey, { text, iv: headers['iv'] });
    }
    const parsed: unknown =
      properties.contentType === 'application/json' ? JSON.parse(text) : { value: text };
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not a hash');
    return { ...parsed, ...headers, routing_key: fields.routingKey };
  }

  async function consume(message: ConsumeMessage): Promise<void> {
    const cameBy = channel;
    let body: Body;
    try {
      body = decode(message);
    } catch (error) {
      errors.push(`decode: ${String(error)}`);
      return undecodable(message);
    }
    const encrypted = message.properties.contentEncoding === 'encrypted/cs';
    const { properties } = message;
    const { routingKey } = message.fields;
    received.push({ function: body['function'], body, routingKey, encrypted, properties });
    const called = String(body['function']);
    try {
      if (Object.hasOwn(functions, called)) await functions[called]?.(body, properties);
    } catch (error) {
      errors.push(`${called}: ${error instanceof Error ? error.message : String(error)}`);
    }
    // Whether it ran, raised or is unknown: the broker only ever hears that it is done. After a reload not even that:
    // the channel it came by is gone, and the queue with it.
    if (cameBy === channel && !isStopped) channel.ack(message);
  }

  /** The queue says which runner it is: here the one for Vault. */
  async function consumeVault(message: ConsumeMessage): Promise<void> {
    try {
      const body = decode(message);
      vaultRequests.push(body);
      const called = String(body['function']);
      if (Object.hasOwn(vault.runner, called)) await vault.runner[called]?.(body);
    } catch (error) {
      errors.push(`vault: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!isStopped) channel.ack(message);
  }

  /** 1.4 rejects at once; 1.9 tries twice more by way of its own queue, but not where the IV is missing. */
  function undecodable(message: ConsumeMessage): void {
    const { headers = {}, contentType, contentEncoding } = message.properties;
    const tried = Number((headers as Body)['x-retry-count'] ?? 0);
    const wait = RETRY_AFTER_MS[tried];
    const isHopeless = contentEncoding === 'encrypted/cs' && !('iv' in (headers as object));
    if (!isModern || wait === undefined || isHopeless) return channel.nack(message, false, false);
    later(wait, () => {
      channel.sendToQueue(queue, message.content, {
        contentType: contentType as string,
        contentEncoding: contentEncoding as string,
        persistent: true,
        headers: { ...(headers as object), 'x-retry-count': tried + 1 },
      });
      channel.ack(message);
    });
  }

  /** From reaching the broker to the first beat. */
  async function join(): Promise<void> {
    connection = await amqplib.connect(options.url, { clientProperties: { connection_name: 'Legion' } });
    connection.on('error', (error: Error) => errors.push(error.message));
    channel = await connection.createConfirmChannel();
    channel.on('error', (error: Error) => errors.push(error.message));
    await declareAsRuby(channel, generation, queue);
    await channel.prefetch(isModern ? 2 : 0);
    await channel.consume(queue, (message) => message && void consume(message), {
      consumerTag: `${name}_node_node_1`,
    });
    if (options.vaultToken !== undefined)
      await channel.consume('node.vault', (message) => message && void consumeVault(message), {
        consumerTag: `${name}_node_vault_1`,
      });
    await beat();
    beating = setInterval(() => void beat().catch(() => undefined), beatIntervalMs);
    later(1_000, () => void requestPublicKeys().catch(() => undefined));
    if (secret === null) await boot();
  }

  async function leave(): Promise<void> {
    clearInterval(beating);
    timers.forEach(clearTimeout);
    timers.clear();
    await connection.close().catch(() => undefined);
  }

  /** A full stop and start in the same process: the settings are those of the files again. */
  async function reload(): Promise<void> {
    await leave();
    settings.reread();
    restarts += 1;
    if (!isStopped) await join();
  }

  async function stop(): Promise<void> {
    isStopped = true;
    await leave();
  }

  await join();

  /** Asks, waits, and makes up a secret of its own when none came. Whichever it is, its key is derived once. */
  async function boot(): Promise<void> {
    await askForSecret();
    const deadline = Date.now() + secretTimeoutMs;
    const look = (): void => {
      if (secret === null && Date.now() < deadline) return later(10, look);
      secret ??= randomBytes(32).toString('hex');
      cachedKey = keyOf(secret);
    };
    look();
  }

  return {
    name,
    queue,
    publicPem: pair.publicKey,
    fingerprint: fingerprintOf(pair.publicKey),
    secret: () => secret,
    publicKeys: () => publicKeys,
    received,
    errors,
    answers: () => answers,
    askForSecret,
    announceKey: () =>
      publish(
        'node.crypt.update_public_key',
        {
          function: 'update_public_key',
          public_key: mime60(Buffer.from(pair.publicKey)),
          hostname: hostname(),
          address: '127.0.0.1',
          name,
          ready: true,
        },
        { headers: { function: 'update_public_key' } },
      ),
    publish,
    async publishEncrypted(routingKey, body) {
      if (cachedKey === null) throw new Error('no cluster secret');
      const { text, iv } = seal(generation, cachedKey, JSON.stringify(body));
      await publish(routingKey, Buffer.from(text), { contentEncoding: 'encrypted/cs', headers: { iv } });
    },
    settings: () => settings.tree(),
    gems,
    restarts: () => restarts,
    misbehave: (next) => void (faults = next),
    tellResult,
    vaultToken: vault.token,
    vaultAnswers: vault.answers,
    vaultRequests,
    askForVaultToken: (routingKey) =>
      publish(routingKey, { function: 'push_vault_token', node_name: name, public_key: pair.publicKey }),
    stop,
  };
}
