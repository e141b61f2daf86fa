/** The Ruby node of our tests against what real ones sent, read, declared and refused: it may be no kinder than they. */
import { readFileSync } from 'node:fs';
import amqplib, { type ConsumeMessage } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { createRubyNode, type RubyNode, type RubyNodeOptions } from '../support/ruby-node.js';
import {
  decryptWith,
  encryptTo,
  type Generation,
  keyOf,
  mime60,
  seal,
  unseal,
} from '../support/ruby-node-crypt.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const OTHER = '1'.repeat(64);
const GENERATIONS: readonly Generation[] = ['1.4', '1.9'];

const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../contract/vectors/legionio/${file}`, import.meta.url), 'utf8')) as T;

type Symmetric = { name: string; plaintext_utf8: string; enciphered_message: string; iv: string };
type Asymmetric = { name: string; plaintext: string; ciphertext: string };
const vectors = read<{
  cluster_secret: string;
  rsa: { private_key_pkcs1_pem: string; public_key_spki_pem: string; public_key_base64_of_pem_mime: string };
  legacy_crypt_1_4_6: { symmetric_aes_256_cbc: Symmetric[]; keypair_rsa_pkcs1_v1_5: Asymmetric[] };
  modern_crypt_1_5_12: { symmetric_aes_256_gcm: Symmetric[]; keypair_rsa_oaep_sha1: Asymmetric[] };
}>('crypto.json');

describe.each(GENERATIONS)('the cryptography of Ruby %s', (generation) => {
  const legacy = vectors.legacy_crypt_1_4_6;
  const modern = vectors.modern_crypt_1_5_12;
  const is14 = generation === '1.4';
  const key = keyOf(vectors.cluster_secret);
  const { private_key_pkcs1_pem: privatePem, public_key_spki_pem: publicPem } = vectors.rsa;

  it('reads what upstream wrote, and writes what it reads itself', () => {
    const symmetric = is14
      ? legacy.symmetric_aes_256_cbc
      : [...legacy.symmetric_aes_256_cbc, ...modern.symmetric_aes_256_gcm];
    for (const { enciphered_message: text, iv, plaintext_utf8: plain } of symmetric) {
      expect(unseal(generation, key, { text, iv })).toBe(plain);
      expect(unseal(generation, key, seal(generation, key, plain))).toBe(plain);
    }
    const asymmetric = is14
      ? legacy.keypair_rsa_pkcs1_v1_5
      : [...legacy.keypair_rsa_pkcs1_v1_5, ...modern.keypair_rsa_oaep_sha1];
    for (const { ciphertext, plaintext } of asymmetric) {
      expect(decryptWith(generation, privatePem, ciphertext)).toBe(plaintext);
      expect(decryptWith(generation, privatePem, encryptTo(generation, publicPem, plaintext))).toBe(
        plaintext,
      );
    }
  });

  it('takes keys as PEM only, and writes them in lines of 60', () => {
    expect(mime60(Buffer.from(publicPem))).toBe(vectors.rsa.public_key_base64_of_pem_mime);
    expect(() => encryptTo(generation, vectors.rsa.public_key_base64_of_pem_mime, 'x')).toThrow();
  });
});

it('the older generation cannot read what the newer one writes', () => {
  const { enciphered_message: text, iv } = vectors.modern_crypt_1_5_12.symmetric_aes_256_gcm[0]!;
  expect(() => unseal('1.4', keyOf(vectors.cluster_secret), { text, iv })).toThrow('iv must be 16 bytes');
  expect(() =>
    decryptWith(
      '1.4',
      vectors.rsa.private_key_pkcs1_pem,
      vectors.modern_crypt_1_5_12.keypair_rsa_oaep_sha1[0]!.ciphertext,
    ),
  ).toThrow();
});

type Recorded = {
  name: string;
  routing_key: string;
  properties: { headers: Record<string, unknown> } & Record<string, unknown>;
  body_utf8: string;
};
type Topology = {
  queues: { name: string; durable: boolean; auto_delete: boolean; arguments: Record<string, unknown> }[];
  exchanges: { name: string; type: string; durable: boolean }[];
  bindings: { source_name: string; destination_name: string; routing_key: string }[];
};

describeWithRabbitMq('the Ruby node of our tests', () => {
  describe.each(GENERATIONS)('of generation %s', { timeout: 30_000 }, (generation) => {
    let broker: RabbitMq;
    let raw: amqplib.ChannelModel;
    let channel: amqplib.ConfirmChannel;
    const heard: ConsumeMessage[] = [];

    beforeAll(async () => {
      broker = await startRabbitMq();
      raw = await amqplib.connect(broker.url);
      channel = await raw.createConfirmChannel();
      await channel.assertExchange('node', 'topic', { durable: true });
      const { queue } = await channel.assertQueue('capture', { exclusive: true });
      await channel.bindQueue(queue, 'node', '#');
      await channel.consume(queue, (message) => message && heard.push(message), { noAck: true });
    }, 90_000);
    afterAll(async () => {
      await raw?.close();
      await broker?.dispose();
    });

    const recordings = read<{ messages: Recorded[] }>(`messages-framework-${generation}.json`).messages;
    const recorded = (name: string): Recorded => recordings.find((message) => message.name === name)!;

    async function boot(
      name: string,
      secret: string | null,
      more: Partial<RubyNodeOptions> = {},
    ): Promise<RubyNode> {
      const node = await createRubyNode({ url: broker.url, name, generation, secret, ...more });
      onTestFinished(() => node.stop());
      return node;
    }
    /** Straight into its queue, as whoever knows better than to use the exchange. */
    async function send(node: RubyNode, body: object | Buffer, properties: amqplib.Options.Publish = {}) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      channel.sendToQueue(node.queue, bytes, { contentType: 'application/json', ...properties });
      await channel.waitForConfirms();
    }
    const bodyOf = (message: ConsumeMessage): Record<string, unknown> =>
      JSON.parse(message.content.toString()) as Record<string, unknown>;
    const said = (key: string, from = 0): Promise<ConsumeMessage> =>
      until(() => heard.slice(from).find((message) => message.fields.routingKey === key));

    /** Everything but times, names and key material. */
    function expectLike(message: ConsumeMessage, name: string): void {
      const { properties, body_utf8: body } = recorded(name);
      const { timestamp, headers, ...present } = Object.fromEntries(
        Object.entries(message.properties as object)
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => [
            key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
            value as unknown,
          ]),
      );
      const { timestamp: _, headers: wantedHeaders, ...wanted } = properties;
      expect(present).toEqual(wanted);
      expect(timestamp).toBeTypeOf('number');
      expect(headers).toEqual(wantedHeaders);
      expect(Object.keys(bodyOf(message))).toEqual(Object.keys(JSON.parse(body) as object));
    }
    const shape = (text: unknown): string =>
      String(text).replace(/[A-Za-z0-9+/=]{8,}/g, (run) => `<${run.length}>`);

    it('says at its start what real ones say', async () => {
      const node = await boot('ruby_x.1', null);
      expectLike(await said('status'), 'Beat');
      expectLike(await said('node'), 'RequestPublicKeys');
      const question = await said('node.crypt.push_cluster_secret');
      expectLike(question, 'RequestClusterSecret_transport');
      expect(bodyOf(question)).toMatchObject({ node_name: node.name, public_key: node.publicPem });
      await node.announceKey();
      expectLike(await said('node.crypt.update_public_key'), 'PublicKey');
      const from = heard.length;
      await send(node, { function: 'request_cluster_secret' });
      expectLike(await said('node.crypt.push_cluster_secret', from), 'RequestClusterSecret_lexnode');
    });

    it('gives its secret to who shows a raw PEM, in its own forms, and to nobody else', async () => {
      const holder = await boot('ruby_a.1', SECRET);
      const asker = await boot('ruby_b.2', null, { secretTimeoutMs: 30_000 });
      const question = {
        function: 'push_cluster_secret',
        node_name: asker.name,
        queue_name: 'nowhere.but.observed',
        public_key: asker.publicPem,
      };
      await send(holder, { ...question, public_key: mime60(Buffer.from(asker.publicPem)) });
      await send(holder, { function: 'push_cluster_secret', node_name: asker.name });
      await until(() => holder.errors.length === 2);
      expect(heard.some((message) => message.fields.routingKey === 'nowhere.but.observed')).toBe(false);

      await send(holder, question);
      const answer = await said('nowhere.but.observed');
      expectLike(answer, 'PushClusterSecret');
      const body = bodyOf(answer);
      const wanted = JSON.parse(recorded('PushClusterSecret').body_utf8) as typeof body;
      for (const key of ['function', 'runner_class', 'validation_string'])
        expect(body[key]).toBe(wanted[key]);
      for (const key of ['message', 'public_key']) expect(shape(body[key])).toBe(shape(wanted[key]));
      expect(shape(JSON.stringify(body['encrypted_string']))).toBe(
        shape(JSON.stringify(wanted['encrypted_string'])),
      );

      expect(asker.secret()).toBe(generation === '1.4' ? SECRET : null);
      await send(asker, body);
      await until(() => asker.secret() === SECRET);
    });

    it('hears what is sent to the exchange only in the older generation', async () => {
      const holder = await boot('ruby_c.3', SECRET);
      const asker = await boot('ruby_d.4', null, { secretTimeoutMs: 500 });
      await until(() => asker.secret());
      expect(holder.answers()).toBe(generation === '1.4' ? 1 : 0);
      // Without an answer it made one up, and nobody told the admin.
      expect(asker.secret() === SECRET).toBe(generation === '1.4');
      expect(asker.secret()).toMatch(/^[0-9a-f]{64}$/);
    });

    it('keeps the key it derived first, whatever secret comes later', async () => {
      const node = await boot('ruby_e.5', SECRET);
      const body = {
        function: 'receive_cluster_secret',
        message: encryptTo(generation, node.publicPem, OTHER),
        encrypted_string: {},
        validation_string: 'legion',
      };
      await send(node, body);
      await until(() => node.secret() === OTHER);
      const under = (secret: string) => {
        const { text, iv } = seal(generation, keyOf(secret), '{"function":"no_such_function"}');
        return send(node, Buffer.from(text), { contentEncoding: 'encrypted/cs', headers: { iv } });
      };
      await under(SECRET);
      await until(() => node.received.some((message) => message.encrypted));
      await under(OTHER);
      await until(() => node.errors.some((error) => error.startsWith('decode:')));
      await node.publishEncrypted('node.test', { function: 'x' });
      const mine = await said('node.test');
      const { iv } = mine.properties.headers as { iv: string };
      expect(unseal(generation, keyOf(SECRET), { text: mine.content.toString(), iv })).toBe(
        '{"function":"x"}',
      );
      expect(shape(iv)).toBe(shape(recorded('update_settings_encrypted').properties.headers['iv']));
    });

    it('stores the keys of others as they came, or cannot store them at all', async () => {
      const node = await boot('ruby_f.6', SECRET);
      await send(node, { function: 'update_public_key', name: 'console-1', public_key: 'as it came' });
      if (generation === '1.9') return void (await until(() => node.errors.length === 1));
      await until(() => node.publicKeys().get('console-1') === 'as it came');
      await send(node, { function: 'delete_public_key', name: 'console-1' });
      await until(() => node.publicKeys().size === 0);
    });

    it('never answers a request for public keys, and raises for what is missing', async () => {
      const node = await boot('ruby_g.7', SECRET);
      const from = heard.length;
      await send(node, { function: 'push_public_key' }, { headers: { function: 'push_public_key' } });
      await send(node, { function: 'receive_cluster_secret' });
      await send(node, { function: 'no_such_function' });
      await send(node, { function: 'push_public_key' }, { contentType: 'application/json; charset=utf-8' });
      await until(() => node.received.length >= 4 && node.errors.length >= 2);
      expect(node.errors).toHaveLength(2);
      expect(node.secret()).toBe(SECRET);
      expect(heard.slice(from).map((one) => one.fields.routingKey)).not.toContain(
        'node.crypt.update_public_key',
      );
    });

    it('dead-letters what it cannot decode', async () => {
      const node = await boot('ruby_h.8', SECRET);
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'node.dlx', '#');
      await send(node, Buffer.from('no iv'), { contentEncoding: 'encrypted/cs' });
      await send(node, Buffer.from('{"function":'));
      await until(async () => (await channel.checkQueue(queue)).messageCount === 2);
      expect(node.errors).toHaveLength(generation === '1.4' ? 2 : 4);
    });

    it('declares what real ones declare', async () => {
      const node = await boot('ruby_i.9', SECRET);
      const topology = read<Topology>(`topology-framework-${generation}.json`);
      const ours = (name: string): string => name.replace(/^node\.ruby_\w+\.\d+$/, node.queue);
      const rows = async (what: string, ...columns: string[]): Promise<string[]> =>
        (await broker.ctl(`list_${what}`, '--silent', '--formatter', 'json', ...columns)).split('\n');
      const parse = async <T>(what: string, ...columns: string[]): Promise<T[]> =>
        JSON.parse((await rows(what, ...columns)).join('')) as T[];
      type Queue = { name: string; durable: boolean; auto_delete: boolean; arguments: unknown };
      const queues = (await parse<Queue>('queues', 'name', 'durable', 'auto_delete', 'arguments')).map(
        (queue) => ({
          ...queue,
          arguments: argumentsOf(queue.arguments),
        }),
      );
      for (const { name, durable, auto_delete, arguments: wanted } of topology.queues) {
        expect(queues).toContainEqual({ name: ours(name), durable, auto_delete, arguments: wanted });
      }
      const exchanges = await parse('exchanges', 'name', 'type', 'durable');
      for (const { name, type, durable } of topology.exchanges) {
        expect(exchanges).toContainEqual({ name, type, durable });
      }
      type Binding = Topology['bindings'][number];
      const bindings = await parse<Binding>('bindings', 'source_name', 'destination_name', 'routing_key');
      const wanted = topology.bindings.filter((binding) => binding.source_name !== '');
      for (const { source_name, destination_name, routing_key } of wanted) {
        expect(bindings).toContainEqual({
          source_name,
          destination_name: ours(destination_name),
          routing_key: ours(routing_key),
        });
      }
      const bound = bindings.filter(
        (one) => one.source_name === 'node' && one.destination_name === node.queue,
      );
      expect(bound).toHaveLength(generation === '1.4' ? 3 : 0);
    });
  });
});

/** rabbitmqctl prints argument tables as an object, or as a list of triples in older releases. */
function argumentsOf(value: unknown): Record<string, unknown> {
  if (!Array.isArray(value)) return value as Record<string, unknown>;
  return Object.fromEntries((value as [string, string, unknown][]).map((entry) => [entry[0], entry.at(-1)]));
}
