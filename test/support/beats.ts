/** Builders of beats and deliveries, for tests that need one and care about a field or two of it. */
import type { Delivery, MessageProperties } from '../../app/main/core/protocol/amqp.js';
import type { Beat } from '../../app/main/core/protocol/bus/beat.js';

export const aBeat = (fields: Partial<Beat> = {}): Beat => ({
  name: 'c-114',
  hostname: null,
  pid: 4121,
  sentAt: null,
  status: 'active',
  version: '1.9.43',
  memoryMb: 44.9,
  cpuUserS: 0.5,
  cpuSystemS: 0.1,
  threads: 8,
  extensions: 1,
  uptimeS: null,
  workers: 0,
  ...fields,
});

export const aDelivery = (body: unknown, properties: MessageProperties = {}, routingKey = 'status'): Delivery => ({
  exchange: 'node',
  routingKey,
  redelivered: false,
  properties: { contentType: 'application/json', contentEncoding: 'identity', headers: {}, ...properties },
  body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
