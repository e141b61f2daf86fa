/**
 * Declares a plan on a fresh connection and starts its consumers. Declarations that do not wait for one another
 * go out over several channels at once. No exception leaves a message handler: amqplib would stop consuming, or
 * close the connection.
 */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { BusPlan, Consumer, Delivery, Disposition, Topology } from '../ports/bus.js';

export type ConsumersHandlers = {
  readonly onHandlerError: (queue: string, error: unknown) => void;
  /** The broker cancelled a consumer (its queue was deleted) or closed its channel: set up again. */
  readonly onBroken: (reason: Error) => void;
};

export type Consuming = {
  /** Cancels all consumers; what they hold can still be settled. */
  readonly cancel: () => Promise<void>;
  /** Closes their channels: what they hold goes back. Never rejects. */
  readonly release: () => Promise<void>;
};

/** Rejects with what the server said when it closed the first channel, where it did so, else with amqplib's error. */
export async function declareAndConsume(
  model: ChannelModel,
  { topology, consumers }: BusPlan,
  on: ConsumersHandlers,
): Promise<Consuming> {
  const channels = await Promise.all(
    Array.from({ length: Math.max(1, consumers.length) }, () => model.createChannel()),
  );
  let isRunning = false;
  let refusal = null as Error | null;
  for (const channel of channels) {
    channel.on('error', (error: Error) => {
      if (isRunning) on.onBroken(error);
      else refusal ??= error;
    });
  }
  let stops: readonly (() => Promise<unknown>)[];
  try {
    await declare(channels, topology);
    stops = await Promise.all(consumers.map((consumer, index) => consume(channels[index]!, consumer, on)));
  } catch (error) {
    // The calls that wait behind the refused one may reject first, and know nothing of why.
    throw refusal ?? error;
  }
  if (refusal) throw refusal; // a channel that had all its answers, closed while others still waited
  isRunning = true;
  return {
    async cancel() {
      await Promise.all(stops.map((stop) => stop()));
    },
    async release() {
      isRunning = false;
      // One that is closed already throws at once.
      await Promise.allSettled(channels.map(async (channel) => channel.close()));
    },
  };
}

async function declare(
  channels: readonly Channel[],
  { exchanges, queues, bindings }: Topology,
): Promise<void> {
  let turn = 0;
  const next = (): Channel => channels[turn++ % channels.length]!;
  await Promise.all([
    ...exchanges.map(({ name, type, durable, autoDelete = false }) =>
      next().assertExchange(name, type, { durable, autoDelete }),
    ),
    ...queues.map(({ name, ...options }) =>
      next().assertQueue(name, { ...options, arguments: { ...options.arguments } }),
    ),
  ]);
  await Promise.all(
    bindings.map(({ queue, exchange, routingKey }) => next().bindQueue(queue, exchange, routingKey)),
  );
}

async function consume(
  channel: Channel,
  consumer: Consumer,
  on: ConsumersHandlers,
): Promise<() => Promise<unknown>> {
  const { queue } = consumer;
  const onThrow = (error: unknown): void => on.onHandlerError(queue, error);
  const receive =
    consumer.mode === 'watch' ? watcher(consumer.handle, onThrow) : worker(channel, consumer.handle, onThrow);
  const onMessage = (message: ConsumeMessage | null): void => {
    if (message) receive(message);
    else on.onBroken(new Error(`the broker cancelled the consumer of queue '${queue}'`));
  };
  // Both go out in order; waiting for the first would only cost time.
  const [, { consumerTag }] = await Promise.all([
    consumer.mode === 'work' ? channel.prefetch(consumer.prefetch) : null,
    channel.consume(queue, onMessage, { noAck: consumer.mode === 'watch' }),
  ]);
  return () => channel.cancel(consumerTag);
}

/** The hot path: one small object per message, amqplib's properties as they are. */
function watcher(handle: (delivery: Delivery) => void, onThrow: (error: unknown) => void) {
  return (message: ConsumeMessage): void => {
    try {
      handle(toDelivery(message));
    } catch (error) {
      onThrow(error);
    }
  };
}

function worker(
  channel: Channel,
  handle: (delivery: Delivery) => Promise<Disposition> | Disposition,
  onThrow: (error: unknown) => void,
) {
  const work = async (message: ConsumeMessage): Promise<void> => {
    let disposition: Disposition = 'reject';
    try {
      disposition = await handle(toDelivery(message));
    } catch (error) {
      onThrow(error);
    }
    settle(channel, message, disposition);
  };
  return (message: ConsumeMessage): void => void work(message);
}

function settle(channel: Channel, message: ConsumeMessage, disposition: Disposition): void {
  try {
    if (disposition === 'ack') channel.ack(message);
    else channel.reject(message, disposition === 'requeue');
  } catch (error) {
    // The channel went while the handler ran: the broker has put the message back and will send it again.
    if (!(error instanceof Error && error.name === 'IllegalOperationError')) throw error;
  }
}

function toDelivery({ fields, properties, content }: ConsumeMessage): Delivery {
  return {
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    redelivered: fields.redelivered,
    properties,
    body: content,
  };
}
