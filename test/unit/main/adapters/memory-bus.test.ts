/** The bus of demo mode and tests, held to RabbitMQ's behaviour. */
import { createMemoryBus } from '../../../../app/main/adapters/memory-bus.js';
import { runBroker } from '../../../../app/main/adapters/memory-pump.js';
import { createBroker, type Frame } from '../../../../app/main/core/broker/index.js';
import {
  registerBusSuite,
  type BusHarness,
  type RawChannel,
  type RawConnection,
  type RawDelivery,
} from '../../../support/bus-suite.js';
import { createFakeClock } from '../../../support/fake-clock.js';

registerBusSuite('memory', async () => createMemoryHarness());

function createMemoryHarness(): BusHarness {
  const clock = createFakeClock();
  const broker = createBroker(clock);
  runBroker(broker, clock);
  return {
    createBus: (connectionName) => createMemoryBus({ broker, clock, connectionName }),
    connect: async () => connectRaw(broker),
    async until(check) {
      for (let step = 0; step < 2000; step += 1) {
        const result = await check();
        if (result) return result;
        await clock.advanceAsync(5);
      }
      throw new Error(`never came: ${check.toString()}`);
    },
    cut: async () => broker.cut(),
    restore: async () => broker.restore(),
    alarm: async (on) => (on ? broker.block('low on memory') : broker.unblock()),
    close: async () => {},
  };
}

function connectRaw(broker: ReturnType<typeof createBroker>): RawConnection {
  const hearers = new Map<number, (frame: Frame) => void>();
  const connection = broker.connect('raw', (frame) => {
    if ('channel' in frame) hearers.get(frame.channel)?.(frame);
  });
  return {
    channel: async () => openRaw(connection.openChannel(), hearers),
    close: async () => connection.close(),
  };
}

function openRaw(
  channel: ReturnType<ReturnType<ReturnType<typeof createBroker>['connect']>['openChannel']>,
  hearers: Map<number, (frame: Frame) => void>,
): RawChannel {
  const handlers = new Map<string, (delivery: RawDelivery) => void>();
  const story: string[] = [];
  let tags = 0;
  let onClosed: (code: number) => void;
  const closed = new Promise<number>((resolve) => (onClosed = resolve));
  channel.confirmSelect();
  hearers.set(channel.id, (frame) => {
    if (frame.type === 'deliver') {
      const { message, redelivered, deliveryTag } = frame;
      const body = Buffer.from(message.body);
      handlers.get(frame.consumerTag)?.({ ...message, body, redelivered, deliveryTag });
    } else if (frame.type === 'channel-closed') onClosed(frame.code);
    else if (frame.type === 'return' || frame.type === 'confirm') story.push(frame.type);
  });
  /** As a client sees it: a promise, and the channel's end. */
  const ask = async <T>(run: () => T): Promise<T> => {
    try {
      return run();
    } catch (error) {
      onClosed((error as { code: number }).code);
      throw error;
    }
  };
  return {
    story,
    closed,
    declareExchange: (name, type) =>
      ask(() => channel.declareExchange(name, { type, durable: false, autoDelete: true })),
    declareQueue: (name, options) => ask(() => channel.declareQueue(name, options)),
    checkQueue: (name) => ask(() => channel.checkQueue(name)),
    checkExchange: (name) => ask(() => channel.checkExchange(name)),
    deleteQueue: (name) => ask(() => channel.deleteQueue(name)),
    bind: (queue, exchange, key) => ask(() => channel.bind(queue, exchange, key)),
    consume: (queue, options, handle) =>
      ask(() => {
        const tag = `raw.${++tags}`;
        handlers.set(tag, handle);
        channel.consume(queue, tag, options);
        return tag;
      }),
    cancel: (tag) => ask(() => channel.cancel(tag)),
    publish: (envelope) => void channel.publish(envelope),
    ack: (tag) => channel.ack(tag),
    nack: (tag, requeue) => channel.nack(tag, requeue),
  };
}
