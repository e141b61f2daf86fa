/** Vault tokens between the built product and Ruby nodes of either generation, with a strict Vault beside them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretRequest } from '../../app/shared/domain/secret.js';
import { answersOfAll, filesIn, foundIn } from '../support/canaries.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { createFakeVault, serveFakeVault, type FakeVault, type ServedVault } from '../support/fake-vault.js';
import { aConsole, aRuby, trustEachOther, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { encryptTo } from '../support/ruby-node-crypt.js';
import type { RubyNode } from '../support/ruby-node.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const KEY_OF = { '1.4': 'vault', '1.9': 'lex.node.runners.vault.request' } as const;

describeWithRabbitMq('Vault tokens', () => {
  let broker: RabbitMq;
  let peers: Peers;
  let vault: FakeVault;
  let served: ServedVault;
  beforeAll(async () => {
    broker = await startRabbitMq();
    peers = await joinPeers(broker);
    vault = createFakeVault({ clock: { now: () => Date.now() } });
    served = await serveFakeVault(vault);
  });
  afterAll(async () => {
    await served?.close();
    await peers?.close();
    await broker?.dispose();
  });

  const aToken = (): { readonly id: string; readonly accessor: string } =>
    vault.createToken({ policies: ['default', 'legion-node'], ttlS: 3_600 });
  const allowGiving = (): void => {
    for (const path of ['auth/token/create-orphan', 'auth/token/revoke-accessor'])
      vault.grant('legion-node', path);
  };
  const consoleWith = (policy: string, ...args: string[]): Promise<StagedConsole> =>
    aConsole(broker, {
      secret: SECRET,
      args: ['--vault-address', served.origin, '--secrets-policy', policy, '--log-level', 'debug', ...args],
    });
  /** Consumers of the shared queue, as the broker counts them. */
  const atSharedQueue = async (): Promise<number> => {
    const lines = (await broker.ctl('list_queues', 'name', 'consumers')).split('\n');
    return Number(lines.find((line) => line.startsWith('node.vault\t'))?.split('\t')[1] ?? 0);
  };
  const state = async (console: StagedConsole): Promise<string> =>
    (await console.call('vault.get', {})).state;
  const requestOf = (console: StagedConsole, node: RubyNode): Promise<SecretRequest> =>
    console.request(node.name, ({ wants }) => wants === 'vault-token');
  const faults = (node: RubyNode): string[] =>
    node.errors.filter(
      (error) => !error.startsWith('push_public_key') && !error.startsWith('update_public_key'),
    );

  describe.each(['1.4', '1.9'] as const)('with Ruby nodes of %s', (generation) => {
    const ruby = (name: string, vaultToken: string | null): Promise<RubyNode> =>
      aRuby(broker, generation, `${name}_${generation.replace('.', '')}.7`, SECRET, { vaultToken });

    it('one without a token gets ours by “give once”, after its key is trusted', async () => {
      const console = await consoleWith('ask');
      const token = aToken();
      await console.call('vault.enter', { token: token.id });
      const node = await ruby('asker', null);
      await until(async () => (await atSharedQueue()) === 2);
      // In turn: what the node takes itself, without a token, it swallows.
      await until(async () => {
        await node.askForVaultToken(KEY_OF[generation]);
        return (await console.secrets()).requests.some(({ wants }) => wants === 'vault-token');
      });
      const request = await requestOf(console, node);
      expect(request).toMatchObject({ state: 'waiting', fingerprint: node.fingerprint });
      expect((await console.cli('requests', 'give', request.id)).err).toContain('not trusted');
      await console.ok('keys', 'trust', node.name, node.fingerprint);
      await console.ok('requests', 'give', request.id);
      await until(() => node.vaultToken() === token.id);
      await console.event('vault.given', node.name);
      const { events } = await console.call('event.list', {});
      expect(events.find(({ kind }) => kind === 'vault.given')).toMatchObject({
        area: 'audit',
        facts: { fingerprint: node.fingerprint, accessor: token.accessor },
      });
      expect(faults(node)).toEqual([]);
    });

    it('we get one from a node that has it, and it lives on when we leave', async () => {
      const console = await consoleWith('never');
      const token = aToken();
      const node = await ruby('holder', token.id);
      await console.call('vault.ask', {});
      await until(async () => (await state(console)) === 'connected', 20_000);
      expect((await console.call('vault.get', {})).token).toMatchObject({
        ...{ accessor: token.accessor, source: 'peer', isOurs: false },
      });
      expect(faults(node)).toEqual([]);
      await console.stop();
      expect(vault.tokens().map(({ id }) => id)).toContain(token.id);
    });

    it('with the policy “never” it gets nothing from us, and its request reaches the next node', async () => {
      const console = await consoleWith('never');
      await console.call('vault.enter', { token: aToken().id });
      const other = aToken();
      const holder = await ruby('next', other.id);
      const asker = await aRuby(broker, generation, `plain_${generation.replace('.', '')}.7`, SECRET);
      await until(async () => (await atSharedQueue()) === 1);
      for (let n = 1; n <= 3; n += 1) {
        await asker.askForVaultToken(KEY_OF[generation]);
        await until(() => holder.vaultAnswers() === n);
      }
      const sent = await until(() =>
        generation === '1.4'
          ? asker.received.find((message) => message.function === 'receive_vault_token')
          : // Its answer goes by the exchange, where a newer node is bound to nothing.
            holder.vaultRequests[0],
      );
      expect(sent).toBeDefined();
      expect((await console.secrets()).requests).toEqual([]);
      const { events } = await console.call('event.list', {});
      expect(events.map(({ kind }) => kind)).not.toContain('vault.given');
    });

    it('what we may not give is passed on to a node that has a token', async () => {
      const console = await consoleWith('trusted');
      await console.call('vault.enter', { token: aToken().id });
      await until(async () => (await atSharedQueue()) === 1);
      const holder = await ruby('able', aToken().id);
      const asker = await aRuby(broker, generation, `strange_${generation.replace('.', '')}.7`, SECRET);
      for (let n = 1; n <= 4; n += 1) await asker.askForVaultToken(KEY_OF[generation]);
      await until(() => holder.vaultAnswers() === 4, 20_000);
      expect(await requestOf(console, asker)).toMatchObject({
        // The other’s answer went by the exchange, for all to see.
        state: expect.stringMatching(/^(unanswered|elsewhere)$/),
        why: 'KEY_NOT_TRUSTED',
      });
    });
  });

  it('the queue is declared as LegionIO does it, and left when there is nothing to give', async () => {
    const console = await consoleWith('ask');
    await console.call('vault.enter', { token: aToken().id });
    await until(async () => (await atSharedQueue()) === 1);
    const node = await aRuby(broker, '1.4', 'declares_14.7', SECRET, { vaultToken: null });
    expect(node.errors).toEqual([]);
    const queues = await broker.ctl('list_queues', 'name', 'type', 'durable', 'arguments');
    const line = queues.split('\n').find((each) => each.startsWith('node.vault\t'));
    expect(line).toContain('quorum\ttrue');
    expect(line).toContain('{"x-dead-letter-exchange","node.dlx"}');
    const bindings = await broker.ctl('list_bindings', 'source_name', 'destination_name', 'routing_key');
    for (const key of ['vault', 'lex.node.runners.vault.#'])
      expect(bindings).toContain(`node\tnode.vault\t${key}`);
    await console.call('vault.revoke', {});
    await until(async () => (await atSharedQueue()) === 1);
  });

  it('what a third opened on its way is an alarm at the asker, and is revoked by its giver', async () => {
    allowGiving();
    const holder = await consoleWith('trusted');
    await holder.call('vault.enter', { token: aToken().id });
    const asker = await consoleWith('ask');
    await trustEachOther(holder, asker);
    const before = new Set(vault.tokens().map(({ id }) => id));
    const made = () => vault.tokens().filter(({ id }) => !before.has(id));
    await asker.call('vault.ask', {});
    // The asker stands still until the third was there.
    process.kill(asker.pid, 'SIGSTOP');
    const wrapping = await until(() => made().find(({ policies }) => policies.includes('response-wrapping')));
    const opened = await fetch(`${served.origin}/v1/sys/wrapping/unwrap`, {
      method: 'POST',
      headers: { 'x-vault-token': wrapping.id, 'x-vault-request': 'true' },
    });
    const { auth } = (await opened.json()) as { readonly auth: { readonly client_token: string } };
    expect(opened.status).toBe(200);
    process.kill(asker.pid, 'SIGCONT');

    await asker.event('vault.replay', holder.name);
    await holder.event('vault.revoked', asker.name);
    expect(vault.tokens().map(({ id }) => id)).not.toContain(auth.client_token);
    expect((await asker.call('session.get', {})).needs.map(({ kind }) => kind)).toContain('vault-replay');
    expect((await asker.call('vault.get', {})).token).toBeNull();
  });

  it('no token leaves the process but encrypted: no answer, no event, no log, no file', async () => {
    const canaries = new Map<string, string>();
    const mark = (what: string, token: { readonly id: string }): string => {
      canaries.set(what, token.id);
      return token.id;
    };
    allowGiving();
    const holder = await consoleWith('ask');
    await holder.call('vault.enter', { token: mark('entered', aToken()) });
    const asker = await consoleWith('ask');
    await trustEachOther(holder, asker);
    await asker.call('vault.ask', {});
    const { id } = await holder.request(asker.name, ({ wants }) => wants === 'vault-wrapped');
    await holder.ok('requests', 'give', id);
    await until(async () => (await state(asker)) === 'connected');
    const { token: made } = await asker.call('vault.get', {});
    expect(made).toMatchObject({ source: 'peer', from: holder.name, isOurs: true });
    mark(
      'made for the asker',
      vault.tokens().find(({ accessor }) => accessor === made?.accessor)!,
    );

    // What is not taken: root's, one that nobody asked for, one in the clear, one of another server, too long a one.
    const third = await consoleWith('ask');
    await third.call('vault.ask', {});
    const { pem } = await third.call('key.own', {});
    const send = (body: object): Promise<void> =>
      peers.send('', `node.${third.name}`, { function: 'receive_vault_token', ...body });
    await send({ message: encryptTo('1.4', pem!, mark('root', { id: vault.rootToken })) });
    await send({ message: encryptTo('1.9', pem!, mark('unknown', { id: 'hvs.canary-of-another-server' })) });
    await send({ token: mark('in the clear', { id: 'hvs.canary-in-the-clear' }) });
    await send({ message: mark('not encrypted', { id: `hvs.canary-${'x'.repeat(10_000)}` }) });
    await until(async () => {
      const { events } = await third.call('event.list', {});
      const whys = events.filter(({ kind }) => kind === 'vault.ignored').map(({ facts }) => facts['why']);
      return ['root', 'refused', 'unreadable'].every((why) => whys.includes(why));
    });
    expect((await third.call('vault.get', {})).token).toBeNull();

    for (const each of [holder, asker, third]) {
      const inside = (text: string): string[] => foundIn(text, canaries);
      const told = await each.cli('events');
      expect.soft(inside(await answersOfAll(each)), `answers of ${each.name}`).toEqual([]);
      expect.soft(inside(told.out + told.err), `events of ${each.name}`).toEqual([]);
      expect.soft(inside(each.log()), `log of ${each.name}`).toEqual([]);
      for (const file of filesIn(each.dataDir))
        expect.soft(inside(readFileSync(file, 'latin1')), file).toEqual([]);
    }
    expect(canaries.size).toBe(6);
  });
});
