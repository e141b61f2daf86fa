/**
 * AMQP 0-9-1 values as far as a node uses them: messages, and what is declared for them. No behaviour.
 */
/** Property names are AMQP's, camel-cased; only those we read or write. Absent properties are absent. */
export type MessageProperties = {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly deliveryMode?: number | undefined;
  readonly priority?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
  /** Milliseconds, as a decimal string. */
  readonly expiration?: string | undefined;
  readonly messageId?: string | undefined;
  /** Seconds since the epoch. */
  readonly timestamp?: number | undefined;
  readonly type?: string | undefined;
  readonly userId?: string | undefined;
  readonly appId?: string | undefined;
};

export type Envelope = {
  /** '' is the default exchange: the routing key names a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: MessageProperties;
  readonly body: Uint8Array;
  /** Ask to be told (AppError BUS_UNROUTABLE) when no queue takes it. */
  readonly mandatory?: boolean;
};

export type Delivery = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  readonly properties: MessageProperties;
  readonly body: Buffer;
};

export type ExchangeSpec = {
  readonly name: string;
  readonly type: 'topic' | 'fanout' | 'direct';
  readonly durable: boolean;
  readonly autoDelete?: boolean;
};
export type QueueSpec = {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
};
export type BindingSpec = { readonly queue: string; readonly exchange: string; readonly routingKey: string };
export type Topology = {
  readonly exchanges: readonly ExchangeSpec[];
  readonly queues: readonly QueueSpec[];
  readonly bindings: readonly BindingSpec[];
};
