/** What goes over the wire between a console and real uWSGI: every cipher we offer, and never more than they can bear. */
import { expect, it, onTestFinished } from 'vitest';
import { describeWithUwsgi } from '../support/describe-with-uwsgi.js';
import { aStage, type StageRules } from '../support/legion-stage.js';
import { until } from '../support/until.js';

describeWithUwsgi('the packets of a mixed legion', () => {
  const secrets: readonly (readonly [string, Partial<StageRules>])[] = [
    ['AES-128', { cipher: 'aes-128-cbc', secret: 'a secret'.replace(' ', '-'), iv: null }],
    ['AES-192', { cipher: 'aes-192-cbc', secret: 'x'.repeat(24), iv: null }],
    ['AES-256 with an iv', { cipher: 'aes-256-cbc', secret: 'y'.repeat(40), iv: '0123456789abcdef' }],
    ['3DES', { cipher: 'des-ede3-cbc', secret: 'three-keys-of-eight-each', iv: '12345678' }],
    ['Blowfish, where the legacy provider is on', { cipher: 'bf-cbc', secret: 'hello', iv: null }],
    ['a secret with colons', { cipher: 'aes-128-cbc', secret: 'with:two:colons', iv: 'and an iv' }],
  ];
  it.each(secrets)('are understood both ways: %s', async (_name, rules) => {
    const stage = await aStage(['r1', 'o1'], rules);
    onTestFinished(stage.end);
    const r1 = await stage.real('r1', 90);
    const o1 = await stage.ours('o1', 10);
    await stage.onlyLord(r1);
    const seen = await until(async () => {
      const legion = await o1.get();
      return legion.votes === 2 ? legion : null;
    });
    expect(seen.lord).toMatchObject({ name: 'r1' });
    expect(seen.drops).toEqual([]);
    expect((await r1.uwsgi.stats()).members).toHaveLength(1);
  });

  it('under another secret are counted, and nobody becomes a member', async () => {
    const stage = await aStage(['r1', 'o1']);
    onTestFinished(stage.end);
    const r1 = await stage.real('r1', 90);
    const o1 = await stage.ours('o1', 10, [], { secret: 'another-secret-of-32-characters!' });
    const seen = await until(async () => {
      const legion = await o1.get();
      return (legion.drops[0]?.count ?? 0) >= 2 ? legion : null;
    });
    expect(seen.drops).toEqual([expect.objectContaining({ kind: 'decrypt' })]);
    expect(seen.members.map(({ name }) => name)).toEqual(['o1']);
    expect((await r1.uwsgi.stats()).members).toEqual([]);
  });

  it('never silence a real node: with three of ours each announces at its own period', async () => {
    const labels = ['r1', 'r2', 'o1', 'o2', 'o3'];
    const stage = await aStage(labels);
    onTestFinished(stage.end);
    const real = [await stage.real('r1', 90), await stage.real('r2', 80)];
    const ours = [await stage.ours('o1', 30), await stage.ours('o2', 20), await stage.ours('o3', 10)];
    await stage.onlyLord(real[0]!);
    for (const each of ours) await until(async () => (await each.get()).votes === 5);
    const from = Date.now();
    const isOver = (): boolean => Date.now() - from > 30_000;
    await until(isOver, 35_000);
    for (const seat of [...real, ...ours]) {
      const times = stage.ear!.timesOf(await seat.uuid(), from);
      const mean = (times.at(-1)! - times[0]!) / (times.length - 1);
      expect(Math.abs(mean - 1_000), `${seat.label}: ${mean} ms`).toBeLessThan(50);
    }
    for (const seat of real) expect(seat.hookRuns().map(({ event }) => event)).not.toContain('node-left');
  });
});
