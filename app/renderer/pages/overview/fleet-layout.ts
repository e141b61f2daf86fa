/**
 * Where every node's cell is on the fleet map. Pure: rows in, places out. Cells are as large as fit; order inside
 * a group is by name and never changes with state, so that places can be learnt.
 */
import type { RosterRow } from '../../../shared/domain/roster-table.js';

export type GroupBy = 'prefix' | 'version' | 'none';

export type FleetGroup = {
  readonly label: string;
  /** How many small groups stand together here; 0 for a real group. */
  readonly merged: number;
  readonly top: number;
  readonly height: number;
  /** Place of its first cell in `order`. */
  readonly start: number;
  readonly size: number;
};

export type FleetLayout = {
  readonly pitch: number;
  readonly cell: number;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  readonly groups: readonly FleetGroup[];
  /** Slots in the order of places. */
  readonly order: readonly number[];
  /** Place by slot, -1 where the node is not on the map. */
  readonly placeOf: Int32Array;
  /** Group by place. */
  readonly groupOf: Int32Array;
};

/** Pitch and cell in px, largest first; `upTo` nodes. */
const SIZES = [
  { pitch: 32, cell: 28, upTo: 60 },
  { pitch: 24, cell: 21, upTo: 200 },
  { pitch: 16, cell: 14, upTo: 500 },
  { pitch: 11, cell: 9, upTo: 3000 },
  { pitch: 8, cell: 7, upTo: 6000 },
  { pitch: 6, cell: 5, upTo: Infinity },
  { pitch: 4, cell: 3, upTo: Infinity },
  { pitch: 3, cell: 2, upTo: Infinity },
] as const;

const GAP = 8;
/** Name and count; name alone where there are many groups. */
const LABEL = 36;
const LABEL_SHORT = 18;

/** `ordered`: slots in the order of their names. Nodes that left have no cell. */
export function layoutFleet(
  rows: readonly (RosterRow | undefined)[],
  ordered: readonly number[],
  by: GroupBy,
  space: { readonly width: number; readonly height: number },
): FleetLayout {
  const slots = ordered.filter((slot) => rows[slot] && rows[slot].state !== 'left');

  const grouped = new Map<string, number[]>();
  for (const slot of slots) {
    const label = labelOf(rows[slot], by);
    const group = grouped.get(label);
    if (group) group.push(slot);
    else grouped.set(label, [slot]);
  }
  const minHeight = grouped.size * (LABEL + GAP) <= space.height ? LABEL : LABEL_SHORT;
  const sections = mergeSmall(grouped, Math.max(1, Math.floor(space.height / (minHeight + GAP))));

  const fitting = SIZES.filter((size) => slots.length <= size.upTo);
  const size =
    fitting.find(
      ({ pitch }) => heightOf(sections, columnsFor(space.width, pitch), pitch, minHeight) <= space.height,
    ) ?? SIZES[SIZES.length - 1]!;
  return place(sections, rows.length, size, columnsFor(space.width, size.pitch), minHeight);
}

type Section = { readonly label: string; readonly merged: number; readonly slots: readonly number[] };

const columnsFor = (width: number, pitch: number): number => Math.max(1, Math.floor((width + 1) / pitch));

const heightOf = (sections: readonly Section[], columns: number, pitch: number, minHeight: number): number =>
  sections.reduce(
    (sum, { slots }) => sum + Math.max(minHeight, Math.ceil(slots.length / columns) * pitch) + GAP,
    -GAP,
  );

function labelOf(row: RosterRow | undefined, by: GroupBy): string {
  if (!row || by === 'none') return '';
  return by === 'version' ? (row.version ?? '–') : row.group;
}

/** At most `max` sections: the largest keep their name, the rest stand together at the end. */
function mergeSmall(grouped: ReadonlyMap<string, readonly number[]>, max: number): readonly Section[] {
  const sections = [...grouped].map(([label, slots]): Section => ({ label, merged: 0, slots }));
  if (sections.length <= max) return sections;
  const bySize = [...sections].sort((a, b) => b.slots.length - a.slots.length);
  const kept = new Set(bySize.slice(0, max - 1));
  const rest = sections.filter((section) => !kept.has(section));
  return [
    ...sections.filter((section) => kept.has(section)),
    { label: '', merged: rest.length, slots: rest.flatMap(({ slots }) => slots) },
  ];
}

function place(
  sections: readonly Section[],
  slotCount: number,
  size: { pitch: number; cell: number },
  columns: number,
  minHeight: number,
): FleetLayout {
  const order = sections.flatMap(({ slots }) => slots);
  const placeOf = new Int32Array(slotCount).fill(-1);
  const groupOf = new Int32Array(order.length);
  order.forEach((slot, at) => (placeOf[slot] = at));

  let top = 0;
  let start = 0;
  const groups = sections.map(({ label, merged, slots }, index): FleetGroup => {
    const height = Math.max(minHeight, Math.ceil(slots.length / columns) * size.pitch);
    const group = { label, merged, top, height, start, size: slots.length };
    groupOf.fill(index, start, start + slots.length);
    top += height + GAP;
    start += slots.length;
    return group;
  });
  return {
    pitch: size.pitch,
    cell: size.cell,
    columns,
    width: columns * size.pitch,
    height: Math.max(0, top - GAP),
    groups,
    order,
    placeOf,
    groupOf,
  };
}

/** Left and top of a place's cell, px. */
export function cellAt(layout: FleetLayout, place: number): { x: number; y: number } {
  const group = layout.groups[layout.groupOf[place] ?? 0];
  const inGroup = place - (group?.start ?? 0);
  return {
    x: (inGroup % layout.columns) * layout.pitch,
    y: (group?.top ?? 0) + Math.floor(inGroup / layout.columns) * layout.pitch,
  };
}

/** The place under a point, or -1. */
export function placeAt(layout: FleetLayout, x: number, y: number): number {
  const column = Math.floor(x / layout.pitch);
  if (column < 0 || column >= layout.columns) return -1;
  const group = layout.groups.find(({ top, height }) => y >= top && y < top + height);
  if (!group) return -1;
  const inGroup = Math.floor((y - group.top) / layout.pitch) * layout.columns + column;
  return inGroup < group.size ? group.start + inGroup : -1;
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'start' | 'end' | 'groupUp' | 'groupDown';

/** Where the cursor goes from a place. It stops at the ends; up and down cross into the next group's column. */
export function moveFrom(layout: FleetLayout, from: number, move: Move): number {
  const last = layout.order.length - 1;
  const index = layout.groupOf[from] ?? 0;
  const group = layout.groups[index];
  if (!group || last < 0) return -1;
  const column = (from - group.start) % layout.columns;
  const before = layout.groups[index - 1];
  const after = layout.groups[index + 1];
  switch (move) {
    case 'left':
      return Math.max(0, from - 1);
    case 'right':
      return Math.min(last, from + 1);
    case 'up': {
      if (from - layout.columns >= group.start) return from - layout.columns;
      if (!before) return from;
      const lastRow = Math.floor((before.size - 1) / layout.columns) * layout.columns;
      return before.start + Math.min(before.size - 1, lastRow + column);
    }
    case 'down': {
      const below = from + layout.columns;
      if (below < group.start + group.size) return below;
      return after ? after.start + Math.min(after.size - 1, column) : from;
    }
    case 'start':
      return group.start;
    case 'end':
      return group.start + group.size - 1;
    case 'groupUp':
      return before ? before.start : group.start;
    case 'groupDown':
      return after ? after.start : group.start + group.size - 1;
  }
}
