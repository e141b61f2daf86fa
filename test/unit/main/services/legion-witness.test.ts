/**
 * The bus as a second witness: a lord that lives is never taken for dead, however its packets and the bus behave at the
 * same time, and one that is gone on both is. Random, the same in every run, in virtual time.
 */
import { describe, expect, it } from 'vitest';
import type { LegionInput } from '../../../../app/shared/domain/legion.js';
import { chance } from '../../../support/chance.js';
import { legionStage } from '../../../support/legions.js';

const RUNS = 1_000;
const RUNS_EACH = 25;
const FREQ_MS = 1_000;
const TOLERANCE_MS = 4_000;
const LATE_MS = 200;
/** A connection that was lost is made again within half a second. */
const FLAP_MS = 450;
const LORD_PORT = 1;

type Legion = { readonly stage: ReturnType<typeof legionStage>; readonly all: Consoles };
type Consoles = Awaited<ReturnType<ReturnType<typeof legionStage>['web']>>;

async function aLegion(given: Partial<LegionInput> = {}): Promise<Legion> {
  const stage = legionStage();
  const all = await stage.web(['a', 'b', 'c'], { busWitness: true, ...given });
  return { stage, all };
}

/**
 * Packets of the lord that are late or lost, and a bus that loses its queue and itself. Told: how often it was said to be
 * gone when it had been silent for long.
 */
function trouble({ stage, all }: Legion, seed: number): { bad: number } {
  const told = { bad: 0 };
  const next = chance(seed);
  const { clock } = stage;
  const from = clock.uptime();
  const between = (low: number, high: number): number => low + next() * (high - low);
  const silence = { from: from + between(0, 2_000), for: between(0, TOLERANCE_MS - FREQ_MS) };
  const loss = next() < 0.5 ? 0 : 0.3;
  const lateMs = next() < 0.5 ? 0 : LATE_MS;
  let lost = 0;
  let saidUp = -1;
  let said: number | null = 0;
  // What is lost of one announce is lost for all, and never so much that the tolerance is used up.
  const isApart = (up: number): boolean =>
    up < silence.from - FREQ_MS || up > silence.from + silence.for + 2 * FREQ_MS;
  stage.packets((port) => {
    if (port !== LORD_PORT) return 0;
    const up = clock.uptime();
    if (up === saidUp) return said;
    saidUp = up;
    const isSilent = up >= silence.from && up < silence.from + silence.for;
    const isLost = isSilent || (lost === 0 && isApart(up) && next() < loss);
    lost = isLost ? lost + 1 : 0;
    said = isLost ? null : Math.floor(next() * lateMs);
    return said;
  });
  // Its queue is gone for moments: more often than not while it is silent, when it matters.
  const flaps = Array.from({ length: 1 + Math.floor(next() * 4) }, () => ({
    from: next() < 0.7 ? silence.from + next() * silence.for : from + next() * 8_000,
    for: between(20, FLAP_MS),
  })).sort((a, b) => a.from - b.from);
  const apart = flaps.filter((flap, at) => at === 0 || flap.from > flaps[at - 1]!.from + 2 * FLAP_MS);
  for (const each of all.slice(1)) {
    const deaf = { from: from + next() * 8_000, for: next() * 2_000 };
    const hangs = next() < 0.2;
    each.busAnswers(async () => {
      const up = clock.uptime();
      const isIn = (span: { from: number; for: number }): boolean =>
        up >= span.from && up < span.from + span.for;
      const isGone = apart.some(isIn);
      if (isGone && isIn(silence) && up > silence.from + 1.5 * FREQ_MS) told.bad += 1;
      if (isIn(deaf)) {
        if (hangs) return new Promise<never>(() => undefined);
        throw new Error('not connected');
      }
      // Answers take their time, and tell what was.
      await new Promise<void>((answered) => clock.after(1 + Math.floor(next() * 30), answered));
      return isGone;
    });
  }
  return told;
}

/**
 * A lord that lives, and whose bus node is started anew: under another name, its old queue gone for good. Either one
 * announce at a time is lost and the new node comes when it comes, or the lord is not heard for long and it comes soon.
 */
function restarts({ stage, all }: Legion, seed: number, names: string[]): void {
  const next = chance(seed);
  const { clock } = stage;
  const from = clock.uptime();
  const between = (low: number, high: number): number => low + next() * (high - low);
  const isLong = next() < 0.3;
  const silence = {
    from: from + between(0, 3_000),
    for: isLong ? between(1_000, TOLERANCE_MS - FREQ_MS) : between(200, FREQ_MS - LATE_MS),
  };
  const lateMs = next() < 0.5 ? 0 : LATE_MS;
  stage.packets((port) => {
    const up = clock.uptime();
    if (port === LORD_PORT && up >= silence.from && up < silence.from + silence.for) return null;
    return port === LORD_PORT ? Math.floor(next() * lateMs) : 0;
  });
  const old = names.at(-1)!;
  const fallsUp = next() < 0.8 ? silence.from + between(-500, FREQ_MS) : from + between(0, 6_000);
  const comesUp = fallsUp + (isLong ? between(300, 1_200) : between(300, 4_000));
  const saysGoodbye = next() < 0.3;
  const fresh = `a.${seed + 1}`;
  names.push(fresh);
  for (const each of all.slice(1)) {
    each.busNodes((host) => {
      if (host !== 'a') return [host];
      const up = clock.uptime();
      const before = names.slice(0, -1).filter((name) => !(name === old && saysGoodbye && up >= fallsUp));
      return up >= comesUp ? [...before, fresh] : before;
    });
    each.busAnswers(async (node) => {
      const up = clock.uptime();
      await new Promise<void>((answered) => clock.after(1 + Math.floor(next() * 30), answered));
      if (node === fresh) return up < comesUp;
      return node.startsWith('a.') && (node !== old || up >= fallsUp);
    });
  }
}

const calm = ({ stage, all }: Legion): void => {
  stage.packets(() => 0);
  for (const each of all) each.busAnswers(async () => false);
};

describe('with the bus as witness', () => {
  it(
    'EL17 nobody takes a living lord for dead, in a thousand runs of late and lost packets and a flapping bus',
    { timeout: 120_000 },
    async () => {
      const fallen: number[] = [];
      let bad = 0;
      for (let first = 1; first <= RUNS; first += RUNS_EACH) {
        const legion = await aLegion();
        for (let run = first; run < first + RUNS_EACH; run += 1) {
          const before = legion.all.map(({ events }) => events.length);
          const told = trouble(legion, run);
          await legion.stage.clock.advanceAsync(9_000);
          bad += told.bad;
          // Nobody left, came, led or ceased to: nothing at all is told.
          if (legion.all.some(({ events }, at) => events.length > before[at]!)) fallen.push(run);
          expect(legion.all.map((each) => each.web().isLord)).toEqual([true, false, false]);
          calm(legion);
          await legion.stage.clock.advanceAsync(2_500);
        }
      }
      expect(fallen).toEqual([]);
      expect(bad).toBeGreaterThan(RUNS / 10);
    },
  );

  it('EL17 a lord whose queue is gone for good is followed long before its time is over, in a hundred runs', async () => {
    for (let run = 1; run <= 100; run += 1) {
      const next = chance(run);
      const { stage, all } = await aLegion();
      stage.packets((port) => (port === LORD_PORT ? Math.floor(next() * LATE_MS) : 0));
      await stage.clock.advanceAsync(3_000 + Math.floor(next() * FREQ_MS));
      for (const each of all) each.gone.add('a');
      all[0]!.cut();
      await stage.clock.advanceAsync(2 * FREQ_MS);
      expect(all.slice(1).map((each) => each.web().isLord)).toEqual([true, false]);
    }
  });

  it(
    'EL33 nobody says that a living lord is dead, in a thousand runs of lost packets and nodes that are started anew',
    { timeout: 120_000 },
    async () => {
      let fallen = 0;
      for (let first = 1; first <= RUNS; first += RUNS_EACH) {
        const legion = await aLegion({ proxyDeath: true });
        let names = [`a.${first}`];
        for (let run = first; run < first + RUNS_EACH; run += 1) {
          const before = legion.all.map(({ events }) => events.length);
          restarts(legion, run, names);
          await legion.stage.clock.advanceAsync(11_000);
          const news = legion.all.flatMap(({ events }, at) => events.slice(before[at]));
          expect(news.filter(({ kind }) => kind === 'legion.death-told')).toEqual([]);
          if (news.length > 0) fallen += 1;
          expect(legion.all.map((each) => each.web().isLord)).toEqual([true, false, false]);
          names = names.slice(-3);
        }
      }
      // Our own vote needs less, and what is lost with it comes back with the next packet.
      expect(fallen).toBeGreaterThan(RUNS / 20);
    },
  );

  it('EL33 a lord that is gone for good is told of when it has missed two announces', async () => {
    for (let run = 1; run <= 50; run += 1) {
      const next = chance(run);
      const { stage, all } = await aLegion({ proxyDeath: true, toleranceS: 12 });
      const [a, b] = all;
      await stage.clock.advanceAsync(5_000 + Math.floor(next() * FREQ_MS));
      for (const each of all) each.gone.add('a');
      a!.cut();
      await stage.clock.advanceAsync(FREQ_MS);
      expect(b!.kinds()).not.toContain('legion.death-told');
      await stage.clock.advanceAsync(2 * FREQ_MS);
      expect(b!.kinds().filter((kind) => kind === 'legion.death-told')).toHaveLength(1);
      expect(b!.web().isLord).toBe(true);
    }
  });

  it('EL17 one node that is still there under the name of its machine is enough to keep a lord', async () => {
    const { stage, all } = await aLegion({ proxyDeath: true });
    for (const each of all.slice(1)) each.busNodes((host) => (host === 'a' ? ['a.1', 'a.2'] : [host]));
    for (const each of all) each.gone.add('a.1');
    await stage.clock.advanceAsync(5_000);
    all[0]!.cut();
    await stage.clock.advanceAsync(3 * FREQ_MS);
    expect(all[1]!.web().lord?.name).toBe('a');
  });

  it('EL17 a node that said goodbye is no witness of its machine, whatever fell there before', async () => {
    const { stage, all } = await aLegion({ proxyDeath: true });
    let isThere = true;
    for (const each of all.slice(1))
      each.busNodes((host) => (host === 'a' ? (isThere ? ['a.1', 'a.2'] : ['a.1']) : [host]));
    for (const each of all) each.gone.add('a.1');
    await stage.clock.advanceAsync(5_000);
    isThere = false;
    all[0]!.cut();
    await stage.clock.advanceAsync(3 * FREQ_MS);
    expect(all[1]!.web().lord?.name).toBe('a');
    await stage.clock.advanceAsync(2 * FREQ_MS);
    expect(all[1]!.web().isLord).toBe(true);
  });

  it('EL17 a bus that hangs is asked again after a period, and is no reason to look at the clock all the time', async () => {
    const { stage, all } = await aLegion();
    let asked = 0;
    all[1]!.busAnswers((): Promise<boolean> => {
      asked += 1;
      return new Promise(() => undefined);
    });
    await stage.clock.advanceAsync(20 * FREQ_MS);
    expect(asked).toBeGreaterThan(15);
    expect(asked).toBeLessThan(25);
    for (const each of all) each.gone.add('a');
    all[0]!.cut();
    await stage.clock.advanceAsync(TOLERANCE_MS + FREQ_MS);
    expect(all.slice(1).map((each) => each.web().isLord)).toEqual([true, false]);
  });
});
