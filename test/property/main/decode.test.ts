/** Any bytes with any properties are a message or a ProtocolError, and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Delivery } from '../../../app/main/core/protocol/amqp.js';
import { deriveClusterKey } from '../../../app/main/core/crypto/cluster-cipher.js';
import { readBeat } from '../../../app/main/core/protocol/bus/beat.js';
import { decodeDelivery } from '../../../app/main/core/protocol/bus/decode.js';
import { formatRubyTime, parseRubyTime } from '../../../app/main/core/protocol/bus/ruby-time.js';
import { ProtocolError } from '../../../app/main/core/protocol/protocol-error.js';
import { redact } from '../../../app/main/core/protocol/redact.js';

const key = deriveClusterKey('secret');
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '__proto__', 'active', 'update_gem', 'update_settings', 'left'),
);
const field = fc.constantFrom(
  'name',
  'hostname',
  'node',
  'pid',
  'status',
  'version',
  'metrics',
  'timestamp',
  'function',
  'action',
  'settings',
  '__proto__',
  'hosted_worker_ids',
);
const value = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.jsonValue().map((json) => Buffer.from(JSON.stringify(json))),
  fc.dictionary(field, value).map((json) => Buffer.from(JSON.stringify(json))),
);
const delivery: fc.Arbitrary<Delivery> = fc.record({
  exchange: fc.constantFrom('', 'node'),
  routingKey: fc.constantFrom('status', 'node', 'node.a.update_result', 'node.crypt.x'),
  redelivered: fc.boolean(),
  properties: fc.record({
    contentType: fc.constantFrom(
      'application/json',
      'Application/JSON; charset=utf-8',
      'text/plain',
      undefined,
    ),
    contentEncoding: fc.constantFrom('identity', 'encrypted/cs', 'encrypted/pk', 'gzip', undefined),
    type: fc.constantFrom('heartbeat', 'task', undefined),
    headers: fc.constantFrom(
      undefined,
      {},
      { function: 'update_gem' },
      { function: 7 },
      { iv: 'AAAAAAAAAAAAAAAA' },
      { iv: Buffer.from([1]) },
    ),
  }),
  body,
});

describe('decoding', () => {
  it('of anything gives a message or a ProtocolError, and never touches a prototype', () => {
    fc.assert(
      fc.property(delivery, (one) => {
        try {
          const heard = decodeDelivery(one, [key]);
          expect(redact(heard.body).length).toBeLessThanOrEqual(8_193);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
  });

  it('a beat is taken exactly when the obvious schema takes it', () => {
    const name = z.string().min(1);
    const optional = z.string().nullish();
    const schema = z
      .looseObject({
        pid: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
        hostname: optional,
        status: optional,
        version: optional,
        metrics: z.record(z.string(), z.unknown()).nullish(),
      })
      .refine((beat) => name.safeParse(beat.name ?? beat.hostname ?? beat.node).success);
    fc.assert(
      fc.property(fc.dictionary(field, value), (json) => {
        const parsed = JSON.parse(JSON.stringify(json)) as Record<string, unknown>;
        let taken = true;
        try {
          readBeat(parsed);
        } catch {
          taken = false;
        }
        expect(taken).toBe(schema.safeParse(parsed).success);
      }),
      { numRuns: 3_000 },
    );
  });

  it('a time survives Ruby’s text to the second, in any zone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        expect(parseRubyTime(formatRubyTime(seconds * 1_000))).toBe(seconds * 1_000);
      }),
    );
    expect(parseRubyTime('2026-11-21 05:37:49 +0200')).toBe(Date.UTC(2026, 10, 21, 3, 37, 49));
    expect(parseRubyTime('yesterday')).toBeNull();
    fc.assert(fc.property(fc.string({ minLength: 25, maxLength: 25 }), (some) => void parseRubyTime(some)));
  });
});
