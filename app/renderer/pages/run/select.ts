/**
 * Which targets of a run are listed and in which order. Pure: ten thousand in a few milliseconds, since every order is
 * one number per row. Equal errors may fold into one line that opens.
 */
import { RESULT_STATES, type ResultState, type RunTarget } from '../../../shared/domain/change.js';
import { naturalKey } from '../../store/natural.js';
import { stateRank } from '../../store/run.js';

export type RunSort = 'order' | 'name' | 'result' | 'took' | 'try';
export type Sort = { readonly by: RunSort; readonly down: boolean };
export type RunFilter = {
  /** null: any. */
  readonly state: ResultState | null;
  readonly wave: number | null;
  /** Names that hold these words, whatever their case. */
  readonly words: readonly string[];
};
export type Rows = readonly (RunTarget | undefined)[];

/** A line of the table: one target, or many with the same words. */
export type Line =
  | { readonly kind: 'row'; readonly id: string; readonly index: number; readonly isFolded: boolean }
  | {
      readonly kind: 'fold';
      readonly id: string;
      readonly state: ResultState;
      readonly words: string;
      readonly indices: readonly number[];
      readonly isOpen: boolean;
    };

export const isResultState = (word: string): word is ResultState =>
  RESULT_STATES.some((state) => state === word);

export const readRunFilter = (state: string, wave: string, typed: string): RunFilter => ({
  state: isResultState(state) ? state : null,
  wave: /^\d{1,3}$/.test(wave) ? Number(wave) : null,
  words: typed.toLowerCase().split(/\s+/).filter(Boolean),
});

const fits = (row: RunTarget, { state, wave, words }: RunFilter): boolean =>
  (state === null || row.state === state) &&
  (wave === null || row.wave === wave) &&
  (words.length === 0 || words.every((word) => row.name.toLowerCase().includes(word)));

const MANY = 1_000_000;
/** Of those alike in state, the wave that is under way comes first; what waits is in its order. */
const byUrgency = (row: RunTarget): number =>
  stateRank(row.state) * 1000 + (row.state === 'queued' ? row.wave : 999 - row.wave);

const READERS: Readonly<Record<Exclude<RunSort, 'name'>, (row: RunTarget, now: number) => number>> = {
  order: (row) => row.index,
  result: byUrgency,
  took: (row, now) => tookMs(row, now) ?? Number.POSITIVE_INFINITY,
  try: (row) => -row.attempt,
};

/** From sending to the result, or until now; null for what was not sent, or got no result. */
export function tookMs(row: RunTarget, now: number): number | null {
  if (row.sentAt === null) return null;
  if (row.resultAt !== null) return Math.max(0, row.resultAt - row.sentAt);
  return row.state === 'sent' ? Math.max(0, now - row.sentAt) : null;
}

/** Indices in order; what is unknown comes last either way. */
export function orderTargets(rows: Rows, filter: RunFilter, sort: Sort, now: number): number[] {
  const found: RunTarget[] = [];
  for (const row of rows) if (row && fits(row, filter)) found.push(row);
  if (sort.by === 'name') {
    const keyed = found.map((row) => ({ index: row.index, key: naturalKey(row.name) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
    if (sort.down) keyed.reverse();
    return keyed.map(({ index }) => index);
  }
  const read = READERS[sort.by];
  const sign = sort.down ? -1 : 1;
  const keys = new Float64Array(found.length);
  found.forEach((row, i) => {
    const value = read(row, now);
    keys[i] = (Number.isFinite(value) ? Math.round(value) * sign : 9_000_000_000) * MANY + row.index;
  });
  keys.sort();
  return Array.from(keys, (key) => ((key % MANY) + MANY) % MANY);
}

const FOLDED: ReadonlySet<ResultState> = new Set(['failed', 'undeliverable', 'no-answer', 'regressed']);

/** What rows must share to be one line; null for what is never folded. */
const foldKey = (row: RunTarget): string | null =>
  FOLDED.has(row.state) ? `${row.state} ${row.error ?? `why.${row.why ?? ''}`}` : null;

/** Lines of these rows; with `folds`, equal errors are one, and those opened show their rows beneath. */
export function linesOf(
  rows: Rows,
  order: readonly number[],
  folds: boolean,
  opened: ReadonlySet<string>,
): Line[] {
  const line = (index: number, isFolded: boolean): Line => ({
    kind: 'row',
    id: String(index),
    index,
    isFolded,
  });
  if (!folds) return order.map((index) => line(index, false));
  const groups = new Map<string, number[]>();
  for (const index of order) {
    const row = rows[index];
    const key = row ? foldKey(row) : null;
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  const out: Line[] = [];
  for (const index of order) {
    const row = rows[index];
    if (!row) continue;
    const key = foldKey(row);
    const group = key === null ? undefined : groups.get(key);
    if (key === null || !group || group.length === 1) {
      out.push(line(index, false));
      continue;
    }
    if (group[0] !== index) continue;
    const isOpen = opened.has(key);
    out.push({ kind: 'fold', id: key, state: row.state, words: row.error ?? '', indices: group, isOpen });
    if (isOpen) for (const each of group) out.push(line(each, true));
  }
  return out;
}

export const sameLines = (a: readonly Line[], b: readonly Line[]): boolean =>
  a.length === b.length &&
  a.every((one, i) => {
    const other = b[i];
    if (!other || one.id !== other.id || one.kind !== other.kind) return false;
    return one.kind === 'row' || other.kind === 'row'
      ? true
      : one.indices.length === other.indices.length && one.isOpen === other.isOpen;
  });
