/** What the Ruby node of our tests does with pushed settings and gems, against what real ones did and said. */
import { readFileSync } from 'node:fs';
import amqplib, { type ConsumeMessage } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import {
  createRubyNode,
  type Generation,
  type RubyNode,
  type RubyNodeOptions,
} from '../support/ruby-node.js';
import { until } from '../support/until.js';

type Recorded = {
  name: string;
  framework?: string;
  how: string;
  in_answer_to?: Record<string, unknown>;
  properties: { headers: Record<string, unknown>; timestamp: number } & Record<string, unknown>;
  body_json: Record<string, unknown>;
};
type Case = {
  case: string;
  sent: {
    content_type: string | null;
    content_encoding: string;
    headers: Record<string, unknown> | null;
    routing_key?: string;
    body: unknown;
  };
  ruby_1_4: string;
  ruby_1_9: string;
};
const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../contract/vectors/legionio/${file}`, import.meta.url), 'utf8')) as T;
const peerRuns = read<{ messages: Recorded[] }>('node-peer-runs.json').messages;
const { cases } = read<{ cases: Case[] }>('consume-behaviour.json');

/** Cases whose bodies stand in the table as they were sent, and that only 1.4 was shown with a restart. */
const sendable = (generation: Generation): Case[] =>
  cases.filter(
    ({ case: title, sent }) =>
      sent.content_encoding !== 'encrypted/cs' &&
      sent.routing_key === undefined &&
      !(generation === '1.9' && title.includes('restart true')),
  );

describeWithRabbitMq('changes pushed to the Ruby node of our tests', () => {
  describe.each(['1.4', '1.9'] as const)('of generation %s', { timeout: 30_000 }, (generation) => {
    let broker: RabbitMq;
    let raw: amqplib.ChannelModel;
    let channel: amqplib.ConfirmChannel;
    const heard: ConsumeMessage[] = [];
    let nodes = 0;

    beforeAll(async () => {
      broker = await startRabbitMq();
      raw = await amqplib.connect(broker.url);
      channel = await raw.createConfirmChannel();
      await channel.assertExchange('node', 'topic', { durable: true });
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'node', '#.update_result');
      await channel.consume(queue, (message) => message && heard.push(message), { noAck: true });
    }, 90_000);
    afterAll(async () => {
      await raw?.close();
      await broker?.dispose();
    });

    async function boot(more: Partial<RubyNodeOptions> = {}): Promise<RubyNode> {
      nodes += 1;
      const name = `ruby_${nodes}.${nodes}`;
      const node = await createRubyNode({
        url: broker.url,
        name,
        generation,
        secret: 'a'.repeat(64),
        ...more,
      });
      onTestFinished(() => node.stop());
      return node;
    }
    async function send(node: RubyNode, body: unknown, properties: amqplib.Options.Publish = {}) {
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      channel.sendToQueue(node.queue, bytes, { contentType: 'application/json', ...properties });
      await channel.waitForConfirms();
    }
    const bodyOf = (message: ConsumeMessage): Record<string, unknown> =>
      JSON.parse(message.content.toString()) as Record<string, unknown>;
    const resultsOf = (name: string): ConsumeMessage[] =>
      heard.filter((message) => message.fields.routingKey === `node.${name}.update_result`);
    const result = (name: string): Promise<ConsumeMessage> => until(() => resultsOf(name).at(-1));
    /** Everything that was sent to it before has been dealt with: its consumer takes one after the other. */
    async function settle(node: RubyNode): Promise<void> {
      const body = { function: 'update_settings', settings: {}, restart: false };
      const before = resultsOf(node.name).length;
      await send(node, body);
      await until(() =>
        resultsOf(node.name)
          .slice(before)
          .some((one) => bodyOf(one)['detail'] === 'keys: '),
      );
    }

    it.each(
      peerRuns.filter(
        ({ name, framework, in_answer_to: asked }) =>
          name === 'UpdateResult' && framework === generation && asked !== undefined,
      ),
    )('answers as recorded: $how', async ({ in_answer_to: asked, properties, body_json: wanted }) => {
      const node = await boot();
      await send(node, asked);
      const isRenamed = wanted['node'] === 'renamed.5';
      const told = await result(isRenamed ? 'renamed.5' : node.name);
      const { timestamp, ...body } = bodyOf(told);
      const { timestamp: _, ...rest } = wanted;
      expect(Object.keys(bodyOf(told))).toEqual(Object.keys(wanted));
      expect(body).toEqual({ ...rest, node: isRenamed ? 'renamed.5' : node.name });
      expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const { headers, timestamp: at, ...present } = told.properties as unknown as Record<string, unknown>;
      expect(headers).toEqual(properties.headers);
      expect(at).toBeTypeOf('number');
      const { headers: _h, timestamp: _t, ...plain } = properties;
      for (const [key, value] of Object.entries(plain)) {
        expect(present[key.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())]).toBe(value);
      }
      expect(present['correlationId']).toBeUndefined();
      // The section before the one that fails was applied, and the one after it was not.
      const isPartly = Object.keys(asked?.['settings'] ?? {})[0] === 'extensions';
      if (wanted['status'] === 'failed' && isPartly)
        expect(node.settings()['extensions']).toMatchObject({ js_demo: { a: 1 } });
      expect(node.restarts()).toBe(0);
    });

    it.each(sendable(generation))('reacts as recorded: $case', async ({ sent, ...said }) => {
      const node = await boot();
      const reaction = said.ruby_1_9 === 'same' || generation === '1.4' ? said.ruby_1_4 : said.ruby_1_9;
      const { content_type: contentType, content_encoding: contentEncoding, headers } = sent;
      await send(node, sent.body, {
        contentType: contentType ?? undefined,
        contentEncoding,
        headers: headers ?? {},
      } as amqplib.Options.Publish);
      if (reaction.includes('node.dlx')) {
        await until(() => node.errors.some((error) => error.startsWith('decode:')));
        expect(resultsOf(node.name)).toEqual([]);
        return;
      }
      const expected = /UpdateResult (success|failed)/.exec(reaction)?.[1];
      if (expected !== undefined) {
        const told = bodyOf(await result(node.name));
        expect(told['status']).toBe(expected);
        expect(resultsOf(node.name)).toHaveLength(1);
      } else {
        await settle(node);
        expect(resultsOf(node.name)).toHaveLength(1);
      }
      const settings = node.settings();
      if (said.case === 'message, hash value')
        expect(settings['extensions']).toHaveProperty('demo3', { a: 1 });
      if (said.case === 'message, string value') expect(settings).not.toHaveProperty('role');
      if (said.case.startsWith('message,')) expect(node.errors.join()).toContain('message: undefined method');
      if (said.case.includes('restart true')) {
        expect(settings['extensions']).not.toHaveProperty('demo');
        expect(node.restarts()).toBe(1);
      }
      if (said.case.includes('scalar')) expect(settings['auto_install_missing_lex']).toBe(true);
    });

    it('replaces the second level whole and leaves its neighbours', async () => {
      const node = await boot();
      await send(node, {
        function: 'update_settings',
        settings: { transport: { connection: { port: 1 }, pool: 20 } },
      });
      await settle(node);
      expect(node.settings()['transport']).toMatchObject({
        connection: { port: 1 },
        pool: 20,
        connection_pool_size: 1,
      });
      expect((node.settings()['transport'] as { connection: object }).connection).toEqual({ port: 1 });
    });

    it('a header beats the body, and without settings nothing is told', async () => {
      const node = await boot();
      const wrong = { function: 'update_settings', settings: { extensions: { body: 1 } } };
      await send(node, wrong, { headers: { settings: { extensions: { header: 1 } } } });
      await send(node, { function: 'update_settings' });
      await settle(node);
      expect(resultsOf(node.name)).toHaveLength(2);
      expect(node.settings()['extensions']).toMatchObject({ header: 1 });
      expect(node.settings()['extensions']).not.toHaveProperty('body');
    });

    it('installs a gem it can find and reloads, unless told not to', async () => {
      const node = await boot();
      await send(node, { function: 'update_settings', settings: { extensions: { pushed: 1 } } });
      await settle(node);
      await send(node, { function: 'update_gem', extension: 'http', version: '0.9.0', reload: false });
      await until(() => node.gems.get('lex-http') === '0.9.0');
      expect(bodyOf(await until(() => resultsOf(node.name)[2]))).toMatchObject({
        action: 'update_gem',
        status: 'success',
        detail: 'lex-http 0.9.0',
        error: null,
      });
      expect(node.restarts()).toBe(0);
      await send(node, { function: 'update_gem', extension: 'lex-http', version: null });
      expect(bodyOf(await until(() => resultsOf(node.name)[3]))).toMatchObject({ detail: 'lex-http latest' });
      expect(node.gems.get('lex-http')).toBe('0.9.1');
      expect(node.restarts()).toBe(1);
      expect(node.settings()['extensions']).not.toHaveProperty('pushed');
      // Its queue is there again, and what comes now is dealt with.
      await settle(node);
      await send(node, { function: 'update_gem', extension: 'lex-http', version: '7' });
      expect(bodyOf(await until(() => resultsOf(node.name)[5]))).toMatchObject({
        detail: 'lex-http',
        error: "Unable to resolve dependency: user requested 'lex-http (= 7)'",
      });
    });

    it('misbehaves as it is told', async () => {
      const node = await boot({ faults: { silent: true } });
      const push = { function: 'update_settings', settings: { extensions: { a: 1 } } };
      await send(node, push);
      await until(() => 'a' in (node.settings()['extensions'] as object));
      node.misbehave({ times: 2, contradicts: true, year1970: true, echoes: true });
      await send(node, push, { correlationId: 'c-1' });
      await until(() => resultsOf(node.name).length === 3);
      expect(resultsOf(node.name).map((one) => bodyOf(one)['status'])).toEqual([
        'success',
        'success',
        'failed',
      ]);
      expect(bodyOf(resultsOf(node.name)[0]!)['timestamp']).toBe('1970-01-01T00:00:00Z');
      expect(resultsOf(node.name)[0]!.properties.correlationId).toBe('c-1');
      node.misbehave({ diesAfterSuccess: true });
      await send(node, push);
      await until(() => resultsOf(node.name).length === 4);
      await until(async () => !(await broker.ctl('list_queues', 'name')).includes(`${node.queue}\n`));
    });
  });
});
