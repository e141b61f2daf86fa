/** The built product on a real RabbitMQ, seen from outside: by rabbitmqctl, by a raw consumer, by its own door. */
import { readFileSync } from 'node:fs';
import amqplib from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

type Recorded = {
  name: string;
  exchange: string;
  routing_key: string;
  properties: Record<string, unknown>;
  body_utf8: string;
};
const recorded = ['messages-framework-1.4.json', 'messages-framework-1.9.json'].flatMap((file) => {
  const path = new URL(`../contract/vectors/legionio/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { messages: Recorded[] }).messages;
});
/** AMQP's names in the recordings, as amqplib wants them. */
const options = ({ properties }: Recorded): object =>
  Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

describeWithRabbitMq('the console on RabbitMQ', () => {
  let broker: RabbitMq;
  let consoleProcess: ConsoleProcess;
  let raw: Awaited<ReturnType<typeof amqplib.connect>>;

  beforeAll(async () => {
    broker = await startRabbitMq();
    consoleProcess = await startConsole([
      '--bus',
      broker.url,
      '--name',
      'console-1',
      '--node-beat-interval-s',
      '1',
    ]);
    await until(
      async () => (await consoleProcess.call('session.get', {})).link.state === 'live' || undefined,
    );
    raw = await amqplib.connect(broker.url);
  });
  afterAll(async () => {
    await raw?.close().catch(() => undefined);
    await consoleProcess?.stop();
    await broker?.dispose();
  });

  const list = () => consoleProcess.call('node.list', {});

  it('shows every recorded beat of both generations with its name, state, version and metrics', async () => {
    const channel = await raw.createConfirmChannel();
    const beats = recorded.filter((message) => message.name.startsWith('Beat'));
    expect(beats.length).toBeGreaterThan(3);
    for (const message of beats) {
      channel.publish(
        message.exchange,
        message.routing_key,
        Buffer.from(message.body_utf8),
        options(message),
      );
      await channel.waitForConfirms();
      const beat = JSON.parse(message.body_utf8) as {
        name: string;
        pid: number;
        status: string;
        version: string;
        metrics: Record<string, number>;
      };
      const shown = await until(async () =>
        (await list()).nodes.find((node) => node.name === beat.name && node.status === beat.status),
      );
      expect(shown).toMatchObject({
        state: 'healthy',
        pid: beat.pid,
        version: beat.version,
        metrics: {
          threads: beat.metrics.thread_count,
          extensions: beat.metrics.loaded_extensions,
          uptimeS: beat.metrics.uptime_seconds,
        },
      });
      expect(shown.metrics.memoryMb).toBeCloseTo(beat.metrics.memory_rss_mb!, 1);
    }
  });

  it('shows the other recorded messages in the feed, and keeps their secrets to itself', async () => {
    const channel = await raw.createConfirmChannel();
    for (const message of recorded.filter((one) => one.exchange === 'node' && !one.name.startsWith('Beat'))) {
      channel.publish(
        message.exchange,
        message.routing_key,
        Buffer.from(message.body_utf8),
        options(message),
      );
    }
    await channel.waitForConfirms();
    const wanted = [
      'RequestPublicKeys',
      'PublicKey',
      'RequestClusterSecret',
      'PushClusterSecret',
      'RequestVaultToken',
      'PushVaultToken',
      'UpdateResult',
    ];
    const events = await until(async () => {
      const { events: all } = await consoleProcess.call('event.list', {});
      const heard = new Set(all.map((event) => event.facts.message));
      return wanted.every((kind) => heard.has(kind)) ? all : undefined;
    });
    const ciphertext = (
      JSON.parse(recorded.find((one) => one.name === 'PushClusterSecret')!.body_utf8) as { message: string }
    ).message;
    expect(JSON.stringify(events)).not.toContain(ciphertext.slice(0, 40));
  });

  it('declares its queue and bindings exactly as the rules say, as rabbitmqctl sees them', async () => {
    const queues = await broker.ctl(
      'list_queues',
      '--silent',
      'name',
      'durable',
      'auto_delete',
      'exclusive',
      'arguments',
      'consumers',
    );
    expect(queues.split('\n').map((line) => line.trim())).toContain(
      'node.console-1\tfalse\ttrue\ttrue\t[{"x-queue-type","classic"},{"x-dead-letter-exchange","node.dlx"}]\t1',
    );
    const bindings = await broker.ctl(
      'list_bindings',
      '--silent',
      'source_name',
      'destination_name',
      'routing_key',
    );
    const ours = bindings
      .split('\n')
      .map((line) => line.trim().split('\t'))
      .filter(([source, queue]) => source === 'node' && queue === 'node.console-1');
    expect(ours.map(([, , key]) => key).sort()).toEqual(['node', 'node.console-1', 'node.crypt.#']);
    const exchanges = await broker.ctl(
      'list_exchanges',
      '--silent',
      'name',
      'type',
      'durable',
      'auto_delete',
      'internal',
      'arguments',
    );
    expect(exchanges).toContain('node\ttopic\ttrue\tfalse\tfalse\t[]');
    expect(exchanges).toContain('node.dlx\tfanout\ttrue\tfalse\tfalse\t[]');
    const connections = await broker.ctl('list_connections', '--silent', 'client_properties');
    expect(connections.match(/Legion Console/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('beats as the rules say, as a raw consumer sees it', async () => {
    const channel = await raw.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'node', 'status');
    const message = await new Promise<amqplib.ConsumeMessage>((resolve) => {
      void channel.consume(queue, (one) => one && resolve(one), { noAck: true });
    });
    expect(message.fields).toMatchObject({ exchange: 'node', routingKey: 'status' });
    const present = Object.fromEntries(
      Object.entries(message.properties).filter(([, value]) => value !== undefined),
    );
    expect(present).toEqual({
      contentType: 'application/json',
      contentEncoding: 'identity',
      headers: { legion_protocol_version: '2.0' },
      deliveryMode: 1,
      priority: 0,
      expiration: '5000',
      timestamp: expect.any(Number) as number,
      type: 'heartbeat',
      appId: 'legion',
    });
    expect(JSON.parse(message.content.toString())).toMatchObject({
      name: 'console-1',
      pid: consoleProcess.pid,
      status: 'active',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$/) as string,
      hosted_worker_ids: [],
      metrics: { memory_rss_mb: expect.any(Number) as number, uptime_seconds: expect.any(Number) as number },
    });
    await channel.close();
  });

  it('takes a message to its own queue off it, and dead-letters what nobody can read', async () => {
    const channel = await raw.createConfirmChannel();
    await channel.assertQueue('test.dead', { exclusive: true });
    await channel.bindQueue('test.dead', 'node.dlx', '#');
    const json = { contentType: 'application/json' };
    channel.sendToQueue('node.console-1', Buffer.from('{"function":'), json);
    channel.sendToQueue('node.console-1', Buffer.from('{"function":"no_such_function"}'), json);
    channel.sendToQueue('node.console-1', Buffer.from('{"function":"update_settings","settings":{}}'), json);
    await channel.waitForConfirms();
    await until(
      async () =>
        (await broker.ctl('list_queues', '--silent', 'name', 'messages')).includes('test.dead\t1') ||
        undefined,
    );
    expect(await broker.ctl('list_queues', '--silent', 'name', 'messages')).toContain('node.console-1\t0');
    await channel.close();
  });

  it('freezes the fleet while the broker is away, is live soon after, and goes on beating', async () => {
    const channel = await raw.createChannel();
    await channel.close();
    const before = await list();
    await raw.close();
    await broker.stop();
    const stale = await until(async () => {
      const session = await consoleProcess.call('session.get', {});
      return session.link.asOf === null ? undefined : session;
    });
    expect(stale.link).toMatchObject({
      state: 'reconnecting',
      error: { code: expect.stringMatching(/^BUS_/) as string },
    });
    const states = async () => (await list()).nodes.map((node) => `${node.name} ${node.state}`).sort();
    const frozen = await states();
    await broker.restart();
    await until(
      async () => (await consoleProcess.call('session.get', {})).link.state === 'live' || undefined,
      30_000,
    );
    expect(await states()).toEqual(frozen);
    const session = await until(async () => {
      const now = await consoleProcess.call('session.get', {});
      return now.self?.lastBeatAt && now.link.back && now.self.lastBeatAt > now.link.back.at
        ? now
        : undefined;
    });
    expect(session.link.back!.outageMs).toBeGreaterThan(500);
    expect(new Set((await list()).nodes.map((node) => node.name))).toEqual(
      new Set(before.nodes.map((node) => node.name)),
    );
    raw = await amqplib.connect(broker.url);
  });

  it('says goodbye when it is told to stop, and leaves nothing of its own behind', async () => {
    const channel = await raw.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'node', 'status');
    const words: string[] = [];
    await channel.consume(
      queue,
      (one) => one && words.push((JSON.parse(one.content.toString()) as { status: string }).status),
      { noAck: true },
    );
    expect(await consoleProcess.stop()).toBe(0);
    await until(() => words.includes('left') || undefined);
    await until(
      async () => !(await broker.ctl('list_queues', '--silent', 'name')).includes('console-1') || undefined,
    );
  });
});
