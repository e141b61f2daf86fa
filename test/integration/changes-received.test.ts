/** Changes that others push to the built product: off, asked for, on; applied, reported, undone. Through a real broker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receive } from '../../app/shared/domain/received.js';
import {
  knows,
  pushSettings,
  receivedWhen,
  runWhen,
  type Tap,
  tapResults,
  targetWhen,
} from '../support/changes-stage.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { aConsole, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const PROFILE = ['--profile-kind', 'test', '--profile-name', 'lab'];
const KINDS = ['settings', 'gem', 'message'] as const;

describeWithRabbitMq('changes pushed to this console', () => {
  let broker: RabbitMq;
  let peers: Peers;
  let tap: Tap;
  beforeAll(async () => {
    broker = await startRabbitMq();
    [peers, tap] = await Promise.all([joinPeers(broker), tapResults(broker)]);
  });
  afterAll(async () => {
    await Promise.all([peers?.close(), tap?.close()]);
    await broker?.dispose();
  });

  const console = (...args: string[]): Promise<StagedConsole> =>
    aConsole(broker, { args: [...PROFILE, '--gem-command', '/nonexistent/gem', ...args] });
  /** As any member of the bus would: straight into its queue. */
  const push = (served: StagedConsole, body: object, headers: object = {}): Promise<void> =>
    peers.send('', `node.${served.name}`, body, { headers });
  const ownSettings = async (served: StagedConsole): Promise<Record<string, Record<string, unknown>>> =>
    JSON.parse((await served.call('receive.get', {})).settings) as never;
  const BODIES = {
    settings: { function: 'update_settings', settings: { extensions: { demo: { a: 1 } } }, restart: false },
    gem: { function: 'update_gem', extension: 'lex-demo', version: '1.0.0', reload: true },
    message: { function: 'message', extensions: { demo: { a: 1 } } },
  };

  it('are asked for by default, on a desktop as elsewhere', async () => {
    const served = await console();
    const picture = await served.ok<Receive>('received');
    expect(picture.modes).toEqual({ settings: 'ask', gem: 'ask', message: 'ask' });
    expect(picture.items).toEqual([]);
    for (const kind of KINDS) await push(served, BODIES[kind]);
    for (const kind of KINDS)
      await receivedWhen(served, (item) => item.kind === kind && item.state === 'waiting');
    const session = await served.call('session.get', {});
    expect(session.changes.asked).toBe(3);
    expect(session.needs.map(({ kind }) => kind)).toContain('change-asked');
    expect(tap.results.filter(({ node }) => node === served.name)).toEqual([]);
    expect((await ownSettings(served))['extensions']).not.toHaveProperty('demo');
  });

  it.each(KINDS)('of kind %s are refused at once when it is off', async (kind) => {
    const served = await console();
    await served.ok('received', 'mode', kind, 'off');
    await push(served, BODIES[kind]);
    const item = await receivedWhen(served, (each) => each.state === 'refused');
    expect(item.error).toContain('switched off');
    if (kind !== 'message') {
      const { body } = await tap.resultOf(served.name);
      expect(body).toMatchObject({ status: 'failed', node: served.name });
      expect(body['error']).toContain('switched off');
    }
    expect((await ownSettings(served))['extensions']).not.toHaveProperty('demo');
  });

  it.each(KINDS)('of kind %s wait for a person when it is ask: accepted, or refused', async (kind) => {
    const served = await console();
    await push(served, BODIES[kind]);
    const first = await receivedWhen(served, (each) => each.state === 'waiting');
    await served.ok('received', 'refuse', first.id);
    expect((await receivedWhen(served, ({ id }) => id === first.id)).state).toBe('refused');
    expect((await served.cli('received', 'accept', first.id)).code).toBe(1);
    expect((await ownSettings(served))['extensions']).not.toHaveProperty('demo');

    await push(served, BODIES[kind]);
    const second = await receivedWhen(served, (each) => each.state === 'waiting');
    await served.ok('received', 'accept', second.id);
    // There is no gem command here, and that is said.
    const wanted = kind === 'gem' ? 'failed' : 'applied';
    await receivedWhen(served, ({ id, state }) => id === second.id && state === wanted);
    if (kind !== 'gem') expect((await ownSettings(served))['extensions']).toMatchObject({ demo: { a: 1 } });
    else
      expect(
        (await tap.resultOf(served.name, ({ body }) => body['action'] === 'update_gem')).body,
      ).toMatchObject({
        status: 'failed',
        detail: 'lex-demo',
      });
  });

  it.each(['settings', 'message'] as const)(
    'of kind %s are obeyed when it is on, and can be undone',
    async (kind) => {
      const served = await console();
      await served.ok('received', 'mode', kind, 'on');
      await push(served, BODIES[kind]);
      const applied = await receivedWhen(served, (each) => each.state === 'applied');
      expect(applied).toMatchObject({
        canUndo: true,
        changes: [{ path: 'extensions.demo', before: null, after: '{"a":1}' }],
      });
      expect((await ownSettings(served))['extensions']).toMatchObject({ demo: { a: 1 } });
      await served.ok('received', 'undo', applied.id);
      expect((await ownSettings(served))['extensions']).not.toHaveProperty('demo');
      expect((await receivedWhen(served, ({ id }) => id === applied.id)).state).toBe('undone');
      expect((await served.cli('received', 'undo', applied.id)).code).toBe(1);
      await served.event('received.applied');
      await served.event('received.undone');
    },
  );

  it('the result has every property and key of a Ruby node’s', async () => {
    const served = await console('--receive-settings', 'on');
    await push(served, BODIES.settings);
    const { body, message } = await tap.resultOf(served.name);
    expect(message.fields).toMatchObject({
      exchange: 'node',
      routingKey: `node.${served.name}.update_result`,
    });
    expect(message.properties).toMatchObject({
      contentType: 'application/json',
      contentEncoding: 'identity',
      type: 'task',
      appId: 'legion',
      priority: 0,
      deliveryMode: 1,
    });
    expect(message.properties.headers).toMatchObject({ legion_protocol_version: '2.0' });
    expect(message.properties.timestamp).toBeTypeOf('number');
    expect(Object.keys(body)).toEqual(['action', 'status', 'detail', 'error', 'node', 'timestamp']);
    expect(body).toMatchObject({
      action: 'update_settings',
      status: 'success',
      detail: 'keys: extensions',
      error: null,
      node: served.name,
    });
    expect(body['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('by another console are applied, verified over there, and undone here', async () => {
    const [served, other] = [await console('--receive-settings', 'on'), await console()];
    await knows(other, served.name);
    const before = (await ownSettings(served))['transport'];
    const { id } = await pushSettings(other, { transport: { prefetch: 7 } }, served.name);
    await targetWhen(other, id, served.name, 'verified');
    await runWhen(other, id, ({ state }) => state === 'done');
    expect((await ownSettings(served))['transport']).toMatchObject({ prefetch: 7 });
    const item = await receivedWhen(served, ({ state }) => state === 'applied');
    expect(item.from).toBe(other.name);
    expect(item.audience).toBe('us');
    await served.ok('received', 'undo', item.id);
    expect((await ownSettings(served))['transport']).toEqual(before);
  });

  it('merge at the second level only, and a whole object is replaced', async () => {
    const served = await console('--receive-settings', 'on');
    await push(served, { ...BODIES.settings, settings: { extensions: { demo: { a: 1, b: 2 }, other: 1 } } });
    await tap.resultOf(served.name);
    await push(served, { ...BODIES.settings, settings: { extensions: { demo: { c: 3 } } } });
    await until(() => tap.results.filter(({ node }) => node === served.name).length === 2);
    expect((await ownSettings(served))['extensions']).toMatchObject({ demo: { c: 3 }, other: 1 });
    expect((await ownSettings(served))['extensions']?.['demo']).toEqual({ c: 3 });
  });

  it('what may not be changed from the network is refused whole', async () => {
    const served = await console('--receive-settings', 'on');
    const { name, queue } = (await served.call('session.get', {})).self!;
    for (const settings of [
      { client: { name: 'taken-over' } },
      { crypt: { cluster_secret: 'f'.repeat(64) } },
      { extensions: { fine: 1 }, transport: { connection: { host: 'elsewhere.example' } } },
    ]) {
      const before = tap.results.length;
      await push(served, { ...BODIES.settings, settings });
      const told = await until(() => tap.results.slice(before).find(({ node }) => node === served.name));
      expect(told.body).toMatchObject({ status: 'failed', detail: null });
    }
    expect((await served.call('session.get', {})).self).toMatchObject({ name, queue });
    expect((await ownSettings(served))['extensions']).not.toHaveProperty('fine');
  });

  it('with a restart it leaves the bus and joins again cleanly, and only then reports', async () => {
    const served = await console('--receive-settings', 'on');
    await push(served, { ...BODIES.settings, restart: true });
    const { body } = await tap.resultOf(served.name);
    expect(body).toMatchObject({ status: 'success' });
    await until(async () => (await served.call('session.get', {})).link.state === 'live', 20_000);
    const session = await served.call('session.get', {});
    expect(session.self?.name).toBe(served.name);
    expect(session.needs.map(({ kind }) => kind)).not.toContain('name-taken');
    // It hears and obeys as before.
    await push(served, { ...BODIES.settings, settings: { extensions: { after: 1 } } });
    await until(() => tap.results.filter(({ node }) => node === served.name).length === 2);
    expect((await ownSettings(served))['extensions']).toMatchObject({ after: 1 });
    expect(served.log()).not.toMatch(/"level":"(error|fatal)"/);
  });

  it('survive a restart of the console: applied ones stay, and can still be undone', async () => {
    const served = await console('--receive-settings', 'on');
    await push(served, BODIES.settings);
    await tap.resultOf(served.name);
    const picture = await served.call('receive.get', {});
    await served.call('session.leave', {});
    await served.call('session.connect', {
      url: broker.url,
      name: served.name,
      kind: 'test',
      profileName: 'lab',
    });
    await until(async () => (await served.call('session.get', {})).link.state === 'live', 20_000);
    const item = await receivedWhen(served, ({ state }) => state === 'applied');
    expect(item.id).toBe(picture.items[0]?.id);
    await served.ok('received', 'undo', item.id);
    expect((await ownSettings(served))['extensions']).not.toHaveProperty('demo');
  });

  it.each([
    ['a value at the top', { function: 'update_settings', settings: { extensions: 1 } }],
    ['a section of no generation', { function: 'update_settings', settings: { brand_new: { x: 1 } } }],
    ['a gem with a path', { function: 'update_gem', extension: '../../etc/passwd' }],
    ['a gem with shell characters', { function: 'update_gem', extension: 'demo; rm -rf ~' }],
    ['a gem that is an option', { function: 'update_gem', extension: '--source=http://evil.example' }],
    ['a gem that is an address', { function: 'update_gem', extension: 'https://evil.example/x.gem' }],
    ['a version that is none', { function: 'update_gem', extension: 'demo', version: '1; id' }],
  ])('%s is refused with a result, also when everything is on', async (_title, body) => {
    const served = await console('--receive-settings', 'on', '--receive-gem', 'on');
    const before = await ownSettings(served);
    await push(served, body);
    const { body: told } = await tap.resultOf(served.name);
    expect(told).toMatchObject({ status: 'failed' });
    expect(told['error']).toBeTruthy();
    expect(await ownSettings(served)).toEqual(before);
  });

  it.each([
    ['no settings at all', { function: 'update_settings' }],
    ['settings that are a list', { function: 'update_settings', settings: [1, 2] }],
    ['settings that are a text', { function: 'update_settings', settings: '{"extensions":{}}' }],
    ['no gem at all', { function: 'update_gem' }],
  ])('%s is refused with a result and changes nothing', async (_title, body) => {
    const served = await console('--receive-settings', 'on', '--receive-gem', 'on');
    const before = await ownSettings(served);
    await push(served, body);
    await until(() => tap.results.some(({ node }) => node === served.name));
    expect(tap.results.filter(({ node }) => node === served.name)).toMatchObject([
      { body: { status: 'failed' } },
    ]);
    expect(await ownSettings(served)).toEqual(before);
  });

  describe('keys that programs take for their own objects', () => {
    it.each(['__proto__', 'constructor', 'prototype'])(
      '%s changes nothing but itself, at worst',
      async (key) => {
        const served = await console('--receive-settings', 'on', '--receive-message', 'on');
        const before = await ownSettings(served);
        const raw = (text: string): Promise<void> =>
          peers.send('', `node.${served.name}`, Buffer.from(text), { headers: {} });
        await raw(`{"function":"update_settings","settings":{"extensions":{"${key}":{"polluted":1}}}}`);
        await raw(`{"function":"update_settings","settings":{"${key}":{"polluted":1}}}`);
        await raw(`{"function":"message","${key}":{"polluted":1}}`);
        await until(() => tap.results.filter(({ node }) => node === served.name).length >= 2);
        for (const { body } of tap.results.filter(({ node }) => node === served.name))
          expect(body).toMatchObject({ status: 'failed' });
        expect(await ownSettings(served)).toEqual(before);
        expect(JSON.stringify(await served.call('session.get', {}))).not.toContain('polluted');
      },
    );
  });

  it(
    'a flood of pushes to decide on is capped, and each one too many is told so',
    { timeout: 60_000 },
    async () => {
      const served = await console();
      for (let sent = 0; sent < 300; sent += 1) await push(served, BODIES.settings);
      await until(() => tap.results.filter(({ node }) => node === served.name).length >= 150, 30_000);
      const picture = await served.call('receive.get', {});
      expect(picture.items.filter(({ state }) => state === 'waiting').length).toBeLessThanOrEqual(100);
      expect(picture.items.length).toBeLessThanOrEqual(200);
    },
  );
});
