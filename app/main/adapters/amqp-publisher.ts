/**
 * Publishing with confirms over one channel: each publish ends in a confirm, a return or a reason why not.
 * A channel the broker closed (no such exchange, no permission) is opened again on the same connection.
 * It does not reconnect; the link does.
 */
import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';
import type { Envelope } from '../ports/bus.js';
import { AppError } from '../../shared/errors/app-error.js';
import { classify, wordsOf } from './amqp-errors.js';

export type Publisher = {
  /** Run after every connect. */
  start(model: ChannelModel): Promise<void>;
  publish(envelope: Envelope): Promise<void>;
  /** Asks on a channel of its own, since a no closes it. */
  hasQueue(name: string): Promise<boolean>;
  /** Resolves when every publish has its answer. */
  settled(): Promise<void>;
  /** Nobody will answer any more: rejects what waits. */
  giveUp(): void;
};

type Pending = {
  readonly envelope: Envelope;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
  returned: AppError | null;
};

/** Enough for a push to ten thousand nodes; beyond it the sender must wait. */
const MAX_UNCONFIRMED = 10_000;

export function createPublisher(): Publisher {
  /** In the order of publishing. */
  const pending = new Set<Pending>();
  let channel: ConfirmChannel | null = null;
  let connection: ChannelModel | null = null;
  let onSettled: (() => void)[] = [];

  async function start(model: ChannelModel): Promise<void> {
    const opened = await model.createConfirmChannel();
    connection = model;
    let refusal: AppError | null = null;
    opened.on('error', (error) => {
      refusal = classify(error, 'live');
    });
    opened.on('return', takeReturn);
    opened.on('close', () => {
      channel = null;
      rejectAll(refusal);
      // Closed by the broker alone: the connection lives. Should it die meanwhile, the link says so.
      if (refusal) start(model).catch(() => {});
    });
    channel = opened;
  }

  function takeReturn({ fields, properties, content }: Message): void {
    const { exchange, routingKey } = fields;
    const { replyCode, replyText } = fields as unknown as {
      readonly replyCode: number;
      readonly replyText: string;
    };
    // Returns come in the order of publishing, each before its confirm: what it belongs to is among the first.
    for (const publication of pending) {
      const { envelope } = publication;
      const isSame =
        publication.returned === null &&
        envelope.mandatory === true &&
        envelope.routingKey === routingKey &&
        envelope.exchange === exchange &&
        envelope.properties.messageId === properties.messageId &&
        content.equals(envelope.body);
      if (!isSame) continue;
      publication.returned = new AppError('BUS_UNROUTABLE', `${replyCode} ${replyText}`, {
        details: { exchange, routingKey },
      });
      return;
    }
  }

  function finish(publication: Pending, error: AppError | null): void {
    if (!pending.delete(publication)) return;
    if (error) publication.reject(error);
    else publication.resolve();
    if (pending.size > 0) return;
    for (const done of onSettled) done();
    onSettled = [];
  }

  /** The channel is gone. Its words name the exchange that is missing: only those publishes are to blame. */
  function rejectAll(refusal: AppError | null): void {
    const words = refusal?.message ?? 'the connection to the broker was lost';
    const missing = /no exchange '(.*)' in vhost/.exec(words)?.[1] ?? null;
    const named = refusal?.code === 'BUS_NO_PERMISSION' ? refusal.details['name'] : null;
    // RabbitMQ's own name, in rights and refusals, for the exchange that has none.
    const forbidden = named === 'amq.default' ? '' : named;
    for (const publication of [...pending]) {
      const { exchange } = publication.envelope;
      const lost = new AppError('BUS_LOST', `not confirmed: ${words}`, { cause: refusal ?? undefined });
      if (missing === exchange)
        finish(publication, new AppError('BUS_UNROUTABLE', words, { details: { exchange } }));
      else finish(publication, forbidden === exchange ? refusal : lost);
    }
  }

  return {
    start,
    giveUp: () => rejectAll(null),

    publish(envelope) {
      return new Promise((resolve, reject) => {
        if (!channel) throw new AppError('BUS_NOT_CONNECTED', 'no channel to publish on');
        if (pending.size >= MAX_UNCONFIRMED) {
          throw new AppError('BUS_BLOCKED', `${MAX_UNCONFIRMED} messages wait for the broker's confirm`);
        }
        const publication: Pending = { envelope, resolve, reject, returned: null };
        const { exchange, routingKey, body } = envelope;
        channel.publish(exchange, routingKey, asBuffer(body), toOptions(envelope), (error: unknown) => {
          if (!error) return finish(publication, publication.returned);
          // On a lost channel amqplib says so here first; the reason follows in `close`, which settles it.
          if (error instanceof Error && error.message === 'channel closed') return;
          finish(
            publication,
            new AppError('BUS_LOST', error instanceof Error ? wordsOf(error) : 'not confirmed'),
          );
        });
        pending.add(publication);
      });
    },

    async hasQueue(name) {
      if (!channel || !connection) throw new AppError('BUS_NOT_CONNECTED', 'no channel to ask on');
      const asking = await connection.createChannel();
      asking.on('error', () => undefined);
      try {
        await asking.checkQueue(name);
        await asking.close();
        return true;
      } catch (error) {
        // 404: there is none. 405: there is one, and it is another connection's alone.
        const { code } = error as { readonly code?: number };
        if (code === 404) return false;
        if (code === 405) return true;
        throw new AppError('BUS_LOST', wordsOf(error as Error), { cause: error });
      }
    },

    settled: () =>
      pending.size === 0 ? Promise.resolve() : new Promise((resolve) => onSettled.push(resolve)),
  };
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Exactly the properties given; amqplib's own extras (persistent, CC, BCC) are not offered. */
function toOptions({ properties, mandatory }: Envelope): Options.Publish {
  const headers = properties.headers ?? NO_HEADERS;
  let table = tables.get(headers);
  if (!table) tables.set(headers, (table = toTable(headers)));
  return { ...(properties as object), headers: table, mandatory: mandatory ?? false };
}

const NO_HEADERS = {};
/** Many messages share one headers object: made once for each. */
const tables = new WeakMap<object, Record<string, unknown>>();

/** Integers go out as signed 64-bit, as Ruby writes them; amqplib would take the smallest that fits. */
function toTable(table: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, toField(value)]));
}

function toField(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { '!': 'int64', value } : { '!': 'double', value };
  if (Array.isArray(value)) return value.map(toField);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || Object.hasOwn(value, '!'))
    return value;
  return toTable(value);
}
