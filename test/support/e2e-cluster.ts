/** Other nodes of a cluster, as the broker sees them: beats on the exchange `node`, with what a test cares about. */
import amqplib from 'amqplib';
import type { RabbitMq } from './rabbitmq.js';

export type Peers = {
  /** Sends one beat; resolves with the time (epoch ms) at which the broker had it. */
  beat(name: string, fields?: Readonly<Record<string, unknown>>): Promise<number>;
  /** Beats under these names every second until the answer is called. */
  keepBeating(names: readonly string[], fields?: Readonly<Record<string, unknown>>): () => void;
  /** Any message to any exchange and key; a Buffer goes as it is, everything else as JSON. */
  send(
    exchange: string,
    routingKey: string,
    body: unknown,
    properties?: amqplib.Options.Publish,
  ): Promise<void>;
  close(): Promise<void>;
};

const EVERY_MS = 1_000;

export async function joinPeers(broker: RabbitMq): Promise<Peers> {
  const connection = await amqplib.connect(broker.url);
  // A broker that is stopped in the middle is part of the story.
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  await channel.assertExchange('node', 'topic', { durable: true });
  const timers = new Set<ReturnType<typeof setInterval>>();

  const publish = (exchange: string, key: string, body: unknown, more: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      channel.publish(
        exchange,
        key,
        bytes,
        { contentType: 'application/json', contentEncoding: 'identity', ...more },
        (error) => (error ? reject(error as Error) : resolve()),
      );
    });
  const beat = async (name: string, fields: Readonly<Record<string, unknown>> = {}): Promise<number> => {
    const body = {
      name,
      pid: 4121,
      timestamp: `${new Date().toISOString().slice(0, 19).replace('T', ' ')} +0000`,
      status: 'active',
      version: '1.9.43',
      metrics: { memory_rss_mb: 120.4, thread_count: 9, loaded_extensions: 4, uptime_seconds: 3_600 },
      hosted_worker_ids: [],
      ...fields,
    };
    await publish('node', 'status', body, {
      type: 'heartbeat',
      expiration: '5000',
      headers: { legion_protocol_version: '2.0' },
    });
    return Date.now();
  };
  return {
    beat,
    keepBeating(names, fields) {
      const all = (): void => names.forEach((name) => void beat(name, fields).catch(() => undefined));
      all();
      const timer = setInterval(all, EVERY_MS);
      timers.add(timer);
      return () => {
        clearInterval(timer);
        timers.delete(timer);
      };
    },
    send: (exchange, routingKey, body, properties = {}) =>
      publish(exchange, routingKey, body, { type: 'task', headers: {}, ...properties }),
    async close() {
      timers.forEach(clearInterval);
      await connection.close().catch(() => undefined);
    },
  };
}
