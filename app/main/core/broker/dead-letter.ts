/**
 * What a message looks like after its death in a queue: `x-death` and the `x-first-death-*` headers, the
 * expiration taken off, and the guard against going round for ever. Where it goes next is the queue's business.
 */
import type { Message } from './types.js';

export type DeathReason = 'expired' | 'rejected' | 'maxlen';

/** One entry of `x-death`, newest first. `time` has the form in which a client shows an AMQP timestamp. */
type Death = {
  readonly count: number;
  readonly reason: DeathReason;
  readonly queue: string;
  readonly time: { readonly '!': 'timestamp'; readonly value: number };
  readonly exchange: string;
  readonly 'routing-keys': readonly string[];
  readonly 'original-expiration'?: string;
};

const deathsOf = (message: Message): readonly Death[] => {
  const deaths = message.properties.headers?.['x-death'];
  return Array.isArray(deaths) ? (deaths as Death[]) : [];
};

/**
 * The message as it is published to the dead-letter exchange.
 * @param nowMs wall time, stamped in whole seconds
 */
export function bury(
  message: Message,
  death: {
    readonly queue: string;
    readonly reason: DeathReason;
    readonly exchange: string;
    readonly routingKey: string;
  },
  nowMs: number,
): Message {
  const { expiration, ...properties } = message.properties;
  const earlier = deathsOf(message);
  const same = earlier.find((entry) => entry.queue === death.queue && entry.reason === death.reason);
  const entry: Death = same
    ? { ...same, count: same.count + 1 }
    : {
        count: 1,
        reason: death.reason,
        queue: death.queue,
        time: { '!': 'timestamp', value: Math.floor(nowMs / 1000) },
        exchange: message.exchange,
        'routing-keys': [message.routingKey],
        ...(expiration === undefined ? {} : { 'original-expiration': expiration }),
      };
  return {
    exchange: death.exchange,
    routingKey: death.routingKey,
    body: message.body,
    properties: {
      ...properties,
      headers: {
        'x-first-death-exchange': message.exchange,
        'x-first-death-queue': death.queue,
        'x-first-death-reason': death.reason,
        ...message.properties.headers,
        'x-death': [entry, ...earlier.filter((other) => other !== same)],
      },
    },
  };
}

/** True when the message died in `queue` before and nobody rejected it since: RabbitMQ drops it there. */
export function goesInCircles(message: Message, queue: string): boolean {
  const deaths = deathsOf(message);
  const before = deaths.findIndex((entry) => entry.queue === queue);
  return before >= 0 && deaths.slice(0, before + 1).every((entry) => entry.reason !== 'rejected');
}
