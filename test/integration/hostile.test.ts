/** 200,000 messages that nobody should send: the node stays up, its memory flat, its counters right. */
import { readFileSync } from 'node:fs';
import amqplib from 'amqplib';
import { expect, it } from 'vitest';
import { startConsole } from '../support/console-process.js';
import { seededRandom } from '../support/fake-parts.js';
import { hostileMessages, type Model } from '../support/hostile.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { startRabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const COUNT = 200_000;
const HALF = COUNT / 2;

describeWithRabbitMq('hostile messages', () => {
  it('are counted to the last one, and change nothing else', { timeout: 300_000 }, async () => {
    const broker = await startRabbitMq();
    const name = `hostile-${process.pid}`;
    const consoleProcess = await startConsole([
      '--bus',
      broker.url,
      '--name',
      name,
      '--node-enabled',
      'false',
    ]);
    const connection = await amqplib.connect(broker.url);
    try {
      await until(
        async () => (await consoleProcess.call('session.get', {})).link.state === 'live' || undefined,
      );
      const vectors = new URL('../contract/vectors/legionio/messages-framework-1.9.json', import.meta.url);
      const models = (
        JSON.parse(readFileSync(vectors, 'utf8')) as { messages: (Model & { exchange: string })[] }
      ).messages.filter((message) => message.exchange === 'node' && message.body_utf8.startsWith('{'));
      const next = hostileMessages(seededRandom(20261121), models);
      const channel = await connection.createConfirmChannel();

      const messages = async (): Promise<number> => {
        const text = await (await fetch(`${consoleProcess.origin}/metrics`)).text();
        return Number(/^legion_console_messages_total (\d+)$/m.exec(text)![1]);
      };
      // What matches the bindings of our own queue arrives there too, but is told once.
      const flood = async (count: number): Promise<void> => {
        for (let sent = 0; sent < count;) {
          for (let i = 0; i < 1_000; i += 1, sent += 1) {
            const { routingKey, body, properties } = next();
            channel.publish('node', routingKey, body, properties);
          }
          await channel.waitForConfirms();
        }
      };
      await flood(HALF);
      await until(async () => (await messages()) === HALF || undefined, 60_000);
      const rssAtHalf = consoleProcess.rssMb();
      await flood(HALF);
      await until(async () => (await messages()) === COUNT || undefined, 60_000);

      const health = await consoleProcess.call('health.get', {});
      const session = await consoleProcess.call('session.get', {});
      const text = await (await fetch(`${consoleProcess.origin}/metrics`)).text();
      const beats = Number(/^legion_console_beats_total (\d+)$/m.exec(text)![1]);
      const sum = (list: { count: number }[]): number => list.reduce((total, { count }) => total + count, 0);
      expect(beats + sum(health.heard) + sum(health.refused)).toBe(COUNT);
      expect(session.ingest.refused).toBe(sum(health.refused));
      expect(health.refused.length).toBeGreaterThan(8);
      expect(session.link.state).toMatch(/live|degraded/);
      expect(session.needs.length).toBeLessThanOrEqual(6);
      // Flat: the second half costs next to nothing of what the first did.
      expect(consoleProcess.rssMb() - rssAtHalf).toBeLessThan(40);
      expect((await consoleProcess.call('event.list', {})).events.length).toBeLessThanOrEqual(5_000);
      // No bug was hit on the way, and nobody's prototype was.
      expect(consoleProcess.log()).not.toMatch(/"level":"(error|fatal)"/);
      const { nodes } = await consoleProcess.call('node.list', {});
      expect(nodes.length).toBeLessThan(5_000);
      expect(nodes.every((node) => node.name.length <= 255)).toBe(true);
    } finally {
      await connection.close();
      await consoleProcess.stop();
      await broker.dispose();
    }
  });
});
