/**
 * Consoles and Ruby nodes around one strict Vault, on the broker in memory and in virtual time: what tests of tokens that
 * pass between nodes stand on.
 */
import { AppError } from '../../app/shared/errors/app-error.js';
import { vaultTopology } from '../../app/main/core/protocol/bus/topology.js';
import type { Delivery, Envelope } from '../../app/main/ports/bus.js';
import type { VaultHttp } from '../../app/main/ports/vault-http.js';
import { generateKeyPairSync } from 'node:crypto';
import { aCluster } from './a-cluster.js';
import { createFakeVault, VaultGone } from './fake-vault.js';
import { type Generation, fingerprintOf } from './ruby-node-crypt.js';
import { createRubyVault } from './ruby-vault.js';

const HOUR_S = 3_600;
type Cluster = ReturnType<typeof aCluster>;
type NodeFields = NonNullable<Parameters<Cluster['node']>[0]>;
export type Policy = 'never' | 'ask' | 'trusted';

/** Made once: what a key is made of is not what is tested. */
const pairs = new Map<string, { publicKey: string; privateKey: string }>();
export function rubyPair(seed: string, bits = 2_048) {
  const made =
    pairs.get(`${seed} ${bits}`) ??
    generateKeyPairSync('rsa', {
      modulusLength: bits,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
  pairs.set(`${seed} ${bits}`, made);
  return made;
}

export function vaultStage() {
  const cluster = aCluster();
  const { clock, broker, connect } = cluster;
  const fake = createFakeVault({ clock });
  const http: VaultHttp = {
    async request(_, request) {
      try {
        return fake.handle(request);
      } catch (error) {
        if (error instanceof VaultGone) throw new AppError('VAULT_UNREACHABLE', 'cut off');
        throw error;
      }
    },
  };
  const settings = {
    ...{ address: 'https://vault:8200', namespace: null, redirectHosts: [], isUnverified: false },
    handoverRole: 'legion-node',
    login: { kind: 'none' },
    clusterSecret: null,
  } as const;
  let pid = 0;

  /** Live, beating, and on Vault; without a token. */
  async function console(name: string, policy: Policy = 'never', { keys, ...more }: NodeFields = {}) {
    const node = cluster.node({
      identity: { name, hostname: 'desk', pid: ++pid, version: '0.1.0' },
      vault: { settings, http },
      ...more,
      keys: { clusterSecret: 'ab'.repeat(32), policy, policyIsChosen: true, ...keys },
    });
    node.start();
    await clock.advanceAsync(6_000);
    return Object.assign(node, {
      requests: () => node.keys.secrets.view().requests.filter(({ wants }) => wants !== 'cluster-secret'),
      /** Everything it has written down, as text. */
      story: () => JSON.stringify(node.eventsAll()),
      tokenOf: () => node.vault.withToken((token) => token),
    });
  }
  const aToken = (wish: Parameters<typeof fake.createToken>[0] = {}) =>
    fake.createToken({ policies: ['default', 'legion-node'], ttlS: HOUR_S, ...wish });

  /** A Ruby node, at the shared queue and at its own; strict as such a node is. */
  async function ruby(
    name: string,
    generation: Generation,
    token: string | null,
    { bits = 2_048, atSharedQueue = true }: { bits?: number; atSharedQueue?: boolean } = {},
  ) {
    const bus = connect(name);
    const pair = rubyPair(name, bits);
    const errors: string[] = [];
    const [shared, own]: [Delivery[], Delivery[]] = [[], []];
    const say = (routingKey: string, body: object, more: Partial<Envelope> = {}): Promise<void> =>
      bus.publish({
        exchange: 'node',
        routingKey,
        properties: {
          contentType: 'application/json',
          contentEncoding: 'identity',
          headers: generation === '1.9' ? { 'x-legion-version': '1.9.43' } : {},
        },
        body: Buffer.from(JSON.stringify(body)),
        ...more,
      });
    const vault = createRubyVault({
      ...{ generation, name, token, publicPem: pair.publicKey, privatePem: pair.privateKey },
      publish: say,
    });
    const consume = (into: Delivery[], run: (body: Record<string, unknown>) => unknown) => {
      return (delivery: Delivery): 'ack' => {
        into.push(delivery);
        const body = JSON.parse(delivery.body.toString()) as Record<string, unknown>;
        try {
          run({ ...body, routing_key: delivery.routingKey });
        } catch (error) {
          errors.push(String(error));
        }
        return 'ack';
      };
    };
    const args = { 'x-queue-type': 'classic', 'x-dead-letter-exchange': 'node.dlx' };
    bus.open({
      topology: {
        exchanges: [
          { name: 'node', type: 'topic', durable: true },
          { name: 'node.dlx', type: 'fanout', durable: true },
        ],
        queues: [
          { name: `node.${name}`, durable: false, autoDelete: true, exclusive: true, arguments: args },
          ...vaultTopology.queues,
        ],
        bindings: [
          { queue: `node.${name}`, exchange: 'node', routingKey: `node.${name}` },
          {
            ...{ queue: 'node.vault', exchange: 'node' },
            routingKey: generation === '1.4' ? 'vault' : 'lex.node.runners.vault.#',
          },
        ],
      },
      consumers: [
        {
          ...{ queue: `node.${name}`, mode: 'work', prefetch: 2 },
          handle: consume(own, (body) => {
            if (body['function'] === 'receive_vault_token') vault.receiveOnNodeQueue(body);
          }),
        },
        ...(atSharedQueue
          ? [
              {
                ...{ queue: 'node.vault', mode: 'work' as const, prefetch: 2 },
                handle: consume(shared, (body) => vault.runner[String(body['function'])]?.(body)),
              },
            ]
          : []),
      ],
    });
    await clock.advanceAsync(100);
    return {
      ...{ name, say, errors, shared, own, token: vault.token, answers: vault.answers },
      pem: pair.publicKey,
      privatePem: pair.privateKey,
      fingerprint: fingerprintOf(pair.publicKey),
      /** RequestVaultToken, by whatever key, in the form of this generation. */
      ask: (key: string, more?: Partial<Envelope>) =>
        say(
          key,
          {
            function: 'push_vault_token',
            node_name: name,
            public_key: Buffer.from(pair.publicKey).toString('base64'),
          },
          more,
        ),
    };
  }

  return {
    ...cluster,
    ...{ fake, console, ruby, aToken, settings, http },
    pass: (seconds: number) => clock.advanceAsync(seconds * 1_000),
    /** Of the shared queue; null: there is none. */
    sharedQueue: () => broker.queueStatus().get('node.vault') ?? null,
  };
}
