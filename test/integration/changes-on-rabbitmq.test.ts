/** Changes pushed by the built product to Ruby nodes of both generations, through a real broker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run, RunSummary } from '../../app/shared/domain/change.js';
import type { ConsoleEvent } from '../../app/shared/domain/event.js';
import {
  knows,
  pushGem,
  pushSettings,
  rehearse,
  runWhen,
  targetOf,
  targetWhen,
} from '../support/changes-stage.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { aConsole, aRuby, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import type { RubyNode, RubyNodeOptions } from '../support/ruby-node.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const PROFILE = ['--profile-kind', 'test', '--profile-name', 'lab'];
const NO_ASSIGNMENT = "undefined method `[]=' for module Legion::Settings";

describeWithRabbitMq('changes pushed to nodes', () => {
  let broker: RabbitMq;
  beforeAll(async () => {
    broker = await startRabbitMq();
  });
  afterAll(() => broker?.dispose());

  const console = (...args: string[]): Promise<StagedConsole> =>
    aConsole(broker, { args: args.length > 0 ? args : PROFILE });
  let counted = 0;
  const ruby = (generation: '1.4' | '1.9', more: Partial<RubyNodeOptions> = {}): Promise<RubyNode> => {
    counted += 1;
    const name = `ruby_${generation.replace('.', '')}.${counted}`;
    return aRuby(broker, generation, name, SECRET, { beatIntervalMs: 300, ...more });
  };
  const pushesTo = (node: RubyNode) =>
    node.received.filter(({ function: name }) => name === 'update_settings' || name === 'update_gem');

  describe.each(['1.4', '1.9'] as const)('of generation %s', (generation) => {
    it('a setting is applied, a success, and verified by three good beats', async () => {
      const served = await console();
      const node = await ruby(generation);
      await knows(served, node.name);
      const { id } = await pushSettings(served, { extensions: { demo: { a: 1 }, pool: 20 } }, node.name);
      const verified = await targetWhen(served, id, node.name, 'verified');
      expect(verified).toMatchObject({ detail: 'keys: extensions', error: null, attempt: 1, wave: 1 });
      expect(verified.beats).toBeGreaterThanOrEqual(3);
      expect(node.settings()['extensions']).toMatchObject({ demo: { a: 1 }, pool: 20, node: { workers: 1 } });
      expect(pushesTo(node)).toHaveLength(1);
      const { properties, body, routingKey } = pushesTo(node)[0]!;
      expect(routingKey).toBe(node.queue);
      expect(properties).toMatchObject({
        contentType: 'application/json',
        contentEncoding: 'identity',
        type: 'task',
        appId: 'legion',
        priority: 0,
        deliveryMode: 1,
      });
      expect(properties.headers).toMatchObject({ legion_protocol_version: '2.0' });
      expect(body).toMatchObject({ restart: false });
      const run = await runWhen(served, id, ({ state }) => state === 'done');
      expect(run).toMatchObject({ kind: 'settings', state: 'done', total: 1 });
      expect(await served.ok<RunSummary[]>('runs')).toMatchObject([{ id, state: 'done' }]);

      // What is known of it now is ours, and the same again changes nothing.
      const check = await rehearse(served, { extensions: { pool: 20 } }, node.name);
      expect(check.diff).toMatchObject([
        { path: 'extensions.pool', effect: 'no-change', before: [{ value: '20', source: 'your-push' }] },
      ]);
      const again = await pushSettings(served, { extensions: { pool: 20 } }, node.name);
      await targetWhen(served, again.id, node.name, 'no-change');
    });

    it('an unknown section fails with the node’s own words, and a gem that does not exist with gem’s', async () => {
      const served = await console();
      const node = await ruby(generation);
      await knows(served, node.name);
      const settings = await pushSettings(
        served,
        { extensions: { before: 1 }, brand_new: { x: 1 } },
        node.name,
      );
      expect(await targetWhen(served, settings.id, node.name, 'failed')).toMatchObject({
        error: NO_ASSIGNMENT,
        detail: null,
      });
      expect(node.settings()['extensions']).toMatchObject({ before: 1 });
      const gem = await pushGem(served, 'no-such-thing', node.name);
      expect(await targetWhen(served, gem.id, node.name, 'failed')).toMatchObject({
        error: "Unable to resolve dependency: user requested 'lex-no-such-thing (>= 0)'",
        detail: 'lex-no-such-thing',
      });
      const shown = await served.cli('run', gem.id);
      expect(shown.out).toContain("user requested 'lex-no-such-thing (>= 0)'");
    });

    it('a gem is installed and the node comes back over a new connection, verified', async () => {
      const served = await console();
      const node = await ruby(generation);
      await knows(served, node.name);
      const { id } = await pushGem(served, 'http', node.name, '--version', '0.9.1');
      expect(await targetWhen(served, id, node.name, 'verified', 40_000)).toMatchObject({
        detail: 'lex-http 0.9.1',
      });
      expect(node.gems.get('lex-http')).toBe('0.9.1');
      expect(node.restarts()).toBe(1);
      expect((await served.call('node.get', { name: node.name })).state).toBe('healthy');
    });

    it('who falls silent or into trouble after its success has regressed', async () => {
      const served = await console();
      const [dying, sick, well] = await Promise.all([
        ruby(generation, { faults: { diesAfterSuccess: true } }),
        ruby(generation, { faults: { statusAfterSuccess: 'error' } }),
        ruby(generation),
      ]);
      await knows(served, dying.name, sick.name, well.name);
      const names = [dying, sick, well].map(({ name }) => name).join(',');
      const more = ['--watch', '60', '--stop-regressed', '10'];
      const { id } = await pushSettings(served, { extensions: { a: 1 } }, names, ...more);
      expect(await targetWhen(served, id, sick.name, 'regressed')).toMatchObject({ why: 'troubled' });
      expect(await targetWhen(served, id, dying.name, 'regressed', 60_000)).toMatchObject({ why: 'silent' });
      expect(targetOf(await served.call('run.get', { id }), well.name).state).toBe('verified');
      const needs = (await served.call('session.get', {})).needs.map(({ kind }) => kind);
      expect(needs).toContain('run-regressed');
    });
  });

  it('a node whose bindings are gone is reached all the same', async () => {
    const served = await console();
    const node = await ruby('1.9');
    await knows(served, node.name);
    const bindings = await broker.ctl('list_bindings', '--silent', 'source_name', 'destination_name');
    expect(bindings).not.toContain(`node\t${node.queue}`);
    const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name);
    await targetWhen(served, id, node.name, ['success', 'verified']);
    expect(pushesTo(node)).toHaveLength(1);
  });

  it('a killed node is undeliverable at once', async () => {
    const served = await console();
    const node = await ruby('1.9');
    await knows(served, node.name);
    await node.stop();
    const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name);
    const { sentAt, stateAt, why } = await targetWhen(served, id, node.name, 'undeliverable', 2_000);
    expect(why).toBe('no-queue');
    expect(stateAt - sentAt!).toBeLessThan(500);
    // It is there again, and another attempt reaches it.
    const back = await aRuby(broker, '1.9', node.name, SECRET, { beatIntervalMs: 300 });
    await knows(served, node.name);
    await served.ok('run', 'retry', id, '--state', 'undeliverable');
    const verified = await targetWhen(served, id, node.name, 'verified');
    expect(verified).toMatchObject({ attempt: 2, earlier: [{ attempt: 1, state: 'undeliverable' }] });
    expect(pushesTo(back)).toHaveLength(1);
  });

  it('who says nothing counts as no answer, and a late word still counts', async () => {
    const served = await console();
    const node = await ruby('1.4', { faults: { silent: true } });
    await knows(served, node.name);
    const { id } = await pushSettings(served, { extensions: { a: 1 } }, node.name, '--deadline', '1');
    expect(await targetWhen(served, id, node.name, 'no-answer')).toMatchObject({ why: 'deadline' });
    await node.tellResult({
      action: 'update_settings',
      status: 'success',
      detail: 'keys: extensions',
      error: null,
      node: node.name,
      timestamp: new Date().toISOString(),
    });
    expect(await targetWhen(served, id, node.name, ['success', 'verified'])).toMatchObject({ late: true });
  });

  it('of two opposite words failed counts, and both are kept', async () => {
    const served = await console();
    const node = await ruby('1.4', { faults: { contradicts: true } });
    const twice = await ruby('1.9', { faults: { times: 2 } });
    await knows(served, node.name, twice.name);
    const { id } = await pushSettings(served, { extensions: { a: 1 } }, `${node.name},${twice.name}`);
    const target = await targetWhen(served, id, node.name, 'failed');
    expect(target.contradicted).not.toBeNull();
    expect(target.error ?? target.contradicted).toContain('on second thought');
    expect(await targetWhen(served, id, twice.name, 'verified')).toMatchObject({ contradicted: null });
  });

  it('waves go on by their evidence; a held run sends nothing more until a person resumes it', async () => {
    const served = await console();
    const nodes = await Promise.all(Array.from({ length: 4 }, () => ruby('1.9')));
    await knows(served, ...nodes.map(({ name }) => name));
    const names = nodes.map(({ name }) => name).join(',');
    const canary = nodes[2]!.name;
    const more = ['--waves', '1,rest', '--ask-before-last', '--canary', canary];
    const { id } = await pushSettings(served, { extensions: { a: 1 } }, names, ...more);
    const atGate = await runWhen(served, id, ({ state }) => state === 'held');
    expect(atGate).toMatchObject({ hold: { why: 'ask', gate: 2 }, wave: 1 });
    expect(atGate.targets[0]).toMatchObject({ name: canary, state: 'verified' });
    expect(nodes.filter((node) => pushesTo(node).length > 0).map(({ name }) => name)).toEqual([canary]);
    await served.ok('run', 'continue', id);
    const run = await runWhen(served, id, ({ state }) => state === 'done');
    expect(run.counts.verified).toBe(4);
    const told = await served.ok<ConsoleEvent[]>('events', '--area', 'audit');
    const kinds = told.filter(({ facts }) => facts['run'] === id).map(({ kind }) => kind);
    for (const kind of ['run.started', 'run.wave', 'run.continued', 'run.done'])
      expect(kinds).toContain(kind);
  });

  it('a stop rule holds the run, and a roll-back goes to exactly those that took it', async () => {
    const served = await console();
    const nodes = await Promise.all(Array.from({ length: 4 }, () => ruby('1.9')));
    const names = nodes.map(({ name }) => name);
    await knows(served, ...names);
    const first = await pushSettings(served, { extensions: { pool: 10 } }, names.join(','));
    await runWhen(served, first.id, ({ state }) => state === 'done');
    for (const node of nodes.slice(0, 2)) node.misbehave({ statusAfterSuccess: 'error' });
    const more = ['--waves', '3,rest', '--watch', '30', '--canary', names[0]!];
    const { id } = await pushSettings(served, { extensions: { pool: 20 } }, names.join(','), ...more);
    const held = await runWhen(served, id, ({ state }) => state === 'held');
    expect(held.hold).toMatchObject({ why: 'rule', rule: 'regressed' });
    const untouched = held.targets.filter(({ state }) => state === 'queued').map(({ name }) => name);
    expect(untouched).toHaveLength(1);
    expect((await served.cli('run', 'continue', id)).code).toBe(2);
    const back = await served.ok<Run>('run', 'rollback', id);
    const rolled = await runWhen(
      served,
      back.id,
      ({ inFlight, counts }) => inFlight === 0 && counts.queued === 0,
    );
    expect(rolled.rollbackOf).toBe(id);
    const took = held.targets.filter(({ state }) => state !== 'queued').map(({ name }) => name);
    expect(rolled.targets.map(({ name }) => name).sort()).toEqual([...took].sort());
    for (const node of nodes) {
      await until(() => (node.settings()['extensions'] as { pool: number }).pool === 10);
    }
    expect(await served.call('run.get', { id })).toMatchObject({ state: 'stopped', rolledBackBy: back.id });
    expect(pushesTo(nodes.find(({ name }) => name === untouched[0])!)).toHaveLength(1);
  });

  it('a broken link holds the run, and what is due gets its time back', async () => {
    const served = await console();
    const nodes = await Promise.all(Array.from({ length: 2 }, () => ruby('1.4')));
    await knows(served, ...nodes.map(({ name }) => name));
    const names = nodes.map(({ name }) => name).join(',');
    const { id } = await pushSettings(
      served,
      { extensions: { a: 1 } },
      names,
      '--waves',
      '1,rest',
      '--watch',
      '5',
    );
    await runWhen(served, id, ({ counts }) => counts.verified === 1);
    const ours = (await broker.ctl('list_connections', '--silent', 'pid', 'client_properties'))
      .split('\n')
      .filter((line) => line.includes(`Legion Console ${served.name} `));
    expect(ours).not.toEqual([]);
    for (const line of ours) await broker.ctl('close_connection', line.split('\t')[0]!, 'the test');
    const held = await runWhen(served, id, ({ state }) => state === 'held');
    expect(held.hold).toMatchObject({ why: 'link' });
    await until(async () => (await served.call('session.get', {})).link.state === 'live', 20_000);
    expect(pushesTo(nodes[0]!).length + pushesTo(nodes[1]!).length).toBe(1);
    await served.ok('run', 'resume', id);
    expect((await runWhen(served, id, ({ state }) => state === 'done')).counts.verified).toBe(2);
  });

  it('what another console pushes appears as observed, with what was heard of it', async () => {
    const [watching, pushing] = [await console(), await console()];
    const node = await ruby('1.9');
    await knows(pushing, node.name);
    await knows(watching, node.name);
    await pushSettings(pushing, { extensions: { theirs: 7 } }, node.name);
    const seen = await until(async () =>
      (await watching.call('run.list', {})).runs.find(({ state }) => state === 'observed'),
    );
    expect(seen).toMatchObject({ kind: 'settings', state: 'observed' });
    const run = await watching.call('run.get', { id: seen.id });
    expect(run.targets.map(({ name }) => name)).toEqual([node.name]);
  });

  it('a profile that only watches sends nothing', async () => {
    const served = await console(...PROFILE, '--profile-read-only', 'true');
    const node = await ruby('1.4');
    await knows(served, node.name);
    const result = await served.cli('push', 'gem', 'http', '--to', node.name);
    expect(result.code).not.toBe(0);
    expect(result.err).toContain('only watches');
    expect(pushesTo(node)).toEqual([]);
  });

  it('the effort to confirm grows with reach, here as in the window', async () => {
    const served = await console('--profile-kind', 'production', '--profile-name', 'prod-eu');
    const nodes = await Promise.all([ruby('1.4'), ruby('1.9')]);
    await knows(served, ...nodes.map(({ name }) => name));
    const names = nodes.map(({ name }) => name).join(',');
    const bare = await served.cli('push', 'gem', 'http', '--no-reload', '--to', names);
    expect(bare).toMatchObject({ code: 2 });
    expect(bare.err).toContain('Add: --confirm 2');
    const wrong = await served.cli('push', 'gem', 'http', '--no-reload', '--to', names, '--confirm', '3');
    expect(wrong).toMatchObject({ code: 2 });
    const reload = await served.cli('push', 'gem', 'http', '--to', names, '--confirm', '2');
    expect(reload.err).toContain('Add: --confirm prod-eu');
    expect(nodes.flatMap(pushesTo)).toEqual([]);
    const { id } = await pushGem(served, 'http', names, '--no-reload', '--confirm', '2');
    expect((await runWhen(served, id, ({ state }) => state === 'done')).counts.verified).toBe(2);
    // The door itself asks as well: who does not rehearse gets no further.
    const input = {
      what: { kind: 'gem' as const, extension: 'http', version: null, reload: true },
      where: { names: nodes.map(({ name }) => name) },
    };
    await expect(served.call('run.start', input)).rejects.toThrow('CONFIRM_MISSING');
    await expect(served.call('run.start', { ...input, confirm: '2' })).rejects.toThrow('CONFIRM_WRONG');
  });
});
