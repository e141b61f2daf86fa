/**
 * Which rows the list shows, and in which order. Pure: ten thousand rows in some ten milliseconds, since names
 * are compared by their rank and every other column by a number.
 */
import { TRUST_STATES } from '../../shared/domain/key.js';
import { SEVERITY, type NodeState } from '../../shared/domain/node-state.js';
import type { RosterRow } from '../../shared/domain/roster-table.js';
import { compareNatural } from '../store/natural.js';

export type SortKey =
  | 'state'
  | 'name'
  | 'group'
  | 'lastBeat'
  | 'interval'
  | 'jitter'
  | 'skew'
  | 'word'
  | 'version'
  | 'pid'
  | 'uptime'
  | 'memory'
  | 'threads'
  | 'extensions'
  | 'workers'
  | 'firstSeen'
  | 'changes'
  | 'key';
export type Sort = { readonly by: SortKey; readonly down: boolean };

/** Nodes that turned within this time of each other stand together, by name. */
const TOGETHER_MS = 30_000;
const UNKNOWN = Number.POSITIVE_INFINITY;

/** Slots of the rows that pass, sorted; ties go by name. Unknown values come last either way. */
export function orderRows(
  rows: readonly (RosterRow | undefined)[],
  rank: Int32Array,
  test: (row: RosterRow) => boolean,
  sort: Sort,
): number[] {
  const slots: number[] = [];
  for (const row of rows) if (row && test(row)) slots.push(row.index);
  const keyOf = keyReader(sort.by, rows, slots);
  const keys = new Float64Array(rows.length);
  for (const slot of slots) {
    const row = rows[slot];
    const key = row ? keyOf(row) : UNKNOWN;
    keys[slot] = key === UNKNOWN ? UNKNOWN : sort.down ? -key : key;
  }
  const nameSign = sort.by === 'name' && sort.down ? -1 : 1;
  return slots.sort((a, b) => {
    const left = keys[a] ?? 0;
    const right = keys[b] ?? 0;
    return left === right ? nameSign * ((rank[a] ?? 0) - (rank[b] ?? 0)) : left < right ? -1 : 1;
  });
}

type KeyReader = (row: RosterRow) => number;

const known = (value: number): number => (value < 0 ? UNKNOWN : value);
/** Ages: the smaller, the later it was. */
const age = (at: number): number => (at < 0 ? UNKNOWN : -at);

const NUMBERS: Readonly<Record<Exclude<SortKey, 'group' | 'word' | 'version'>, KeyReader>> = {
  name: () => 0,
  state: (row) =>
    SEVERITY[row.state] * 1e12 + (row.state === 'healthy' ? 0 : Math.floor(row.stateSince / TOGETHER_MS)),
  lastBeat: (row) => age(row.lastBeatAt),
  interval: (row) => known(row.intervalMs),
  jitter: (row) => known(row.jitterMs),
  skew: (row) => (row.skewMs === null ? UNKNOWN : Math.abs(row.skewMs)),
  pid: (row) => known(row.pid),
  uptime: (row) => age(row.startedAt),
  memory: (row) => known(row.memoryMb),
  threads: (row) => known(row.threads),
  extensions: (row) => known(row.extensions),
  workers: (row) => known(row.workers),
  firstSeen: (row) => age(row.firstSeenAt),
  changes: (row) => known(row.changes),
  key: (row) => TRUST_STATES.indexOf(row.key),
};

/** Texts are few and often the same: each distinct one gets its place in natural order once. */
function keyReader(
  by: SortKey,
  rows: readonly (RosterRow | undefined)[],
  slots: readonly number[],
): KeyReader {
  if (by !== 'group' && by !== 'word' && by !== 'version') return NUMBERS[by];
  const distinct = new Set<string>();
  for (const slot of slots) {
    const value = rows[slot]?.[by];
    if (value !== null && value !== undefined) distinct.add(value);
  }
  const places = new Map([...distinct].sort(compareNatural).map((value, index) => [value, index]));
  return (row) => {
    const value = row[by];
    return value === null ? UNKNOWN : (places.get(value) ?? UNKNOWN);
  };
}

/** How many of these rows are in each state. */
export function countStates(
  rows: readonly (RosterRow | undefined)[],
  slots: readonly number[],
): Readonly<Record<NodeState, number>> {
  const counts = { healthy: 0, late: 0, silent: 0, troubled: 0, updating: 0, unheard: 0, left: 0 };
  for (const slot of slots) {
    const row = rows[slot];
    if (row) counts[row.state] += 1;
  }
  return counts;
}

export const sameOrder = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((slot, index) => slot === b[index]);
