import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whatIf } from '../../../app/main/core/election/what-if.js';
import { aLegion, uuidOf } from '../../support/a-legion.js';

const FREQ = 1_000;
const TOLERANCE = 4_000;
const RULES = { freqMs: FREQ, toleranceMs: TOLERANCE };
/** Everybody gone is forgotten, all sums are exchanged, the vote is held. */
const SETTLED = TOLERANCE + 6 * FREQ;

const valors = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 100 }), { minLength: min, maxLength: max });

/** Chance that repeats: a small generator, since millions of draws are needed. */
function chance(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

const best = (seats: readonly { readonly valor: number; readonly name: string; readonly uuid: string }[]) =>
  [...seats]
    .filter(({ valor }) => valor > 0)
    .sort((a, b) => b.valor - a.valor || (a.uuid < b.uuid ? 1 : -1))[0]?.name;

describe('a legion on a bad network', () => {
  it('has one lord, the first by rank, once the network is well again: 2 to 50 members, drops, delays, splits', () => {
    fc.assert(
      fc.property(
        valors(2, 50),
        fc.integer(),
        fc.double({ min: 0, max: 0.4, noNaN: true }),
        (all, seed, loss) => {
          const next = chance(seed);
          const legion = aLegion(RULES);
          all.forEach((valor, index) => legion.join(`m${index}`, valor));
          const names = all.map((_, index) => `m${index}`);
          legion.use({ delay: () => (next() < loss ? null : next() * 400) });
          legion.run(8_000);
          const cut = Math.max(1, Math.floor(next() * names.length));
          legion.split(names.slice(0, cut), names.slice(cut));
          legion.run(7_000);
          legion.heal();
          legion.run(SETTLED);
          const first = best(legion.running().map(({ self }) => self));
          expect(legion.lords()).toEqual(first === undefined ? [] : [first]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('with a quorum above half never has a second lord for longer than the others need to be missed', () => {
    fc.assert(
      fc.property(valors(3, 15), fc.integer(), (all, seed) => {
        const next = chance(seed);
        const quorum = Math.floor(all.length / 2) + 1;
        const legion = aLegion({ ...RULES, quorum });
        all.forEach((valor, index) => legion.join(`m${index}`, valor));
        const names = all.map((_, index) => `m${index}`);
        let twoSince = 0;
        let longest = 0;
        const look = (): void => {
          if (legion.lords().length < 2) twoSince = 0;
          else {
            twoSince ||= legion.now();
            longest = Math.max(longest, legion.now() - twoSince);
          }
        };
        legion.run(SETTLED, look);
        for (let round = 0; round < 3; round += 1) {
          const shuffled = [...names].sort(() => next() - 0.5);
          const cut = 1 + Math.floor(next() * (names.length - 1));
          legion.split(shuffled.slice(0, cut), shuffled.slice(cut));
          legion.run(TOLERANCE + 3 * FREQ, look);
          legion.heal();
          legion.run(SETTLED, look);
        }
        expect(longest).toBeLessThanOrEqual(2 * FREQ);
      }),
      { numRuns: 25 },
    );
  });

  it('announces once per period whatever arrives, so that no real node is silenced', () => {
    fc.assert(
      fc.property(valors(2, 12), fc.integer(), (all, seed) => {
        const next = chance(seed);
        const legion = aLegion({ freqMs: 3_000, toleranceMs: 15_000 });
        for (const [index, valor] of all.entries()) {
          legion.join(`m${index}`, valor);
          legion.run(next() * 3_000);
        }
        legion.run(30_000);
        for (const { announced } of legion.running()) {
          const calm = announced.filter((at) => at > legion.now() - 20_000);
          const gaps = calm.slice(1).map((at, place) => at - calm[place]!);
          expect(Math.min(...gaps)).toBeGreaterThan(2_800);
          expect(Math.max(...gaps)).toBeLessThan(3_200);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('keeps near its rhythm whoever comes and goes, of whatever rank, for however long', () => {
    const PERIODS = 120;
    const strangers = fc.array(
      fc.record({
        valor: fc.nat({ max: 200 }),
        staysMs: fc.nat({ max: 9_000 }),
        awayMs: fc.nat({ max: 3_000 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(strangers, (all) => {
        const freq = 3_000;
        const legion = aLegion({ freqMs: freq, toleranceMs: 15_000 });
        legion.join('a', 100);
        legion.run(4 * freq);
        const { election } = legion.seat('a');
        const from = legion.now();
        let said = 0;
        const look = (effects: readonly { readonly type: string }[]): void => {
          said += effects.filter(({ type }) => type === 'announce').length;
        };
        const hear = (index: number, place: number, dead: boolean, up: number): void =>
          look(
            election.hear(
              {
                announcement: {
                  ...{ legion: 'web', valor: all[place]!.valor, unix: 1, lord: 0, name: 'm', pid: 1, dead },
                  ...{ uuid: uuidOf(1_000 + 10 * index + place), checksum: 0n, lordValor: 0 },
                  ...{ lordUuid: uuidOf(9), scroll: null, extension: null },
                },
                skewMs: 0,
              },
              up,
            ).effects,
          );
        const turns = all.map(() => ({ at: from, count: 0 }));
        for (let up = from; up < from + PERIODS * freq; up += 50) {
          for (const [place, turn] of turns.entries()) {
            if (up < turn.at) continue;
            const isThere = turn.count % 2 === 1;
            const index = Math.floor(turn.count / 2);
            hear(index, place, isThere, up);
            turn.at = up + (isThere ? all[place]!.awayMs : all[place]!.staysMs);
            turn.count += 1;
          }
          look(election.tick(up));
        }
        // One per period, and for the two kinds of losses what may go at once and one more in four.
        expect(said).toBeLessThan(PERIODS / 0.95 + 2 * (PERIODS / 4) + 5 + 3 + 2);
        expect(said).toBeGreaterThan(PERIODS / 2);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what if', () => {
  it('agrees with what then really happens, in 200 random legions', () => {
    fc.assert(
      fc.property(valors(2, 9), fc.integer(), fc.nat({ max: 6 }), (all, seed, quorum) => {
        const next = chance(seed);
        const legion = aLegion({ ...RULES, quorum });
        all.forEach((valor, index) => legion.join(`m${index}`, valor, {}, uuidOf(Math.floor(next() * 1e8))));
        legion.run(SETTLED);
        const seats = legion.running().map(({ self }) => self);
        const fallen = seats.filter(() => next() < 0.4);
        const told = whatIf(seats, new Set(fallen.map(({ uuid }) => uuid)), quorum);
        for (const { name } of fallen) {
          if (next() < 0.5) legion.halt(name);
          else legion.leave(name);
        }
        legion.run(SETTLED);
        expect(legion.lords()).toEqual(told.lord ? [told.lord.name] : []);
        const votes = legion.running().map(({ election }) => election.view().votes);
        expect(new Set(votes).size).toBeLessThan(2);
        if (votes[0] !== undefined) expect(votes[0]).toBe(told.votes);
      }),
      { numRuns: 200 },
    );
  });
});
