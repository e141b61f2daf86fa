import { describe, expect, it } from 'vitest';
import { NODE_STATES } from '../../../../../app/shared/domain/node-state.js';
import { createRoster, type RosterOptions } from '../../../../../app/main/core/roster/roster.js';
import { TICK_MS } from '../../../../../app/main/core/roster/rules.js';
import { needsOf, nodeDetail, nodeRow, summaryOf } from '../../../../../app/main/core/roster/views.js';
import { aBeat } from '../../../../support/beats.js';

const WALL = 1_800_000_000_000;

/** A roster and a hand on its clock; ticks come every 250 ms as the service gives them. */
function aRoster(options: Partial<RosterOptions> = {}) {
  const roster = createRoster({ self: null, expectedIntervalMs: 10_000, maxNodes: 50_000, ...options }, 0);
  let up = 0;
  const advance = (ms: number, each?: (up: number) => void): void => {
    for (const end = up + ms; up < end;) {
      up += TICK_MS;
      each?.(up);
      roster.tick(WALL + up, up);
    }
  };
  const slot = (name = 'c-114'): number => roster.state.byName.get(name)!;
  return {
    roster,
    advance,
    slot,
    now: () => up,
    hear: (fields: Parameters<typeof aBeat>[0] = {}) => roster.hear(aBeat(fields), WALL + up, up),
    beatEvery(ms: number, forMs: number, fields: Parameters<typeof aBeat>[0] = {}) {
      advance(forMs, (at) => {
        if (at % ms === 0) roster.hear(aBeat(fields), WALL + at, at);
      });
    },
    stateOf: (name?: string) => NODE_STATES[roster.state.columns.state[slot(name)]!],
    badges: (name?: string) => nodeRow(roster.state, slot(name)).badges,
    kinds: () =>
      roster
        .takeEffects()
        .map((effect) => (effect.type === 'state' ? `${effect.from}>${effect.to}` : effect.type)),
    /** Advances until the node is in a state; answers the age of its last beat then. */
    ageWhen(state: string): number {
      const last = roster.state.columns.lastUp[slot()]!;
      for (let i = 0; i < 4_000 && NODE_STATES[roster.state.columns.state[slot()]!] !== state; i += 1)
        advance(TICK_MS);
      return up - last;
    },
  };
}

describe('RO1-RO3 a node that goes quiet', () => {
  it.each([
    [1_000, 3_000, 15_000],
    [5_000, 10_000, 25_000],
    [30_000, 60_000, 150_000],
  ])(
    'with an interval of %i ms is late after %i ms and silent after %i ms, within a tick or two',
    (interval, late, silent) => {
      const fleet = aRoster({ expectedIntervalMs: interval });
      fleet.beatEvery(interval, interval * 20);
      expect(fleet.stateOf()).toBe('healthy');
      const lateAge = fleet.ageWhen('late');
      const silentAge = fleet.ageWhen('silent');
      expect(lateAge).toBeGreaterThan(late);
      expect(lateAge).toBeLessThanOrEqual(late + 500);
      expect(silentAge).toBeGreaterThan(silent);
      expect(silentAge).toBeLessThanOrEqual(silent + 500);
      expect(fleet.kinds()).toEqual(['joined', 'healthy>late', 'late>silent']);
    },
  );

  it('is judged by the interval of the profile before its fourth beat', () => {
    const fleet = aRoster({ expectedIntervalMs: 4_000 });
    fleet.hear();
    expect(fleet.ageWhen('late')).toBeLessThanOrEqual(8_500);
  });

  it('that beats slower than the profile expects is judged by its own rhythm from the fourth beat on', () => {
    const fleet = aRoster({ expectedIntervalMs: 5_000 });
    fleet.beatEvery(20_000, 90_000);
    fleet.roster.takeEffects();
    fleet.beatEvery(20_000, 300_000);
    expect(fleet.kinds()).toEqual([]);
  });

  it('that had a long interval and then a short one is late by the short one', () => {
    const fleet = aRoster();
    fleet.beatEvery(60_000, 60_000 * 6);
    fleet.beatEvery(2_000, 2_000 * 40);
    expect(fleet.ageWhen('late')).toBeLessThanOrEqual(4_500);
  });

  it('that came back from late, and goes quiet again, is late in time again', () => {
    const fleet = aRoster();
    fleet.beatEvery(10_000, 200_000);
    fleet.advance(22_000);
    expect(fleet.stateOf()).toBe('late');
    fleet.hear();
    expect(fleet.stateOf()).toBe('healthy');
    expect(fleet.ageWhen('late')).toBeLessThanOrEqual(20_500);
  });

  it('is healthy again with its next beat, and says how long it was silent', () => {
    const fleet = aRoster();
    fleet.beatEvery(1_000, 20_000);
    fleet.advance(60_000);
    fleet.roster.takeEffects();
    fleet.hear();
    const [effect] = fleet.roster.takeEffects();
    expect(effect).toMatchObject({ type: 'state', from: 'silent', to: 'healthy' });
    // From its last beat, not from when we called it silent.
    expect(effect!.ms).toBe(60_000);
  });
});

describe('what a node says of itself', () => {
  it('is troubled while its own word is not good, whatever the word', () => {
    const fleet = aRoster();
    fleet.hear({ status: 'degraded' });
    expect(fleet.stateOf()).toBe('troubled');
    fleet.hear({ status: 'Healthy' });
    expect(fleet.stateOf()).toBe('healthy');
    fleet.hear({ status: null });
    expect(fleet.stateOf()).toBe('healthy');
  });

  it('has left after a goodbye, and is not called silent later', () => {
    const fleet = aRoster();
    fleet.beatEvery(1_000, 10_000);
    fleet.hear({ status: 'left' });
    fleet.advance(120_000);
    expect(fleet.stateOf()).toBe('left');
    expect(summaryOf(fleet.roster.state, false)).toMatchObject({ total: 0 });
  });

  it('RO4 is updating until it has restarted, and judged again when the grace is over', () => {
    const fleet = aRoster();
    fleet.beatEvery(1_000, 10_000, { uptimeS: 500 });
    fleet.roster.expectReload('c-114', WALL + fleet.now(), fleet.now());
    expect(fleet.stateOf()).toBe('updating');
    fleet.advance(30_000);
    expect(fleet.stateOf()).toBe('updating');
    fleet.hear({ uptimeS: 2 });
    expect(fleet.stateOf()).toBe('healthy');

    fleet.roster.expectReload('c-114', WALL + fleet.now(), fleet.now());
    fleet.advance(70_000);
    expect(fleet.stateOf()).toBe('silent');
  });

  it('RO4 is updating no longer once it has told what became of the change, and beats', () => {
    const fleet = aRoster();
    fleet.beatEvery(1_000, 10_000, { uptimeS: 500 });
    fleet.roster.expectReload('c-114', WALL + fleet.now(), fleet.now());
    fleet.roster.endReload('c-114', fleet.now());
    expect(fleet.stateOf()).toBe('updating');
    fleet.hear({ uptimeS: 501 });
    expect(fleet.stateOf()).toBe('healthy');

    fleet.roster.expectReload('c-114', WALL + fleet.now(), fleet.now());
    fleet.roster.endReload('c-114', fleet.now());
    fleet.advance(16_000);
    expect(fleet.stateOf()).toBe('silent');
    fleet.roster.endReload('nobody', fleet.now());
  });

  it('RO6 another pid is a restart', () => {
    const fleet = aRoster();
    fleet.hear({ pid: 1 });
    fleet.hear({ pid: 2 });
    expect(fleet.kinds()).toEqual(['joined', 'restarted']);
    expect(fleet.badges()).toEqual([]);
  });

  it('RO9 two pids that beat in turn are a duplicate, reported once and within two beats, and the row stays calm', () => {
    const fleet = aRoster();
    for (let i = 0; i < 20; i += 1) {
      fleet.hear({ pid: i % 2 });
      fleet.advance(1_000);
    }
    expect(fleet.kinds()).toEqual(['joined', 'restarted', 'duplicate']);
    expect(fleet.badges()).toContain('duplicate');
    for (let i = 0; i < 130; i += 1) {
      fleet.hear({ pid: 1 });
      fleet.advance(1_000);
    }
    fleet.roster.sweep(fleet.now());
    expect(fleet.badges()).not.toContain('duplicate');
  });

  it('RO8 a clock off by more than five seconds carries the badge; it changes no state', () => {
    const fleet = aRoster();
    fleet.hear({ sentAt: WALL - 41_000 });
    expect(fleet.badges()).toEqual(['skew']);
    expect(nodeRow(fleet.roster.state, fleet.slot()).skewMs).toBe(-41_000);
    fleet.hear({ sentAt: Date.UTC(2099, 0, 1) });
    expect(fleet.stateOf()).toBe('healthy');
    fleet.hear({ sentAt: WALL - 700 });
    expect(fleet.badges()).toEqual([]);
  });

  it('RO7 four changes in ten minutes are flapping, until fifteen quiet minutes have passed', () => {
    const fleet = aRoster();
    for (let i = 0; i < 4; i += 1) fleet.hear({ status: i % 2 ? 'active' : 'sick' });
    expect(fleet.badges()).toEqual([]);
    fleet.hear({ status: 'sick' });
    expect(fleet.badges()).toEqual(['flapping']);
    fleet.beatEvery(1_000, 899_000, { status: 'sick' });
    fleet.roster.sweep(fleet.now());
    expect(fleet.badges()).toEqual(['flapping']);
    fleet.beatEvery(1_000, 2_000, { status: 'sick' });
    fleet.roster.sweep(fleet.now());
    expect(fleet.badges()).toEqual([]);
  });
});

describe('our own trouble is not theirs', () => {
  it('RO10 nobody changes state while our link is down, and silence counts from its return', () => {
    const fleet = aRoster();
    fleet.beatEvery(2_000, 40_000);
    fleet.roster.takeEffects();
    fleet.roster.freeze();
    fleet.advance(600_000);
    expect(fleet.stateOf()).toBe('healthy');
    fleet.roster.thaw(fleet.now());
    fleet.advance(3_500);
    expect(fleet.stateOf()).toBe('healthy');
    fleet.advance(1_000);
    expect(fleet.stateOf()).toBe('late');
    fleet.hear();
    expect(fleet.roster.differSinceOutage()).toEqual([]);
    // The outage is not a gap of theirs.
    expect(nodeDetail(fleet.roster.state, fleet.slot(), fleet.now()).gaps.at(-1)).toBe(-1);
    expect(nodeRow(fleet.roster.state, fleet.slot()).intervalMs).toBe(2_000);
  });

  it('RO11 when our own loop stood still, the time it stood is nobody’s silence', () => {
    const fleet = aRoster();
    fleet.beatEvery(1_000, 30_000);
    const stalledUntil = fleet.now() + 30_000;
    fleet.roster.tick(WALL + stalledUntil, stalledUntil);
    expect(fleet.stateOf()).toBe('healthy');
  });

  it('reports another process under our own name', () => {
    const fleet = aRoster({ self: { name: 'console-1', pid: 77 } });
    fleet.hear({ name: 'console-1', pid: 77 });
    expect(fleet.badges('console-1')).toContain('self');
    fleet.hear({ name: 'console-1', pid: 99 });
    expect(fleet.kinds()).toContain('name-taken');
  });
});

describe('bounds', () => {
  it('RO12 keeps only the newest names that were heard once and went silent', () => {
    const fleet = aRoster({ expectedIntervalMs: 1_000 });
    for (let i = 0; i < 5_000; i += 1) fleet.hear({ name: `stray-${i}` });
    fleet.advance(20_000);
    for (let i = 0; i < 1_001; i += 1) fleet.hear({ name: `later-${i}` });
    fleet.advance(TICK_MS);
    expect(fleet.roster.state.byName.size).toBeLessThanOrEqual(2_001);
    expect(fleet.roster.state.byName.has('later-1000')).toBe(true);
  });

  it('refuses new names when full, and goes on hearing the known ones', () => {
    const fleet = aRoster({ maxNodes: 2 });
    expect(fleet.hear({ name: 'a' })).toBe(true);
    expect(fleet.hear({ name: 'b' })).toBe(true);
    expect(fleet.hear({ name: 'c' })).toBe(false);
    expect(fleet.hear({ name: 'a' })).toBe(true);
  });

  it('a name may be __proto__ or constructor', () => {
    const fleet = aRoster();
    for (const name of ['__proto__', 'constructor', 'toString']) fleet.hear({ name });
    expect([...fleet.roster.state.byName.keys()]).toEqual(['__proto__', 'constructor', 'toString']);
  });

  it('forgets a node, and knows it again with its next beat', () => {
    const fleet = aRoster();
    fleet.hear();
    expect(fleet.roster.forget('c-114', WALL)).toBe(true);
    expect(fleet.roster.forget('c-114', WALL)).toBe(false);
    expect(summaryOf(fleet.roster.state, false).total).toBe(0);
    fleet.hear({ name: 'other' });
    fleet.hear();
    expect(fleet.stateOf()).toBe('healthy');
    expect(nodeDetail(fleet.roster.state, fleet.slot(), fleet.now()).gaps).toEqual([]);
  });
});

describe('what needs a person', () => {
  it('nodes of one group that fell silent are one entry whose filter shows exactly them', () => {
    const fleet = aRoster();
    for (let i = 0; i < 9; i += 1) fleet.hear({ name: `rack-c-${i}` });
    fleet.hear({ name: 'rack-d-1' });
    fleet.hear({ name: 'rack-e-1' });
    for (let i = 0; i < 2; i += 1) fleet.hear({ name: `sick-${i}`, status: 'degraded' });
    fleet.advance(60_000, (up) => {
      if (up % 1_000 === 0)
        for (let i = 0; i < 2; i += 1) fleet.hear({ name: `sick-${i}`, status: 'degraded' });
    });
    const needs = needsOf(fleet.roster.state);
    expect(needs.map(({ kind, count, filter }) => ({ kind, count, filter }))).toEqual([
      { kind: 'silent-together', count: 9, filter: 'state:silent group:rack-c' },
      { kind: 'troubled', count: 2, filter: 'state:troubled' },
      { kind: 'silent', count: 2, filter: 'state:silent -group:rack-c' },
    ]);
    expect(summaryOf(fleet.roster.state, false).silentGroup).toMatchObject({ group: 'rack-c', count: 9 });
  });
});

describe('metrics', () => {
  it('are those of the last beat, and the memory of the last beats is kept in order', () => {
    const fleet = aRoster();
    for (let i = 1; i <= 30; i += 1)
      fleet.hear({ memoryMb: i, uptimeS: i, cpuUserS: i / 10, threads: 8, extensions: 2, workers: 3 });
    const detail = nodeDetail(fleet.roster.state, fleet.slot(), fleet.now());
    expect(detail.metrics).toEqual({
      memoryMb: 30,
      cpuUserS: 3,
      cpuSystemS: 0.1,
      threads: 8,
      extensions: 2,
      uptimeS: 30,
      workers: 3,
    });
    expect(detail.memory).toEqual(Array.from({ length: 24 }, (_, i) => i + 7));
  });
});
