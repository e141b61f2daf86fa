/**
 * Names in the order people expect, c-9 before c-10, and the rank of every row in it: computed once per change
 * of names, so that sorting ten thousand rows compares numbers.
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

let cached: { readonly names: number; readonly rank: Int32Array } = { names: -1, rank: new Int32Array(0) };

/** Ranks by slot, for the names now in view. */
export function nameRanks(): Int32Array {
  const { names } = rosterStore.getState();
  if (cached.names === names) return cached.rank;
  const rows = rosterRows();
  const keyed: { slot: number; key: string }[] = [];
  for (const row of rows) if (row) keyed.push({ slot: row.index, key: naturalKey(row.name) });
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const rank = new Int32Array(rows.length).fill(-1);
  keyed.forEach(({ slot }, place) => (rank[slot] = place));
  cached = { names, rank };
  return rank;
}
