/** Every message that real Ruby nodes of both generations published, through our decoder. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Delivery, MessageProperties } from '../../../app/main/core/protocol/amqp.js';
import { deriveClusterKey, decryptClusterText } from '../../../app/main/core/crypto/cluster-cipher.js';
import { encodeBeat } from '../../../app/main/core/protocol/bus/beat.js';
import { decodeDelivery } from '../../../app/main/core/protocol/bus/decode.js';
import { nodeTopology } from '../../../app/main/core/protocol/bus/topology.js';

type Recorded = {
  name: string;
  exchange: string;
  routing_key: string;
  properties: Record<string, unknown>;
  body_utf8: string;
};

const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../vectors/legionio/${file}`, import.meta.url), 'utf8')) as T;

/** AMQP's names in the recordings, camel-cased as our port has them. */
const propertiesOf = (recorded: Record<string, unknown>): MessageProperties =>
  Object.fromEntries(
    Object.entries(recorded).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
const deliveryOf = (message: Recorded): Delivery => ({
  exchange: message.exchange,
  routingKey: message.routing_key,
  redelivered: false,
  properties: propertiesOf(message.properties),
  body: Buffer.from(message.body_utf8, 'utf8'),
});

/** The secret that the recording's first node held; some of its messages are under it. */
const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const FILES = ['messages-framework-1.4.json', 'messages-framework-1.9.json', 'node-peer-runs.json'];
const all = FILES.flatMap((file) =>
  read<{ messages: Recorded[] }>(file)
    .messages.filter((message) => message.exchange === 'node')
    .map((message) => ({ file, message })),
);

describe('messages recorded from real nodes', () => {
  it('are there to be tested', () => {
    expect(all.length).toBeGreaterThan(20);
    expect(new Set(all.map(({ message }) => message.name)).size).toBeGreaterThan(8);
  });

  it.each(all.map(({ file, message }, index) => [`${file} #${index} ${message.name}`, message] as const))(
    '%s is understood',
    (_, message) => {
      const heard = decodeDelivery(deliveryOf(message), [deriveClusterKey(SECRET)]);
      if (message.properties.content_encoding === 'encrypted/cs') {
        expect(heard).toMatchObject({ type: 'function', name: 'update_settings', keyIndex: 0 });
        return;
      }
      const body = JSON.parse(message.body_utf8) as Record<string, unknown>;
      if (message.name.startsWith('Beat')) {
        const metrics = body.metrics as Record<string, number>;
        expect(heard).toMatchObject({
          type: 'beat',
          beat: {
            name: body.name,
            pid: body.pid,
            status: body.status,
            version: body.version,
            memoryMb: metrics.memory_rss_mb,
            threads: metrics.thread_count,
            extensions: metrics.loaded_extensions,
            uptimeS: metrics.uptime_seconds,
            sentAt: Date.parse(String(body.timestamp).replace(' +0000', 'Z').replace(' ', 'T')),
          },
        });
      } else if (message.name.startsWith('UpdateResult')) {
        expect(heard).toMatchObject({ type: 'result', result: { node: body.node, status: body.status } });
      } else expect(heard).toMatchObject({ type: 'function', name: body.function, keyIndex: null });
    },
  );
});

describe('ciphertexts of legion-crypt', () => {
  type Case = { name: string; plaintext_utf8: string; enciphered_message: string; iv: string };
  const crypto = read<{
    cluster_secret: string;
    derived_aes_key_hex: string;
    legacy_crypt_1_4_6: { symmetric_aes_256_cbc: Case[] };
    modern_crypt_1_5_12: Record<string, Case[]>;
  }>('crypto.json');
  const key = deriveClusterKey(crypto.cluster_secret);

  it('come from the key that upstream derives', () => {
    expect(key.toString('hex')).toBe(crypto.derived_aes_key_hex);
  });

  const modern = Object.entries(crypto.modern_crypt_1_5_12).find(([name]) =>
    name.startsWith('symmetric'),
  )![1];
  it.each(
    [...crypto.legacy_crypt_1_4_6.symmetric_aes_256_cbc, ...modern].map((one) => [one.name, one] as const),
  )('"%s" opens to its plaintext', (_, one) => {
    expect(decryptClusterText(key, one.enciphered_message, one.iv).toString('utf8')).toBe(one.plaintext_utf8);
  });

  it('of an encrypted/cs message opens, and not with another secret or a broken tag', () => {
    const [json] = modern.filter((one) => one.plaintext_utf8.startsWith('{'));
    const delivery: Delivery = {
      exchange: '',
      routingKey: 'node.console-1',
      redelivered: false,
      properties: {
        contentType: 'application/json',
        contentEncoding: 'encrypted/cs',
        headers: { iv: json!.iv },
      },
      body: Buffer.from(json!.enciphered_message),
    };
    expect(decodeDelivery(delivery, [key])).toMatchObject({
      type: 'function',
      name: 'update_settings',
      keyIndex: 0,
    });
    expect(() => decodeDelivery(delivery, [deriveClusterKey('other')])).toThrow(
      'cannot be read with our cluster secret',
    );
    expect(() => decodeDelivery(delivery, [])).toThrow('we hold no cluster secret');
    const broken = Buffer.from(json!.enciphered_message.replace(/.{6}$/, 'AAAAA='));
    expect(() => decodeDelivery({ ...delivery, body: broken }, [key])).toThrow(
      'cannot be read with our cluster secret',
    );
  });
});

describe('what we send', () => {
  const recorded = read<{ messages: Recorded[] }>('messages-framework-1.9.json').messages.find(
    (message) => message.name === 'Beat',
  )!;
  const beat = encodeBeat(
    {
      name: 'console-1',
      hostname: 'desk',
      pid: 7,
      status: 'active',
      version: '0.1.0',
      memoryMb: 90.5,
      cpuUserS: 1,
      cpuSystemS: 0.5,
      threads: 11,
      extensions: 1,
      uptimeS: 3,
    },
    Date.UTC(2026, 10, 21, 3, 43, 39),
  );

  it('a beat has the properties and the fields of a Ruby node’s', () => {
    const { headers, ...properties } = propertiesOf(recorded.properties);
    expect(beat.properties).toEqual({
      ...properties,
      timestamp: 1_795_232_619,
      headers: { legion_protocol_version: headers!.legion_protocol_version },
    });
    expect([beat.exchange, beat.routingKey]).toEqual([recorded.exchange, recorded.routing_key]);
    const body = JSON.parse(Buffer.from(beat.body).toString()) as Record<string, unknown>;
    const theirs = JSON.parse(recorded.body_utf8) as Record<string, Record<string, unknown>>;
    expect(Object.keys(body).filter((name) => name !== 'hostname')).toEqual(Object.keys(theirs));
    expect(Object.keys(body.metrics as object)).toEqual(Object.keys(theirs.metrics!));
    expect(body.timestamp).toBe('2026-11-21 03:43:39 +0000');
  });

  it.each(['1.4', '1.9'])(
    'our node queue is declared with the arguments that framework %s uses',
    (framework) => {
      type Queue = {
        name: string;
        durable: boolean;
        auto_delete: boolean;
        exclusive: boolean;
        arguments: Record<string, unknown>;
      };
      const topology = read<{ queues: Queue[] }>(`topology-framework-${framework}.json`);
      const theirs = topology.queues.find((queue) => queue.exclusive && queue.name.startsWith('node.'))!;
      const ours = nodeTopology('console-1', { joinVaultQueue: true });
      expect(ours.queues[0]).toMatchObject({
        durable: theirs.durable,
        autoDelete: theirs.auto_delete,
        exclusive: theirs.exclusive,
        arguments: theirs.arguments,
      });
      const vault = topology.queues.find((queue) => queue.name === 'node.vault')!;
      expect(ours.queues[2]).toMatchObject({
        durable: vault.durable,
        autoDelete: vault.auto_delete,
        arguments: vault.arguments,
      });
    },
  );
});
