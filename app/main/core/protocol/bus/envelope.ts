/** What every message made here has in common, and the two ways it goes: to all, or to one node. */
import type { Envelope, MessageProperties } from '../amqp.js';
import { nodeQueue } from './topology.js';

/** One object for all that carry no more, so that a push to thousands encodes it once. */
const HEADERS = Object.freeze({ legion_protocol_version: '2.0' });

/** The common envelope of a task message; `at` is epoch ms. A body that is bytes already is sent as it is. */
export function taskEnvelope(
  to: Pick<Envelope, 'exchange' | 'routingKey' | 'mandatory'>,
  body: object | Buffer,
  at: number,
  headers?: Readonly<Record<string, string>>,
  ids?: Pick<MessageProperties, 'messageId' | 'correlationId'>,
): Envelope {
  return {
    exchange: to.exchange,
    routingKey: to.routingKey,
    mandatory: to.mandatory ?? false,
    properties: {
      contentType: 'application/json',
      contentEncoding: 'identity',
      type: 'task',
      priority: 0,
      deliveryMode: 1,
      appId: 'legion',
      timestamp: Math.floor(at / 1000),
      headers: headers ? { ...HEADERS, ...headers } : HEADERS,
      ...ids,
    },
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body), 'utf8'),
  };
}

export const toAll = (routingKey: string) => ({ exchange: 'node', routingKey });
/** Straight into the queue of one node: frameworks since 1.5.4 hear nothing else. A return means it is away. */
export const toNode = (name: string) => ({ exchange: '', routingKey: nodeQueue(name), mandatory: true });
