/**
 * What a node declares, with exactly the arguments of lex-node 0.3.2 (legion-transport 1.3.3 and 1.4.29): a Ruby node
 * deletes and remakes what it finds declared otherwise, with the messages in it. Beside that one private queue of
 * ours, which hears everything and takes nothing from anybody.
 */
import type { BindingSpec, QueueSpec, Topology } from '../amqp.js';

export const nodeQueue = (name: string): string => `node.${name}`;
/** Outside the prefix `node.`, so that nobody mistakes it for a node. */
export const observerQueue = (name: string): string => `legion-console.observer.${name}`;

/** The keys our node queue is bound with; frameworks before 1.6.23 send to these. */
export const nodeBindings = (name: string): string[] => ['node', `node.${name}`, 'node.crypt.#'];

/** Frameworks since 1.5.4 are left without any of them: they hear what goes straight into their queue alone. */
export function isUnbound(version: string | null | undefined): boolean {
  const [major = 0, minor = 0, patch = 0] = (version ?? '').split('.').map(Number);
  return major > 1 || (major === 1 && (minor > 5 || (minor === 5 && patch >= 4)));
}

const DLX = { 'x-dead-letter-exchange': 'node.dlx' };

/** Beats expire by themselves; this bounds the rest, should we be stopped while the broker goes on. */
const OBSERVER_MAX_LENGTH = 100_000;

const bind = (queue: string, routingKey: string): BindingSpec => ({ queue, exchange: 'node', routingKey });

export const VAULT_QUEUE = 'node.vault';
/** The queue that all nodes share for what concerns Vault. It is durable, and its bindings are: both outlive us. */
export const vaultTopology: Topology = {
  exchanges: [],
  queues: [
    {
      name: VAULT_QUEUE,
      durable: true,
      autoDelete: false,
      exclusive: false,
      arguments: { 'x-queue-type': 'quorum', ...DLX },
    },
  ],
  // Both generations of keys: `vault` before framework 1.6.23, the long one since.
  bindings: [bind(VAULT_QUEUE, 'vault'), bind(VAULT_QUEUE, 'lex.node.runners.vault.#')],
};

export function nodeTopology(name: string, options: { readonly joinVaultQueue: boolean }): Topology {
  const own: QueueSpec = {
    name: nodeQueue(name),
    durable: false,
    autoDelete: true,
    exclusive: true,
    arguments: { 'x-queue-type': 'classic', ...DLX },
  };
  const observer: QueueSpec = {
    name: observerQueue(name),
    durable: false,
    autoDelete: true,
    exclusive: true,
    arguments: { 'x-queue-type': 'classic', 'x-max-length': OBSERVER_MAX_LENGTH },
  };
  const shared = options.joinVaultQueue ? vaultTopology : { queues: [], bindings: [] };
  return {
    exchanges: [
      { name: 'node', type: 'topic', durable: true },
      { name: 'node.dlx', type: 'fanout', durable: true },
    ],
    queues: [own, observer, ...shared.queues],
    bindings: [
      ...nodeBindings(name).map((key) => bind(own.name, key)),
      bind(observer.name, '#'),
      ...shared.bindings,
    ],
  };
}
