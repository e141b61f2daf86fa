/** The bus over amqplib and a real RabbitMQ: the same sentences as the one in memory. */
import amqp, { type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { createAmqpBus } from '../../app/main/adapters/amqp-bus.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import type { MessageProperties } from '../../app/main/ports/bus.js';
import {
  registerBusSuite,
  type BusHarness,
  type RawChannel,
  type RawConnection,
} from '../support/bus-suite.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const BORROWED = process.env['AMQP_URL'];

if (BORROWED) registerBusSuite('RabbitMQ at AMQP_URL', () => createHarness(BORROWED, null));
else {
  describeWithRabbitMq('with an own broker', () => {
    registerBusSuite('RabbitMQ', async () => {
      const server = await startRabbitMq();
      return createHarness(server.url, server);
    });
  });
}

async function createHarness(url: string, server: RabbitMq | null): Promise<BusHarness> {
  const { port, host } = new URL(url);
  const proxy = await startTcpProxy(Number(port) || 5672);
  const proxied = url.replace(host, `127.0.0.1:${proxy.port}`);
  return {
    createBus: (connectionName) =>
      createAmqpBus({ url: proxied, connectionName, product: 'Bus suite', version: '1' }, systemClock),
    connect: () => connectRaw(url),
    until,
    cut: () => proxy.cut(),
    restore: () => proxy.restore(),
    alarm: server && server.alarm,
    async close() {
      await proxy.close();
      await server?.dispose();
    },
  };
}

async function connectRaw(url: string): Promise<RawConnection> {
  const connection = await amqp.connect(url);
  connection.on('error', () => {}); // the tests look at what the channels say
  return {
    channel: async () => openRaw(await connection.createConfirmChannel()),
    close: () => connection.close(),
  };
}

function openRaw(channel: ConfirmChannel): RawChannel {
  const story: string[] = [];
  const closed = new Promise<number>((resolve) =>
    channel.on('error', (error: { code?: number }) => resolve(error.code ?? 0)),
  );
  channel.on('return', () => story.push('return'));
  const tagged = (deliveryTag: number): ConsumeMessage => ({ fields: { deliveryTag } }) as ConsumeMessage;
  return {
    story,
    closed,
    declareExchange: async (name, type) =>
      void (await channel.assertExchange(name, type, { durable: false, autoDelete: true })),
    declareQueue: (name, options) =>
      channel.assertQueue(name, { ...options, arguments: { ...options.arguments } }),
    checkQueue: (name) => channel.checkQueue(name),
    checkExchange: async (name) => void (await channel.checkExchange(name)),
    deleteQueue: async (name) => void (await channel.deleteQueue(name)),
    bind: async (queue, exchange, key) => void (await channel.bindQueue(queue, exchange, key)),
    async consume(queue, { noAck, prefetch }, handle) {
      if (prefetch !== undefined) await channel.prefetch(prefetch);
      const { consumerTag } = await channel.consume(
        queue,
        (message) => {
          if (!message) return;
          const { exchange, routingKey, redelivered, deliveryTag } = message.fields;
          const properties = message.properties as MessageProperties;
          handle({ exchange, routingKey, redelivered, deliveryTag, properties, body: message.content });
        },
        { noAck },
      );
      return consumerTag;
    },
    cancel: async (tag) => void (await channel.cancel(tag)),
    publish: ({ exchange, routingKey, properties, body, mandatory = false }) =>
      void channel.publish(
        exchange,
        routingKey,
        Buffer.from(body),
        { ...properties, mandatory } as never,
        (error: unknown) => {
          if (!error) story.push('confirm');
        },
      ),
    ack: (tag) => channel.ack(tagged(tag)),
    nack: (tag, requeue) => channel.nack(tagged(tag), false, requeue),
  };
}
