/** Keys, the cluster secret and its gate, between the built product and Ruby nodes of either generation. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleEvent } from '../../app/shared/domain/event.js';
import type { KeyRow } from '../../app/shared/domain/key.js';
import type { SecretRequest, Secrets } from '../../app/shared/domain/secret.js';
import { runCommand } from '../support/cli-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { aConsole, aRuby, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import type { RubyNode } from '../support/ruby-node.js';
import { encryptTo, mime60 } from '../support/ruby-node-crypt.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const OTHER = 'f'.repeat(64);
/** Long enough for a person, or a test on a busy machine, to decide before the node makes up its own. */
const PATIENT = { secretTimeoutMs: 60_000 };

describeWithRabbitMq('keys and secrets', () => {
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

  const gotSecret = (node: RubyNode): boolean =>
    node.received.some((message) => message.function === 'receive_cluster_secret');
  /** Whatever the console sent to this node until now has arrived there. */
  async function flush(served: StagedConsole, node: RubyNode): Promise<void> {
    const mark = `mark-${node.received.length}-${Math.floor(performance.now())}`;
    await served.call('key.askToForget', { name: mark });
    await until(() => node.received.some((message) => message.body['name'] === mark));
  }
  const beats = (served: StagedConsole, node: RubyNode): Promise<unknown> =>
    until(async () => (await served.call('node.list', {})).nodes.some(({ name }) => name === node.name));
  const needs = async (served: StagedConsole): Promise<string[]> =>
    (await served.call('session.get', {})).needs.map(({ kind }) => kind);

  describe.each(['1.4', '1.9'] as const)('with Ruby nodes of %s', (generation) => {
    const ruby = (name: string, secret: string | null, more = {}) =>
      aRuby(broker, generation, `${name}_${generation.replace('.', '')}.7`, secret, more);

    it('a node without the secret gets it by “give once”, after its key is trusted', async () => {
      const served = await aConsole(broker, { secret: SECRET, args: ['--secrets-policy', 'ask'] });
      const node = await ruby('asker', null, PATIENT);
      await served.request(node.name, ({ state, trust }) => state === 'waiting' && trust === 'new');
      const [request] = await served.ok<SecretRequest[]>('requests');
      expect(request).toMatchObject({
        name: node.name,
        fingerprint: node.fingerprint,
        trust: 'new',
        count: 1,
      });
      expect(await needs(served)).toContain('secret-asked');

      const early = await served.cli('requests', 'give', request!.id);
      expect(early.code).toBe(1);
      expect(early.err).toContain('not trusted');
      const hex = Buffer.from(node.fingerprint, 'base64').toString('hex');
      await served.ok('keys', 'trust', node.name, hex, '--verified-by', 'voice');
      await served.ok('requests', 'give', request!.id);
      await until(() => node.secret() === SECRET);

      const [given] = await served.ok<SecretRequest[]>('requests');
      expect(given).toMatchObject({ state: 'given', trust: 'trusted' });
      const audit = await served.ok<ConsoleEvent[]>('events', '--area', 'audit');
      const handOver = audit.find(({ kind }) => kind === 'secret.given');
      expect(handOver).toMatchObject({ names: [node.name], facts: { fingerprint: node.fingerprint } });
      expect(audit.some(({ kind, facts }) => kind === 'key.trusted' && facts['verifiedBy'] === 'voice')).toBe(
        true,
      );
      expect(node.errors.filter((error) => !error.startsWith('push_public_key'))).toEqual([]);
    });

    it('with the policy “never” it gets nothing, and makes up its own', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const node = await ruby('unheard', null, { secretTimeoutMs: 2_000 });
      expect(await served.request(node.name)).toMatchObject({
        state: 'unanswered',
        fingerprint: node.fingerprint,
      });
      await until(() => node.secret());
      expect(node.secret()).not.toBe(SECRET);
      expect(gotSecret(node)).toBe(false);
      expect((await served.secrets()).policy).toBe('never');
      expect(await needs(served)).not.toContain('secret-asked');
    });

    it('with the policy “trusted” a pinned key is answered by itself, and no other key under its name', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      await served.ok('secrets', 'policy', 'trusted');
      const node = await ruby('pinned', null, PATIENT);
      expect(await served.request(node.name)).toMatchObject({ state: 'unanswered', why: 'KEY_NOT_TRUSTED' });
      await served.ok('keys', 'trust', node.name, node.fingerprint);
      await node.askForSecret();
      await until(() => node.secret() === SECRET);
      await node.stop();

      const stranger = await ruby('pinned', null, PATIENT);
      const ofStranger = (request: SecretRequest): boolean => request.fingerprint === stranger.fingerprint;
      const request = await served.request(stranger.name, ofStranger);
      expect(request).toMatchObject({ state: 'unanswered', why: 'KEY_NOT_TRUSTED', trust: 'changed' });
      await beats(served, stranger);
      await flush(served, stranger);
      expect(gotSecret(stranger)).toBe(false);
    });

    it('we get the secret from a node that has it, checked', async () => {
      const served = await aConsole(broker);
      const node = await ruby('holder', SECRET);
      await beats(served, node);
      const secrets = await served.ok<Secrets>('secrets', 'ask');
      expect(secrets.secret).toMatchObject({
        state: 'held',
        source: 'peer',
        check: 'verified',
        outcome: null,
      });
      expect(secrets.secret.fromFingerprint).toBe(node.fingerprint);
      expect((await served.cli('secrets')).out).toContain('check string verified');

      // It is that very secret: what the node encrypts with it is read.
      await node.publishEncrypted('node.crypt.update_public_key', {
        function: 'update_public_key',
        name: node.name,
        public_key: mime60(Buffer.from(node.publicPem)),
      });
      await until(async () => (await served.keysOf(node.name))[0]?.fingerprint === node.fingerprint);
      expect(await served.refused('CIPHER')).toBe(0);
    });

    it('its encrypted messages are read by us, and ours by it', async () => {
      const args = ['--crypt-encrypt-messages', 'true', '--secrets-policy', 'ask'];
      const served = await aConsole(broker, { secret: SECRET, args });
      const node = await ruby('sealed', SECRET);
      await beats(served, node);
      await node.publishEncrypted('node.crypt.update_public_key', {
        function: 'update_public_key',
        name: node.name,
        public_key: node.publicPem,
      });
      await served.event('key.new', node.name);
      const row = await until(async () =>
        (await served.keysOf(node.name)).find(({ trust }) => trust === 'new'),
      );
      expect(row.fingerprint).toBe(node.fingerprint);
      for (const code of ['NO_SECRET', 'CIPHER', 'NO_IV']) expect(await served.refused(code)).toBe(0);

      await served.ok('keys', 'announce');
      if (generation === '1.4') await until(() => node.publicKeys().has(served.name));
      await served.ok('keys', 'ask-to-forget', served.name);
      const heard = await until(() =>
        node.received.find(({ function: name }) => name === 'delete_public_key'),
      );
      expect(heard).toMatchObject({ encrypted: true, body: { name: served.name } });
      if (generation === '1.4') await until(() => !node.publicKeys().has(served.name));
      expect(node.errors.filter((error) => error.startsWith('decode'))).toEqual([]);
    });

    it('a second key under a pinned name is an alarm, and gets nothing until a person decides', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const first = await ruby('changing', SECRET);
      await first.announceKey();
      await until(async () => (await served.keysOf(first.name)).length === 1);
      await served.ok('keys', 'trust', first.name, first.fingerprint);
      await first.stop();
      const second = await ruby('changing', null, PATIENT);
      await until(async () => (await needs(served)).includes('key-changed'));
      const rows = (await served.ok<KeyRow[]>('keys')).filter(({ name }) => name === first.name);
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({ trust: 'changed', fingerprint: second.fingerprint, current: true });
      expect(rows[1]).toMatchObject({ trust: 'trusted', fingerprint: first.fingerprint, pinned: true });
      expect((await served.ok<KeyRow[]>('keys', '--trust', 'changed')).map(({ name }) => name)).toEqual([
        first.name,
      ]);

      await beats(served, second);
      for (const policy of ['never', 'trusted', 'ask']) {
        await served.ok('secrets', 'policy', policy);
        const { count } = await served.request(second.name);
        await second.askForSecret();
        await served.request(second.name, (request) => request.count > count);
      }
      const { id } = await served.request(second.name);
      expect((await served.cli('requests', 'give', id)).err).toContain('not trusted');
      await flush(served, second);
      expect(gotSecret(second)).toBe(false);

      await served.ok('keys', 'keep', second.name, second.fingerprint);
      await served.event('key.kept', second.name);
      expect(await needs(served)).not.toContain('key-changed');
      expect((await served.cli('requests', 'give', id)).code).toBe(1);
      await served.ok('keys', 'refuse', second.name, second.fingerprint);
      await served.event('key.refused', second.name);
      expect((await served.cli('keys', 'trust', second.name, second.fingerprint)).err).toContain(
        'refused before',
      );
      expect((await served.cli('requests', 'give', id)).code).toBe(1);

      await served.ok('keys', 'forget', second.name, second.fingerprint);
      await second.announceKey();
      await until(async () => (await served.keysOf(second.name)).some(({ trust }) => trust === 'changed'));
      await served.ok('keys', 'trust', second.name, second.fingerprint);
      await served.event('key.trusted', second.name);
      expect(await served.keysOf(second.name)).toMatchObject([
        { trust: 'trusted', fingerprint: second.fingerprint },
      ]);
      expect(gotSecret(second)).toBe(false);
      await served.ok('requests', 'give', id);
      await until(() => second.secret() === SECRET);
    });

    it('two different answers are a conflict: neither is taken until a person chooses', async () => {
      const served = await aConsole(broker);
      const one = await ruby('left', SECRET);
      const two = await ruby('right', OTHER);
      await Promise.all([beats(served, one), beats(served, two)]);
      await served.cli('secrets', 'ask', '--wait', '0');
      const secrets = await served.secretsWhen((now) => now.secret.state === 'conflict');
      expect(secrets.secret).toMatchObject({ id: null, source: null });
      expect(secrets.secret.candidates.map(({ check }) => check)).toEqual(['verified', 'verified']);
      expect(await needs(served)).toContain('secret-conflict');
      await one.publishEncrypted('node.test', { function: 'message' });
      await until(async () => (await served.refused('NO_SECRET')) > 0);

      const chosen = secrets.secret.candidates.find(
        ({ fingerprints }) => fingerprints[0] === one.fingerprint,
      );
      await served.ok('secrets', 'adopt', chosen!.id);
      expect((await served.secrets()).secret).toMatchObject({ state: 'held', id: chosen!.id });
      const before = await served.refused('CIPHER');
      await one.publishEncrypted('node.crypt.test', {
        function: 'update_public_key',
        name: 'x.1',
        public_key: one.publicPem,
      });
      await until(async () => (await served.keysOf('x.1')).length === 1);
      expect(await served.refused('CIPHER')).toBe(before);
    });

    it('a secret that nobody asked for is never taken by itself', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const own = await served.call('key.own', {});
      const sender = await ruby('pushy', OTHER);
      await peers.send('node', `node.${served.name}`, {
        function: 'receive_cluster_secret',
        message: encryptTo(generation, own.pem!, OTHER),
        public_key: mime60(Buffer.from(sender.publicPem)),
      });
      const { secret } = await served.secretsWhen((now) => now.secret.state === 'conflict');
      expect(secret.candidates).toMatchObject([{ unasked: true, check: 'absent' }]);
      expect(secret.source).toBe('configuration');
      await served.ok('secrets', 'dismiss', secret.candidates[0]!.id);
      expect((await served.secrets()).secret.state).toBe('held');
    });

    it('an answer that fails its own check is not taken, and it is said why', async () => {
      const served = await aConsole(broker);
      const node = await ruby('stale', SECRET);
      // It keeps the key of its first secret, so its answers contradict themselves.
      await peers.send('', node.queue, {
        function: 'receive_cluster_secret',
        message: encryptTo(generation, node.publicPem, OTHER),
        encrypted_string: {},
        validation_string: 'legion',
      });
      await until(() => node.secret() === OTHER);
      await beats(served, node);
      const asked = await served.cli('secrets', 'ask');
      expect(asked.code).toBe(1);
      expect(asked.out).toContain('failed its own check');
      expect((await served.secrets()).secret).toMatchObject({
        state: 'wanted',
        id: null,
        outcome: 'check-failed',
      });
      expect(await served.refused('SECRET_CHECK')).toBeGreaterThan(0);
    });
  });

  it('when nobody answers, the question ends and says so', async () => {
    const served = await aConsole(broker);
    const asked = await served.cli('secrets', 'ask');
    expect(asked.code).toBe(1);
    expect(asked.out).toContain('nobody answered');
    expect((await served.cli('secrets', 'ask', '--wait', '0')).code).toBe(0);
  });

  it('an answer to another key, and one that is no secret, are counted and nothing else', async () => {
    const served = await aConsole(broker);
    const { publicKey: stranger } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const { pem } = await served.call('key.own', {});
    const answer = (message: string) =>
      peers.send('node', `node.${served.name}`, { function: 'receive_cluster_secret', message });
    await served.cli('secrets', 'ask', '--wait', '0');
    await answer(encryptTo('1.9', stranger, SECRET));
    await until(async () => (await served.refused('CIPHER')) === 1);
    await answer(encryptTo('1.4', stranger, SECRET));
    await until(async () => (await served.refused('CIPHER')) === 2);
    await answer(encryptTo('1.4', pem!, 'not sixty-four hexadecimal digits'));
    await until(async () => (await served.refused('SECRET_FORM')) === 1);
    expect((await served.secrets()).secret).toMatchObject({ id: null, candidates: [] });
  });

  it('a secret by hand comes from standard input, and a new one reaches every trusted key', async () => {
    const served = await aConsole(broker);
    const set = await runCommand(served, ['secrets', 'set', '--file', '-'], { input: `${SECRET}\n` });
    expect(set.code).toBe(0);
    const old = await aRuby(broker, '1.4', 'ring_14.1', SECRET);
    const fresh = await aRuby(broker, '1.9', 'ring_19.2', SECRET);
    for (const node of [old, fresh]) {
      await node.announceKey();
      await until(async () => (await served.keysOf(node.name)).length === 1);
      await served.ok('keys', 'trust', node.name, node.fingerprint);
      await beats(served, node);
    }
    const refused = await served.cli('secrets', 'rotate');
    expect(refused.code).toBe(2);
    const total = /--confirm (\d+)/.exec(refused.err)![1]!;
    expect(total).toBe('2');
    expect(old.secret()).toBe(SECRET);
    await served.ok('secrets', 'rotate', '--confirm', total);
    await until(() => old.secret() !== SECRET && old.secret() === fresh.secret());
    expect(old.secret()).toMatch(/^[0-9a-f]{64}$/);
    const { secret } = await served.secretsWhen((now) => now.secret.handover !== null);
    expect(secret).toMatchObject({ state: 'held', source: 'made', handover: { sent: 2 } });
    // They keep using the old one until they restart, and are still read.
    await old.publishEncrypted('node.crypt.x', {
      function: 'update_public_key',
      name: old.name,
      public_key: old.publicPem,
    });
    await until(async () =>
      (await served.secrets()).secret.holders.some(
        ({ name, uses }) => name === old.name && uses === 'previous',
      ),
    );
  });
});
