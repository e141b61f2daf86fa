/** The broker in memory where the bus suite does not look: matching against a slow copy, faults, expiry, speed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, wordsOf } from '../../../../app/main/core/broker/exchange.js';
import { createBroker, type Frame } from '../../../../app/main/core/broker/index.js';

const QUEUE = { durable: false, autoDelete: false, exclusive: false, arguments: {} };

function aBroker() {
  let time = 0;
  const broker = createBroker({ now: () => 1_700_000_000_000 + time, uptime: () => time });
  const connect = (name = 'test') => {
    const frames: Frame[] = [];
    const connection = broker.connect(name, (frame) => frames.push(frame));
    return { connection, frames, channel: connection.openChannel() };
  };
  /** Hands out everything, as the pump would. */
  const run = (): void => {
    for (const { frame, hear } of broker.take(Infinity)) hear(frame);
  };
  const pass = (ms: number): void => {
    time += ms;
    broker.tick();
    run();
  };
  return { broker, connect, run, pass };
}

const post = (routingKey: string, exchange = '', body = 'x', properties = {}) => ({
  exchange,
  routingKey,
  properties,
  body: Buffer.from(body),
});

describe('topic matching', () => {
  /** The definition, word by word. */
  function slowly(pattern: readonly string[], words: readonly string[]): boolean {
    const [first, ...rest] = pattern;
    if (first === undefined) return words.length === 0;
    if (first === '#') return slowly(rest, words) || (words.length > 0 && slowly(pattern, words.slice(1)));
    return words.length > 0 && (first === '*' || first === words[0]) && slowly(rest, words.slice(1));
  }

  it('agrees with its definition for any pattern and key', () => {
    const word = fc.constantFrom('a', 'b', '');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { maxLength: 6 }),
        fc.array(word, { maxLength: 6 }),
        (pattern, words) => {
          expect(matches(pattern, words)).toBe(slowly(pattern, words));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('takes an empty key for no word and a dot for two', () => {
    expect([wordsOf('').length, wordsOf('.').length, wordsOf('a.b').length]).toEqual([0, 2, 2]);
  });

  it('is not slowed down by a pattern made to be slow', () => {
    const pattern = [...Array.from({ length: 30 }, () => ['#', 'a']).flat(), 'z'];
    const words = Array.from({ length: 2000 }, () => 'a');
    const started = performance.now();
    expect(matches(pattern, words)).toBe(false);
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('bindings', () => {
  it('stay apart: taking one of two away leaves the other', () => {
    const { connect, run } = aBroker();
    const { channel, frames } = connect();
    channel.declareQueue('q', QUEUE);
    for (const exchange of ['amq.topic', 'amq.fanout']) {
      channel.bind('q', exchange, 'a.*');
      channel.bind('q', exchange, 'a.b');
      channel.unbind('q', exchange, 'a.*');
    }
    channel.consume('q', 't', { noAck: true });
    for (const key of ['a.b', 'a.c'])
      for (const exchange of ['amq.topic', 'amq.fanout']) channel.publish(post(key, exchange));
    run();
    const got = frames.map(
      (frame) => frame.type === 'deliver' && `${frame.message.exchange} ${frame.message.routingKey}`,
    );
    expect(got).toEqual(['amq.topic a.b', 'amq.fanout a.b', 'amq.fanout a.c']);
  });

  it('take an auto-delete exchange with them when the last one goes', () => {
    const { connect } = aBroker();
    const { channel } = connect();
    channel.declareExchange('e', { type: 'topic', durable: false, autoDelete: true });
    channel.declareQueue('q', QUEUE);
    channel.bind('q', 'e', '#');
    channel.deleteQueue('q');
    expect(() => channel.checkExchange('e')).toThrow("NOT_FOUND - no exchange 'e' in vhost '/'");
  });
});

describe('time', () => {
  it('names the next expiry, and null when nothing expires', () => {
    const { broker, connect, pass } = aBroker();
    const { channel } = connect();
    channel.declareQueue('q', QUEUE);
    channel.publish(post('q'));
    expect(broker.nextExpiry()).toBeNull();
    channel.declareQueue('short', { ...QUEUE, arguments: { 'x-message-ttl': 50 } });
    channel.publish(post('short'));
    channel.publish(post('short', '', 'x', { expiration: '20' }));
    expect(broker.nextExpiry()).toBe(50);
    pass(50);
    expect(broker.nextExpiry()).toBeNull();
    expect(broker.queueStatus().get('short')?.messageCount).toBe(0);
    expect(broker.queueStatus().get('q')?.messageCount).toBe(1);
  });

  it('does not let a message go round in circles of expiry for ever', () => {
    const { broker, connect, pass } = aBroker();
    const { channel } = connect();
    channel.declareQueue('loop', {
      ...QUEUE,
      arguments: { 'x-message-ttl': 10, 'x-dead-letter-exchange': '' },
    });
    channel.publish(post('loop'));
    pass(10);
    expect(broker.queueStatus().get('loop')?.messageCount).toBe(0);
    expect(broker.nextExpiry()).toBeNull();
  });
});

describe('faults', () => {
  it('a cut ends every line without a word, keeps queues but exclusive ones, and lets nobody in', () => {
    const { broker, connect, run } = aBroker();
    const { channel, frames, connection } = connect();
    channel.declareQueue('kept', QUEUE);
    channel.declareQueue('mine', { ...QUEUE, exclusive: true });
    channel.consume('kept', 't', { noAck: false });
    channel.publish(post('kept'));
    broker.cut();
    run();
    expect(frames).toEqual([{ type: 'connection-closed', code: null, text: 'the line was cut' }]);
    expect(connection.isOpen()).toBe(false);
    expect([...broker.queueStatus()]).toEqual([['kept', { messageCount: 1, consumerCount: 0 }]]);
    expect(() => connect()).toThrow('cannot be reached');
    broker.restore();
    connect();
  });

  it('a kick ends the connections of one name, with its reason', () => {
    const { broker, connect, run } = aBroker();
    const [a, b] = [connect('a'), connect('b')];
    broker.kick('a', 'maintenance');
    run();
    expect(a.frames).toEqual([
      { type: 'connection-closed', code: 320, text: 'CONNECTION_FORCED - maintenance' },
    ]);
    expect(b.frames).toEqual([]);
    expect(broker.connectionNames()).toEqual(['b']);
  });

  it('an alarm holds publishes back in order and tells each publisher once', () => {
    const { broker, connect, run } = aBroker();
    const { channel, frames } = connect();
    channel.declareQueue('q', QUEUE);
    channel.consume('q', 't', { noAck: true });
    broker.block('low on memory');
    for (const body of ['1', '2']) channel.publish(post('q', '', body));
    run();
    expect(frames).toEqual([{ type: 'blocked', reason: 'low on memory' }]);
    broker.unblock();
    run();
    expect(
      frames.slice(1).map((frame) => (frame.type === 'deliver' ? String(frame.message.body) : frame.type)),
    ).toEqual(['1', '2', 'unblocked']);
  });
});

describe('speed', () => {
  it('takes 10,000 nodes bound like a cluster and 100,000 beats well within its two seconds', () => {
    const { connect, run } = aBroker();
    const { channel, frames } = connect();
    channel.declareExchange('node', { type: 'topic', durable: true });
    for (let index = 0; index < 10_000; index += 1) {
      const queue = `node.n${index}`;
      channel.declareQueue(queue, { ...QUEUE, exclusive: true, autoDelete: true });
      for (const key of ['node', queue, 'node.crypt.#']) channel.bind(queue, 'node', key);
    }
    channel.declareQueue('observer', QUEUE);
    channel.bind('observer', 'node', '#');
    channel.consume('observer', 't', { noAck: true });
    const started = performance.now();
    for (let beat = 0; beat < 100_000; beat += 1) {
      channel.publish(post('status', 'node', '{"name":"n"}', { expiration: '5000' }));
      if (beat % 1000 === 999) run();
    }
    expect(frames.length).toBe(100_000);
    const seconds = (performance.now() - started) / 1000;
    console.info(`broker: ${Math.round(100_000 / seconds).toLocaleString('en')} deliveries per second`);
    expect(seconds).toBeLessThan(2);
  });
});
