/**
 * A channel of one connection: publishes, consumes, settles. It holds what is delivered and not yet settled,
 * and gives it back when it closes. A refusal closes it: thrown where the client waits for an answer, said in a
 * `channel-closed` frame where it does not (publish, ack).
 */
import type { Envelope, MessageProperties } from '../protocol/amqp.js';
import type { Entry, Queue, QueueConsumer } from './queue.js';
import type { TopologyStore } from './topology.js';
import {
  BrokerError,
  type ConsumeOptions,
  type ExchangeOptions,
  type Frame,
  type Message,
  type QueueOptions,
  type QueueStatus,
} from './types.js';

export type Channel = {
  readonly id: number;
  isOpen(): boolean;
  declareExchange(name: string, options: ExchangeOptions): void;
  declareQueue(name: string, options: QueueOptions): QueueStatus;
  /** Passive: 404 when it is not there, 405 when it is another connection's. */
  checkQueue(name: string): QueueStatus;
  checkExchange(name: string): void;
  deleteQueue(name: string): void;
  bind(queue: string, exchange: string, key: string): void;
  unbind(queue: string, exchange: string, key: string): void;
  consume(queue: string, consumerTag: string, options: ConsumeOptions): void;
  cancel(consumerTag: string): void;
  /** From now on every publish is answered by a `confirm` frame with its sequence, counted from 1. */
  confirmSelect(): void;
  /** Returns the sequence of this publish on the channel. The body and the headers are copied. */
  publish(envelope: Envelope): number;
  ack(deliveryTag: number, multiple?: boolean): void;
  nack(deliveryTag: number, requeue: boolean): void;
  close(): void;
};

type Deps = {
  readonly id: number;
  readonly connection: object;
  readonly topology: TopologyStore;
  readonly emit: (frame: Frame) => void;
  /** Runs now, or when the broker takes publishes again. */
  readonly whenUnblocked: (run: () => void) => void;
  readonly onClosed: (id: number) => void;
};

type Unsettled = { readonly entry: Entry; readonly queue: Queue; readonly consumer: LocalConsumer };
type LocalConsumer = QueueConsumer & { readonly queue: Queue; unsettled: number };

/** RabbitMQ's default limit. */
const MAX_BODY_BYTES = 134_217_728;
const MAX_SHORT_STRING_BYTES = 255;

export function createChannel({ id, connection, topology, emit, whenUnblocked, onClosed }: Deps): Channel {
  const consumers = new Map<string, LocalConsumer>();
  const unsettled = new Map<number, Unsettled>();
  let open = true;
  let confirms = false;
  let published = 0;
  let nextTag = 1;

  function close(): void {
    if (!open) return;
    open = false;
    for (const [tag] of consumers) dropConsumer(tag);
    const back = new Map<Queue, Entry[]>();
    for (const { queue, entry } of unsettled.values()) {
      const entries = back.get(queue) ?? [];
      entries.push(entry);
      back.set(queue, entries);
    }
    unsettled.clear();
    for (const [queue, entries] of back) queue.putBack(entries);
    onClosed(id);
  }

  /** An operation the client waits for: a refusal closes the channel and is thrown. */
  function asked<T>(run: () => T): T {
    if (!open) throw new BrokerError(504, 'channel is closed');
    try {
      return run();
    } catch (error) {
      if (error instanceof BrokerError) close();
      throw error;
    }
  }

  /** An operation without an answer: a refusal closes the channel and is said in a frame. */
  function told(run: () => void): void {
    if (!open) return;
    try {
      run();
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      close();
      emit({ type: 'channel-closed', channel: id, code: error.code, text: error.message });
    }
  }

  function dropConsumer(tag: string): void {
    const consumer = consumers.get(tag);
    if (!consumer) return;
    consumers.delete(tag);
    if (!consumer.queue.removeConsumer(consumer)) topology.remove(consumer.queue);
  }

  function deliverTo(tag: string, consumer: LocalConsumer, noAck: boolean, entry: Entry): void {
    const deliveryTag = nextTag++;
    if (!noAck) {
      consumer.unsettled += 1;
      unsettled.set(deliveryTag, { entry, queue: consumer.queue, consumer });
    }
    const redelivered = entry.returns > 0;
    emit({
      type: 'deliver',
      channel: id,
      consumerTag: tag,
      deliveryTag,
      redelivered,
      message: redelivered && isQuorum(consumer.queue) ? withDeliveryCount(entry) : entry.message,
    });
  }

  function settle(deliveryTag: number): Unsettled {
    const delivery = unsettled.get(deliveryTag);
    if (!delivery) throw new BrokerError(406, `unknown delivery tag ${deliveryTag}`);
    unsettled.delete(deliveryTag);
    delivery.consumer.unsettled -= 1;
    return delivery;
  }

  function routeMessage(message: Message, sequence: number, mandatory: boolean): void {
    const { expiration } = message.properties;
    const fault = expiration === undefined ? null : expirationFault(expiration);
    if (fault) throw new BrokerError(406, `invalid expiration '${expiration}': ${fault}`);
    if (message.body.length > MAX_BODY_BYTES) {
      throw new BrokerError(
        406,
        `message size ${message.body.length} is larger than configured max size ${MAX_BODY_BYTES}`,
      );
    }
    let isRouted = false;
    for (const queue of topology.route(message.exchange, message.routingKey)) {
      isRouted = true;
      topology.deliver(queue, message);
    }
    if (!isRouted && mandatory) {
      emit({ type: 'return', channel: id, sequence, code: 312, text: 'NO_ROUTE', message });
    }
    if (confirms) emit({ type: 'confirm', channel: id, sequence });
  }

  const statusOf = (queue: Queue): QueueStatus => ({
    messageCount: queue.size(),
    consumerCount: queue.consumerCount(),
  });

  return {
    id,
    isOpen: () => open,
    close,
    declareExchange: (name, options) => asked(() => topology.declareExchange(name, options)),
    checkExchange: (name) => asked(() => topology.checkExchange(name)),
    declareQueue: (name, options) => asked(() => statusOf(topology.declareQueue(name, options, connection))),
    checkQueue: (name) => asked(() => statusOf(topology.accessible(name, connection))),
    deleteQueue: (name) => asked(() => topology.remove(topology.accessible(name, connection))),
    bind: (queue, exchange, key) => asked(() => topology.bind(queue, exchange, key, connection)),
    unbind: (queue, exchange, key) => asked(() => topology.unbind(queue, exchange, key, connection)),

    consume: (name, tag, { noAck, prefetch = 0 }) =>
      asked(() => {
        const queue = topology.accessible(name, connection);
        const limit = noAck || prefetch === 0 ? Infinity : prefetch;
        const consumer: LocalConsumer = {
          queue,
          unsettled: 0,
          hasCredit: () => consumer.unsettled < limit,
          deliver: (entry) => deliverTo(tag, consumer, noAck, entry),
          cancelled: () => {
            consumers.delete(tag);
            emit({ type: 'cancel', channel: id, consumerTag: tag });
          },
        };
        consumers.set(tag, consumer);
        queue.addConsumer(consumer);
        queue.work();
      }),

    cancel: (tag) => asked(() => dropConsumer(tag)),

    confirmSelect() {
      confirms = true;
    },

    publish({ exchange, routingKey, properties, body, mandatory = false }) {
      if (!open) throw new BrokerError(504, 'channel is closed');
      refuseLongStrings(exchange, routingKey, properties);
      const message = {
        exchange,
        routingKey,
        properties: copyProperties(properties),
        body: Buffer.from(body),
      };
      const sequence = ++published;
      whenUnblocked(() => told(() => routeMessage(message, sequence, mandatory)));
      return sequence;
    },

    ack: (deliveryTag, multiple = false) =>
      told(() => {
        const tags = multiple ? [...unsettled.keys()].filter((tag) => tag <= deliveryTag) : [deliveryTag];
        const queues = new Set(tags.map((tag) => settle(tag).queue));
        for (const queue of queues) queue.work();
      }),

    nack: (deliveryTag, requeue) =>
      told(() => {
        const { queue, entry } = settle(deliveryTag);
        if (requeue) queue.putBack([entry]);
        else topology.die(queue, entry.message, 'rejected');
        queue.work();
        topology.watchExpiry(queue);
      }),
  };
}

const isQuorum = (queue: Queue): boolean => queue.options.arguments['x-queue-type'] === 'quorum';

/** Quorum queues count how often a message came back; absent means never. */
const withDeliveryCount = ({ message, returns }: Entry): Message => ({
  ...message,
  properties: {
    ...message.properties,
    headers: { ...message.properties.headers, 'x-delivery-count': returns },
  },
});

/** RabbitMQ takes a number of milliseconds from 0 to 2^32 - 1. */
function expirationFault(text: string): string | null {
  if (!/^[+-]?\d+$/.test(text)) return 'no_integer';
  if (Number(text) < 0) return `{value_negative,${text}}`;
  return Number(text) > 0xffff_ffff ? `{value_too_large,${text}}` : null;
}

/** A bug of the caller: such a frame cannot be written at all. */
function refuseLongStrings(exchange: string, routingKey: string, properties: MessageProperties): void {
  const { headers: _, ...rest } = properties;
  for (const text of [exchange, routingKey, ...Object.values(rest)]) {
    if (typeof text === 'string' && text.length > 63 && Buffer.byteLength(text) > MAX_SHORT_STRING_BYTES) {
      throw new TypeError(`a property or key of more than ${MAX_SHORT_STRING_BYTES} bytes cannot be sent`);
    }
  }
}

/** What the wire would do: absent stays absent, and later changes by the sender are not seen. */
function copyProperties(properties: MessageProperties): MessageProperties {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(properties)) if (value !== undefined) copy[key] = value;
  copy['headers'] = copyTable(properties.headers ?? {});
  return copy;
}

function copyTable(table: object): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(table)) if (value !== undefined) copy[key] = copyValue(value);
  return { ...copy };
}

function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyValue);
  if (value instanceof Uint8Array) return Buffer.from(value);
  return typeof value === 'object' && value !== null ? copyTable(value) : value;
}
