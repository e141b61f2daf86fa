/**
 * The words of the broker in memory: what goes in (messages, declarations) and what comes out (frames).
 * Modelled on AMQP 0-9-1 as RabbitMQ 3.10 speaks it, as far as a node uses it; no type of any client library.
 */
import type { ExchangeSpec, MessageProperties, QueueSpec } from '../protocol/amqp.js';

/** The readings of a clock. `uptime` drives expiry, `now` stamps dead letters. */
export type Readings = { now(): number; uptime(): number };

export type Message = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: MessageProperties;
  readonly body: Uint8Array;
};

export type ExchangeOptions = Omit<ExchangeSpec, 'name'>;
export type QueueOptions = Omit<QueueSpec, 'name'>;
export type QueueStatus = { readonly messageCount: number; readonly consumerCount: number };

export type ConsumeOptions = { readonly noAck: boolean; readonly prefetch?: number | undefined };

/** What the broker says to a client. The one who drains passes each frame to the `hear` of its connection. */
export type Frame =
  | {
      readonly type: 'deliver';
      readonly channel: number;
      readonly consumerTag: string;
      readonly deliveryTag: number;
      readonly redelivered: boolean;
      readonly message: Message;
    }
  | {
      readonly type: 'return';
      readonly channel: number;
      readonly sequence: number;
      readonly code: number;
      readonly text: string;
      readonly message: Message;
    }
  | { readonly type: 'confirm'; readonly channel: number; readonly sequence: number }
  | { readonly type: 'cancel'; readonly channel: number; readonly consumerTag: string }
  | {
      readonly type: 'channel-closed';
      readonly channel: number;
      readonly code: number;
      readonly text: string;
    }
  | { readonly type: 'blocked'; readonly reason: string }
  | { readonly type: 'unblocked' }
  /** `code` null: the line was cut, nobody said anything. */
  | { readonly type: 'connection-closed'; readonly code: number | null; readonly text: string };

export type Hear = (frame: Frame) => void;

const NAMES: Readonly<Record<number, string>> = {
  320: 'CONNECTION_FORCED',
  403: 'ACCESS_REFUSED',
  404: 'NOT_FOUND',
  405: 'RESOURCE_LOCKED',
  406: 'PRECONDITION_FAILED',
};

/** The broker refused; its words are RabbitMQ's. The channel that asked is closed. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';

  constructor(
    readonly code: number,
    text: string,
  ) {
    super(`${NAMES[code] ?? code} - ${text}`);
  }
}
