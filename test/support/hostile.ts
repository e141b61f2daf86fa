/** Messages nobody should send: fuzzed from recorded ones and made from scratch, the same for the same seed. */
import type { Random } from '../../app/main/ports/random.js';

export type Hostile = {
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Record<string, unknown>;
};
export type Model = { readonly routing_key: string; readonly body_utf8: string };

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  '\u0000\u0007\u001b[31m',
  '\u202egnp.exe',
  '\u200b',
  '*',
  '#',
  'node.#',
  '../../etc/passwd',
  '${jndi:ldap://x}',
  '<img src=x onerror=alert(1)>',
  'x'.repeat(4_000),
  '🙂'.repeat(80),
];
const VALUES: unknown[] = [
  null,
  true,
  -1,
  1e308,
  -0,
  2 ** 60,
  '',
  [],
  {},
  [[]],
  { a: { b: { c: [] } } },
  '1970-01-01 00:00:00 +0000',
  '2099-12-31 23:59:59 +0000',
  '9999-99-99 99:99:99 +9999',
  'NaN',
  '\ud800',
];
const FUNCTIONS = [
  'update_settings',
  'update_gem',
  'message',
  'push_public_key',
  'receive_cluster_secret',
  'delete_public_key',
  '__proto__',
  'eval',
  7,
  null,
  {},
];
const CONTENT_TYPES = [
  'application/json',
  'APPLICATION/JSON; charset=utf-8',
  'text/plain',
  'application/octet-stream',
  '',
  undefined,
];
const ENCODINGS = ['identity', 'identity', 'identity', 'encrypted/cs', 'encrypted/pk', 'gzip', undefined];
const KEYS = [
  'status',
  'status',
  'status',
  'node',
  'node.console-1',
  'node.crypt.update_public_key',
  'vault',
  'node.x.update_result',
  'a.b.c.d.e.f',
];

export function hostileMessages(random: Random, models: readonly Model[]): () => Hostile {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.fraction() * list.length)]!;
  const chance = (share: number): boolean => random.fraction() < share;

  /** A recorded body with some of its fields replaced, removed or added. */
  const mutated = (model: Model): Buffer => {
    const body = JSON.parse(model.body_utf8) as Record<string, unknown>;
    for (let i = 0; i < 1 + random.fraction() * 3; i += 1) {
      const key = chance(0.8)
        ? pick(Object.keys(body))
        : pick(['function', 'name', 'metrics', 'settings', '__proto__']);
      if (chance(0.2)) delete body[key];
      else
        body[key] =
          key === 'name' || chance(0.2) ? pick(NAMES) : key === 'function' ? pick(FUNCTIONS) : pick(VALUES);
    }
    return Buffer.from(JSON.stringify(body));
  };
  /** The bytes of a recorded body, cut or with some of them changed. */
  const broken = (model: Model): Buffer => {
    const bytes = Buffer.from(model.body_utf8);
    if (chance(0.3)) return bytes.subarray(0, Math.floor(random.fraction() * bytes.length));
    for (let i = 0; i < 1 + random.fraction() * 8; i += 1)
      bytes[Math.floor(random.fraction() * bytes.length)] = Math.floor(random.fraction() * 256);
    return bytes;
  };
  const scratch = (): Buffer => {
    const kind = Math.floor(random.fraction() * 6);
    if (kind === 0) return Buffer.from(random.bytes(Math.floor(random.fraction() * 400)));
    if (kind === 1) return Buffer.from('['.repeat(2_000) + ']'.repeat(2_000));
    if (kind === 2)
      return Buffer.from(`{"name":${JSON.stringify(pick(NAMES))},"metrics":{"memory_rss_mb":1e999}}`);
    if (kind === 3) return Buffer.from(JSON.stringify(pick(VALUES)) ?? '');
    if (kind === 4 && chance(0.01))
      return Buffer.from(`{"name":"${'n'.repeat(chance(0.5) ? 60_000 : 100_000)}"}`);
    return Buffer.from(
      `{"__proto__":{"polluted":true},"name":"p${Math.floor(random.fraction() * 50)}","status":${JSON.stringify(pick(NAMES))}}`,
    );
  };

  return () => {
    const model = pick(models);
    const shape = random.fraction();
    return {
      routingKey: chance(0.7) ? model.routing_key : pick(KEYS),
      body: shape < 0.4 ? mutated(model) : shape < 0.7 ? broken(model) : scratch(),
      properties: {
        contentType: chance(0.8) ? 'application/json' : pick(CONTENT_TYPES),
        contentEncoding: chance(0.8) ? 'identity' : pick(ENCODINGS),
        type: pick(['heartbeat', 'task', undefined]),
        headers: pick([
          {},
          {},
          { legion_protocol_version: '2.0' },
          { function: pick(FUNCTIONS) ?? '' },
          { iv: 'AAAAAAAAAAAAAAAA' },
          { iv: 7 },
        ]),
        timestamp: pick([0, 4_000_000_000, undefined]),
      },
    };
  };
}
