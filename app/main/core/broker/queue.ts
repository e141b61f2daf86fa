/**
 * A queue: what waits, who consumes, and whose turn it is. It expires from the head, keeps its length, and
 * puts a returned message back where it was. Routing, channels and connections are its callers' business.
 */
import type { DeathReason } from './dead-letter.js';
import type { Message, QueueOptions } from './types.js';

export type Entry = {
  readonly message: Message;
  /** Position in the queue's history, for putting back. */
  readonly order: number;
  /** Uptime in ms; Infinity when it never expires. */
  readonly expiresAt: number;
  /** How often it was delivered and came back. */
  readonly returns: number;
};

export type QueueConsumer = {
  /** False while its unacknowledged deliveries fill its prefetch. */
  hasCredit(): boolean;
  deliver(entry: Entry): void;
  /** The queue is gone. */
  cancelled(): void;
};

export type Queue = {
  readonly name: string;
  readonly options: QueueOptions;
  /** The connection that owns an exclusive queue. */
  readonly owner: object | null;
  size(): number;
  consumerCount(): number;
  push(message: Message): void;
  putBack(entries: readonly Entry[]): void;
  /** Returns false when it is an auto-delete queue that has just lost its last consumer. */
  removeConsumer(consumer: QueueConsumer): boolean;
  addConsumer(consumer: QueueConsumer): void;
  /** Hands out what waits, as far as credit goes. */
  work(): void;
  /** When the head expires (uptime ms), or Infinity. */
  headExpiry(): number;
  cancelConsumers(): void;
};

type Deps = {
  readonly uptime: () => number;
  /** A message died here. */
  readonly onDeath: (queue: Queue, message: Message, reason: DeathReason) => void;
};

const number = (value: unknown): number => (typeof value === 'number' ? value : Infinity);

export function createQueue(name: string, options: QueueOptions, owner: object | null, deps: Deps): Queue {
  const ttlMs = number(options.arguments['x-message-ttl']);
  const maxLength = number(options.arguments['x-max-length']);
  const consumers: QueueConsumer[] = [];
  let ready: Entry[] = [];
  let head = 0; // ready[head] is the oldest; the part before it is compacted now and then
  let turn = 0;
  let order = 0;

  const size = (): number => ready.length - head;

  function shift(): Entry {
    const entry = ready[head]!;
    head += 1;
    if (head > 1024 && head * 2 > ready.length) {
      ready = ready.slice(head);
      head = 0;
    }
    return entry;
  }

  /** Round robin over those with credit. */
  function nextConsumer(): QueueConsumer | null {
    for (let tried = 0; tried < consumers.length; tried += 1) {
      const consumer = consumers[turn % consumers.length]!;
      turn = (turn + 1) % consumers.length;
      if (consumer.hasCredit()) return consumer;
    }
    return null;
  }

  function expireHead(): void {
    while (size() > 0 && ready[head]!.expiresAt <= deps.uptime()) {
      deps.onDeath(queue, shift().message, 'expired');
    }
  }

  const queue: Queue = {
    name,
    options,
    owner,
    size,
    consumerCount: () => consumers.length,

    push(message) {
      const { expiration } = message.properties;
      const lifeMs = Math.min(ttlMs, expiration === undefined ? Infinity : Number(expiration));
      const expiresAt = lifeMs === Infinity ? Infinity : deps.uptime() + lifeMs;
      const entry: Entry = { message, order: order++, expiresAt, returns: 0 };
      const consumer = size() === 0 ? nextConsumer() : null;
      if (consumer) return consumer.deliver(entry);
      ready.push(entry);
      while (size() > maxLength) deps.onDeath(queue, shift().message, 'maxlen');
      expireHead();
    },

    putBack(entries) {
      const returned = entries.map((entry) => ({ ...entry, returns: entry.returns + 1 }));
      ready = [...returned, ...ready.slice(head)].sort((a, b) => a.order - b.order);
      head = 0;
      queue.work();
    },

    addConsumer(consumer) {
      consumers.push(consumer);
    },

    removeConsumer(consumer) {
      const index = consumers.indexOf(consumer);
      if (index < 0) return true;
      consumers.splice(index, 1);
      if (index < turn) turn -= 1;
      return consumers.length > 0 || !options.autoDelete;
    },

    work() {
      expireHead();
      for (;;) {
        if (size() === 0) return;
        const consumer = nextConsumer();
        if (!consumer) return;
        consumer.deliver(shift());
        expireHead();
      }
    },

    headExpiry: () => (size() > 0 ? ready[head]!.expiresAt : Infinity),

    cancelConsumers() {
      for (const consumer of consumers.splice(0)) consumer.cancelled();
    },
  };
  return queue;
}
