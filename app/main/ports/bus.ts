/**
 * AMQP 0-9-1 as far as a node uses it, in our own words and without a type of any library.
 * Two adapters: amqplib for real brokers, and the broker in memory for demo and tests. One conformance suite.
 */
import type { Delivery, Envelope, Topology } from '../core/protocol/amqp.js';
import type { Cancel } from './clock.js';

export type { Delivery, Envelope, MessageProperties, QueueSpec, Topology } from '../core/protocol/amqp.js';

/** What a handler decides about a delivery: done; put it back at once; dead-letter it. */
export type Disposition = 'ack' | 'requeue' | 'reject';

export type Consumer =
  | {
      readonly queue: string;
      /** No acknowledgement: the fastest way to watch. The handler must be quick; a throw is counted, never passed on. */
      readonly mode: 'watch';
      readonly handle: (delivery: Delivery) => void;
    }
  | {
      readonly queue: string;
      readonly mode: 'work';
      readonly prefetch: number;
      readonly handle: (delivery: Delivery) => Promise<Disposition> | Disposition;
    };

/** What the bus needs to keep after every (re)connect: it declares this, then consumes. */
export type BusPlan = { readonly topology: Topology; readonly consumers: readonly Consumer[] };

export type BusEvent =
  /** A step on the way: socket open, TLS verified, signed in, topology declared. `note` is fit for display. */
  | {
      readonly type: 'step';
      readonly step: 'broker' | 'tls' | 'login' | 'topology';
      readonly note: string | null;
    }
  /** Connected, declared and consuming: on the first time and after every recovery. */
  | { readonly type: 'live'; readonly tls: string | null }
  /** The link is gone. `willRetry: false`: credentials, vhost, permission, TLS; it waits for `reconnect()`. */
  | { readonly type: 'down'; readonly error: Error; readonly willRetry: boolean }
  | { readonly type: 'retrying'; readonly attempt: number; readonly delayMs: number; readonly error: Error }
  | { readonly type: 'blocked'; readonly reason: string }
  | { readonly type: 'unblocked' }
  /** A handler threw: a bug, already contained. */
  | { readonly type: 'handler-error'; readonly queue: string; readonly error: unknown };

export interface Bus {
  /** Begins to connect, and keeps at it until `close`. Returns at once; listen to events. */
  open(plan: BusPlan): void;
  /** Resolves on the broker's confirm; rejects with AppError BUS_UNROUTABLE, BUS_NOT_CONNECTED, BUS_BLOCKED or BUS_LOST. */
  publish(envelope: Envelope): Promise<void>;
  /**
   * Declares and consumes more than the plan, now and after every recovery, on channels of its own, until the answer is
   * called: what is not settled then goes back to its queue. A refusal, or the loss of such a queue, harms nothing else:
   * it ends the visit, and `onBroken` says so.
   */
  visit(plan: BusPlan, onBroken: (error: Error) => void): Cancel;
  /** Whether the broker has a queue of this name, ours or not. Rejects with BUS_NOT_CONNECTED or BUS_LOST. */
  hasQueue(name: string): Promise<boolean>;
  onEvent(handle: (event: BusEvent) => void): Cancel;
  /** Try now: after a refusal, or instead of waiting. */
  reconnect(): void;
  /** Leaves and comes again, as a node does that was told to restart. Resolves when it has left; `live` says it is back. */
  rejoin(): Promise<void>;
  /** Cancels consumers, waits (bounded, 2 s) for open confirms, closes both connections. Never rejects. */
  close(): Promise<void>;
}
