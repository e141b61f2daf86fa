/** What every message made here has in common, and the two ways it goes: to all, or to one node. */
import type { Envelope } from '../amqp.js';
import { nodeQueue } from './topology.js';

/** The common envelope of a task message; `at` is epoch ms. A body that is bytes already is sent as it is. */
export function taskEnvelope(
  to: Pick<Envelope, 'exchange' | 'routingKey' | 'mandatory'>,
  body: object | Buffer,
  at: number,
  headers: Readonly<Record<string, string>> = {},
): Envelope {
  return {
    ...to,
    properties: {
      contentType: 'application/json',
      contentEncoding: 'identity',
      type: 'task',
      priority: 0,
      deliveryMode: 1,
      appId: 'legion',
      timestamp: Math.floor(at / 1000),
      headers: { legion_protocol_version: '2.0', ...headers },
    },
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body), 'utf8'),
  };
}

export const toAll = (routingKey: string) => ({ exchange: 'node', routingKey });
/** Straight into the queue of one node: frameworks since 1.5.4 hear nothing else. A return means it is away. */
export const toNode = (name: string) => ({ exchange: '', routingKey: nodeQueue(name), mandatory: true });
