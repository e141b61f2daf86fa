/** A whole node on the broker in memory, in virtual time: what a cluster sees of us, and we of it. */
import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../../app/main/adapters/memory-bus.js';
import { createBroker } from '../../../../app/main/core/broker/index.js';
import { createEventLog } from '../../../../app/main/core/history/event-log.js';
import { encodeBeat } from '../../../../app/main/core/protocol/bus/beat.js';
import { summaryOf } from '../../../../app/main/core/roster/views.js';
import { createDemoCluster } from '../../../../app/main/demo/cluster.js';
import type { Bus, Delivery, Envelope } from '../../../../app/main/ports/bus.js';
import { createNode, type NodeSettings } from '../../../../app/main/services/node-service.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { fakeVitals, seededRandom, silentLog } from '../../../support/fake-parts.js';

function aCluster() {
  const clock = createFakeClock();
  const broker = createBroker(clock);
  const connect = (connectionName: string): Bus => createMemoryBus({ broker, clock, connectionName });
  const node = (fields: Partial<NodeSettings> = {}) => {
    const events = createEventLog();
    const settings: NodeSettings = {
      identity: { name: 'console-1', hostname: 'desk', pid: 77, version: '0.1.0' },
      address: 'memory',
      isTls: false,
      beating: true,
      intervalMs: 2_000,
      expectedIntervalMs: 2_000,
      nameCheckMs: 3_000,
      joinVaultQueue: false,
      clusterSecret: '',
      maxNodes: 1_000,
      ...fields,
    };
    const service = createNode(settings, {
      bus: connect(settings.identity.name),
      clock,
      log: silentLog,
      vitals: fakeVitals,
      events,
    });
    return Object.assign(service, {
      kinds: () => events.list(100).map((event) => event.kind),
      eventsOf: (kind: string) => events.list(100).filter((event) => event.kind === kind),
    });
  };
  /** Somebody else on the bus: hears everything on exchange `node`, and says what it is told to. */
  const stranger = (name = 'stranger') => {
    const heard: Delivery[] = [];
    const bus = connect(name);
    bus.open({
      topology: {
        exchanges: [{ name: 'node', type: 'topic', durable: true }],
        queues: [{ name: `q.${name}`, durable: false, autoDelete: true, exclusive: true, arguments: {} }],
        bindings: [{ queue: `q.${name}`, exchange: 'node', routingKey: '#' }],
      },
      consumers: [{ queue: `q.${name}`, mode: 'watch', handle: (delivery) => heard.push(delivery) }],
    });
    const beat = (from: string, pid = 5, status = 'active') =>
      bus.publish(
        encodeBeat(
          {
            name: from,
            hostname: null,
            pid,
            status,
            version: '1.9.43',
            memoryMb: 40,
            cpuUserS: 1,
            cpuSystemS: 1,
            threads: 8,
            extensions: 1,
            uptimeS: 9,
          },
          clock.now(),
        ),
      );
    return {
      bus,
      heard,
      beat,
      say: (envelope: Partial<Envelope>) =>
        bus.publish({
          exchange: 'node',
          routingKey: 'node',
          properties: { contentType: 'application/json' },
          body: Buffer.from('{}'),
          ...envelope,
        }),
    };
  };
  return { clock, broker, node, stranger, connect };
}

describe('a node', () => {
  it('listens for its name before its first beat, then beats at its interval, and says goodbye', async () => {
    const { clock, node, stranger } = aCluster();
    const { heard } = stranger();
    const console1 = node();
    console1.start();
    await clock.advanceAsync(2_900);
    expect(heard).toHaveLength(0);
    await clock.advanceAsync(200);
    expect(heard.map((delivery) => delivery.routingKey)).toEqual(['status']);
    await clock.advanceAsync(10_000);
    expect(heard).toHaveLength(6);
    expect(console1.link().steps.map((step) => step.state)).toEqual([
      'done',
      'skipped',
      'done',
      'done',
      'done',
      'done',
    ]);
    const stopping = console1.stop();
    await clock.advanceAsync(3_000);
    await stopping;
    expect(JSON.parse(heard.at(-1)!.body.toString())).toMatchObject({ name: 'console-1', status: 'left' });
    const after = heard.length;
    await clock.advanceAsync(20_000);
    expect(heard).toHaveLength(after);
  });

  it('never fights for its name: while another process beats under it, it only listens', async () => {
    const { clock, node, stranger } = aCluster();
    const other = stranger();
    const console1 = node();
    console1.start();
    await clock.advanceAsync(500);
    await other.beat('console-1', 4_000);
    await clock.advanceAsync(30_000);
    expect(
      other.heard.filter(
        (delivery) =>
          delivery.properties.headers?.legion_protocol_version && delivery.body.includes('"pid":77'),
      ),
    ).toHaveLength(0);
    expect(console1.isNameTaken()).toBe(true);
    expect(console1.link().steps[4]).toMatchObject({ id: 'name', state: 'failed' });
    expect(console1.link()).toMatchObject({ state: 'degraded', error: { code: 'BUS_NAME_TAKEN' } });
  });

  it('does not beat when extensions.node.enabled is off, and hears all the same', async () => {
    const { clock, node, stranger } = aCluster();
    const other = stranger();
    const console1 = node({ beating: false });
    console1.start();
    await clock.advanceAsync(10_000);
    await other.beat('c-1');
    await clock.advanceAsync(10);
    expect(other.heard).toHaveLength(1);
    expect(
      console1
        .link()
        .steps.slice(4)
        .map((step) => step.state),
    ).toEqual(['skipped', 'skipped']);
    expect(console1.roster.state.byName.has('c-1')).toBe(true);
  });

  it('tells of messages it does not act on, once each, whichever way they came', async () => {
    const { clock, node, stranger } = aCluster();
    const other = stranger();
    const console1 = node();
    console1.start();
    await clock.advanceAsync(100);
    const body = Buffer.from(
      JSON.stringify({ function: 'update_settings', settings: { transport: { password: 'hunter2' } } }),
    );
    await other.say({ routingKey: 'node.console-1', body });
    await other.say({ exchange: '', routingKey: 'node.console-1', body });
    await other.say({
      routingKey: 'node.crypt.update_public_key',
      body: Buffer.from(JSON.stringify({ function: 'update_public_key', name: 'new-1', public_key: 'x' })),
    });
    await clock.advanceAsync(100);
    expect(console1.eventsOf('heard.changes')).toMatchObject([
      { count: 2, facts: { message: 'UpdateSettings' } },
    ]);
    expect(console1.eventsOf('heard.changes')[0]!.raw).not.toContain('hunter2');
    expect(console1.eventsOf('heard.keys')).toMatchObject([{ count: 1, names: ['new-1'] }]);
    // Who shows a key is known, though it has not beaten.
    expect(summaryOf(console1.roster.state, false).counts.unheard).toBe(1);
  });

  it('counts what it cannot read by code, and goes on', async () => {
    const { clock, node, stranger } = aCluster();
    const other = stranger();
    const console1 = node();
    console1.start();
    await clock.advanceAsync(100);
    for (const body of [
      '{',
      '[1]',
      '{"hello":1}',
      '{"function":"rm_rf"}',
      '{"function":"update_gem"}',
      `"${'x'.repeat(70_000)}"`,
    ]) {
      await other.say({ body: Buffer.from(body) });
    }
    await other.say({ properties: { contentType: 'text/plain' } });
    await other.say({
      properties: { contentType: 'application/json', contentEncoding: 'gzip' },
      body: Buffer.from([31, 139, 8]),
    });
    await other.say({ properties: { contentType: 'application/json', contentEncoding: 'encrypted/cs' } });
    await other.say({
      properties: {
        contentType: 'application/json',
        contentEncoding: 'encrypted/cs',
        headers: { iv: 'AAAA' },
      },
    });
    await other.beat('c-1');
    await clock.advanceAsync(300);
    expect(
      Object.fromEntries([...console1.observer.counters().refused].map(([code, { count }]) => [code, count])),
    ).toEqual({
      NOT_JSON: 1,
      NOT_OBJECT: 1,
      NO_FUNCTION: 1,
      UNKNOWN_FUNCTION: 1,
      SCHEMA: 1,
      TOO_LARGE: 1,
      CONTENT_TYPE: 1,
      CONTENT_ENCODING: 1,
      NO_IV: 1,
      NO_SECRET: 1,
    });
    expect(console1.roster.state.byName.has('c-1')).toBe(true);
    expect(console1.link().state).toBe('degraded');
  });

  it('freezes the fleet while the broker is away, and beats on as soon as it is back', async () => {
    const { clock, broker, node, stranger } = aCluster();
    const other = stranger();
    const console1 = node();
    console1.start();
    await clock.advanceAsync(100);
    for (let i = 0; i < 10; i += 1) {
      await other.beat('c-1');
      await clock.advanceAsync(2_000);
    }
    broker.cut();
    await clock.advanceAsync(60_000);
    expect(console1.link()).toMatchObject({ state: 'reconnecting' });
    expect(console1.link().asOf).not.toBeNull();
    expect(summaryOf(console1.roster.state, false).counts).toMatchObject({ silent: 0, late: 0 });
    broker.restore();
    const before = other.heard.length;
    await clock.advanceAsync(1_500);
    expect(console1.link()).toMatchObject({ state: 'live', asOf: null });
    expect(console1.link().back?.outageMs).toBeGreaterThan(59_000);
    expect(other.heard.length).toBeGreaterThan(before);
    expect(console1.kinds()).toEqual(expect.arrayContaining(['link.live', 'link.lost']));
  });
});

describe('the demo cluster', () => {
  it('of 100 nodes beats, falls silent and comes back, in virtual time', async () => {
    const { clock, node, connect } = aCluster();
    const console1 = node({ intervalMs: 5_000, expectedIntervalMs: 5_000 });
    const demo = createDemoCluster({ size: 100, clock, random: seededRandom(7), connect });
    demo.start();
    console1.start();
    await clock.advanceAsync(20_000);
    expect(summaryOf(console1.roster.state, false)).toMatchObject({ total: 101, counts: { silent: 0 } });
    await clock.advanceAsync(60_000);
    const summary = summaryOf(console1.roster.state, false);
    expect(summary.silentGroup).toMatchObject({ group: 'rack-c', count: 9 });
    const together = console1.eventsOf('node.silent').filter((event) => event.group === 'rack-c');
    expect(together).toHaveLength(1);
    expect(together[0]).toMatchObject({ count: 9 });
    await clock.advanceAsync(560_000);
    expect(summaryOf(console1.roster.state, false).counts.silent).toBe(0);
    expect(console1.eventsOf('node.recovered').length).toBeGreaterThan(0);
    const stopping = Promise.all([console1.stop(), demo.stop()]);
    await clock.advanceAsync(5_000);
    await stopping;
    expect(clock.pending()).toBe(0);
  });
});
