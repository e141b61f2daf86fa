/** Where cells are on the fleet map, what is under a point, and where the cursor goes. */
import { describe, expect, it } from 'vitest';
import {
  cellAt,
  layoutFleet,
  moveFrom,
  placeAt,
  type FleetLayout,
} from '../../../app/renderer/pages/overview/fleet-layout.js';
import { aRow, fleetOf } from '../../support/fake-story.js';

const NOW = 1_700_000_000_000;
const layoutOf = (names: readonly string[], width = 200, height = 300): FleetLayout => {
  const rows = names.map((name, i) => aRow(i, name, NOW));
  return layoutFleet(
    rows,
    rows.map((row) => row.index),
    'prefix',
    { width, height },
  );
};

describe('the fleet map', () => {
  it('has a cell for each of 10,000 nodes in four groups, and fits', () => {
    const rows = fleetOf(10_000, NOW);
    const layout = layoutFleet(
      rows,
      rows.map((row) => row.index),
      'prefix',
      { width: 778, height: 510 },
    );
    expect(layout).toMatchObject({ pitch: 6, cell: 5, columns: 129 });
    expect(layout.groups.map((group) => [group.label, group.size])).toEqual([
      ['rack-a', 2500],
      ['rack-b', 2500],
      ['rack-c', 2500],
      ['rack-d', 2500],
    ]);
    expect(layout.height).toBeLessThanOrEqual(510);
    expect(new Set(layout.order).size).toBe(10_000);
  });

  it('takes smaller cells where there is less room', () => {
    const rows = fleetOf(10_000, NOW);
    const order = rows.map((row) => row.index);
    expect(layoutFleet(rows, order, 'prefix', { width: 800, height: 240 }).pitch).toBe(4);
    expect(layoutFleet(rows, order, 'none', { width: 800, height: 600 }).groups).toHaveLength(1);
  });

  it('gives few nodes large cells', () => {
    expect(layoutOf(['a-1', 'a-2', 'b-1']).pitch).toBe(32);
  });

  it('finds every cell under its own middle', () => {
    const layout = layoutOf(Array.from({ length: 40 }, (_, i) => `${i < 25 ? 'a' : 'b'}-${i}`));
    layout.order.forEach((_, place) => {
      const { x, y } = cellAt(layout, place);
      expect(placeAt(layout, x + layout.cell / 2, y + layout.cell / 2)).toBe(place);
    });
    expect(placeAt(layout, -5, 5)).toBe(-1);
    expect(placeAt(layout, 5, 5000)).toBe(-1);
  });

  it('stands small groups together when there are too many', () => {
    const layout = layoutOf(
      Array.from(
        { length: 300 },
        (_, i) =>
          `host${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + Math.floor(i / 26))}-1`,
      ),
      400,
      200,
    );
    const last = layout.groups.at(-1);
    expect(last?.merged).toBeGreaterThan(100);
    expect(layout.groups.reduce((sum, group) => sum + group.size, 0)).toBe(300);
    expect(layout.height).toBeLessThanOrEqual(200);
  });

  it('leaves out nodes that left', () => {
    const rows = [aRow(0, 'a-1', NOW), aRow(1, 'a-2', NOW, { state: 'left' })];
    const layout = layoutFleet(rows, [0, 1], 'prefix', { width: 200, height: 200 });
    expect(layout.order).toEqual([0]);
    expect(layout.placeOf[1]).toBe(-1);
  });

  it('moves the cursor by cell, row, group and end', () => {
    const layout = layoutOf([...Array.from({ length: 8 }, (_, i) => `a-${i}`), 'b-1', 'b-2', 'b-3'], 3 * 32);
    expect(layout.columns).toBe(3);
    expect(moveFrom(layout, 0, 'right')).toBe(1);
    expect(moveFrom(layout, 0, 'left')).toBe(0);
    expect(moveFrom(layout, 1, 'down')).toBe(4);
    expect(moveFrom(layout, 7, 'down')).toBe(9);
    expect(moveFrom(layout, 10, 'up')).toBe(7);
    expect(moveFrom(layout, 4, 'start')).toBe(0);
    expect(moveFrom(layout, 4, 'end')).toBe(7);
    expect(moveFrom(layout, 4, 'groupDown')).toBe(8);
    expect(moveFrom(layout, 9, 'groupUp')).toBe(0);
    expect(moveFrom(layout, 10, 'right')).toBe(10);
  });
});
