/** Snapshot plus all deltas equals the roster, whatever happens in between and whenever one looks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFrame, emptyTable, type RosterRow } from '../../../app/shared/domain/roster-table.js';
import { frameSince, snapshotFrame } from '../../../app/main/core/roster/frames.js';
import { createRoster } from '../../../app/main/core/roster/roster.js';
import { summaryOf } from '../../../app/main/core/roster/views.js';
import { aBeat } from '../../support/beats.js';

const WALL = 1_800_000_000_000;
const name = fc.constantFrom('c-1', 'c-2', 'rack-a-9', '__proto__', 'x.12', 'web01_example_org.4711');

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('beat' as const),
      name,
      pid: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom('active', 'sick', null, 'left'),
      memoryMb: fc.integer({ min: 0, max: 500 }),
      uptimeS: fc.integer({ min: 0, max: 99 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('know' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const), name }) },
  { weight: 1, arbitrary: fc.constant({ do: 'freeze' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'thaw' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'look' as const }) },
);

const rowsOf = (rows: readonly (RosterRow | undefined)[]): RosterRow[] =>
  rows.filter((row) => row !== undefined);

describe('roster frames', () => {
  it('snapshot plus deltas equals a fresh snapshot, and the counts equal the rows', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const roster = createRoster({ self: null, expectedIntervalMs: 2_000, maxNodes: 5 }, 0);
        const table = emptyTable();
        let up = 0;
        let rev = roster.state.rev;
        applyFrame(table, snapshotFrame(roster.state, 1, WALL));
        const look = (): void => {
          const frame = frameSince(roster.state, rev, table.seq + 1, WALL + up);
          if (frame) expect(applyFrame(table, frame)).not.toBeNull();
          rev = roster.state.rev;
        };
        for (const one of steps) {
          if (one.do === 'beat') roster.hear(aBeat(one), WALL + up, up);
          if (one.do === 'forget') roster.forget(one.name, WALL + up);
          if (one.do === 'know') roster.know(one.name, WALL + up);
          if (one.do === 'reload') roster.expectReload(one.name, WALL + up, up);
          if (one.do === 'freeze') roster.freeze();
          if (one.do === 'thaw') roster.thaw(up);
          if (one.do === 'look') look();
          if (one.do === 'wait') for (const end = up + one.ms; up < end;) roster.tick(WALL + (up += 250), up);
        }
        look();
        const fresh = emptyTable();
        applyFrame(fresh, snapshotFrame(roster.state, 1, WALL + up));
        expect(rowsOf(table.rows)).toEqual(rowsOf(fresh.rows));
        expect([...table.byName].sort()).toEqual([...fresh.byName].sort());
        const { counts, total } = summaryOf(roster.state, false);
        const states = rowsOf(fresh.rows).map((row) => row.state);
        for (const [state, count] of Object.entries(counts))
          expect(count).toBe(states.filter((other) => other === state).length);
        expect(total).toBe(states.filter((state) => state !== 'left').length);
      }),
      { numRuns: 300 },
    );
  });

  it('a gap in the sequence is noticed', () => {
    const roster = createRoster({ self: null, expectedIntervalMs: 2_000, maxNodes: 5 }, 0);
    const table = emptyTable();
    applyFrame(table, snapshotFrame(roster.state, 1, WALL));
    roster.hear(aBeat(), WALL, 0);
    expect(applyFrame(table, frameSince(roster.state, 0, 3, WALL)!)).toBeNull();
  });
});
