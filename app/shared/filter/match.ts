/** Which rows a filter lets through, and, when it lets none, which condition is to blame. */
import type { RosterRow } from '../domain/roster-table.js';
import { assertNever } from '../lib/assert.js';
import { fieldOf } from './fields.js';
import type { Comparison, Condition, Filter, Value } from './parse.js';

export type RowTest = (row: RosterRow) => boolean;

/** One test for many rows; made once per pass, since ages move with `now` (epoch ms). */
export function compileFilter(filter: Filter, now: number): RowTest {
  const tests = filter.conditions.map((condition) => compileCondition(condition, now));
  return (row) => tests.every((test) => test(row));
}

export const matches = (filter: Filter, row: RosterRow, now: number): boolean =>
  compileFilter(filter, now)(row);

/** True when the filter itself speaks of nodes that left, which lists hide otherwise. */
export const asksForLeft = (filter: Filter): boolean =>
  filter.conditions.some(
    (condition) =>
      condition.kind === 'values' &&
      condition.field === 'state' &&
      !condition.negated &&
      condition.values.some((value) => test(value, 'left')),
  );

export type Blame = { readonly condition: Condition; readonly without: number };

/**
 * Why nothing matches: the condition whose removal leaves most rows, and how many; null when no single
 * condition is to blame (or something matches after all).
 */
export function explainEmpty(filter: Filter, rows: readonly RosterRow[], now: number): Blame | null {
  const tests = filter.conditions.map((condition) => compileCondition(condition, now));
  const without = filter.conditions.map(() => 0);
  for (const row of rows) {
    const failed = tests.reduce<number[]>((list, check, index) => (check(row) ? list : [...list, index]), []);
    const [only] = failed;
    if (failed.length === 0) return null;
    if (failed.length === 1 && only !== undefined) without[only] = (without[only] ?? 0) + 1;
  }
  let best: Blame | null = null;
  filter.conditions.forEach((condition, index) => {
    const count = without[index] ?? 0;
    if (count > (best?.without ?? 0)) best = { condition, without: count };
  });
  return best;
}

function compileCondition(condition: Condition, now: number): RowTest {
  const holds = compilePositive(condition, now);
  return condition.negated ? (row) => !holds(row) : holds;
}

function compilePositive(condition: Condition, now: number): RowTest {
  switch (condition.kind) {
    case 'text':
      return (row) => row.name.toLowerCase().includes(condition.text);
    case 'compare': {
      const field = fieldOf(condition.field);
      if (field.kind === 'choice' || field.kind === 'text') return () => false;
      const compare = COMPARE[condition.op];
      return (row) => {
        const value = field.read(row, now);
        return value !== null && compare(value, condition.than);
      };
    }
    case 'values': {
      const field = fieldOf(condition.field);
      const { values } = condition;
      if (field.kind === 'choice') {
        const chosen = field.choices.filter((choice) => values.some((value) => test(value, choice)));
        return (row) => chosen.some((choice) => field.has(row, choice));
      }
      if (field.kind !== 'text') return () => false;
      const fits = field.fits ?? ((text: string, value: string) => text === value);
      return (row) => {
        const text = field.read(row);
        return values.some((value) =>
          value.isPattern ? fitsPattern(value.text, text) : fits(text, value.text),
        );
      };
    }
    default:
      return assertNever(condition);
  }
}

const test = (value: Value, text: string): boolean =>
  value.isPattern ? fitsPattern(value.text, text) : value.text === text;

const COMPARE: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

/** A pattern of `*` (any run) and `?` (any one character) over the whole text. No regular expression, so no blow-up. */
export function fitsPattern(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let retry = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      retry = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      retry += 1;
      t = retry;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
