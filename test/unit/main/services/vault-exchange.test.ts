/** Vault tokens between whole nodes, ours and Ruby’s, on the broker in memory and in virtual time. */
import { describe, expect, it } from 'vitest';
import { pushVaultToken, requestVaultToken } from '../../../../app/main/core/protocol/bus/vault-messages.js';
import { keyNeeds } from '../../../../app/main/services/key-needs.js';
import { foundIn } from '../../../support/canaries.js';
import { encryptTo, type Generation } from '../../../support/ruby-node-crypt.js';
import { rubyPair, vaultStage, type Policy } from '../../../support/vault-in-memory.js';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
const GENERATIONS = ['1.4', '1.9'] as const;
const KEY_OF = { '1.4': 'vault', '1.9': 'lex.node.runners.vault.request' } as const;

/** A console that holds a token and may be asked, and that token. */
async function holding(policy: Policy, fields: Parameters<ReturnType<typeof vaultStage>['console']>[2] = {}) {
  const stage = vaultStage();
  const holder = await stage.console('holder', policy, fields);
  const token = stage.aToken();
  await holder.vault.enter(token.id);
  await stage.pass(2);
  return { ...stage, holder, token };
}
type Stage = Awaited<ReturnType<typeof holding>>;

describe('being asked for our token', () => {
  it('VX1 stands at the shared queue only while a token is held, requests may be answered and the node speaks', async () => {
    const { holder, sharedQueue, pass, console, aToken } = await holding('ask');
    expect(sharedQueue()).toEqual({ messageCount: 0, consumerCount: 1 });
    await holder.keys.secrets.setPolicy('never');
    await pass(2);
    expect(sharedQueue()?.consumerCount).toBe(0);
    await holder.keys.secrets.setPolicy('trusted');
    await pass(2);
    expect(sharedQueue()?.consumerCount).toBe(1);
    await holder.vault.revoke();
    await pass(2);
    expect(sharedQueue()?.consumerCount).toBe(0);

    for (const fields of [{ keys: { isReadOnly: true } }, { beating: false }]) {
      const other = await console(`quiet-${Object.keys(fields)[0]}`, 'ask', fields);
      await other.vault.enter(aToken().id);
      await pass(3);
      expect(sharedQueue()?.consumerCount).toBe(0);
    }
  });

  it('VX1 with the policy “never”, or without a token, nothing of the queue is touched', async () => {
    const { sharedQueue, console, pass } = await holding('never');
    await console('other', 'ask');
    await pass(3);
    expect(sharedQueue()).toBeNull();
  });

  it.each(GENERATIONS)(
    'VX2 a Ruby node of %s stands in the inbox, gets nothing before its key is trusted, and then our own token',
    async (generation) => {
      const { holder, token, ruby, pass, clock, sharedQueue } = await holding('ask');
      const asker = await ruby('worker-4', generation, null, { atSharedQueue: false });
      await asker.ask(KEY_OF[generation]);
      await pass(1);
      const [request] = holder.requests();
      expect(request).toMatchObject({
        ...{ name: 'worker-4', wants: 'vault-token', state: 'waiting', trust: 'quiet', count: 1 },
        fingerprint: asker.fingerprint,
      });
      expect(sharedQueue()?.messageCount).toBe(0);
      expect(keyNeeds(holder, clock.now())).toMatchObject([{ kind: 'secret-asked', wants: 'vault' }]);
      await expect(holder.keys.secrets.give(request!.id)).rejects.toThrow(code('KEY_NOT_TRUSTED'));

      await holder.keys.trust('worker-4', asker.fingerprint, 'voice', undefined);
      await holder.keys.secrets.give(request!.id);
      await pass(1);
      expect(asker.token()).toBe(token.id);
      expect(asker.errors).toEqual([]);
      expect(JSON.parse(asker.own[0]!.body.toString())).toMatchObject({
        function: 'receive_vault_token',
        runner_class: 'Legion::Extensions::Node::Runners::Vault',
        message: expect.stringMatching(generation === '1.9' ? /^oaep:/ : /^[^:]+$/),
      });
      expect(asker.own[0]).toMatchObject({ exchange: '', routingKey: 'node.worker-4' });
      expect(holder.eventsOf('vault.given')).toMatchObject([
        {
          ...{ area: 'audit', names: ['worker-4'] },
          facts: { fingerprint: asker.fingerprint, accessor: token.accessor, policy: null },
        },
      ]);
      expect(foundIn(holder.story(), [['token', token.id]])).toEqual([]);
    },
  );

  it('VX2 a request straight into the queue is told, too, and one by the exchange once', async () => {
    const { holder, ruby, pass } = await holding('ask');
    const asker = await ruby('worker-4', '1.9', null, { atSharedQueue: false });
    await asker.ask('node.vault', { exchange: '' });
    await pass(1);
    const heard = () => holder.eventsOf('heard.secrets').filter(({ names }) => names.includes('worker-4'));
    expect(holder.requests()).toMatchObject([{ state: 'waiting', count: 1 }]);
    expect(heard()).toMatchObject([{ count: 1, facts: { message: 'RequestVaultToken' } }]);
    await pass(10);
    await asker.ask(KEY_OF['1.9']);
    await pass(1);
    expect(holder.requests()).toMatchObject([{ state: 'waiting', count: 2 }]);
    expect(heard()).toHaveLength(2);
  });

  it('VX2 with “trusted” a pinned key is answered by itself, its copy is not, and another key under that name gets nothing', async () => {
    const { holder, token, ruby, pass, clock, stranger } = await holding('trusted');
    const asker = await ruby('worker-4', '1.4', null, { atSharedQueue: false });
    await asker.ask('vault');
    await pass(1);
    expect(holder.requests()).toMatchObject([{ state: 'unanswered', why: 'KEY_NOT_TRUSTED' }]);
    await holder.keys.trust('worker-4', asker.fingerprint, 'voice', undefined);
    await pass(10);
    // The question of before came by again, and was served then.
    expect(holder.eventsOf('vault.given')).toMatchObject([{ facts: { policy: 'trusted' } }]);
    expect(asker.token()).toBe(token.id);
    await asker.ask('vault');
    await asker.ask('lex.node.runners.vault.request');
    await pass(1);
    expect(holder.eventsOf('vault.given')).toHaveLength(2);

    const thief = stranger('thief');
    await pass(10);
    await thief.bus.publish(
      requestVaultToken({ name: 'worker-4', pem: rubyPair('thief').publicKey }, 'vault', clock.now()),
    );
    await pass(5);
    expect(holder.requests()[0]).toMatchObject({
      state: 'unanswered',
      why: 'KEY_NOT_TRUSTED',
      trust: 'changed',
    });
    expect(holder.eventsOf('vault.given')).toHaveLength(2);
  });

  it('GA6 the answer of another node is told, and whoever waits goes on waiting', async () => {
    const { holder, ruby, pass } = await holding('ask');
    const asker = await ruby('worker-4', '1.4', null, { atSharedQueue: false });
    await asker.ask('vault');
    await pass(1);
    const other = await ruby('worker-5', '1.4', 'hvs.of-its-own', { atSharedQueue: false });
    await other.say('node.worker-4', {
      function: 'receive_vault_token',
      message: 'x',
      public_key: other.pem,
    });
    await pass(1);
    expect(holder.eventsOf('vault.answered-elsewhere')).toMatchObject([{ names: ['worker-4'] }]);
    expect(holder.requests()).toMatchObject([{ state: 'waiting' }]);
    expect(holder.eventsOf('secret.answered-elsewhere')).toEqual([]);
  });

  it('VX2 an answer that does not arrive is told as such', async () => {
    const { holder, stranger, pass, clock } = await holding('ask');
    const { bus } = stranger();
    await pass(1);
    await bus.publish(
      requestVaultToken({ name: 'away-1', pem: rubyPair('away').publicKey }, 'vault', clock.now()),
    );
    await pass(1);
    const [request] = holder.requests();
    await holder.keys.trust('away-1', request!.fingerprint!, 'voice', undefined);
    await expect(holder.keys.secrets.give(request!.id)).rejects.toThrow(code('BUS_UNROUTABLE'));
    expect(holder.requests()).toMatchObject([{ state: 'failed', why: 'BUS_UNROUTABLE' }]);
    expect(holder.eventsOf('vault.give-failed')).toMatchObject([
      { names: ['away-1'], facts: { code: 'BUS_UNROUTABLE', fingerprint: request!.fingerprint } },
    ]);
  });

  describe('what stands against it whoever asks', () => {
    const asked = async (stage: Stage, bits?: number) => {
      const asker = await stage.ruby('worker-4', '1.9', null, {
        atSharedQueue: false,
        ...(bits && { bits }),
      });
      await asker.ask(KEY_OF['1.9']);
      await stage.pass(1);
      const [request] = stage.holder.requests();
      await stage.holder.keys.trust('worker-4', asker.fingerprint, 'voice', undefined);
      return { asker, request: request! };
    };

    it('VX2 a root token is never given', async () => {
      const stage = await holding('ask');
      await stage.holder.vault.revoke();
      await stage.holder.vault.enter(stage.fake.rootToken);
      await stage.pass(2);
      const { request, asker } = await asked(stage);
      expect(request).toMatchObject({ state: 'unanswered', why: 'VAULT_ROOT' });
      await expect(stage.holder.keys.secrets.give(request.id)).rejects.toThrow(code('VAULT_ROOT'));
      await stage.holder.keys.secrets.setPolicy('trusted');
      await asker.ask(KEY_OF['1.9']);
      await stage.pass(10);
      expect(asker.token()).toBeNull();
    });

    it('VX2 a token longer than the key can carry is not cut to pieces; how long it may be is told', async () => {
      const stage = await holding('ask');
      const { request, asker } = await asked(stage);
      expect(request.state).toBe('waiting');
      await stage.holder.vault.revoke();
      await stage.holder.vault.enter(stage.aToken({ id: `hvb.${'long'.repeat(60)}` }).id);
      await expect(stage.holder.keys.secrets.give(request.id)).rejects.toMatchObject({
        code: 'VAULT_TOO_LONG',
        details: { expect: '214', size: 244 },
      });
      expect(asker.token()).toBeNull();
    });

    it('VX2 a weak key gets nothing, and without a token there is nothing to give', async () => {
      const stage = await holding('ask');
      const { request } = await asked(stage, 1_024);
      expect(request).toMatchObject({ state: 'unanswered', why: 'KEY_WEAK', weak: true });
      await expect(stage.holder.keys.secrets.give(request.id)).rejects.toThrow(code('KEY_WEAK'));

      const other = await holding('ask');
      const { request: open } = await asked(other);
      await other.holder.vault.revoke();
      await expect(other.holder.keys.secrets.give(open.id)).rejects.toThrow(code('VAULT_NO_TOKEN'));
    });
  });

  describe('passing on', () => {
    it('VX1 with “never” the request reaches a Ruby node that has a token', async () => {
      const { holder, pass, ruby, token } = await holding('never');
      const other = await ruby('worker-5', '1.4', 'hvs.of-its-own');
      const asker = await ruby('worker-4', '1.4', null, { atSharedQueue: false });
      await asker.say('vault', {
        function: 'push_vault_token',
        node_name: 'worker-4',
        public_key: asker.pem,
      });
      await pass(2);
      expect(other.answers()).toBe(1);
      expect(asker.token()).toBe('hvs.of-its-own');
      expect(holder.requests()).toEqual([]);
      expect(holder.tokenOf()).toBe(token.id);
    });

    it('VX3 whom we refused reaches the next node after a second', async () => {
      const { holder, pass, ruby } = await holding('ask');
      const asker = await ruby('worker-4', '1.4', null, { atSharedQueue: false });
      const body = { function: 'push_vault_token', node_name: 'worker-4', public_key: asker.pem };
      await asker.say('vault', body);
      await pass(1);
      holder.keys.secrets.refuse(holder.requests()[0]!.id);
      expect(holder.eventsOf('vault.not-given')).toMatchObject([{ names: ['worker-4'] }]);
      const other = await ruby('worker-5', '1.4', 'hvs.of-its-own');
      for (let n = 0; n < 6; n += 1) await asker.say('vault', body);
      await pass(5);
      expect(other.shared).toHaveLength(6);
      expect(asker.token()).toBe('hvs.of-its-own');
      expect(holder.requests()).toMatchObject([{ state: 'refused' }]);
    });

    it('VX3 with nobody else it comes back three times, one second apart, and is gone', async () => {
      const { holder, pass, ruby, sharedQueue, token } = await holding('trusted');
      const asker = await ruby('worker-4', '1.4', null, { atSharedQueue: false });
      await asker.ask('vault');
      await pass(2.5);
      expect(holder.requests()).toMatchObject([{ state: 'unanswered', count: 1 }]);
      // Trusted meanwhile, it is served when it comes by again.
      await holder.keys.trust('worker-4', asker.fingerprint, 'voice', undefined);
      await pass(2);
      expect(asker.token()).toBe(token.id);

      const second = await ruby('worker-6', '1.4', null, { atSharedQueue: false });
      await second.ask('vault');
      await pass(1.5);
      await holder.keys.secrets.setPolicy('never');
      await pass(1.2);
      // Left behind in the queue for those who can.
      expect(sharedQueue()).toEqual({ messageCount: 1, consumerCount: 0 });
      await holder.keys.secrets.setPolicy('trusted');
      await pass(6);
      expect(sharedQueue()?.messageCount).toBe(0);
      expect(holder.requests().find(({ name }) => name === 'worker-6')).toMatchObject({ count: 1 });
    });

    it('VX3 what we cannot read is passed on, what nobody can is dropped, and other functions do nothing', async () => {
      const { holder, pass, ruby, stranger } = await holding('ask');
      const { say } = stranger();
      const other = await ruby('worker-5', '1.4', 'hvs.of-its-own');
      await pass(1);
      const sealed = {
        properties: {
          contentType: 'application/json',
          contentEncoding: 'encrypted/cs',
          headers: { iv: 'AAAA' },
        },
        body: Buffer.from('bm90aGluZw=='),
      };
      for (let n = 0; n < 2; n += 1) await say({ routingKey: 'vault', ...sealed }).catch(() => undefined);
      await pass(0.5);
      // In turn: one of the two went to the Ruby node at once, the other comes after a second.
      expect(other.shared).toHaveLength(1);
      await pass(4);
      expect(other.shared).toHaveLength(2);
      const before = holder.keys.secrets.view();
      for (let n = 0; n < 2; n += 1)
        await say({
          exchange: '',
          routingKey: 'node.vault',
          body: Buffer.from('{"function":"push_cluster_secret","node_name":"x"}'),
        });
      await pass(3);
      expect(holder.keys.secrets.view().requests).toEqual(before.requests);
    });
  });

  it('VX1 a queue that somebody declared otherwise is left alone, looked for again, and nothing else suffers', async () => {
    const stage = vaultStage();
    const { console, pass, aToken, broker, connect, sharedQueue } = stage;
    const bus = connect('odd');
    const queue = { name: 'node.vault', durable: false, autoDelete: false, exclusive: false, arguments: {} };
    bus.open({ topology: { exchanges: [], queues: [queue], bindings: [] }, consumers: [] });
    await pass(1);
    const holder = await console('holder', 'ask');
    await holder.vault.enter(aToken().id);
    await pass(10);
    expect(sharedQueue()?.consumerCount).toBe(0);
    expect(holder.link().state).toBe('live');
    broker
      .connect('admin', () => undefined)
      .openChannel()
      .deleteQueue('node.vault');
    await pass(30);
    expect(sharedQueue()?.consumerCount).toBe(1);
    expect(holder.kinds()).not.toContain('link.lost');
  });
});

describe('asking others for a token', () => {
  it.each(GENERATIONS)(
    'VX4 gets it from a Ruby node of %s: held, confirmed, and never revoked by us',
    async (generation) => {
      const { console, ruby, pass, fake, aToken } = vaultStage();
      const asker = await console('asker');
      const token = aToken();
      const holder = await ruby('worker-5', generation, token.id);
      await asker.vault.ask();
      expect(asker.vault.view()).toMatchObject({ state: 'asked', askedAt: expect.any(Number) });
      await pass(1);
      expect(holder.errors).toEqual([]);
      expect(asker.vault.view()).toMatchObject({
        state: 'connected',
        token: { accessor: token.accessor, source: 'peer', from: null, isOurs: false },
      });
      expect(asker.eventsOf('vault.held')).toMatchObject([
        { facts: { source: 'peer', accessor: token.accessor } },
      ]);
      expect(foundIn(asker.story(), [['token', token.id]])).toEqual([]);
      await expect(asker.vault.ask()).rejects.toThrow(code('VAULT_HELD'));
      // The question is not put again.
      await pass(30);
      expect(holder.shared).toHaveLength(1);
      await expect(asker.vault.revoke()).resolves.toBe(false);
      await asker.stop();
      expect(fake.tokens().map(({ id }) => id)).toContain(token.id);
    },
  );

  it('VX4 asks by both keys with our key as raw PEM, six times, five seconds apart, and tells it once', async () => {
    const { console, pass, stranger } = vaultStage();
    const { heard } = stranger();
    const asker = await console('asker');
    const asked = () =>
      heard.filter(
        ({ routingKey }) => routingKey === 'vault' || routingKey.startsWith('lex.node.runners.vault'),
      );
    await asker.vault.ask();
    await pass(1);
    expect(asked().map(({ routingKey }) => routingKey)).toEqual(['vault', 'lex.node.runners.vault.request']);
    expect(JSON.parse(asked()[0]!.body.toString())).toMatchObject({
      function: 'push_vault_token',
      node_name: 'asker',
      public_key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
    });
    await pass(23);
    expect(asked()).toHaveLength(10);
    await pass(60);
    expect(asked()).toHaveLength(12);
    expect(asker.vault.view().state).toBe('asked');
    await pass(5);
    expect(asker.vault.view()).toMatchObject({ state: 'wanted', askedAt: expect.any(Number) });
    expect(asker.eventsOf('vault.asked')).toHaveLength(1);
  });

  it('VX8 a question that nobody answered is told once, and anew when a person asks again', async () => {
    const { console, ruby, pass, stranger, aToken } = vaultStage();
    const asker = await console('asker', 'ask', { keys: { policyIsChosen: true } });
    const { say } = stranger();
    const told = (): number => asker.eventsOf('vault.unanswered').length;
    const provoke = () =>
      say({ routingKey: 'node.asker', body: Buffer.from('{"function":"request_vault_token"}') });
    await asker.vault.ask();
    await pass(84);
    expect([told(), asker.vault.view().unansweredAt]).toEqual([0, null]);
    await pass(3);
    expect([told(), asker.vault.view().unansweredAt]).toEqual([1, expect.any(Number)]);
    // A peer that calls for it gets us to ask, and nothing more.
    await provoke();
    await pass(120);
    expect(told()).toBe(1);
    await asker.vault.ask();
    expect(asker.vault.view().unansweredAt).toBeNull();
    for (let n = 0; n < 3; n += 1) {
      await pass(31);
      await provoke();
    }
    expect(told()).toBe(2);
    await ruby('worker-5', '1.4', aToken().id);
    await asker.vault.ask();
    await pass(1);
    expect(asker.vault.view()).toMatchObject({ state: 'connected', unansweredAt: null });
    await asker.vault.revoke();
    await pass(120);
    expect([told(), asker.vault.view().unansweredAt]).toEqual([2, null]);
  });

  it('VX4 of a holder and one without a token every second question is lost, and asking again helps', async () => {
    const { console, ruby, pass, aToken } = vaultStage();
    const asker = await console('asker');
    const empty = await ruby('worker-4', '1.4', null);
    const holder = await ruby('worker-5', '1.4', aToken().id);
    await asker.vault.ask();
    await pass(12);
    expect(empty.shared.length).toBeGreaterThan(0);
    expect(holder.answers()).toBe(1);
    expect(asker.vault.state()).toBe('connected');
  });

  it('VX5 a peer can make us ask, at most every 30 s, and only while we need it and may speak', async () => {
    const { console, ruby, pass, aToken } = vaultStage();
    const asker = await console('asker');
    const silent = await console('silent', 'never', { keys: { isReadOnly: true } });
    const peer = await ruby('worker-4', '1.4', null);
    const call = async (name: string, what: string): Promise<void> => {
      await peer.say(`node.${name}`, { function: what }, { exchange: '' });
      await pass(1);
    };
    await call('silent', 'request_token');
    expect(silent.kinds()).not.toContain('vault.asked');
    for (const what of ['request_token', 'request_vault_token', 'request_token']) await call('asker', what);
    expect(asker.eventsOf('vault.asked')).toHaveLength(1);
    await pass(30);
    await call('asker', 'request_vault_token');
    expect(asker.eventsOf('vault.asked')).toHaveLength(2);
    await asker.vault.enter(aToken().id);
    await pass(60);
    await call('asker', 'request_token');
    expect(asker.eventsOf('vault.asked')).toHaveLength(2);
  });

  it('VX4 one that a person let go of does not come back by itself', async () => {
    const { console, ruby, pass, aToken } = vaultStage();
    const asker = await console('asker');
    const holder = await ruby('worker-5', '1.4', aToken().id);
    await asker.vault.ask();
    await pass(1);
    expect(asker.vault.state()).toBe('connected');
    await expect(asker.vault.revoke()).resolves.toBe(false);
    const given = holder.answers();
    await pass(90);
    expect([asker.vault.state(), holder.answers()]).toEqual(['wanted', given]);
  });

  it('VX5 who makes us ask cannot be the stranger that answers: only a pinned key can, or where a person asked', async () => {
    const { console, ruby, pass, aToken } = vaultStage();
    const asker = await console('asker');
    const holder = await ruby('worker-5', '1.4', aToken().id);
    const provoke = async (): Promise<void> => {
      await holder.say('node.asker', { function: 'request_vault_token' }, { exchange: '' });
      await pass(2);
    };
    await provoke();
    expect(holder.answers()).toBeGreaterThan(0);
    expect(asker.eventsOf('vault.ignored')).toMatchObject([{ facts: { code: 'KEY_NOT_TRUSTED' } }]);
    expect(asker.vault.view().token).toBeNull();
    await holder.say('node.crypt.update_public_key', {
      ...{ function: 'update_public_key', name: 'worker-5', public_key: holder.pem },
    });
    await pass(31);
    await asker.keys.trust('worker-5', holder.fingerprint, 'voice', undefined);
    await provoke();
    expect(asker.vault.state()).toBe('connected');
  });

  it('VX5 a node that only listens has no way to ask', async () => {
    const { console } = vaultStage();
    const asker = await console('asker', 'never', { beating: false });
    await expect(asker.vault.ask()).rejects.toThrow(code('VAULT_NO_WAY'));
  });
});

describe('a token that is sent to us', () => {
  /** A console without a token, that has just asked; and a peer that sends what it is told to. */
  async function waiting(isAsked = true, generation: Generation = '1.4') {
    const stage = vaultStage();
    const asker = await stage.console('asker');
    const peer = await stage.ruby('worker-5', generation, null, { atSharedQueue: false });
    if (isAsked) await asker.vault.ask();
    await stage.pass(1);
    const ours = asker.keys.ourKey().pem;
    const send = async (body: object): Promise<void> => {
      await peer.say(
        'node.asker',
        { function: 'receive_vault_token', public_key: peer.pem, ...body },
        { exchange: '' },
      );
      await stage.pass(1);
    };
    return {
      ...{ ...stage, asker, peer, send },
      sealed: (token: string) => encryptTo(generation, ours, token),
      whys: () => asker.eventsOf('vault.ignored').map(({ facts }) => facts['why']),
    };
  }

  it('VX6 is not looked at while one is held, or when nobody asked within a minute', async () => {
    const { asker, send, sealed, aToken, whys, pass, fake } = await waiting(false);
    const lookups = () => fake.log.filter(({ path }) => path.includes('lookup-self')).length;
    await send({ message: sealed(aToken().id) });
    expect(whys()).toEqual(['unasked']);
    expect(lookups()).toBe(0);
    const own = aToken();
    await asker.vault.enter(own.id);
    await pass(10);
    await send({ message: sealed(aToken().id) });
    expect(whys()).toEqual(['unasked', 'held']);
    expect(asker.vault.view().token).toMatchObject({ accessor: own.accessor, source: 'entered' });
  });

  it('VX6 counts only when Vault knows it at our own address, whatever else the message says', async () => {
    const { asker, send, sealed, aToken, whys } = await waiting();
    await send({ message: sealed('hvs.made-up'), protocol: 'http', address: 'evil.example', port: 1 });
    expect(whys()).toEqual(['refused']);
    expect(asker.eventsOf('vault.ignored')[0]?.facts['code']).toBe('VAULT_DENIED');
    expect(asker.vault.view()).toMatchObject({ state: 'asked', token: null, address: 'https://vault:8200' });
    await send({ message: sealed(aToken().id), address: 'evil.example' });
    expect(asker.vault.view()).toMatchObject({ state: 'connected', address: 'https://vault:8200' });
  });

  it('VX6 is not taken when it is root’s, cannot be read, is no token, in the clear or ten kilobytes long', async () => {
    const { asker, send, sealed, aToken, fake, whys, pass, peer } = await waiting();
    await send({ message: sealed(fake.rootToken) });
    await pass(5);
    await send({ message: encryptTo('1.4', peer.pem, aToken().id) });
    await send({ message: 'A'.repeat(10_240) });
    await send({ token: aToken().id, message: null });
    await send({ message: '' });
    await pass(5);
    await send({ message: sealed('two words\r\nX-Evil: 1') });
    expect(whys()).toEqual(['root', 'unreadable', 'refused']);
    expect(asker.eventsOf('vault.ignored').map(({ count }) => count)).toEqual([1, 4, 1]);
    expect(asker.vault.view().token).toBeNull();
    expect(foundIn(asker.story(), [['root', fake.rootToken]])).toEqual([]);
  });

  it('VX6 is not taken from a key that was refused, and from an unknown one without a name', async () => {
    const { asker, send, sealed, aToken, whys, peer, pass } = await waiting();
    await peer.ask('vault');
    await pass(1);
    await asker.keys.refuse('worker-5', peer.fingerprint);
    await send({ message: sealed(aToken().id) });
    expect(whys()).toEqual(['sender']);
    await send({ message: sealed(aToken().id), public_key: null });
    expect(asker.vault.view()).toMatchObject({ state: 'connected', token: { source: 'peer', from: null } });
  });

  it('VX6 of two answers the first counts, also when both come at once', async () => {
    const { asker, peer, sealed, aToken, whys, pass } = await waiting();
    const [first, second] = [aToken(), aToken()];
    for (const { id } of [first, second])
      void peer.say(
        'node.asker',
        { function: 'receive_vault_token', public_key: peer.pem, message: sealed(id) },
        { exchange: '' },
      );
    await pass(1);
    expect(asker.vault.view().token?.accessor).toBe(first.accessor);
    expect(whys()).toEqual(['held']);
  });

  it('VX7 a flood costs twenty decryptions a second at most', async () => {
    const { asker, peer, sealed, pass, fake } = await waiting();
    const message = sealed('hvs.made-up');
    const before = fake.log.length;
    for (let n = 0; n < 200; n += 1)
      void peer.say('node.asker', { function: 'receive_vault_token', message }, { exchange: '' });
    await pass(0.9);
    expect(fake.log.length - before).toBeLessThanOrEqual(40);
    expect(asker.observer.counters().refused.get('RATE')?.count).toBeGreaterThanOrEqual(150);
  });

  it('VX6 through the shared queue it does no more than that, and hostile words are only words', async () => {
    const { holder, pass, ruby } = await holding('ask');
    const peer = await ruby('worker-5', '1.4', null, { atSharedQueue: false });
    const name = '../../etc/passwd\u202e<b>';
    await peer.say('vault', { function: 'push_vault_token', node_name: name, public_key: peer.pem });
    await peer.say('vault', { function: 'receive_vault_token', message: 'x', public_key: peer.pem });
    await peer.say('vault', { function: 'push_vault_token', node_name: 'x', public_key: 'no key' });
    await pass(6);
    expect(holder.eventsOf('vault.ignored')).toMatchObject([{ facts: { why: 'held' } }]);
    expect(holder.requests()).toMatchObject([{ name, state: 'waiting' }]);
    expect(holder.observer.counters().refused.get('KEY_MALFORMED')?.count).toBe(1);
    expect(pushVaultToken('x', { message: 'm', ownPem: peer.pem }, 0)).toMatchObject({ mandatory: true });
  });
});
