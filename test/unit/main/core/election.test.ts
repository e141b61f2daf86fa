import { describe, expect, it } from 'vitest';
import { NO_UUID, type Announcement } from '../../../../app/main/core/protocol/uwsgi/announcement.js';
import type { createElection, Effect } from '../../../../app/main/core/election/election.js';
import { outranks, weightOf } from '../../../../app/main/core/election/rank.js';
import { fallsUntilLost, whatIf } from '../../../../app/main/core/election/what-if.js';
import { whyOf } from '../../../../app/main/core/election/why.js';
import { aLegion, uuidOf } from '../../../support/a-legion.js';
import { chance } from '../../../support/chance.js';

const PERIOD = 3_000;

const aStranger = (valor: number, at: number, dead: boolean): Announcement => ({
  ...{ legion: 'web', valor, unix: 1, lord: 0, name: `m-${at}`, pid: 1, uuid: uuidOf(1_000 + at) },
  ...{ checksum: 0n, lordValor: 0, lordUuid: NO_UUID, scroll: null, dead, extension: null },
});

const peerOf = (legion: ReturnType<typeof aLegion>, at: string, name: string) =>
  [...legion.seat(at).election.peers().values()].find((peer) => peer.name === name);

type Seated = ReturnType<typeof createElection>;
const saysIn = (effects: readonly Effect[]): boolean => effects.some(({ type }) => type === 'announce');
const comes = (election: Seated, valor: number, who: number, up: number): boolean =>
  saysIn(election.hear({ announcement: aStranger(valor, who, false), skewMs: 0 }, up).effects);
const goes = (election: Seated, valor: number, who: number, up: number): boolean =>
  saysIn(election.hear({ announcement: aStranger(valor, who, true), skewMs: 0 }, up).effects);

function aLegionOfThree(given = {}) {
  const legion = aLegion(given);
  legion.join('a', 100);
  legion.join('b', 90);
  legion.join('c', 80);
  legion.run(6 * PERIOD);
  return legion;
}

describe('the election of a legion', () => {
  it('EL1 the highest valor leads', () => {
    expect(aLegionOfThree().lords()).toEqual(['a']);
  });

  it('EL2 of equal valors the greater uuid leads, in every member’s eyes', () => {
    const legion = aLegion();
    legion.join('a', 50, {}, uuidOf(1));
    legion.join('b', 50, {}, uuidOf(9));
    legion.run(6 * PERIOD);
    expect(legion.lords()).toEqual(['b']);
    expect(outranks({ valor: 5, uuid: 'b' }, { valor: 5, uuid: 'a' })).toBe(true);
  });

  it('EL3 an arbiter never leads, not even alone, and its voice counts', () => {
    const legion = aLegion({ quorum: 2 });
    legion.join('arb', 0);
    legion.run(10 * PERIOD);
    expect(legion.lords()).toEqual([]);
    legion.join('a', 1);
    legion.run(6 * PERIOD);
    expect(legion.lords()).toEqual(['a']);
  });

  it('EL4 the sum is that of the recordings: valor and the bytes of the uuid', () => {
    expect(weightOf({ valor: 100, uuid: '00' })).toBe(196);
  });

  it('EL6 one that does not agree stops every change, and takes nothing from the lord', () => {
    const legion = aLegionOfThree();
    legion.use({ delay: (from) => (from === 'c' ? null : 1) });
    legion.halt('a');
    legion.run(11_000);
    expect(legion.lords()).toEqual([]);
  });

  it('EL8 below the quorum nobody leads, and a lord goes at once', () => {
    const legion = aLegionOfThree({ quorum: 3 });
    expect(legion.lords()).toEqual(['a']);
    legion.halt('c');
    legion.run(15_000 + 2 * PERIOD);
    expect(legion.lords()).toEqual([]);
    expect(legion.seat('a').story.map(({ effect }) => effect)).toContainEqual({
      type: 'unlorded',
      why: 'quorum',
    });
  });

  it('EL9 nobody elects itself before two periods', () => {
    const legion = aLegion();
    legion.join('a', 10);
    legion.run(2 * PERIOD - 10);
    expect(legion.lords()).toEqual([]);
    legion.run(PERIOD);
    expect(legion.lords()).toEqual(['a']);
  });

  it('EL10 a lord that falls silent is followed when the tolerance has passed, by one exchange of sums', () => {
    const legion = aLegionOfThree();
    const lastWord = legion.seat('a').announced.at(-1)!;
    legion.halt('a');
    let tookOverAt = 0;
    legion.run(20_000, () => {
      if (tookOverAt === 0 && legion.lords().length > 0) tookOverAt = legion.now();
    });
    expect(legion.lords()).toEqual(['b']);
    expect(tookOverAt - lastWord).toBeGreaterThan(15_000);
    expect(tookOverAt - lastWord).toBeLessThan(15_500);
  });

  it('EL14 who was asleep leads nothing when it wakes, and again when all agree', () => {
    const legion = aLegionOfThree();
    legion.halt('a');
    legion.run(30_000);
    expect(legion.lords()).toEqual(['b']);
    legion.goOn('a');
    legion.run(10);
    expect(legion.lords()).toEqual(['b']);
    legion.run(6 * PERIOD);
    expect(legion.lords()).toEqual(['a']);
  });

  it('EL15 slow lord hooks do not stop its announces, and it leads when they are done', () => {
    const legion = aLegion();
    legion.join('a', 10).lordHooksMs = 20_000;
    legion.join('b', 5);
    legion.run(15_000);
    expect(legion.lords()).toEqual([]);
    legion.run(15_000);
    expect(legion.lords()).toEqual(['a']);
    const gaps = gapsOf(legion.seat('a').announced);
    expect(Math.max(...gaps)).toBeLessThan(PERIOD + 200);
  });

  it('EL16 where a failure of its hooks is death, it says so once and is silent', () => {
    const legion = aLegion({ deathOnLordErrorMs: 8_000 });
    const seat = legion.join('a', 10);
    seat.lordHooksMs = 60_000;
    legion.join('b', 5);
    legion.run(4 * PERIOD);
    const before = seat.announced.length;
    const effects = seat.election.lordHooksDone(false, legion.now(), 0);
    expect(effects).toEqual([{ type: 'announce', dead: true }]);
    legion.run(4 * PERIOD);
    expect(seat.announced.length).toBe(before);
    expect(seat.election.view().isSuspended).toBe(true);
    expect(seat.election.leave()).toEqual([]);
  });

  it('EL18 a lord that leaves is followed within milliseconds', () => {
    const legion = aLegionOfThree();
    const at = legion.now();
    legion.leave('a');
    let tookOverAt = 0;
    legion.run(1_000, () => {
      if (tookOverAt === 0 && legion.lords().length > 0) tookOverAt = legion.now();
    });
    expect(legion.lords()).toEqual(['b']);
    expect(tookOverAt - at).toBeLessThan(100);
  });

  it('EL18 nothing is said after the last word', () => {
    const legion = aLegionOfThree();
    const { election } = legion.seat('a');
    election.leave();
    expect(election.tick(legion.now() + 60_000).filter(({ type }) => type === 'announce')).toEqual([]);
  });

  it('EL20 members send together, once per period', () => {
    const legion = aLegion();
    legion.join('a', 10);
    legion.run(700);
    legion.join('b', 5);
    legion.run(1_300);
    legion.join('c', 1);
    legion.run(30 * PERIOD);
    const last = ['a', 'b', 'c'].map((name) => legion.seat(name).announced.at(-1)!);
    expect(Math.max(...last) - Math.min(...last)).toBeLessThan(50);
    for (const name of ['a', 'b', 'c']) {
      const gaps = gapsOf(legion.seat(name).announced.slice(4));
      expect(Math.min(...gaps)).toBeGreaterThan(PERIOD * 0.94);
      expect(Math.max(...gaps)).toBeLessThan(PERIOD * 1.06);
    }
  });

  it.each([
    ['weaker', 1],
    ['stronger', 200],
  ])(
    'EL22 %s ones that come and go all the time leave it at its rhythm, and the first is answered at once',
    (_, valor) => {
      const legion = aLegionOfThree();
      const { election } = legion.seat('a');
      const next = chance(valor);
      const from = legion.now();
      const step = PERIOD / 30;
      const periods = 200;
      const said: number[] = [];
      const answered: boolean[] = [];
      let goesUp = 0;
      let who = 0;
      for (let up = from; up < from + periods * PERIOD; up += step) {
        if (up >= goesUp) {
          const isAnswered = goes(election, valor, who, up);
          if (who > 0) answered.push(isAnswered);
          if (isAnswered) said.push(up);
          who += 1;
          if (comes(election, valor, who, up)) said.push(up);
          // Some go again at once, others are told of before they do.
          goesUp = up + step * (1 + Math.floor(next() * 20));
        }
        if (saysIn(election.tick(up))) said.push(up);
      }
      expect(who).toBeGreaterThan(2 * periods);
      expect(answered.indexOf(true)).toBeLessThan(4);
      expect(said.length).toBeGreaterThan(periods);
      expect(said.length).toBeLessThan(periods * (1 / 0.95 + 1 / 4) + 8);
    },
  );

  it('EL22 who came and went between two announces has changed nothing, and costs nothing', () => {
    const legion = aLegionOfThree();
    const { election, announced } = legion.seat('b');
    while (legion.now() - announced.at(-1)! > 100) legion.run(50);
    const up = legion.now();
    for (let who = 0; who < 50; who += 1) {
      comes(election, 50 + 10 * who, who, up + who);
      expect(goes(election, 50 + 10 * who, who, up + who)).toBe(false);
    }
    const lord = peerOf(legion, 'b', 'a')!;
    const dead = { ...aStranger(0, 0, true), valor: lord.valor, uuid: lord.uuid, name: lord.name };
    expect(saysIn(election.hear({ announcement: dead, skewMs: 0 }, up + 60).effects)).toBe(true);
  });

  it('EL22 EL15 where several stronger ones end one after the other, each end and who leads then are told at once', () => {
    const legion = aLegion();
    legion.join('c', 50);
    legion.join('z', 10);
    legion.run(6 * PERIOD);
    for (const tops of [['a1'], ['a2', 'b2', 'd2'], ['a3', 'b3', 'd3', 'f3']]) {
      tops.forEach((name, index) => legion.join(name, 90 - 10 * index));
      legion.run(8 * PERIOD);
      const { announced } = legion.seat('c');
      const before = announced.length;
      for (const name of tops) {
        legion.leave(name);
        legion.run(10);
      }
      expect(announced.length - before).toBeGreaterThanOrEqual(tops.length);
      legion.run(100);
      expect(legion.lords()).toEqual(['c']);
      expect(peerOf(legion, 'z', 'c')?.lord).toBeGreaterThan(0);
    }
  });

  it('EL22 losses never cost us the word that we lead, nor does what else fell cost a loss its word', () => {
    const legion = aLegionOfThree();
    const { election } = legion.seat('b');
    let up = legion.now();
    /** Told of by an announce of its own, and gone. */
    const passes = (valor: number, who: number): boolean => {
      comes(election, valor, who, up);
      for (const until = up + PERIOD; up < until; up += 100) election.tick(up);
      return goes(election, valor, who, up);
    };
    const weaker = Array.from({ length: 8 }, (_, who) => passes(1, who));
    expect(weaker).toContain(false);
    const stronger = Array.from({ length: 12 }, (_, who) => passes(200 + who, 100 + who));
    expect(stronger.slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(stronger).toContain(false);
    // All others are expired by now: it is the first again, and leads.
    expect(election.view().phase).toBe('taking');
    expect(saysIn(election.lordHooksDone(true, up, 7))).toBe(true);
  });

  it('a watcher hears all and says nothing', () => {
    const legion = aLegionOfThree();
    const watcher = legion.join('w', 0, { watches: true });
    legion.run(4 * PERIOD);
    expect(watcher.announced).toEqual([]);
    expect(watcher.election.peers().size).toBe(3);
    expect(watcher.election.view().votes).toBe(3);
    expect(legion.lords()).toEqual(['a']);
  });

  it('after a split each side has its own lord, and one when they hear each other again', () => {
    const legion = aLegionOfThree();
    legion.split(['a'], ['b', 'c']);
    legion.run(25_000);
    expect(legion.lords()).toEqual(['a', 'b']);
    legion.heal();
    legion.run(3 * PERIOD);
    expect(legion.lords()).toEqual(['a']);
  });

  it('with a quorum of the majority only that side keeps a lord', () => {
    const legion = aLegionOfThree({ quorum: 2 });
    legion.split(['a'], ['b', 'c']);
    legion.run(25_000);
    expect(legion.lords()).toEqual(['b']);
  });

  it('a witness lets go of a silent lord early, and of one that speaks never', () => {
    const legion = aLegionOfThree();
    const b = legion.seat('b');
    const lord = legion.seat('a').self.uuid;
    expect(b.election.witnessed(lord, legion.now())).toEqual([]);
    legion.halt('a');
    legion.run(PERIOD + 1_000);
    const effects = b.election.witnessed(lord, legion.now());
    expect(effects.map(({ type }) => type)).toContain('left');
  });
});

describe('why there is no lord', () => {
  const whyAt = (legion: ReturnType<typeof aLegion>, name: string) => {
    const { election, self } = legion.seat(name);
    return whyOf({ ...election.view(), self, peers: election.peers().values(), quorum: legion.rules.quorum });
  };

  it('says who leads and with how many votes', () => {
    expect(whyAt(aLegionOfThree(), 'c')).toMatchObject({ kind: 'lord', lord: { name: 'a' }, votes: 3 });
  });
  it('says that the quorum is short', () => {
    const legion = aLegionOfThree({ quorum: 3 });
    legion.halt('a');
    legion.run(25_000);
    expect(whyAt(legion, 'b')).toEqual({ kind: 'quorum', votes: 2, quorum: 3 });
  });
  it('says that only arbiters are left', () => {
    const legion = aLegion();
    legion.join('x', 0);
    legion.run(9_000);
    expect(whyAt(legion, 'x')).toEqual({ kind: 'arbiters' });
  });
  it('says who votes for whom', () => {
    const legion = aLegionOfThree();
    legion.halt('a');
    legion.use({ delay: (from) => (from === 'c' ? null : 1) });
    legion.run(12_000);
    expect(whyAt(legion, 'b').kind).toMatch(/lord|disputed/);
  });
});

describe('what if', () => {
  const seats = [
    { name: 'a', valor: 80, uuid: uuidOf(1) },
    { name: 'b', valor: 70, uuid: uuidOf(2) },
    { name: 'arb', valor: 0, uuid: uuidOf(3) },
  ];
  it('names the next lord and its votes', () => {
    expect(whatIf(seats, new Set([uuidOf(1)]), 2)).toMatchObject({
      lord: { name: 'b' },
      votes: 2,
      holdsQuorum: true,
    });
  });
  it('says that nobody would lead', () => {
    expect(whatIf(seats, new Set([uuidOf(1), uuidOf(2)]), 0).lord).toBeNull();
    expect(whatIf(seats, new Set([uuidOf(1), uuidOf(3)]), 2)).toMatchObject({
      lord: null,
      holdsQuorum: false,
    });
  });
  it('knows that arbiters alone never agree', () => {
    const arbiters = ['x', 'y'].map((name, index) => ({ name, valor: 0, uuid: uuidOf(index) }));
    expect(whatIf(arbiters, new Set(), 0)).toEqual({ lord: null, votes: 0, holdsQuorum: false });
    const legion = aLegion();
    legion.join('x', 0);
    legion.join('y', 0);
    legion.run(6 * PERIOD);
    expect(legion.seat('x').election.view().votes).toBe(0);
  });
  it('counts how many may fall', () => {
    expect(fallsUntilLost(5, 3)).toBe(3);
    expect(fallsUntilLost(5, 0)).toBeNull();
  });
});

const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((time, at) => time - times[at]!);
