/** What nobody should send about keys and secrets: each is counted under its own name, and nothing else happens. */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { aConsole, aRuby, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { encryptTo, fingerprintOf, keyOf, mime60, seal } from '../support/ruby-node-crypt.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const OTHER = 'e'.repeat(64);

/** A public key with so many bits that nobody computed: its modulus is any odd number. */
function anyKey(bits: number): string {
  const modulus = randomBytes(bits / 8);
  modulus[0]! |= 0x80;
  modulus[modulus.length - 1]! |= 1;
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
const base64Of = (pem: string): string => mime60(Buffer.from(pem));

/** In bursts of fifty, so that the rate is that of the sender and not of the network. */
async function atAThousandPerSecond(count: number, send: (index: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += 50) {
    const burst = Math.min(50, count - sent);
    await Promise.all(Array.from({ length: burst }, (_, index) => send(sent + index)));
    const next = Math.max(0, startedAt + sent + burst - performance.now());
    await new Promise((resolve) => setTimeout(resolve, next));
  }
}

describeWithRabbitMq('hostile keys and secrets', () => {
  let broker: RabbitMq;
  let peers: Peers;
  beforeAll(async () => {
    broker = await startRabbitMq();
    peers = await joinPeers(broker);
  });
  afterAll(async () => {
    await peers?.close();
    await broker?.dispose();
  });

  const show = (name: string, text: unknown): Promise<void> =>
    peers.send('node', 'node.crypt.update_public_key', {
      function: 'update_public_key',
      name,
      public_key: text,
    });
  const request = (name: string, pem: string | undefined, queue = `node.${name}`): Promise<void> =>
    peers.send('node', 'node.crypt.push_cluster_secret', {
      function: 'push_cluster_secret',
      node_name: name,
      queue_name: queue,
      public_key: pem,
    });
  const offer = (served: StagedConsole, body: object): Promise<void> =>
    peers.send('node', `node.${served.name}`, { function: 'receive_cluster_secret', ...body });
  /** That this grows the count of one code by one, and of no other. */
  async function expectRefused(
    served: StagedConsole,
    code: string,
    send: () => Promise<void>,
  ): Promise<void> {
    const counts = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await served.call('health.get', {})).refused.map(({ code: name, count }) => [name, count]),
      );
    const before = await counts();
    await send();
    await until(async () => (await counts())[code] !== before[code]);
    expect(await counts()).toEqual({ ...before, [code]: (before[code] ?? 0) + 1 });
  }
  const expectWell = async (served: StagedConsole): Promise<void> => {
    const { link } = await served.call('session.get', {});
    expect(link.state).toBe('live');
    expect(served.log()).not.toMatch(/"level":"(error|fatal)"/);
  };

  it('are each counted under their own name, and change nothing', async () => {
    const served = await aConsole(broker, { secret: SECRET, args: ['--secrets-policy', 'ask'] });
    const good = anyKey(2048);
    const privatePem = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString();
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString();
    const big = anyKey(16_384);
    const { pem: ours } = await served.call('key.own', {});

    const keys: readonly (readonly [code: string, text: unknown])[] = [
      ['KEY_MALFORMED', 'hello'],
      ['KEY_MALFORMED', 'bm90IGEga2V5'],
      ['KEY_MALFORMED', `${good}rm -rf /`],
      ['KEY_MALFORMED', base64Of(`${good}and more`)],
      ['KEY_MALFORMED', good.slice(0, -60)],
      ['KEY_MALFORMED', privatePem],
      ['KEY_MALFORMED', 'A'.repeat(60_000)],
      ['KEY_NOT_RSA', ec],
      ['KEY_NOT_RSA', base64Of(ec)],
      ['KEY_SIZE', big],
      ['KEY_SIZE', base64Of(big)],
      ['SCHEMA', { toString: 'x' }],
      ['SCHEMA', null],
    ];
    for (const [code, text] of keys) await expectRefused(served, code, () => show('evil.1', text));
    expect(await served.keysOf('evil.1')).toEqual([]);

    await expectRefused(served, 'REPLY_QUEUE', () => request('evil.2', good, 'node.victim.1'));
    await expectRefused(served, 'OWN_NAME', () => show(served.name, good));
    await expectRefused(served, 'OWN_NAME', () => request(served.name, good));
    await expectRefused(served, 'REPLY_QUEUE', () => request(served.name, good, 'node.elsewhere'));
    expect((await served.call('session.get', {})).needs.map(({ kind }) => kind)).toContain('key-own-name');

    await expectRefused(served, 'CIPHER', () =>
      offer(served, { message: encryptTo('1.9', privatePem, OTHER) }),
    );
    await expectRefused(served, 'CIPHER', () =>
      offer(served, { message: encryptTo('1.4', privatePem, OTHER) }),
    );
    await expectRefused(served, 'CIPHER', () => offer(served, { message: 'oaep:%%%' }));
    await expectRefused(served, 'SECRET_FORM', () =>
      offer(served, { message: encryptTo('1.9', ours!, 'x'.repeat(64)) }),
    );
    const wrong = seal('1.9', keyOf(SECRET), 'legion');
    await expectRefused(served, 'SECRET_CHECK', () =>
      offer(served, {
        message: encryptTo('1.9', ours!, OTHER),
        validation_string: 'legion',
        encrypted_string: { enciphered_message: wrong.text, iv: wrong.iv },
      }),
    );
    expect((await served.secrets()).secret).toMatchObject({ state: 'held', candidates: [] });

    // Taken up once and turned down; the very same message again is a replay.
    const valid = { message: encryptTo('1.9', ours!, OTHER) };
    await offer(served, valid);
    const { secret } = await served.secretsWhen((now) => now.secret.state === 'conflict');
    await served.call('secret.dismiss', { id: secret.candidates[0]!.id });
    await expectRefused(served, 'REPLAY', () => offer(served, valid));
    expect((await served.secrets()).secret.state).toBe('held');

    const sealed = seal('1.4', keyOf(OTHER), '{"function":"delete_public_key","name":"x"}');
    const encoded = (headers: object) =>
      peers.send('node', 'node.test', Buffer.from(sealed.text), { contentEncoding: 'encrypted/cs', headers });
    await expectRefused(served, 'NO_IV', () => encoded({}));
    await expectRefused(served, 'CIPHER', () => encoded({ iv: sealed.iv }));
    await expectWell(served);
  });

  it('a weak key is listed as weak, and gets no secret even when it is trusted', async () => {
    const served = await aConsole(broker, { secret: SECRET, args: ['--secrets-policy', 'ask'] });
    for (const bits of [512, 1024]) {
      const name = `weak.${bits}`;
      const pem = anyKey(bits);
      await request(name, pem);
      const { id, weak } = await served.request(name);
      expect(weak).toBe(true);
      expect(await served.keysOf(name)).toMatchObject([
        { bits, weak: true, fingerprint: fingerprintOf(pem) },
      ]);
      await served.ok('keys', 'trust', name, fingerprintOf(pem));
      const given = await served.cli('requests', 'give', id);
      expect(given.code).toBe(1);
      expect(given.err).toContain('too short');
    }
    await expectWell(served);
  });

  it('one asker who asks a thousand times a second is one entry', { timeout: 120_000 }, async () => {
    const served = await aConsole(broker, { secret: SECRET, args: ['--secrets-policy', 'ask'] });
    const pem = anyKey(2048);
    await request('flood.1', pem);
    await served.request('flood.1');
    const rssBefore = served.rssMb();
    await atAThousandPerSecond(5_000, () => request('flood.1', pem));
    await served.request('flood.1', ({ count }) => count === 5_001);
    const { requests } = await served.secrets();
    expect(requests.filter(({ name }) => name === 'flood.1')).toHaveLength(1);
    const { needs } = await served.call('session.get', {});
    expect(needs.find(({ kind }) => kind === 'secret-asked')).toMatchObject({ count: 1, names: ['flood.1'] });
    const { loop } = await served.call('health.get', {});
    expect(loop.delayP99Ms ?? 0).toBeLessThan(50);
    expect(served.rssMb() - rssBefore).toBeLessThan(80);
    const { events } = await served.call('event.list', {});
    expect(events.filter(({ names }) => names.includes('flood.1')).length).toBeLessThan(20);
    await expectWell(served);
  });

  it(
    'a flood of keys, askers and offers is bounded in rows, entries and work',
    { timeout: 120_000 },
    async () => {
      const served = await aConsole(broker, { secret: SECRET, args: ['--secrets-policy', 'ask'] });
      const keys = Array.from({ length: 1_500 }, () => anyKey(2048));
      await atAThousandPerSecond(keys.length, (index) => request('churn.1', keys[index]));
      await atAThousandPerSecond(keys.length, (index) => request(`crowd.${index}`, keys[index]));
      await served.request('crowd.1499');
      expect((await served.keysOf('churn.1')).length).toBeLessThanOrEqual(6);
      expect((await served.secrets()).requests.length).toBeLessThanOrEqual(500);

      const { pem: ours } = await served.call('key.own', {});
      const message = encryptTo('1.4', ours!, OTHER);
      await atAThousandPerSecond(300, () => offer(served, { message }));
      await until(async () => (await served.refused('RATE')) >= 200);
      const { secret } = await served.secrets();
      expect(secret.candidates.length).toBeLessThanOrEqual(5);
      const { loop } = await served.call('health.get', {});
      expect(loop.delayP99Ms ?? 0).toBeLessThan(50);
      await expectWell(served);
    },
  );

  it('a real node is served as ever beside them', async () => {
    const served = await aConsole(broker, { secret: SECRET, args: ['--secrets-policy', 'ask'] });
    const node = await aRuby(broker, '1.9', 'honest.1', null, { secretTimeoutMs: 60_000 });
    const { id } = await served.request(node.name);
    for (let round = 0; round < 20; round += 1) {
      await request(node.name, anyKey(2048));
      await show(node.name, 'hello');
    }
    await until(async () => (await served.refused('KEY_MALFORMED')) === 20);
    await node.askForSecret();
    await until(
      async () =>
        (await served.keysOf(node.name)).find(({ current }) => current)?.fingerprint === node.fingerprint,
    );
    await served.ok('keys', 'trust', node.name, node.fingerprint);
    const entries = (await served.secrets()).requests.filter(
      (entry) => entry.fingerprint === node.fingerprint,
    );
    expect(entries.map((entry) => entry.id)).toEqual([id]);
    await served.ok('requests', 'give', id);
    await until(() => node.secret() === SECRET);
  });
});
