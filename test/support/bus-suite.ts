/**
 * One suite for both buses. Its sentences are RabbitMQ's behaviour as measured; the broker in memory must not
 * differ. What the port cannot show is looked at over a plain channel of each side (`RawChannel`).
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {
  Bus,
  BusEvent,
  BusPlan,
  Delivery,
  Disposition,
  Envelope,
  MessageProperties,
  QueueSpec,
} from '../../app/main/ports/bus.js';
import { AppError } from '../../app/shared/errors/app-error.js';

export type RawDelivery = Delivery & { readonly deliveryTag: number };
type RawQueueOptions = Omit<QueueSpec, 'name'>;

/** A channel without the port's help. Refusals reject with an error whose `code` is AMQP's number. */
export type RawChannel = {
  declareExchange(name: string, type: 'topic' | 'fanout' | 'direct'): Promise<void>;
  declareQueue(
    name: string,
    options: RawQueueOptions,
  ): Promise<{ messageCount: number; consumerCount: number }>;
  checkQueue(name: string): Promise<{ messageCount: number; consumerCount: number }>;
  checkExchange(name: string): Promise<void>;
  deleteQueue(name: string): Promise<void>;
  bind(queue: string, exchange: string, key: string): Promise<void>;
  consume(
    queue: string,
    options: { noAck: boolean; prefetch?: number },
    handle: (delivery: RawDelivery) => void,
  ): Promise<string>;
  cancel(consumerTag: string): Promise<void>;
  /** Returns are counted in `story`, confirms too. */
  publish(envelope: Envelope): void;
  ack(deliveryTag: number): void;
  nack(deliveryTag: number, requeue: boolean): void;
  /** `return` and `confirm` in the order heard. */
  readonly story: string[];
  /** The code with which the broker closed it. */
  readonly closed: Promise<number>;
};
export type RawConnection = { channel(): Promise<RawChannel>; close(): Promise<void> };

export type BusHarness = {
  createBus(connectionName: string): Bus;
  connect(): Promise<RawConnection>;
  /** Lets time pass until the check gives something true; fails after a few seconds. */
  until<T>(check: () => T | Promise<T>): Promise<NonNullable<T>>;
  /** Resets the buses' lines and refuses new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** A memory alarm of the broker; null where we may not harm it. */
  readonly alarm: ((on: boolean) => Promise<void>) | null;
  close(): Promise<void>;
};

const TRANSIENT: RawQueueOptions = { durable: false, autoDelete: true, exclusive: false, arguments: {} };
const EXCLUSIVE: RawQueueOptions = { durable: false, autoDelete: true, exclusive: true, arguments: {} };
const text = (delivery: Delivery): string => delivery.body.toString();
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

export function registerBusSuite(name: string, createHarness: () => Promise<BusHarness>): void {
  describe(`the bus over ${name}`, () => {
    let harness: BusHarness;
    let counter = 0;
    const run = randomBytes(4).toString('hex');
    const cleanups: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      harness = await createHarness();
    }, 60_000);
    afterAll(() => harness.close());
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    const fresh = (what: string): string => `suite.${run}.${what}${++counter}`;

    async function raw(): Promise<RawChannel> {
      const connection = await harness.connect();
      cleanups.push(() => connection.close().catch(() => {}));
      return connection.channel();
    }

    function startBus(plan: Partial<BusPlan> = {}) {
      const bus = harness.createBus(fresh('bus'));
      const events: BusEvent[] = [];
      bus.onEvent((event) => events.push(event));
      cleanups.push(() => bus.close());
      bus.open({
        topology: { exchanges: [], queues: [], bindings: [], ...plan.topology },
        consumers: plan.consumers ?? [],
      });
      const heard = <T extends BusEvent['type']>(type: T): Extract<BusEvent, { type: T }>[] =>
        events.filter((event): event is Extract<BusEvent, { type: T }> => event.type === type);
      return { bus, events, heard, live: (times = 1) => harness.until(() => heard('live').length >= times) };
    }

    /** A live bus that watches one queue of its own, bound to an exchange of its own. */
    async function watching(keys: readonly string[] = ['#'], type: 'topic' | 'fanout' | 'direct' = 'topic') {
      const exchange = fresh('exchange');
      const queue = fresh('queue');
      const deliveries: Delivery[] = [];
      const started = startBus({
        topology: {
          exchanges: [{ name: exchange, type, durable: false, autoDelete: true }],
          queues: [{ name: queue, ...EXCLUSIVE }],
          bindings: keys.map((routingKey) => ({ queue, exchange, routingKey })),
        },
        consumers: [{ queue, mode: 'watch', handle: (delivery) => deliveries.push(delivery) }],
      });
      await started.live();
      return { ...started, exchange, queue, deliveries };
    }

    const send = (
      bus: Bus,
      exchange: string,
      routingKey: string,
      body = '',
      properties: MessageProperties = {},
    ) => bus.publish({ exchange, routingKey, properties, body: Buffer.from(body) });

    /** A queue with a fanout behind it that catches its dead. */
    async function mortal(args: RawQueueOptions['arguments']) {
      const channel = await raw();
      const [queue, graves, dlx] = [fresh('mortal'), fresh('graves'), fresh('dlx')];
      await channel.declareExchange(dlx, 'fanout');
      await channel.declareQueue(graves, EXCLUSIVE);
      await channel.bind(graves, dlx, '');
      await channel.declareQueue(queue, {
        ...EXCLUSIVE,
        arguments: { 'x-dead-letter-exchange': dlx, ...args },
      });
      const dead: RawDelivery[] = [];
      await channel.consume(graves, { noAck: true }, (delivery) => dead.push(delivery));
      return { channel, queue, dlx, dead };
    }

    const deathOf = (delivery: Delivery | undefined) => {
      const [death] = (delivery?.properties.headers?.['x-death'] ?? []) as Record<string, unknown>[];
      const { time: _time, ...rest } = death ?? {};
      return rest;
    };

    describe('routes', () => {
      it.each([
        ['a.#', 'a', true],
        ['a.#', 'a.b.c', true],
        ['a.#.c', 'a.c', true],
        ['a.#.c', 'a.b.b.c', true],
        ['a.#.c', 'a.b.b.d', false],
        ['#.c', 'a.b.c', true],
        ['*.#', 'a', true],
        ['*', 'a', true],
        ['*', 'a.b', false],
        ['a.*', 'a', false],
        ['a.*', 'a.', true],
        ['a.*.c', 'a..c', true],
        ['*', '', false],
        ['#', '', true],
        ['node.crypt.#', 'node.crypt', true],
        ['node.crypt.#', 'node.crypt.push_cluster_secret', true],
        ['node', 'node', true],
        ['node', 'node.a', false],
      ])('a topic key %j for %j: %s', async (pattern, key, isMatch) => {
        const { bus, exchange, deliveries } = await watching([pattern, 'end']);
        await send(bus, exchange, key, 'probe');
        await send(bus, exchange, 'end', 'end');
        await harness.until(() => deliveries.some((delivery) => text(delivery) === 'end'));
        expect(deliveries.map(text)).toEqual(isMatch ? ['probe', 'end'] : ['end']);
      });

      it('one copy to a queue that is bound twice', async () => {
        const { bus, exchange, deliveries } = await watching(['a.#', '#', 'a.*', 'a.b']);
        await send(bus, exchange, 'a.b', 'once');
        await send(bus, exchange, 'end', 'end');
        await harness.until(() => deliveries.length >= 2);
        expect(deliveries.map(text)).toEqual(['once', 'end']);
      });

      it('a copy to every queue of a fanout, whatever the key', async () => {
        const { bus, exchange, deliveries } = await watching(['x'], 'fanout');
        await send(bus, exchange, 'other', 'here');
        await harness.until(() => deliveries.length === 1);
        expect(deliveries[0]).toMatchObject({ exchange, routingKey: 'other' });
      });

      it('a direct exchange by the very key', async () => {
        const { bus, exchange, deliveries } = await watching(['k.#', 'end'], 'direct');
        await send(bus, exchange, 'k.a', 'no');
        await send(bus, exchange, 'k.#', 'yes');
        await send(bus, exchange, 'end', 'end');
        await harness.until(() => deliveries.length >= 2);
        expect(deliveries.map(text)).toEqual(['yes', 'end']);
      });

      it('the default exchange by queue name, and says so in the delivery', async () => {
        const { bus, queue, deliveries } = await watching();
        await send(bus, '', queue, 'direct');
        await harness.until(() => deliveries.length === 1);
        expect(deliveries[0]).toMatchObject({ exchange: '', routingKey: queue, redelivered: false });
      });

      it('the predeclared exchanges, which are there', async () => {
        const channel = await raw();
        for (const exchange of ['amq.topic', 'amq.direct', 'amq.fanout'])
          await channel.checkExchange(exchange);
      });
    });

    describe('publishes', () => {
      it('and resolves on the confirm, also when no queue took it', async () => {
        const { bus, exchange } = await watching(['a']);
        await send(bus, exchange, 'nobody.listens');
        await send(bus, '', fresh('no-such-queue'));
      });

      it('and rejects a mandatory message that no queue took, with the broker’s words', async () => {
        const { bus, exchange } = await watching(['a']);
        const refused = await bus
          .publish({
            exchange,
            routingKey: 'nobody',
            properties: {},
            body: Buffer.from('x'),
            mandatory: true,
          })
          .catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(AppError);
        expect(refused).toMatchObject({
          code: 'BUS_UNROUTABLE',
          message: '312 NO_ROUTE',
          details: { exchange, routingKey: 'nobody' },
        });
      });

      it('many at once and rejects only those that no queue took', async () => {
        const { bus, exchange, queue } = await watching(['a']);
        const results = await Promise.allSettled(
          Array.from({ length: 50 }, (_, index) =>
            bus.publish({
              exchange: index % 2 ? exchange : '',
              routingKey: index % 4 === 0 ? queue : index % 2 ? 'a' : 'nobody',
              properties: { messageId: String(index) },
              body: Buffer.from('same'),
              mandatory: true,
            }),
          ),
        );
        const refused = results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
        expect(refused).toEqual(Array.from({ length: 12 }, (_, index) => 4 * index + 2));
      });

      it('and hears the return before the confirm, on the publishing channel only', async () => {
        const [mine, other] = [await raw(), await raw()];
        mine.publish({
          exchange: 'amq.topic',
          routingKey: fresh('key'),
          properties: {},
          body: Buffer.from(''),
          mandatory: true,
        });
        await harness.until(() => mine.story.length === 2);
        expect(mine.story).toEqual(['return', 'confirm']);
        expect(other.story).toEqual([]);
      });

      it('to an exchange that is not there: rejected with its words, and the next publish goes through', async () => {
        const { bus, exchange, deliveries, heard } = await watching();
        const missing = fresh('missing');
        await expect(send(bus, missing, 'k')).rejects.toMatchObject({
          code: 'BUS_UNROUTABLE',
          message: `NOT_FOUND - no exchange '${missing}' in vhost '/'`,
        });
        await harness.until(() =>
          send(bus, exchange, 'k', 'after').then(
            () => true,
            () => false,
          ),
        );
        await harness.until(() => deliveries.length === 1);
        expect(heard('down')).toEqual([]);
      });

      it('and the handler runs after publish has returned', async () => {
        const { bus, exchange, deliveries } = await watching();
        const confirmed = send(bus, exchange, 'k');
        expect(deliveries).toEqual([]);
        await confirmed;
        await harness.until(() => deliveries.length === 1);
      });

      it('exactly the properties given', async () => {
        const { bus, exchange, deliveries } = await watching();
        const properties: MessageProperties = {
          contentType: 'application/json',
          contentEncoding: 'identity',
          headers: {
            text: 'a string',
            small: 1,
            negative: -5,
            big: 2 ** 40,
            half: 0.5,
            yes: true,
            list: ['a', 1],
            inner: { deep: 'x' },
          },
          deliveryMode: 1,
          priority: 0,
          correlationId: 'c',
          replyTo: 'r',
          expiration: '5000',
          messageId: 'm',
          timestamp: 1_700_000_000,
          type: 'heartbeat',
          appId: 'legion',
        };
        await send(bus, exchange, 'k', 'full', properties);
        await send(bus, exchange, 'k', 'bare');
        await harness.until(() => deliveries.length === 2);
        const [full, bare] = deliveries.map((delivery) =>
          Object.fromEntries(Object.entries(delivery.properties).filter(([, value]) => value !== undefined)),
        );
        expect(full).toEqual(properties);
        expect(bare).toEqual({ headers: {} });
      });

      it('a copy of the body', async () => {
        const { bus, exchange, deliveries } = await watching();
        const body = Buffer.from('before');
        const confirmed = bus.publish({ exchange, routingKey: 'k', properties: {}, body });
        body.fill('x');
        await confirmed;
        await harness.until(() => deliveries.length === 1);
        expect(text(deliveries[0]!)).toBe('before');
      });

      it('bodies of nothing and of 8 MiB', async () => {
        const { bus, exchange, deliveries } = await watching();
        const big = randomBytes(8 * 1024 * 1024);
        await send(bus, exchange, 'k', '');
        await bus.publish({ exchange, routingKey: 'k', properties: {}, body: big });
        await harness.until(() => deliveries.length === 2);
        expect(deliveries[0]!.body.length).toBe(0);
        expect(deliveries[1]!.body.equals(big)).toBe(true);
      });

      it('and is confirmed although the consumer rejects the message', async () => {
        const { bus, queue } = await working(() => 'reject');
        await send(bus, '', queue, 'unwanted');
      });

      it('nothing before it is live', async () => {
        const bus = harness.createBus(fresh('bus'));
        await expect(send(bus, '', 'q')).rejects.toMatchObject({ code: 'BUS_NOT_CONNECTED' });
      });

      it('a key or property that cannot be written is the caller’s bug', async () => {
        const { bus, exchange } = await watching();
        await expect(send(bus, exchange, 'k'.repeat(256))).rejects.toBeInstanceOf(TypeError);
        await expect(send(bus, exchange, 'k', '', { messageId: 'm'.repeat(256) })).rejects.toBeInstanceOf(
          TypeError,
        );
        await send(bus, exchange, 'k'.repeat(255));
      });
    });

    /** A live bus that works on one queue of its own. */
    async function working(
      handle: (delivery: Delivery) => Disposition | Promise<Disposition>,
      options: { readonly prefetch?: number; readonly queue?: RawQueueOptions } = {},
    ) {
      const queue = fresh('work');
      const deliveries: Delivery[] = [];
      const started = startBus({
        topology: { exchanges: [], queues: [{ name: queue, ...(options.queue ?? TRANSIENT) }], bindings: [] },
        consumers: [
          {
            queue,
            mode: 'work',
            prefetch: options.prefetch ?? 10,
            handle: (delivery) => {
              deliveries.push(delivery);
              return handle(delivery);
            },
          },
        ],
      });
      await started.live();
      return { ...started, queue, deliveries };
    }

    describe('consumes', () => {
      it('and takes an acknowledged message off the queue', async () => {
        const { bus, queue, deliveries } = await working(() => 'ack', { prefetch: 1 });
        for (const body of ['1', '2', '3']) await send(bus, '', queue, body);
        await harness.until(() => deliveries.length === 3);
        expect(deliveries.map(text)).toEqual(['1', '2', '3']);
      });

      it('and gets a requeued message back, marked as redelivered', async () => {
        const { bus, queue, deliveries } = await working(({ redelivered }) =>
          redelivered ? 'ack' : 'requeue',
        );
        await send(bus, '', queue, 'again');
        await harness.until(() => deliveries.length === 2);
        expect(deliveries.map(({ redelivered }) => redelivered)).toEqual([false, true]);
      });

      it('no more at a time than its prefetch', async () => {
        const waiting: (() => void)[] = [];
        const { bus, queue, deliveries } = await working(
          () => new Promise((resolve) => waiting.push(() => resolve('ack'))),
          { prefetch: 2 },
        );
        for (const body of ['1', '2', '3', '4']) await send(bus, '', queue, body);
        await harness.until(() => deliveries.length === 2);
        const channel = await raw();
        await harness.until(async () => (await channel.checkQueue(queue)).messageCount === 2);
        expect(deliveries.length).toBe(2);
        waiting.shift()?.();
        await harness.until(() => deliveries.length === 3);
        for (const release of waiting.splice(0)) release();
      });

      it('in turn with its peers', async () => {
        const channel = await raw();
        const queue = fresh('shared');
        await channel.declareQueue(queue, TRANSIENT);
        const got: string[] = [];
        for (const who of ['a', 'b']) {
          await channel.consume(queue, { noAck: false, prefetch: 1 }, ({ deliveryTag }) => {
            got.push(who);
            channel.ack(deliveryTag);
          });
        }
        for (let index = 0; index < 10; index += 1) {
          channel.publish({ exchange: '', routingKey: queue, properties: {}, body: Buffer.from('') });
          await harness.until(() => got.length === index + 1);
        }
        expect(got.filter((who) => who === 'a').length).toBe(5);
      });

      it('on, when a watching handler throws', async () => {
        const queue = fresh('queue');
        const seen: string[] = [];
        const { bus, live, heard } = startBus({
          topology: { exchanges: [], queues: [{ name: queue, ...EXCLUSIVE }], bindings: [] },
          consumers: [
            {
              queue,
              mode: 'watch',
              handle: (delivery) => {
                seen.push(text(delivery));
                if (text(delivery) === 'bad') throw new Error('a bug');
              },
            },
          ],
        });
        await live();
        for (const body of ['good', 'bad', 'good again']) await send(bus, '', queue, body);
        await harness.until(() => seen.length === 3);
        expect(heard('handler-error')).toMatchObject([{ queue, error: { message: 'a bug' } }]);
        expect(heard('down')).toEqual([]);
      });

      it('on, when a working handler throws: the message is rejected, not redelivered', async () => {
        const { bus, queue, deliveries, heard } = await working((delivery) => {
          if (text(delivery) === 'bad') throw new Error('a bug');
          return 'ack';
        });
        for (const body of ['good', 'bad', 'good again']) await send(bus, '', queue, body);
        await harness.until(() => deliveries.length === 3);
        await harness.until(() => heard('handler-error').length === 1);
        expect(deliveries.map(({ redelivered }) => redelivered)).toEqual([false, false, false]);
      });

      it('again from the start of its queue when unsettled messages come back with the end of a connection', async () => {
        const keeper = await raw();
        const queue = fresh('kept');
        await keeper.declareQueue(queue, { ...TRANSIENT, autoDelete: false });
        cleanups.push(async () => (await raw()).deleteQueue(queue));
        const connection = await harness.connect();
        const first = await connection.channel();
        const held: RawDelivery[] = [];
        await first.consume(queue, { noAck: false, prefetch: 2 }, (delivery) => held.push(delivery));
        for (const body of ['1', '2', '3']) {
          keeper.publish({ exchange: '', routingKey: queue, properties: {}, body: Buffer.from(body) });
        }
        await harness.until(() => held.length === 2);
        await connection.close();
        const again: RawDelivery[] = [];
        await keeper.consume(queue, { noAck: true }, (delivery) => again.push(delivery));
        await harness.until(() => again.length === 3);
        expect(again.map((delivery) => [text(delivery), delivery.redelivered])).toEqual([
          ['1', true],
          ['2', true],
          ['3', false],
        ]);
      });

      it('anew, when its queue was deleted: down, then declared and live again', async () => {
        const queue = fresh('deleted');
        const seen: string[] = [];
        const { bus, live, heard } = startBus({
          topology: { exchanges: [], queues: [{ name: queue, ...TRANSIENT }], bindings: [] },
          consumers: [{ queue, mode: 'watch', handle: (delivery) => seen.push(text(delivery)) }],
        });
        await live();
        await (await raw()).deleteQueue(queue);
        await live(2);
        expect(heard('down')).toMatchObject([{ error: { code: 'BUS_LOST' }, willRetry: true }]);
        await send(bus, '', queue, 'back');
        await harness.until(() => seen.length === 1);
      });

      it('from a quorum queue, which counts how often a message came back', async () => {
        const counts: unknown[] = [];
        const { bus, queue } = await working(
          ({ properties }) => {
            counts.push(properties.headers?.['x-delivery-count']);
            return counts.length < 3 ? 'requeue' : 'ack';
          },
          {
            queue: {
              durable: true,
              autoDelete: false,
              exclusive: false,
              arguments: { 'x-queue-type': 'quorum' },
            },
          },
        );
        cleanups.push(async () => (await raw()).deleteQueue(queue));
        await send(bus, '', queue, 'again and again');
        await harness.until(() => counts.length === 3);
        expect(counts.slice(1)).toEqual([1, 2]);
      });
    });

    describe('visits', () => {
      const KEPT: RawQueueOptions = { ...TRANSIENT, autoDelete: false };
      const planOf = (queue: string, hold: Delivery[], args: RawQueueOptions = KEPT): BusPlan => ({
        topology: { exchanges: [], queues: [{ name: queue, ...args }], bindings: [] },
        consumers: [
          {
            queue,
            mode: 'work',
            prefetch: 2,
            // Whatever is held here is not settled before the end.
            handle: (delivery) => (hold.push(delivery), new Promise<never>(() => {})),
          },
        ],
      });

      it('a queue beside its plan until it leaves; what it holds then goes back to its queue', async () => {
        const { bus } = await watching();
        const [queue, held, broken] = [fresh('visited'), [] as Delivery[], [] as Error[]];
        const leave = bus.visit(planOf(queue, held), (error) => broken.push(error));
        await harness.until(() => bus.hasQueue(queue));
        const channel = await raw();
        cleanups.push(() => Promise.resolve(channel.deleteQueue(queue)));
        for (const body of ['1', '2', '3']) await send(bus, '', queue, body);
        await harness.until(() => held.length === 2);
        leave();
        await harness.until(async () => (await channel.checkQueue(queue)).messageCount === 3);
        await send(bus, '', queue, '4');
        expect([held.length, broken]).toEqual([2, []]);
      });

      it('once, when the broker refuses it or takes the queue away; the rest goes on', async () => {
        const { bus, exchange, deliveries, heard } = await watching();
        const channel = await raw();
        const [queue, broken] = [fresh('different'), [] as Error[]];
        await channel.declareQueue(queue, KEPT);
        bus.visit(planOf(queue, [], { ...KEPT, durable: true }), (error) => broken.push(error));
        await harness.until(() => broken.length === 1);
        bus.visit(planOf(queue, []), (error) => broken.push(error));
        await harness.until(async () => (await channel.checkQueue(queue)).consumerCount === 1);
        await channel.deleteQueue(queue);
        await harness.until(() => broken.length === 2);
        await send(bus, exchange, 'k', 'on');
        await harness.until(() => deliveries.length === 1);
        expect(heard('down')).toEqual([]);
      });

      it('again after a cut line', async () => {
        const { bus, live } = await watching();
        const [queue, held, broken] = [fresh('visited'), [] as Delivery[], [] as Error[]];
        const leave = bus.visit(planOf(queue, held), (error) => broken.push(error));
        await harness.until(() => bus.hasQueue(queue));
        await send(bus, '', queue, 'once');
        await harness.until(() => held.length === 1);
        await harness.cut();
        await harness.restore();
        await live(2);
        await harness.until(() => held.length === 2);
        expect([held[1]?.redelivered, broken]).toEqual([true, []]);
        leave();
        await (await raw()).deleteQueue(queue);
      });
    });

    describe('lets messages die', () => {
      it('when their own time is over: dead-lettered with their story, without the expiration', async () => {
        const { channel, queue, dlx, dead } = await mortal({});
        channel.publish({
          exchange: '',
          routingKey: queue,
          properties: { expiration: '20', headers: { a: 1 } },
          body: Buffer.from('old'),
        });
        await harness.until(() => dead.length === 1);
        expect(dead[0]).toMatchObject({ exchange: dlx, routingKey: queue, redelivered: false });
        expect(dead[0]!.properties.expiration).toBeUndefined();
        expect(dead[0]!.properties.headers).toMatchObject({
          a: 1,
          'x-first-death-exchange': '',
          'x-first-death-queue': queue,
          'x-first-death-reason': 'expired',
        });
        expect(deathOf(dead[0])).toEqual({
          count: 1,
          reason: 'expired',
          queue,
          exchange: '',
          'routing-keys': [queue],
          'original-expiration': '20',
        });
      });

      it('when the queue’s time to live is over', async () => {
        const { channel, queue, dead } = await mortal({ 'x-message-ttl': 20 });
        channel.publish({ exchange: '', routingKey: queue, properties: {}, body: Buffer.from('old') });
        await harness.until(() => dead.length === 1);
        expect(deathOf(dead[0])).toEqual({
          count: 1,
          reason: 'expired',
          queue,
          exchange: '',
          'routing-keys': [queue],
        });
      });

      it('from the head only: a short life waits behind a long one', async () => {
        const { channel, queue, dead } = await mortal({});
        for (const [body, expiration] of [
          ['long', '120'],
          ['short', '1'],
        ] as const) {
          channel.publish({
            exchange: '',
            routingKey: queue,
            properties: { expiration },
            body: Buffer.from(body),
          });
        }
        await harness.until(() => dead.length === 2);
        expect(dead.map(text)).toEqual(['long', 'short']);
      });

      it('at once when their time is 0 and nobody consumes', async () => {
        const { channel, queue, dead } = await mortal({});
        channel.publish({
          exchange: '',
          routingKey: queue,
          properties: { expiration: '0' },
          body: Buffer.from('now'),
        });
        await harness.until(() => dead.length === 1);
      });

      it('at the head when the queue is full', async () => {
        const { channel, queue, dead } = await mortal({ 'x-max-length': 2 });
        for (const body of ['1', '2', '3']) {
          channel.publish({ exchange: '', routingKey: queue, properties: {}, body: Buffer.from(body) });
        }
        await harness.until(() => dead.length === 1);
        expect(text(dead[0]!)).toBe('1');
        expect(deathOf(dead[0])).toMatchObject({ reason: 'maxlen' });
        expect((await channel.checkQueue(queue)).messageCount).toBe(2);
      });

      it('when a consumer rejects them, and counts a second death of the same kind', async () => {
        const { channel, queue, dead } = await mortal({});
        await channel.consume(queue, { noAck: false }, ({ deliveryTag }) => channel.nack(deliveryTag, false));
        channel.publish({ exchange: '', routingKey: queue, properties: {}, body: Buffer.from('no') });
        await harness.until(() => dead.length === 1);
        expect(deathOf(dead[0])).toMatchObject({ count: 1, reason: 'rejected' });
        const headers = dead[0]!.properties.headers;
        channel.publish({
          exchange: '',
          routingKey: queue,
          properties: { headers },
          body: Buffer.from('no'),
        });
        await harness.until(() => dead.length === 2);
        expect(deathOf(dead[1])).toMatchObject({ count: 2, reason: 'rejected' });
      });

      it('but not before: an expiration beside a timestamp in seconds is counted from now', async () => {
        const { bus, exchange, deliveries } = await watching();
        const timestamp = 1_700_000_000;
        await send(bus, exchange, 'status', 'beat', { expiration: '5000', timestamp });
        await harness.until(() => deliveries.length === 1);
        expect(deliveries[0]!.properties).toMatchObject({ expiration: '5000', timestamp });
      });
    });

    describe('keeps what is whose', () => {
      it('an exclusive queue is locked for others (405), and its lock closes their channel', async () => {
        const { queue } = await watching();
        const attempts: ((channel: RawChannel) => Promise<unknown>)[] = [
          (channel) => channel.checkQueue(queue),
          (channel) => channel.declareQueue(queue, EXCLUSIVE),
          (channel) => channel.bind(queue, 'amq.topic', '#'),
          (channel) => channel.consume(queue, { noAck: true }, () => {}),
          (channel) => channel.deleteQueue(queue),
        ];
        for (const attempt of attempts) {
          const channel = await raw();
          expect(codeOf(await attempt(channel).catch((error: unknown) => error))).toBe(405);
          expect(await channel.closed).toBe(405);
        }
      });

      it('anybody may publish to an exclusive queue', async () => {
        const { queue, deliveries } = await watching();
        const channel = await raw();
        channel.publish({ exchange: '', routingKey: queue, properties: {}, body: Buffer.from('hello') });
        await harness.until(() => deliveries.length === 1);
      });

      it('an exclusive queue goes with its connection', async () => {
        const connection = await harness.connect();
        const owner = await connection.channel();
        const queue = fresh('exclusive');
        await owner.declareQueue(queue, { ...EXCLUSIVE, autoDelete: false });
        await connection.close();
        await harness.until(
          async () => codeOf(await (await raw()).checkQueue(queue).catch((error: unknown) => error)) === 404,
        );
      });

      it('an auto-delete queue goes with its last consumer, not before', async () => {
        const channel = await raw();
        const queue = fresh('auto');
        await channel.declareQueue(queue, TRANSIENT);
        const [first, second] = [
          await channel.consume(queue, { noAck: true }, () => {}),
          await channel.consume(queue, { noAck: true }, () => {}),
        ];
        await channel.cancel(first);
        expect((await channel.checkQueue(queue)).consumerCount).toBe(1);
        await channel.cancel(second);
        expect(codeOf(await channel.checkQueue(queue).catch((error: unknown) => error))).toBe(404);
      });

      it('a durable queue and its messages outlive the last connection', async () => {
        const queue = fresh('durable');
        const durable = { ...TRANSIENT, durable: true, autoDelete: false };
        const connection = await harness.connect();
        const channel = await connection.channel();
        await channel.declareQueue(queue, durable);
        channel.publish({
          exchange: '',
          routingKey: queue,
          properties: { deliveryMode: 2 },
          body: Buffer.from('kept'),
        });
        await harness.until(() => channel.story.includes('confirm'));
        await connection.close();
        const later = await raw();
        cleanups.push(() => later.deleteQueue(queue));
        await harness.until(async () => (await later.checkQueue(queue)).messageCount === 1);
      });

      it('a second bus with the same exclusive queue is told, tries on, and gets it when the first leaves', async () => {
        const { bus, queue } = await watching();
        const second = startBus({
          topology: { exchanges: [], queues: [{ name: queue, ...EXCLUSIVE }], bindings: [] },
          consumers: [{ queue, mode: 'watch', handle: () => {} }],
        });
        await harness.until(() => second.heard('retrying').length >= 2);
        expect(second.heard('down')).toMatchObject([{ error: { code: 'BUS_NAME_TAKEN' }, willRetry: true }]);
        expect(second.heard('down')[0]?.error.message).toContain(
          `cannot obtain exclusive access to locked queue '${queue}'`,
        );
        await bus.close();
        await second.live();
      });
    });

    describe('refuses', () => {
      const refusal = async (
        code: number,
        attempt: (channel: RawChannel) => Promise<unknown> | void,
      ): Promise<string> => {
        const channel = await raw();
        const error = await Promise.resolve(attempt(channel)).catch((thrown: unknown) => thrown);
        expect(await channel.closed).toBe(code);
        return error instanceof Error ? error.message : '';
      };
      const queue = async (options: RawQueueOptions): Promise<string> => {
        const name = fresh('declared');
        const channel = await raw();
        await channel.declareQueue(name, options);
        cleanups.push(() => channel.deleteQueue(name));
        return name;
      };

      it('a passive look at what is not there (404)', async () => {
        const name = fresh('nothing');
        expect(await refusal(404, (channel) => channel.checkQueue(name))).toContain(
          `no queue '${name}' in vhost '/'`,
        );
        expect(await refusal(404, (channel) => channel.checkExchange(name))).toContain(
          `no exchange '${name}' in vhost '/'`,
        );
      });

      it('a binding to what is not there (404)', async () => {
        const name = await queue(TRANSIENT);
        await refusal(404, (channel) => channel.bind(name, fresh('nothing'), 'k'));
        await refusal(404, (channel) => channel.bind(fresh('nothing'), 'amq.topic', 'k'));
      });

      it('a second declaration that differs (406)', async () => {
        const name = await queue({ ...TRANSIENT, arguments: { 'x-dead-letter-exchange': 'graves' } });
        expect(await refusal(406, (channel) => channel.declareQueue(name, TRANSIENT))).toContain(
          `inequivalent arg 'x-dead-letter-exchange' for queue '${name}' in vhost '/': ` +
            "received none but current is the value 'graves' of type 'longstr'",
        );
        const durable = { ...TRANSIENT, durable: true };
        expect(await refusal(406, (channel) => channel.declareQueue(name, durable))).toContain(
          `inequivalent arg 'durable' for queue '${name}' in vhost '/': received 'true' but current is 'false'`,
        );
      });

      it('a second declaration that only spells out what is the default, not at all', async () => {
        const name = await queue(TRANSIENT);
        await (await raw()).declareQueue(name, { ...TRANSIENT, arguments: { 'x-queue-type': 'classic' } });
      });

      it('an exchange of another type (406)', async () => {
        const { exchange } = await watching();
        await refusal(406, (channel) => channel.declareExchange(exchange, 'fanout'));
      });

      it('an exclusive claim on a queue that is not exclusive (405)', async () => {
        const name = await queue(TRANSIENT);
        await refusal(405, (channel) => channel.declareQueue(name, EXCLUSIVE));
      });

      it('reserved names and the default exchange (403)', async () => {
        const name = await queue(TRANSIENT);
        await refusal(403, (channel) => channel.declareExchange('amq.mine', 'topic'));
        await refusal(403, (channel) => channel.declareQueue('amq.mine', TRANSIENT));
        await refusal(403, (channel) => channel.bind(name, '', 'k'));
      });

      it('a quorum queue that is not durable or is exclusive (406)', async () => {
        const quorum = { 'x-queue-type': 'quorum' };
        await refusal(406, (channel) =>
          channel.declareQueue(fresh('quorum'), { ...TRANSIENT, arguments: quorum }),
        );
        await refusal(406, (channel) =>
          channel.declareQueue(fresh('quorum'), { ...EXCLUSIVE, durable: true, arguments: quorum }),
        );
      });

      it('a publish to an exchange that is not there (404), and an expiration that is no number (406)', async () => {
        const body = Buffer.from('');
        await refusal(404, (channel) =>
          channel.publish({ exchange: fresh('no'), routingKey: '', properties: {}, body }),
        );
        await refusal(406, (channel) =>
          channel.publish({ exchange: '', routingKey: '', properties: { expiration: 'soon' }, body }),
        );
      });

      it('an acknowledgement of what was never delivered (406)', async () => {
        await refusal(406, (channel) => channel.ack(7));
      });

      it('a bus whose topology differs: down for good with the broker’s words, live after mending and reconnect', async () => {
        const name = await queue({ ...TRANSIENT, autoDelete: false });
        const { bus, live, heard } = startBus({
          topology: {
            exchanges: [],
            queues: [{ name, ...TRANSIENT, durable: true, autoDelete: false }],
            bindings: [],
          },
        });
        await harness.until(() => heard('down').length === 1);
        expect(heard('down')).toMatchObject([{ error: { code: 'BUS_TOPOLOGY_MISMATCH' }, willRetry: false }]);
        expect(heard('down')[0]?.error.message).toContain(`inequivalent arg 'durable' for queue '${name}'`);
        expect(heard('retrying')).toEqual([]);
        await (await raw()).deleteQueue(name);
        bus.reconnect();
        await live();
      });
    });

    describe('survives', () => {
      it('a cut line: says so once, refuses publishes, and is live again with its own queue and consumer', async () => {
        const { bus, queue, exchange, deliveries, heard, live, events } = await watching();
        await harness.cut();
        await harness.until(() => heard('retrying').length >= 1);
        await expect(send(bus, '', queue)).rejects.toMatchObject({ code: 'BUS_NOT_CONNECTED' });
        expect(heard('down')).toMatchObject([{ error: { code: 'BUS_LOST' }, willRetry: true }]);
        await harness.restore();
        await live(2);
        await send(bus, exchange, 'k', 'after');
        await harness.until(() => deliveries.length === 1);
        expect(heard('down').length).toBe(1);
        expect(
          events.filter(({ type }) => type === 'live' || type === 'down').map(({ type }) => type),
        ).toEqual(['live', 'down', 'live']);
      });

      it('its own close: quickly, with nothing left behind and no more events', async () => {
        const { bus, queue, exchange, events } = await watching();
        const last = send(bus, exchange, 'k', 'last words');
        await bus.close();
        await last;
        const count = events.length;
        const channel = await raw();
        expect(codeOf(await channel.checkQueue(queue).catch((error: unknown) => error))).toBe(404);
        await expect(send(bus, exchange, 'k')).rejects.toMatchObject({ code: 'BUS_NOT_CONNECTED' });
        await bus.close();
        bus.reconnect();
        expect(events.length).toBe(count);
      });

      it('an alarm: publishers are told, wait or are refused, and go on; consumers never stop', async ({
        skip,
      }) => {
        const { alarm } = harness;
        if (!alarm) return skip('the borrowed broker is not to be harmed');
        const { bus, exchange, queue, deliveries, heard } = await watching();
        await alarm(true);
        try {
          // Told on the first publish after the alarm: that one waits (unless its body is empty), the next are refused.
          const held = send(bus, exchange, 'k', 'held');
          await harness.until(() => heard('blocked').length === 1);
          expect(heard('blocked')[0]?.reason).toBe('low on memory');
          await expect(send(bus, '', queue)).rejects.toMatchObject({ code: 'BUS_BLOCKED' });
          await alarm(false);
          await held;
          await harness.until(() => heard('unblocked').length === 1 && deliveries.length === 1);
          await send(bus, exchange, 'k');
        } finally {
          await alarm(false);
        }
      });

      it('a cut while a publish waits for its confirm: that one is lost, and says so', async ({ skip }) => {
        const { alarm } = harness;
        if (!alarm) return skip('the borrowed broker is not to be harmed');
        const { bus, exchange, heard, live } = await watching();
        await alarm(true);
        try {
          const held = expect(send(bus, exchange, 'k', 'held')).rejects.toMatchObject({ code: 'BUS_LOST' });
          await harness.until(() => heard('blocked').length === 1);
          await harness.cut();
          await held;
        } finally {
          await alarm(false);
          await harness.restore();
        }
        await live(2);
        await send(bus, exchange, 'k');
      });
    });
  });
}
