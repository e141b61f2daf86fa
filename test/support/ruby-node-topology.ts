/**
 * What a Ruby node declares, per generation, and with which bindings its own queue is left: since framework 1.5.4 with
 * none, because the connection that made them is closed before the node begins.
 */
import type { Channel } from 'amqplib';
import type { Generation } from './ruby-node-crypt.js';

const DLX = { 'x-dead-letter-exchange': 'node.dlx' };
const classic = { 'x-queue-type': 'classic' };
const quorum = { 'x-queue-type': 'quorum' };

export async function declareAsRuby(channel: Channel, generation: Generation, queue: string): Promise<void> {
  const topics = generation === '1.4' ? ['task', 'extensions', 'legion.logging'] : ['legion.catalog'];
  for (const name of ['node', ...topics]) await channel.assertExchange(name, 'topic', { durable: true });
  for (const name of ['node.dlx', 'queue.dlx'])
    await channel.assertExchange(name, 'fanout', { durable: true });

  const shared: readonly (readonly [string, Record<string, unknown>])[] = [
    ['node.crypt', { ...quorum, ...DLX }],
    ['node.vault', { ...quorum, ...DLX }],
    ['node.health', { ...quorum, ...DLX, 'x-single-active-consumer': true }],
    ['node.dlx', { ...quorum, 'x-dead-letter-exchange': 'queue.dlx' }],
    ...(generation === '1.4'
      ? []
      : ([
          ['node.dlx.queue', classic],
          ['queue.dlx.queue', classic],
        ] as const)),
  ];
  for (const [name, args] of shared) await channel.assertQueue(name, { durable: true, arguments: args });
  await channel.bindQueue('node.dlx', 'node.dlx', '#');
  for (const name of ['crypt', 'vault', 'health']) {
    const key = generation === '1.4' ? name : `lex.node.runners.${name}.#`;
    await channel.bindQueue(`node.${name}`, 'node', key);
  }
  if (generation === '1.9') {
    await channel.bindQueue('node.dlx.queue', 'node.dlx', '#');
    await channel.bindQueue('queue.dlx.queue', 'queue.dlx', '#');
  }

  const own = { durable: false, autoDelete: true, exclusive: true, arguments: { ...classic, ...DLX } };
  await channel.assertQueue(queue, own);
  if (generation === '1.9') return;
  for (const key of ['node', queue, 'node.crypt.#']) await channel.bindQueue(queue, 'node', key);
}
