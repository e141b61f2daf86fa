/** What happens to a console that leads, or is about to, among real uWSGI: slow hooks, sleep, lost votes, other valors. */
import { expect, it, onTestFinished } from 'vitest';
import { describeWithUwsgi } from '../support/describe-with-uwsgi.js';
import { aStage, type StageRules } from '../support/legion-stage.js';
import { until } from '../support/until.js';

async function seats(labels: readonly string[], rules: Partial<StageRules> = {}) {
  const stage = await aStage(labels, rules);
  onTestFinished(stage.end);
  return stage;
}
const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, place) => at - times[place]!);

describeWithUwsgi('the votes of a mixed legion', () => {
  it('without a quorum we step down, and lead again when it is back', async () => {
    const stage = await seats(['r1', 'o1'], { quorum: 2 });
    const r1 = await stage.real('r1', 90);
    const o1 = await stage.ours('o1', 99);
    await stage.onlyLord(o1);
    const at = Date.now();
    await r1.uwsgi.kill9();
    await o1.ran('unlord', 8_000, at);
    const alone = await o1.get();
    expect(alone).toMatchObject({ isLord: false, lord: null, why: { kind: 'quorum', votes: 1, quorum: 2 } });
    await r1.uwsgi.end();
    const back = await stage.real('r1', 90);
    await stage.onlyLord(o1, 10_000, [back, o1]);
  });

  it('without us their lord loses its quorum and steps down, and leads again when we are back', async () => {
    const stage = await seats(['r1', 'o1'], { quorum: 2 });
    const r1 = await stage.real('r1', 90);
    const o1 = await stage.ours('o1', 50);
    await stage.onlyLord(r1);
    const at = Date.now();
    await o1.role('off');
    await r1.ran('unlord', 8_000, at);
    const back = Date.now();
    await o1.role('arbiter');
    await r1.ran('lord', 8_000, back);
    await stage.onlyLord(r1);
    expect((await o1.get()).members.map(({ name, valor }) => [name, valor])).toEqual([
      ['r1', 90],
      ['o1', 0],
    ]);
  });

  it('of equal valors the greater uuid leads, for all of us', async () => {
    const stage = await seats(['r1', 'r2', 'o1', 'o2']);
    const all = [
      await stage.real('r1', 50),
      await stage.real('r2', 50),
      await stage.ours('o1', 50),
      await stage.ours('o2', 50),
    ] as const;
    const ids = await Promise.all(all.map(async (seat) => [await seat.uuid(), seat] as const));
    const first = [...ids].sort(([a], [b]) => (a < b ? 1 : -1))[0]!;
    await stage.onlyLord(first[1], 20_000);
    const seen = await until(async () => {
      const legion = await all[2].get();
      return legion.votes === 4 ? legion : null;
    });
    expect(new Set(seen.members.map(({ votesForUuid }) => votesForUuid))).toEqual(new Set([first[0]]));
    expect(seen.warnings).toContainEqual(expect.objectContaining({ kind: 'equal-valor', valor: 50 }));
  });
});

describeWithUwsgi('slow lord hooks', () => {
  it('of ours do not keep us from announcing; the old lord stays until they are done', async () => {
    const stage = await seats(['r1', 'o1']);
    const r1 = await stage.real('r1', 90);
    await stage.onlyLord(r1);
    const o1 = await stage.ours('o1', 99, [['lord', 'sleep 6']]);
    const began = await o1.ran('lord');
    const lost = await r1.ran('unlord', 12_000);
    await stage.onlyLord(o1);
    const times = stage.ear!.timesOf(await o1.uuid(), began.at);
    expect(times.length).toBeGreaterThan(5);
    expect(Math.max(...gaps(times))).toBeLessThan(1_500);
    expect(r1.hookRuns().map(({ event }) => event)).not.toContain('node-left');
    // It never had to fear for us, and nobody led in between.
    expect(lost.at - began.at).toBeLessThan(9_000);
  });

  it('of theirs silence them: another leads meanwhile, and gives it back', async () => {
    const stage = await seats(['r1', 'r2', 'o1']);
    const r2 = await stage.real('r2', 50);
    const o1 = await stage.ours('o1', 80);
    await stage.onlyLord(o1);
    const r1 = await stage.real('r1', 99, [['lord', 'sleep 6']]);
    const began = await r1.ran('lord');
    const after = began.at + 6_000;
    await r2.ran('node-left', 12_000, began.at);
    await stage.onlyLord(r1, 20_000);
    await until(async () => (await o1.get()).votes === 3);
    expect((await o1.get()).lord).toMatchObject({ name: 'r1' });
    expect(stage.doubleMs(['r1', 'r2', 'o1'], after)).toBeLessThan(3_000);
  });
});

describeWithUwsgi('a lord of ours', () => {
  it('that is stopped and goes on: another led meanwhile, and there are never two for long', async () => {
    const stage = await seats(['r1', 'r2', 'o1']);
    const r1 = await stage.real('r1', 90);
    await stage.real('r2', 80);
    const o1 = await stage.served('o1', 99);
    await stage.onlyLord(o1);
    const at = stage.fell('o1');
    o1.served.pause();
    await r1.ran('lord', 12_000, at);
    const on = stage.rose('o1');
    o1.served.goOn();
    // What it believed of itself ends with the first thing it does.
    expect((await o1.ran('unlord', 5_000, on)).at - on).toBeLessThan(1_000);
    await o1.ran('lord', 10_000, on);
    await stage.onlyLord(o1);
    expect(stage.doubleMs(['r1', 'r2', 'o1'], at)).toBeLessThan(2_000);
  });

  it('whose machine goes to sleep hands over first, and leads again after it', async () => {
    const stage = await seats(['r1', 'r2', 'o1']);
    const r1 = await stage.real('r1', 90);
    await stage.real('r2', 80);
    const o1 = await stage.ours('o1', 99);
    await stage.onlyLord(o1);
    const at = Date.now();
    o1.ours.power.suspend();
    const won = await r1.ran('lord', 5_000, at);
    const lost = await o1.ran('unlord', 1_000, at);
    expect(lost.at).toBeLessThanOrEqual(won.at);
    expect(won.at - at).toBeLessThan(2_500);
    expect((await o1.get()).isLord).toBe(false);
    expect(stage.doubleMs()).toBe(0);
    const awake = Date.now();
    o1.ours.power.resume();
    await o1.ran('lord', 10_000, awake);
    await stage.onlyLord(o1);
    expect(stage.doubleMs(['r1', 'r2', 'o1'], awake)).toBeLessThan(1_000);
  });

  it('that takes a lower valor is followed by theirs, and never beside it', async () => {
    const stage = await seats(['r1', 'r2', 'o1']);
    const r1 = await stage.real('r1', 90);
    await stage.real('r2', 80);
    const o1 = await stage.ours('o1', 99);
    await stage.onlyLord(o1);
    const before = await o1.uuid();
    const at = Date.now();
    expect((await o1.role('standby', 50)).announcedValor).toBe(50);
    expect(await o1.uuid()).not.toBe(before);
    await r1.ran('lord', 6_000, at);
    await stage.onlyLord(r1);
    expect(stage.doubleMs()).toBe(0);
    // Not a word under the old name after its last one.
    const said = stage.ear!.heard.filter(({ uuid }) => uuid === before);
    expect(said.findIndex(({ dead }) => dead)).toBe(said.length - 1);
  });

  it('that steps down knows who follows, and takes it back when it is told to', async () => {
    const stage = await seats(['r1', 'r2', 'o1']);
    const r1 = await stage.real('r1', 90);
    await stage.real('r2', 80);
    const o1 = await stage.ours('o1', 99);
    await stage.onlyLord(o1);
    const { legions } = o1.ours;
    expect(await legions.stepDown('web')).toMatchObject({ lord: 'r1' });
    await stage.onlyLord(r1);
    expect(await o1.get()).toMatchObject({ role: 'standby', valor: 99, announcedValor: 0 });
    expect(stage.doubleMs()).toBe(0);
    await expect(legions.stepDown('web')).rejects.toMatchObject({ code: 'LEGION_NOT_LORD' });
    const back = Date.now();
    await legions.comeBack('web');
    await o1.ran('lord', 10_000, back);
    await stage.onlyLord(o1);
  });
});
