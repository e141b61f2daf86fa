/** The node list: order, counts, columns, and what leaves the window as text. */
import { describe, expect, it } from 'vitest';
import { shownColumns, toCsv, toJson, toTsv } from '../../../app/renderer/pages/nodes/columns.js';
import { countStates, orderRows, type Sort } from '../../../app/renderer/parts/node-order.js';
import { compareNatural } from '../../../app/renderer/store/natural.js';
import { aRow, fleetOf } from '../../support/fake-story.js';

const NOW = 1_700_000_000_000;
const rows = [
  aRow(0, 'c-10', NOW, { version: '1.10.0', memoryMb: 300 }),
  aRow(1, 'c-9', NOW, { version: '1.9.0', memoryMb: -1 }),
  aRow(2, 'a-1', NOW, { state: 'silent', stateSince: NOW - 60_000, version: null, memoryMb: 100 }),
  aRow(3, 'b-1', NOW, { state: 'late', stateSince: NOW - 5_000 }),
  aRow(4, 'z-1', NOW, { state: 'silent', stateSince: NOW - 3_600_000 }),
];
const rank = Int32Array.from([3, 2, 0, 1, 4]);
const names = (sort: Sort): string[] =>
  orderRows(rows, rank, () => true, sort).map((slot) => rows[slot]?.name ?? '');

describe('the order of nodes', () => {
  it('puts the most severe first, the longest silent before the others', () => {
    expect(names({ by: 'state', down: false })).toEqual(['z-1', 'a-1', 'b-1', 'c-9', 'c-10']);
  });

  it('is natural in names and versions, and unknown comes last either way', () => {
    expect(names({ by: 'name', down: false })).toEqual(['a-1', 'b-1', 'c-9', 'c-10', 'z-1']);
    expect(names({ by: 'name', down: true })).toEqual(['z-1', 'c-10', 'c-9', 'b-1', 'a-1']);
    expect(names({ by: 'version', down: false }).at(-1)).toBe('a-1');
    expect(names({ by: 'version', down: true })[0]).toBe('c-10');
    expect(names({ by: 'memory', down: false }).at(-1)).toBe('c-9');
    expect(names({ by: 'memory', down: true }).at(-1)).toBe('c-9');
    expect(['c-10', 'c-9', 'C-9', 'c-009'].sort(compareNatural)).toEqual(['C-9', 'c-009', 'c-9', 'c-10']);
  });

  it('sorts and filters 10,000 rows within 50 ms', () => {
    const fleet = fleetOf(10_000, NOW);
    const ranks = Int32Array.from(fleet.map((_, i) => i));
    const started = performance.now();
    orderRows(fleet, ranks, (row) => row.name.includes('1'), { by: 'version', down: true });
    expect(performance.now() - started).toBeLessThan(50);
  });

  it('counts the very rows that are listed', () => {
    expect(countStates(rows, [0, 2, 3, 4])).toMatchObject({ healthy: 1, silent: 2, late: 1, troubled: 0 });
  });
});

describe('columns', () => {
  const ids = (window: number, hasPeek: boolean, fixed: 'group' | null = null): string[] =>
    shownColumns({}, { window, hasPeek }, fixed).map((column) => column.id);

  it('make room for the panel and hide what the filter has fixed', () => {
    expect(ids(1440, true, 'group')).toEqual(['state', 'name', 'lastBeat', 'beats', 'version', 'uptime']);
    expect(ids(1440, false)).toContain('interval');
    expect(ids(960, false)).not.toContain('beats');
  });

  it('follow the reader', () => {
    const columns = shownColumns({ pid: true, version: false }, { window: 1440, hasPeek: false }, null);
    expect(columns.map((column) => column.id)).toEqual(expect.arrayContaining(['pid']));
    expect(columns.map((column) => column.id)).not.toContain('version');
  });
});

describe('what leaves the window', () => {
  it('is tab-separated for the clipboard, without foreign line breaks', () => {
    const columns = shownColumns({}, { window: 960, hasPeek: true }, 'group');
    const text = toTsv([aRow(0, 'a\tb\nc', NOW)], columns, NOW);
    expect(text.split('\n')).toHaveLength(2);
    expect(text.split('\n')[1]).toContain('healthy\ta b c\t');
  });

  it('is CSV that no spreadsheet takes for a formula', () => {
    const csv = toCsv([aRow(0, '=HYPERLINK("x")', NOW)], 'state:silent', NOW);
    expect(csv.split('\r\n')[0]).toMatch(/^# Nodes, 2023-11-14 .* UTC, state:silent$/);
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
  });

  it('is JSON with nulls for what a node does not say', () => {
    const json = JSON.parse(toJson([aRow(0, 'a', NOW, { memoryMb: -1 })], '', NOW)) as {
      nodes: { memoryMb: unknown }[];
    };
    expect(json.nodes[0]?.memoryMb).toBeNull();
  });
});
