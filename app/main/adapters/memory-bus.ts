/**
 * The Bus over the broker in memory: what demo mode and tests live on. It says the same events, refuses with the
 * same errors and retries in the same steps as the one over amqplib; the broker's rules are in core/broker.
 */
import { BrokerError, type Broker, type Channel, type Connection, type Frame } from '../core/broker/index.js';
import type { Bus, BusEvent, BusPlan, Consumer, Delivery, Disposition } from '../ports/bus.js';
import type { Cancel, Clock } from '../ports/clock.js';
import { AppError } from '../../shared/errors/app-error.js';
import { isRetryable, type ErrorCode } from '../../shared/errors/codes.js';
import { assertNever } from '../../shared/lib/assert.js';
import { runBroker } from './memory-pump.js';

export type MemoryBusOptions = {
  readonly broker: Broker;
  readonly clock: Clock;
  /** As others see it in the broker's list of connections. */
  readonly connectionName: string;
};

type Pending = {
  readonly exchange: string;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
  returned: AppError | null;
};

type Visit = {
  readonly plan: BusPlan;
  readonly onBroken: (error: Error) => void;
  /** null: there is no connection. */
  channel: Channel | null;
};

type Consumers = Map<string, { readonly channel: Channel; readonly consumer: Consumer }>;
type Link = {
  readonly connection: Connection;
  readonly consumers: Consumers;
  publisher: Channel;
};

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1000;
const MAX_UNCONFIRMED = 10_000;
const CLOSE_WITHIN_MS = 2000;

export function createMemoryBus({ broker, clock, connectionName }: MemoryBusOptions): Bus {
  runBroker(broker, clock);
  const listeners = new Set<(event: BusEvent) => void>();
  const pending = new Map<number, Pending>();
  const visits = new Set<Visit>();
  let plan: BusPlan | null = null;
  let link: Link | null = null;
  let blockedBecause: string | null = null;
  let isClosed = false;
  let isDownTold = false;
  let attempt = 0;
  let nextTag = 0;
  let cancelRetry: Cancel = () => {};
  let onAllConfirmed: (() => void) | null = null;

  const tell = (event: BusEvent): void => listeners.forEach((listener) => listener(event));

  function connect(): void {
    if (isClosed || link || !plan) return;
    try {
      link = establish(plan);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return fail(toAppError(error.code, error.message));
    }
    attempt = 0;
    isDownTold = false;
    for (const visit of visits) beginVisit(visit, link);
    for (const step of ['broker', 'login', 'topology'] as const) tell({ type: 'step', step, note: null });
    tell({ type: 'live', tls: null });
  }

  /** Connects, declares and consumes, or leaves nothing behind. */
  function establish(what: BusPlan): Link {
    const connection = broker.connect(connectionName, hear);
    try {
      const channel = connection.openChannel();
      const made: Link = { connection, consumers: new Map(), publisher: openPublisher(connection) };
      carryOut(what, channel, made.consumers);
      return made;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  function carryOut({ topology, consumers }: BusPlan, channel: Channel, into: Consumers): void {
    for (const { name, ...options } of topology.exchanges) channel.declareExchange(name, options);
    for (const { name, ...options } of topology.queues) channel.declareQueue(name, options);
    for (const { queue, exchange, routingKey } of topology.bindings)
      channel.bind(queue, exchange, routingKey);
    for (const consumer of consumers) {
      const tag = `${connectionName}.${nextTag++}`;
      into.set(tag, { channel, consumer });
      const isWork = consumer.mode === 'work';
      channel.consume(consumer.queue, tag, { noAck: !isWork, prefetch: isWork ? consumer.prefetch : 0 });
    }
  }

  function beginVisit(visit: Visit, on: Link): void {
    visit.channel = on.connection.openChannel();
    try {
      carryOut(visit.plan, visit.channel, on.consumers);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const refusal = toAppError(error.code, error.message);
      setImmediate(() => endVisit(visit, refusal));
    }
  }

  /** `error` null: nobody wants it any more. */
  function endVisit(visit: Visit, error: Error | null): void {
    if (!visits.delete(visit)) return;
    for (const [tag, { channel }] of link?.consumers ?? [])
      if (channel === visit.channel) link?.consumers.delete(tag);
    visit.channel?.close();
    if (error) visit.onBroken(error);
  }
  const visitOf = (isIt: (channel: Channel) => boolean): Visit | undefined =>
    [...visits].find(({ channel }) => channel !== null && isIt(channel));

  function openPublisher(connection: Connection): Channel {
    const channel = connection.openChannel();
    channel.confirmSelect();
    return channel;
  }

  function fail(error: AppError): void {
    dropLink(error);
    if (isClosed) return;
    const willRetry = isRetryable(error.code);
    if (!isDownTold || !willRetry) tell({ type: 'down', error, willRetry });
    isDownTold = true;
    if (!willRetry) return;
    attempt += 1;
    const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
    tell({ type: 'retrying', attempt, delayMs, error });
    cancelRetry();
    cancelRetry = clock.after(delayMs, connect);
  }

  function dropLink(error: AppError): void {
    link?.connection.close();
    link = null;
    for (const visit of visits) visit.channel = null;
    blockedBecause = null;
    rejectPending(() => new AppError('BUS_LOST', `not confirmed: ${error.message}`, { cause: error }));
  }

  function rejectPending(errorFor: (publication: Pending) => AppError): void {
    const open = [...pending.values()];
    pending.clear();
    for (const publication of open) publication.reject(errorFor(publication));
    onAllConfirmed?.();
  }

  function hear(frame: Frame): void {
    switch (frame.type) {
      case 'deliver':
        return receive(frame);
      case 'return': {
        const publication = pending.get(frame.sequence);
        const { exchange, routingKey } = frame.message;
        const words = `${frame.code} ${frame.text}`;
        if (publication)
          publication.returned = new AppError('BUS_UNROUTABLE', words, { details: { exchange, routingKey } });
        return;
      }
      case 'confirm':
        return confirm(frame.sequence);
      case 'cancel': {
        const error = new AppError('BUS_LOST', `the broker cancelled consumer '${frame.consumerTag}'`);
        const target = link?.consumers.get(frame.consumerTag)?.channel;
        const visit = visitOf((channel) => channel === target);
        return visit ? endVisit(visit, error) : fail(error);
      }
      case 'channel-closed': {
        if (frame.channel === link?.publisher.id) return reopenPublisher(link, frame.code, frame.text);
        const error = new AppError('BUS_LOST', frame.text);
        const visit = visitOf(({ id }) => id === frame.channel);
        return visit ? endVisit(visit, error) : fail(error);
      }
      case 'blocked':
        blockedBecause = frame.reason;
        return tell({ type: 'blocked', reason: frame.reason });
      case 'unblocked':
        blockedBecause = null;
        return tell({ type: 'unblocked' });
      case 'connection-closed':
        return fail(new AppError(frame.code === null ? 'BUS_LOST' : 'BUS_CLOSED', frame.text));
      default:
        assertNever(frame);
    }
  }

  function confirm(sequence: number): void {
    const publication = pending.get(sequence);
    if (!publication) return;
    pending.delete(sequence);
    if (publication.returned) publication.reject(publication.returned);
    else publication.resolve();
    if (pending.size === 0) onAllConfirmed?.();
  }

  /** A publish was refused: the broker closed the channel, the connection lives on. */
  function reopenPublisher(current: Link, code: number, text: string): void {
    current.publisher = openPublisher(current.connection);
    const exchange = code === 404 ? /no exchange '(.*)' in vhost/.exec(text)?.[1] : undefined;
    rejectPending((publication) =>
      publication.exchange === exchange
        ? new AppError('BUS_UNROUTABLE', text, { details: { exchange } })
        : new AppError('BUS_LOST', `not confirmed: ${text}`),
    );
  }

  function receive(frame: Frame & { readonly type: 'deliver' }): void {
    const target = link?.consumers.get(frame.consumerTag);
    if (!target) return;
    const { consumer, channel } = target;
    const { exchange, routingKey, properties, body } = frame.message;
    const { redelivered } = frame;
    const delivery: Delivery = { exchange, routingKey, redelivered, properties, body: Buffer.from(body) };
    const onThrow = (error: unknown): void => tell({ type: 'handler-error', queue: consumer.queue, error });
    if (consumer.mode === 'watch') {
      try {
        consumer.handle(delivery);
      } catch (error) {
        onThrow(error);
      }
      return;
    }
    const settle = (disposition: Disposition): void => {
      if (!channel.isOpen()) return; // the broker has put it back already
      if (disposition === 'ack') channel.ack(frame.deliveryTag);
      else channel.nack(frame.deliveryTag, disposition === 'requeue');
    };
    const work = consumer.handle;
    void (async () => work(delivery))().then(settle, (error: unknown) => {
      onThrow(error);
      settle('reject');
    });
  }

  return {
    open(what) {
      plan = what;
      setImmediate(connect);
    },

    publish(envelope) {
      return new Promise((resolve, reject) => {
        if (!link) throw new AppError('BUS_NOT_CONNECTED', 'the bus is not connected');
        if (blockedBecause !== null) throw new AppError('BUS_BLOCKED', blockedBecause);
        if (pending.size >= MAX_UNCONFIRMED) {
          throw new AppError('BUS_BLOCKED', `${MAX_UNCONFIRMED} messages wait for the broker's confirm`);
        }
        const sequence = link.publisher.publish(envelope);
        pending.set(sequence, { exchange: envelope.exchange, resolve, reject, returned: null });
      });
    },

    visit(what, onBroken) {
      const visit: Visit = { plan: what, onBroken, channel: null };
      visits.add(visit);
      if (link) beginVisit(visit, link);
      return () => endVisit(visit, null);
    },

    hasQueue(name) {
      if (!link) return Promise.reject(new AppError('BUS_NOT_CONNECTED', 'the bus is not connected'));
      return Promise.resolve(broker.queueStatus().has(name));
    },

    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    reconnect() {
      if (isClosed || link) return;
      cancelRetry();
      attempt = 0;
      setImmediate(connect);
    },

    async rejoin() {
      if (isClosed || !link) return;
      await leave();
      if (!isClosed) setImmediate(connect);
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      cancelRetry();
      await leave();
    },
  };

  async function leave(): Promise<void> {
    if (!link) return;
    const { connection, consumers } = link;
    for (const [tag, { channel }] of consumers) if (channel.isOpen()) channel.cancel(tag);
    if (pending.size > 0) await allConfirmed();
    connection.close();
    dropLink(new AppError('BUS_NOT_CONNECTED', 'the bus was closed'));
  }

  /** Resolves when nothing is unconfirmed any more, or after the limit. */
  function allConfirmed(): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.after(CLOSE_WITHIN_MS, resolve);
      onAllConfirmed = () => {
        stop();
        resolve();
      };
    });
  }
}

function toAppError(code: number, words: string): AppError {
  const codes: Readonly<Record<number, ErrorCode>> = {
    0: 'BUS_UNREACHABLE',
    403: 'BUS_NO_PERMISSION',
    404: 'BUS_TOPOLOGY_MISMATCH',
    405: 'BUS_NAME_TAKEN',
    406: 'BUS_TOPOLOGY_MISMATCH',
  };
  return new AppError(codes[code] ?? 'BUS_LOST', words);
}
