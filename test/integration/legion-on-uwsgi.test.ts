/** A console among real uWSGI processes: it is taken as one of them, leads when it should, and its fall is seen. */
import { expect, it, onTestFinished } from 'vitest';
import { statsReader } from '../../app/main/adapters/stats-reader.js';
import { readStats } from '../../app/main/core/protocol/uwsgi/stats.js';
import { aStage, type StageRules } from '../support/legion-stage.js';
import { describeWithUwsgi } from '../support/describe-with-uwsgi.js';
import { freePort } from '../support/rabbitmq.js';
import { until } from '../support/until.js';
import { freeUdpPort, startUwsgi } from '../support/uwsgi.js';

/** Two of them, and we come to them. */
async function among(rules: Partial<StageRules> = {}) {
  const stage = await aStage(['r1', 'r2', 'o1'], rules);
  onTestFinished(stage.end);
  const r1 = await stage.real('r1', 90);
  const r2 = await stage.real('r2', 80);
  return { stage, r1, r2 };
}

describeWithUwsgi('a console in a legion of real uWSGI', () => {
  it('joins, both log it, and all three see the same members', async () => {
    const { stage, r1, r2 } = await among();
    const o1 = await stage.ours('o1', 10);
    for (const { uwsgi } of [r1, r2]) await uwsgi.said(/node: o1 valor: 10 .* joined Legion web/);
    await stage.onlyLord(r1);
    const ours = await until(async () => {
      const legion = await o1.get();
      return legion.votes === 3 && legion.why.kind === 'lord' ? legion : null;
    });
    expect(ours.lord).toMatchObject({ name: 'r1', valor: 90, uuid: await r1.uuid() });
    expect(ours.members.map(({ name, votesFor, agrees }) => [name, votesFor, agrees])).toEqual([
      ['r1', 'r1', true],
      ['r2', 'r1', true],
      ['o1', 'r1', true],
    ]);
    expect(ours.drops).toEqual([]);
    const theirs = await r2.uwsgi.stats();
    expect(theirs.members.map(({ uuid }) => uuid).sort()).toEqual([await r1.uuid(), ours.uuid].sort());
    expect(theirs.lord_uuid).toBe(await r1.uuid());
  });

  it('reads the stats server of theirs, which says the same', async () => {
    const { stage, r1, r2 } = await among();
    const gone = `${r2.uwsgi.statsPlace}.gone`;
    const o1 = await stage.ours('o1', 10, [], { stats: [r1.uwsgi.statsPlace, r2.uwsgi.statsPlace, gone] });
    await stage.onlyLord(r1);
    const { witnesses } = await until(async () => {
      const legion = await o1.get();
      return legion.witnesses.filter(({ agrees, members }) => agrees === true && members === 3).length === 2
        ? legion
        : null;
    });
    expect(witnesses).toMatchObject([
      { name: 'r1', isLord: true, votesFor: 'r1', valor: 90, quorum: 0, problem: null },
      { name: 'r2', isLord: false, votesFor: 'r1', valor: 80, quorum: 0, problem: null },
      { address: gone, name: null, agrees: null },
    ]);
    expect(witnesses[2]?.problem).toContain('ENOENT');
  });

  it.each([
    ['a Unix socket', false, false],
    ['a Unix socket with stats-http', false, true],
    ['TCP', true, false],
    ['TCP with stats-http', true, true],
  ])('reads a stats server on %s, each time', async (_, isTcp, statsHttp) => {
    const uwsgi = await startUwsgi({
      ...{ name: 'r1', legion: 'web', valor: 90, listen: `127.0.0.1:${await freeUdpPort()}`, nodes: [] },
      ...{ cipher: 'aes-256-cbc', secret: 'not-so-secret', statsHttp },
      ...(isTcp ? { stats: `127.0.0.1:${await freePort()}` } : {}),
    });
    onTestFinished(uwsgi.end);
    for (let time = 0; time < 3; time += 1)
      expect(readStats(await statsReader.read(uwsgi.statsPlace), 'web')).toMatchObject({ valor: 90 });
  });

  it('with the highest valor it becomes lord, and their lord runs its unlord hooks', async () => {
    const { stage, r1 } = await among();
    await stage.onlyLord(r1);
    const o1 = await stage.ours('o1', 99);
    const [won, lost] = await Promise.all([o1.ran('lord'), r1.ran('unlord')]);
    expect(Math.abs(won.at - lost.at)).toBeLessThan(1_000);
    await stage.onlyLord(o1);
    expect(stage.doubleMs()).toBeLessThan(1_000);
    await r1.uwsgi.said(/a new Lord \(valor: 99/);
  });

  it('their lord is killed: the best of those left is lord, within what uWSGI takes', async () => {
    const { stage, r1, r2 } = await among();
    const o1 = await stage.ours('o1', 85);
    await stage.onlyLord(r1);
    await until(async () => (await o1.get()).votes === 3);
    const at = stage.fell('r1');
    await r1.uwsgi.kill9();
    const won = await o1.ran('lord', 12_000, at);
    // Tolerance, a period until it is looked at, and one for the sums.
    expect(won.at - at).toBeLessThan(7_000);
    await stage.onlyLord(o1, 5_000, [r2, o1]);
    await r2.ran('node-left');
    expect(stage.doubleMs()).toBe(0);
  });

  it('ours is killed as lord: theirs leads, once', async () => {
    const { stage, r1, r2 } = await among();
    await stage.onlyLord(r1);
    const o1 = await stage.served('o1', 99);
    await o1.ran('lord');
    await stage.onlyLord(o1);
    const at = stage.fell('o1');
    await o1.served.kill9();
    const won = await r1.ran('lord', 12_000, at);
    expect(won.at - at).toBeLessThan(8_000);
    await stage.onlyLord(r1, 5_000, [r1, r2]);
    expect(stage.doubleMs(['r1', 'r2', 'o1'], at)).toBe(0);
  });

  it('tells theirs of the death of their lord, where the bus proves it and that is switched on', async () => {
    for (const proxyDeath of [true, false]) {
      const { stage, r1, r2 } = await among({ toleranceS: 12 });
      const o1 = await stage.ours('o1', 10, [], { busWitness: true, proxyDeath });
      await stage.onlyLord(r1);
      await until(async () => (await o1.get()).votes === 3);
      let isGone = false;
      o1.ours.bus.nodesOn = (host) => [`node-${host}`];
      o1.ours.bus.isGone = async (node) => isGone && node === 'node-r1';
      const from = Date.now();
      // It is asked once while it lives.
      await until(() => Date.now() - from > 2_500, 5_000);
      const at = stage.fell('r1');
      await r1.uwsgi.kill9();
      isGone = true;
      const won = await r2.ran('lord', 25_000, at);
      const ms = won.at - at;
      // A period is missed and half a one is made sure of; without it they wait for their tolerance.
      if (proxyDeath) expect(ms).toBeLessThan(6_000);
      else expect(ms).toBeGreaterThan(11_000);
      expect(o1.ours.events.some(({ kind }) => kind === 'legion.death-told')).toBe(proxyDeath);
    }
  });

  it('their lord stops in good order: our answer makes the next of theirs lord at once', async () => {
    const { stage, r1, r2 } = await among();
    const o1 = await stage.ours('o1', 10);
    await stage.onlyLord(r1);
    await until(async () => (await o1.get()).votes === 3);
    const at = Date.now();
    await r1.uwsgi.stop();
    const won = await r2.ran('lord', 5_000, at);
    const death = await r1.ran('death', 1_000, at);
    // By itself it waits for its own timer; ours tells it that the two of them agree.
    expect(won.at - death.at).toBeLessThan(300);
    expect(stage.doubleMs()).toBeLessThan(100);
  });

  it('their lord stops in good order and we are next: we lead after one word of theirs', async () => {
    const { stage, r1 } = await among();
    const o1 = await stage.ours('o1', 85);
    await stage.onlyLord(r1);
    await until(async () => (await o1.get()).votes === 3);
    const at = Date.now();
    await r1.uwsgi.stop();
    expect((await o1.ran('lord', 5_000, at)).at - at).toBeLessThan(2_500);
    expect(stage.doubleMs()).toBeLessThan(100);
  });

  it('the console is quit as lord: it hands over before it is gone, and theirs leads at once', async () => {
    const { stage, r1 } = await among();
    const o1 = await stage.served('o1', 99);
    await stage.onlyLord(o1);
    const at = Date.now();
    const quit = o1.served.stop().then(() => Date.now());
    const won = await r1.ran('lord', 8_000, at);
    expect(won.at - at).toBeLessThan(3_500);
    const unlorded = o1.hookRuns().filter(({ event }) => event === 'unlord');
    expect(unlorded).toHaveLength(1);
    expect(unlorded[0]!.at).toBeLessThanOrEqual(won.at);
    expect(await quit).toBeGreaterThanOrEqual(unlorded[0]!.at);
    expect(stage.doubleMs()).toBe(0);
  });

  it('the console is quit, removed or off as a member: its last word is heard', async () => {
    const { stage, r1, r2 } = await among();
    const o1 = await stage.served('o1', 10);
    await stage.onlyLord(r1);
    await until(async () => (await o1.get()).votes === 3);
    await o1.role('off');
    for (const { uwsgi } of [r1, r2]) await uwsgi.said(/valor: 10 .* announced its death/, 2_000);
    await o1.role('standby', 11);
    await r1.uwsgi.said(/valor: 11 .* joined/);
    await o1.served.stop();
    for (const { uwsgi } of [r1, r2]) await uwsgi.said(/valor: 11 .* announced its death/, 2_000);
    expect(r1.hookRuns().map(({ event }) => event)).not.toContain('node-left');
  });
});
