/**
 * What nobody should send about changes: over the wire as results, over the door and the command line as changes. Each
 * is a clear error or is counted, and nothing is sent that should not be.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { In } from '../../app/shared/contract/contract.js';
import { runCommand } from '../support/cli-process.js';
import { fileOf, knows, pushSettings, runWhen, targetOf, targetWhen } from '../support/changes-stage.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { aConsole, aRuby, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import type { Faults, RubyNode } from '../support/ruby-node.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const PROFILE = ['--profile-kind', 'test', '--profile-name', 'lab'];

describeWithRabbitMq('hostile changes and results', () => {
  let broker: RabbitMq;
  let peers: Peers;
  let served: StagedConsole;
  let node: RubyNode;

  beforeAll(async () => {
    broker = await startRabbitMq();
    peers = await joinPeers(broker);
  });
  afterAll(async () => {
    await peers?.close();
    await broker?.dispose();
  });

  const stage = async (faults: Faults = {}): Promise<void> => {
    served = await aConsole(broker, { args: PROFILE });
    node = await aRuby(broker, '1.9', `ruby_${served.name}.1`, SECRET, { beatIntervalMs: 300, faults });
    await knows(served, node.name);
  };
  const result = (name: string, more: object = {}, properties: object = {}): Promise<void> =>
    peers.send(
      'node',
      `node.${name}.update_result`,
      {
        action: 'update_settings',
        status: 'success',
        detail: 'keys: extensions',
        error: null,
        node: name,
        timestamp: new Date().toISOString(),
        ...more,
      },
      properties,
    );
  const pushes = (of: RubyNode) =>
    of.received.filter(({ function: name }) => String(name).startsWith('update_'));
  let marks = 0;
  /** Everything that was sent before has been taken in. */
  const mark = async (): Promise<void> => {
    marks += 1;
    const name = `mark-${marks}`;
    await peers.beat(name);
    await until(
      async () => (await served.call('node.list', {})).nodes.some((one) => one.name === name),
      30_000,
    );
  };
  const expectWell = async (): Promise<void> => {
    const { link } = await served.call('session.get', {});
    expect(link.state).toBe('live');
    expect(served.log()).not.toMatch(/"level":"(error|fatal)"/);
  };

  describe('results', () => {
    it('of nodes that were never asked change no run', async () => {
      await stage({ silent: true });
      const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name);
      await targetWhen(served, id, node.name, 'sent');
      await result('never.asked');
      await result(node.name, { action: 'update_gem', detail: 'lex-http latest' });
      await result(node.name, { detail: 'keys: transport' });
      await result('\u001b[2Jevil\u202e', { status: 'success\u0000' });
      await mark();
      await served.event('heard.changes', 'never.asked');
      expect(targetOf(await served.call('run.get', { id }), node.name).state).toBe('sent');
      await result(node.name);
      await targetWhen(served, id, node.name, ['success', 'verified']);
      await expectWell();
    });

    it('of the year 1970 and of the year 9999 answer nothing, and are kept as heard', async () => {
      await stage({ year1970: true });
      const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name, '--deadline', '3');
      await until(() => pushes(node).length === 1);
      await result(node.name, { timestamp: '9999-12-31T23:59:59Z' }, { timestamp: 253_402_300_799 });
      expect(await targetWhen(served, id, node.name, 'no-answer')).toMatchObject({ resultAt: null });
      await served.event('heard.changes', node.name);
      // With a clock that is right it counts, late as it is.
      await result(node.name);
      expect(await targetWhen(served, id, node.name, ['success', 'verified'])).toMatchObject({ late: true });
      await expectWell();
    });

    it.each([
      ['no object', Buffer.from('[1,2]')],
      ['no JSON', Buffer.from('{"action":')],
      ['words of other types', { action: 7, status: {}, detail: [], error: 1, node: null }],
      [
        'a huge error',
        { action: 'update_settings', status: 'failed', error: 'x'.repeat(900_000), node: 'x' },
      ],
      ['a status of neither kind', { action: 'update_settings', status: 'perhaps', node: 'x' }],
      ['an action of nobody', { action: '__proto__', status: 'success', node: 'x' }],
    ])('with %s hurt nobody', async (_title, body) => {
      await stage({ silent: true });
      const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name);
      await targetWhen(served, id, node.name, 'sent');
      const named = Buffer.isBuffer(body) ? body : { ...body, ...(body.node === 'x' && { node: node.name }) };
      await peers.send('node', `node.${node.name}.update_result`, named);
      await mark();
      const { state, error } = targetOf(await served.call('run.get', { id }), node.name);
      expect(['sent', 'failed']).toContain(state);
      expect((error ?? '').length).toBeLessThanOrEqual(2_000);
      await expectWell();
    });

    it('10,000 in one second are taken in, and the door still answers', { timeout: 60_000 }, async () => {
      await stage();
      const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name);
      const from = performance.now();
      const all: Promise<void>[] = [];
      for (let index = 0; index < 10_000; index += 1) {
        const name = index % 10 === 0 ? node.name : `flood-${index % 500}`;
        all.push(result(name, { status: index % 3 === 0 ? 'failed' : 'success', error: `no ${index}` }));
      }
      await Promise.all(all);
      const sentMs = performance.now() - from;
      expect(sentMs).toBeLessThan(5_000);
      const asked = performance.now();
      await served.call('session.get', {});
      expect(performance.now() - asked).toBeLessThan(2_000);
      await mark();
      const run = await runWhen(served, id, ({ counts }) => counts.sent === 0);
      expect(targetOf(run, node.name).contradicted).not.toBeNull();
      expect(JSON.stringify(run).length).toBeLessThan(100_000);
      await expectWell();
    });
  });

  describe('changes', () => {
    const deep = '{"extensions":'.padEnd(10) + '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_001);
    const settings: readonly (readonly [title: string, text: string, words: string])[] = [
      ['nothing', '', 'not JSON'],
      ['no JSON', '{"extensions": {"a": 1},}', 'not JSON: line 1'],
      ['a list', '[1, 2]', 'must be an object'],
      ['a text', '"extensions"', 'must be an object'],
      ['null', 'null', 'must be an object'],
      ['an empty object', '{}', 'nothing to change'],
      ['a value at the top', '{"extensions": 1}', 'not an object'],
      ['5 MB', JSON.stringify({ extensions: { a: 'x'.repeat(5_000_000) } }), 'nodes take at most'],
      ['a depth of 10,000', deep, 'deeper than'],
      ['__proto__', '{"extensions": {"__proto__": {"polluted": 1}}}', '__proto__'],
      ['__proto__ as a section', '{"__proto__": {"polluted": 1}}', '__proto__'],
      ['constructor', '{"extensions": {"a": {"constructor": {"prototype": 1}}}}', 'constructor'],
      ['a key twice', '{"extensions": {"a": 1, "a": 2}}', 'stands there twice'],
      ['client.name', '{"client": {"name": "taken"}}', 'client.name cannot be pushed'],
      ['the cluster secret', '{"crypt": {"cluster_secret": "abc"}}', 'not pushed in the open'],
    ];
    it('settings that cannot be sent are each named, and nothing leaves', { timeout: 120_000 }, async () => {
      await stage();
      for (const [title, text, words] of settings) {
        const { code, err } = await served.cli('push', 'settings', '--file', fileOf(text), '--to', node.name);
        expect(code, title).toBe(2);
        expect(err, title).toContain(words);
        expect(err, title).toContain('Nothing was sent');
        const input: In<'run.start'> = {
          what: { kind: 'settings', settings: text },
          where: { names: [node.name] },
        };
        await expect(served.call('run.start', input), title).rejects.toThrow('CHANGE_INVALID');
      }
      expect(pushes(node)).toEqual([]);
      expect(await served.call('run.list', {})).toMatchObject({ runs: [] });
      await expectWell();
    });

    it('an unknown section is explained before it is sent, and what works is offered', async () => {
      await stage();
      const file = fileOf({ brand_new: { x: 1 } });
      const { code, out } = await served.cli(
        'push',
        'settings',
        '--file',
        file,
        '--to',
        node.name,
        '--dry-run',
      );
      expect(code).toBe(0);
      expect(out).toContain('LegionIO has no section “brand_new” of its own');
      expect(out).toContain('client, cluster, crypt, extensions, transport');
      expect(pushes(node)).toEqual([]);
    });

    it(
      'gems and versions that are none are each named, and nothing leaves',
      { timeout: 120_000 },
      async () => {
        await stage();
        const names = [
          'http; rm -rf ~',
          '$(id)',
          '../../etc/passwd',
          '/etc/passwd',
          'https://evil.example/x.gem',
          '',
          ' ',
        ];
        for (const name of [...names, 'lex-', 'a'.repeat(500), 'http\n', 'ht\u202etp']) {
          const input: In<'run.start'> = {
            what: { kind: 'gem', extension: name },
            where: { names: [node.name] },
          };
          await expect(served.call('run.start', input), name).rejects.toThrow('CHANGE_INVALID');
        }
        for (const version of ['newest', '1; id', '1.0 ', '-1', '>= 1', '1..2', '1.'.repeat(60)]) {
          const input: In<'run.start'> = {
            what: { kind: 'gem', extension: 'http', version },
            where: { names: [node.name] },
          };
          await expect(served.call('run.start', input), version).rejects.toThrow('CHANGE_INVALID');
        }
        const typed = await served.cli('push', 'gem', 'http;id', '--version', 'x', '--to', node.name);
        expect(typed.code).toBe(2);
        expect(typed.err).toContain('is no name of an extension');
        expect(typed.err).toContain('is no version');
        expect(pushes(node)).toEqual([]);
      },
    );

    it('targets that are none are each named, and nothing leaves', { timeout: 60_000 }, async () => {
      await stage();
      const push = (...argv: string[]) => served.cli('push', 'gem', 'http', ...argv);
      const typo = node.name.slice(0, -1);
      const unknown = await push('--to', `${node.name},${typo}`);
      expect(unknown.code).toBe(2);
      expect(unknown.err).toContain(`Nobody has heard of ${typo}`);
      expect(unknown.err).toContain(`did you mean ${node.name}?`);
      expect((await push('--to', 'state:sad')).code).toBe(2);
      expect((await push('--to', 'state:silent')).code).toBe(2);
      expect((await push()).code).toBe(2);
      expect((await push('--to', node.name, '--canary', 'nobody')).err).toContain('not among the targets');
      expect((await push('--to', '')).code).toBe(2);
      await expect(
        served.call('run.start', {
          what: { kind: 'gem', extension: 'http' },
          where: { names: [node.name], all: true },
        }),
      ).rejects.toThrow('CHANGE_INVALID');
      expect(pushes(node)).toEqual([]);
      // Tried all the same when that is said: it is undeliverable, and that is known at once.
      const { id } = await pushSettings(served, { extensions: { a: 1 } }, typo, '--send-unknown');
      await targetWhen(served, id, typo, 'undeliverable');
    });

    it('runs, pushed changes and approvals that do not exist are errors with a remedy', async () => {
      await stage();
      for (const argv of [
        ['run', 'no-such-run'],
        ['run', '../../../etc/passwd'],
        ['run', 'hold', '__proto__'],
        ['run', 'rollback', 'x'],
        ['run', 'x', '--follow'],
        ['received', 'accept', 'x'],
        ['received', 'undo', 'x'],
      ]) {
        const { code, err } = await served.cli(...argv);
        expect(code, argv.join(' ')).toBe(1);
        expect(err, argv.join(' ')).toMatch(/There is no (run of this id|such pushed change)\./);
      }
      const none = await runCommand(served, ['approve', '-'], { input: 'no approval\u0000' });
      expect(none).toMatchObject({ code: 1 });
      expect(none.err).toContain('This is no approval');
    });
  });
});
