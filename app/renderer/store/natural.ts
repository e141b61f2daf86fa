/**
 * Names in the order people expect, c-9 before c-10, and the rank of every row in it, so that sorting ten
 * thousand rows compares numbers. A node that joins is merged into the order; nothing is sorted anew.
 */
import { rosterRows, rosterStore } from './roster.js';

/** A key whose plain order is the natural one: runs of digits are padded, case comes last. */
export const naturalKey = (name: string): string =>
  `${name.toLowerCase().replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(16, '0'))}\u0000${name}`;

export const compareNatural = (a: string, b: string): number => {
  const left = naturalKey(a);
  const right = naturalKey(b);
  return left < right ? -1 : left > right ? 1 : 0;
};

type Entry = { readonly slot: number; readonly name: string; readonly key: string };
type Ordered = {
  readonly names: number;
  readonly entries: readonly Entry[];
  readonly slots: readonly number[];
  readonly rank: Int32Array;
};

let ordered: Ordered = { names: -1, entries: [], slots: [], rank: new Int32Array(0) };

/** The slots now in view, in the order of their names. */
export const slotsByName = (): readonly number[] => upToDate().slots;

/** The place of each slot in that order; -1 where no node is. */
export const nameRanks = (): Int32Array => upToDate().rank;

function upToDate(): Ordered {
  const { names } = rosterStore.getState();
  if (ordered.names === names) return ordered;
  const rows = rosterRows();
  const isKnown = new Uint8Array(rows.length);
  const kept = ordered.entries.filter(({ slot, name }) => {
    const stays = rows[slot]?.name === name;
    if (stays) isKnown[slot] = 1;
    return stays;
  });
  const fresh: Entry[] = [];
  for (const row of rows) {
    if (row && !isKnown[row.index])
      fresh.push({ slot: row.index, name: row.name, key: naturalKey(row.name) });
  }
  fresh.sort((a, b) => (a.key < b.key ? -1 : 1));
  const entries = merge(kept, fresh);
  const rank = new Int32Array(rows.length).fill(-1);
  entries.forEach(({ slot }, place) => (rank[slot] = place));
  ordered = { names, entries, slots: entries.map(({ slot }) => slot), rank };
  return ordered;
}

function merge(left: readonly Entry[], right: readonly Entry[]): readonly Entry[] {
  if (right.length === 0) return left;
  if (left.length === 0) return right;
  const out: Entry[] = [];
  let r = 0;
  for (const entry of left) {
    for (let next = right[r]; next && next.key < entry.key; next = right[r]) {
      out.push(next);
      r += 1;
    }
    out.push(entry);
  }
  return [...out, ...right.slice(r)];
}
