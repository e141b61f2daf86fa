/**
 * The exchanges and queues of one virtual host: declared, bound, found, removed, with RabbitMQ's refusals.
 * It routes and buries; it knows connections only as owners of exclusive queues.
 */
import { bury, goesInCircles } from './dead-letter.js';
import { createExchange, type Exchange } from './exchange.js';
import { createQueue, type Queue } from './queue.js';
import {
  BrokerError,
  type ExchangeOptions,
  type Message,
  type QueueOptions,
  type Readings,
} from './types.js';

export type TopologyStore = ReturnType<typeof createTopologyStore>;

/** Of a declaration; absent is undefined. */
type Value = string | number | boolean | undefined;

const IN = "in vhost '/'";
const PREDECLARED: readonly [string, ExchangeOptions['type']][] = [
  ['amq.direct', 'direct'],
  ['amq.fanout', 'fanout'],
  ['amq.topic', 'topic'],
];
/** Counted by what they weigh in an equivalence check: an absent argument is `none`. */
const CHECKED_ARGUMENTS = [
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-message-ttl',
  'x-max-length',
  'x-queue-type',
  'x-single-active-consumer',
] as const;

export function createTopologyStore(clock: Readings, onExpiry: () => void) {
  const exchanges = new Map<string, Exchange<Queue>>();
  const queues = new Map<string, Queue>();
  const expiring = new Set<Queue>();
  for (const [name, type] of PREDECLARED) exchanges.set(name, createExchange(name, { type, durable: true }));

  const inequivalent = (arg: string, what: string, received: Value, current: Value): BrokerError =>
    new BrokerError(
      406,
      `inequivalent arg '${arg}' for ${what} ${IN}: ` +
        (received === undefined || current === undefined
          ? `received ${quote(received)} but current is ${quote(current)}`
          : `received '${String(received)}' but current is '${String(current)}'`),
    );

  function exchangeOf(name: string): Exchange<Queue> {
    const exchange = exchanges.get(name);
    if (!exchange) throw new BrokerError(404, `no exchange '${name}' ${IN}`);
    return exchange;
  }

  /** @param strict declaring: an exclusive flag that differs is refused as if it were another's queue */
  function accessible(name: string, owner: object, strict?: boolean): Queue {
    const queue = queues.get(name);
    if (!queue) throw new BrokerError(404, `no queue '${name}' ${IN}`);
    const isLocked = queue.owner !== null && queue.owner !== owner;
    if (isLocked || (strict !== undefined && strict !== (queue.owner !== null))) {
      throw new BrokerError(
        405,
        `cannot obtain exclusive access to locked queue '${name}' ${IN}. It could be originally declared on ` +
          'another connection or the exclusive property value does not match that of the original declaration.',
      );
    }
    return queue;
  }

  function deliver(queue: Queue, message: Message): void {
    queue.push(message);
    watchExpiry(queue);
  }

  function watchExpiry(queue: Queue): void {
    if (queue.headExpiry() === Infinity) return;
    expiring.add(queue);
    onExpiry();
  }

  /** Queues for a message; the default exchange is every queue under its own name. */
  function route(exchange: string, key: string): Iterable<Queue> {
    if (exchange !== '') return exchangeOf(exchange).route(key);
    const queue = queues.get(key);
    return queue ? [queue] : [];
  }

  function die(queue: Queue, message: Message, reason: 'expired' | 'rejected' | 'maxlen'): void {
    const exchange = queue.options.arguments['x-dead-letter-exchange'];
    if (typeof exchange !== 'string' || (exchange !== '' && !exchanges.has(exchange))) return;
    const key = queue.options.arguments['x-dead-letter-routing-key'];
    const routingKey = typeof key === 'string' ? key : message.routingKey;
    const dead = bury(message, { queue: queue.name, reason, exchange, routingKey }, clock.now());
    for (const next of route(exchange, routingKey)) {
      if (reason === 'rejected' || !goesInCircles(dead, next.name)) deliver(next, dead);
    }
  }

  function forgetBindings(queue: Queue): void {
    for (const [name, exchange] of exchanges) {
      if (exchange.forget(queue) && exchange.options.autoDelete && exchange.isUnbound())
        exchanges.delete(name);
    }
  }

  function remove(queue: Queue): void {
    if (!queues.delete(queue.name)) return;
    expiring.delete(queue);
    forgetBindings(queue);
    queue.cancelConsumers();
  }

  return {
    accessible,
    route,
    deliver,
    die,
    remove,
    watchExpiry,
    queues: () => queues.values(),

    declareExchange(name: string, options: ExchangeOptions): void {
      const existing = exchanges.get(name);
      if (!existing) {
        if (name === '') throw new BrokerError(403, 'operation not permitted on the default exchange');
        if (name.startsWith('amq.')) {
          throw new BrokerError(403, `exchange name '${name}' contains reserved prefix 'amq.*'`);
        }
        exchanges.set(name, createExchange(name, options));
        return;
      }
      for (const arg of ['type', 'durable', 'autoDelete'] as const) {
        const received = options[arg] ?? false;
        const current = existing.options[arg] ?? false;
        if (received === current) continue;
        throw inequivalent(
          arg === 'autoDelete' ? 'auto_delete' : arg,
          `exchange '${name}'`,
          received,
          current,
        );
      }
    },

    checkExchange(name: string): void {
      if (name !== '') exchangeOf(name);
    },

    declareQueue(name: string, options: QueueOptions, owner: object): Queue {
      const existing = queues.get(name);
      if (!existing) {
        if (name.startsWith('amq.')) {
          throw new BrokerError(403, `queue name '${name}' contains reserved prefix 'amq.*'`);
        }
        if (options.arguments['x-queue-type'] === 'quorum') refuseForQuorum(name, options);
        const queue = createQueue(name, options, options.exclusive ? owner : null, {
          uptime: () => clock.uptime(),
          onDeath: die,
        });
        queues.set(name, queue);
        return queue;
      }
      accessible(name, owner, options.exclusive);
      const what = `queue '${name}'`;
      if (options.durable !== existing.options.durable) {
        throw inequivalent('durable', what, options.durable, existing.options.durable);
      }
      if (options.autoDelete !== existing.options.autoDelete) {
        throw inequivalent('auto_delete', what, options.autoDelete, existing.options.autoDelete);
      }
      for (const arg of CHECKED_ARGUMENTS) {
        const received = argumentOf(options, arg);
        const current = argumentOf(existing.options, arg);
        if (received !== current) throw inequivalent(arg, what, received, current);
      }
      return existing;
    },

    bind(queue: string, exchange: string, key: string, owner: object): void {
      const target = accessible(queue, owner);
      if (exchange === '') throw new BrokerError(403, 'operation not permitted on the default exchange');
      exchangeOf(exchange).bind(target, key);
    },

    unbind(queue: string, exchange: string, key: string, owner: object): void {
      const target = accessible(queue, owner);
      const source = exchangeOf(exchange);
      source.unbind(target, key);
      if (source.options.autoDelete && source.isUnbound()) exchanges.delete(exchange);
    },

    removeOwned(owner: object): void {
      for (const queue of [...queues.values()]) if (queue.owner === owner) remove(queue);
    },

    /** The next uptime at which a head expires, or null. Costs the queues that hold something that expires. */
    nextExpiry(): number | null {
      let next = Infinity;
      for (const queue of expiring) {
        const at = queue.headExpiry();
        if (at === Infinity) expiring.delete(queue);
        else next = Math.min(next, at);
      }
      return next === Infinity ? null : next;
    },

    expire(): void {
      for (const queue of [...expiring]) queue.work();
    },
  };
}

/** Classic is what a queue is when nothing is said. */
function argumentOf(options: QueueOptions, name: string): Value {
  const value = options.arguments[name];
  return name === 'x-queue-type' && value === 'classic' ? undefined : value;
}

function quote(value: Value): string {
  if (value === undefined) return 'none';
  const type = typeof value === 'string' ? 'longstr' : typeof value === 'boolean' ? 'bool' : 'long';
  return `the value '${String(value)}' of type '${type}'`;
}

function refuseForQuorum(name: string, options: QueueOptions): void {
  const wrong = !options.durable
    ? 'non-durable'
    : options.exclusive
      ? 'exclusive-owner'
      : options.autoDelete
        ? 'auto-delete'
        : null;
  if (wrong) throw new BrokerError(406, `invalid property '${wrong}' for queue '${name}' ${IN}`);
}
