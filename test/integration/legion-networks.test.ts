/** A console and real uWSGI on networks of their own: a multicast group, networks that break apart and heal. */
import { expect, it, onTestFinished } from 'vitest';
import { describeInNamespaces } from '../support/describe-with-uwsgi.js';
import { aStage, type StageRules } from '../support/legion-stage.js';
import { aNetwork } from '../support/netns.js';
import { until } from '../support/until.js';

async function seats(labels: readonly string[], rules: Partial<StageRules> = {}) {
  const network = aNetwork(...labels);
  const stage = await aStage(labels, rules, network);
  onTestFinished(stage.end);
  return { stage, network };
}
/** Real nodes are two lords after a network healed for as long: each hears the other, then the sums. */
const HEALING_MS = 3_000;

describeInNamespaces('a multicast legion', () => {
  it('is joined through the chosen interface; we lead in it, and hand over', async () => {
    const { stage } = await seats(['r1', 'r2', 'o1'], { group: '239.7.7.9' });
    const r1 = await stage.real('r1', 90);
    const r2 = await stage.real('r2', 80);
    await stage.onlyLord(r1);
    const o1 = await stage.served('o1', 99);
    for (const { uwsgi } of [r1, r2]) await uwsgi.said(/node: \S+ valor: 99 .* joined Legion web/);
    await stage.onlyLord(o1);
    const seen = await until(async () => {
      const legion = await o1.get();
      return legion.votes === 3 ? legion : null;
    });
    expect(seen.way).toBe('multicast');
    // What a group sends comes back to its sender too.
    expect(seen.drops.map(({ kind }) => kind)).toEqual(['own']);
    const at = Date.now();
    await o1.served.stop();
    expect((await r1.ran('lord', 6_000, at)).at - at).toBeLessThan(4_000);
    expect(stage.doubleMs(['r1', 'r2', 'o1'], at)).toBe(0);
  });

  it('can be watched without a word of ours', async () => {
    const { stage } = await seats(['r1', 'o1'], { group: '239.7.7.9' });
    const r1 = await stage.real('r1', 90);
    const o1 = await stage.served('o1', 0, [], { role: 'watch' });
    const seen = await until(async () => {
      const legion = await o1.get();
      return legion.lord ? legion : null;
    });
    expect(seen).toMatchObject({ announcedValor: null, uuid: null, lord: { uuid: await r1.uuid() } });
    expect(seen.members).toHaveLength(1);
    expect((await r1.uwsgi.stats()).members).toEqual([]);
  });
});

describeInNamespaces('a network that breaks apart', () => {
  it('with our lord alone on one side: each side has its lord, and one again when it heals', async () => {
    const { stage, network } = await seats(['r1', 'r2', 'o1']);
    const r1 = await stage.real('r1', 90);
    await stage.real('r2', 80);
    const o1 = await stage.served('o1', 99);
    await stage.onlyLord(o1);
    const at = Date.now();
    network.split('o1');
    await r1.ran('lord', 10_000, at);
    expect(await o1.isLord()).toBe(true);
    expect(stage.doubleMs(['r1', 'r2'], at)).toBe(0);
    const healed = Date.now();
    network.heal();
    await r1.ran('unlord', 10_000, healed);
    await stage.onlyLord(o1);
    expect(stage.doubleMs(['r1', 'r2', 'o1'], healed)).toBeLessThan(HEALING_MS);
  });

  it('with the real lord on the other side: ours leads here, and gives it back when it heals', async () => {
    const { stage, network } = await seats(['r1', 'r2', 'o1', 'o2']);
    const r1 = await stage.real('r1', 90);
    const r2 = await stage.real('r2', 60);
    const o1 = await stage.served('o1', 80);
    const o2 = await stage.served('o2', 70);
    await stage.onlyLord(r1);
    const at = Date.now();
    network.split('r1', 'o2');
    await o1.ran('lord', 10_000, at);
    await until(async () => (await o2.get()).votes === 2);
    expect((await o2.get()).lord).toMatchObject({ uuid: await r1.uuid() });
    expect(await r1.isLord()).toBe(true);
    for (const side of [
      ['r1', 'o2'],
      ['r2', 'o1'],
    ])
      expect(stage.doubleMs(side, at)).toBe(0);
    const healed = Date.now();
    network.heal();
    await o1.ran('unlord', 10_000, healed);
    await stage.onlyLord(r1, 10_000, [r1, r2, o1, o2]);
    expect(stage.doubleMs(['r1', 'r2', 'o1', 'o2'], healed)).toBeLessThan(HEALING_MS);
  });

  it('with a quorum nobody leads on the smaller side', async () => {
    const { stage, network } = await seats(['r1', 'r2', 'o1'], { quorum: 2 });
    const r1 = await stage.real('r1', 90);
    await stage.real('r2', 80);
    const o1 = await stage.served('o1', 99);
    await stage.onlyLord(o1);
    const at = Date.now();
    network.split('o1');
    await o1.ran('unlord', 10_000, at);
    await r1.ran('lord', 10_000, at);
    expect((await o1.get()).why).toMatchObject({ kind: 'quorum', votes: 1, quorum: 2 });
    // Both sides notice at the same time: ours lets go about when theirs take.
    expect(stage.doubleMs(['r1', 'r2', 'o1'], at)).toBeLessThan(2_000);
    const healed = Date.now();
    network.heal();
    await o1.ran('lord', 10_000, healed);
    await stage.onlyLord(o1);
    expect(stage.doubleMs(['r1', 'r2', 'o1'], healed)).toBeLessThan(2_000);
  });
});
