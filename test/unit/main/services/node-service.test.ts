/** A whole node on the broker in memory, in virtual time: what a cluster sees of us, and we of it. */
import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../../app/main/core/roster/views.js';
import { createDemoCluster } from '../../../../app/main/demo/cluster.js';
import { aCluster } from '../../../support/a-cluster.js';
import { aKey } from '../../../support/keys.js';
import { seededRandom } from '../../../support/fake-parts.js';

describe('a node', () => {
  it('listens for its name before its first beat, then beats at its interval, and says goodbye', async () => {
    const { clock, node, stranger } = aCluster();
    const other = stranger();
    const beatsHeard = () => other.heard.filter((delivery) => delivery.routingKey === 'status');
    const console1 = node();
    console1.start();
    await clock.advanceAsync(2_900);
    expect(other.heard).toHaveLength(0);
    await clock.advanceAsync(200);
    expect(beatsHeard()).toHaveLength(1);
    await clock.advanceAsync(10_000);
    expect(beatsHeard()).toHaveLength(6);
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
    const { heard } = other;
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
      body: Buffer.from(
        JSON.stringify({ function: 'update_public_key', name: 'new-1', public_key: aKey('x').pem }),
      ),
    });
    await clock.advanceAsync(100);
    // Beside it stands our own answer, that this may not be changed from the network.
    const pushes = console1
      .eventsOf('heard.changes')
      .filter(({ facts }) => facts['message'] === 'UpdateSettings');
    expect(pushes).toMatchObject([{ count: 2 }]);
    expect(pushes[0]!.raw).not.toContain('hunter2');
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
      '{"function":"update_public_key"}',
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
