/** The filter language: what it lets through, what it says about mistakes, that no text breaks it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { badgeBit } from '../../../../app/shared/domain/node-state.js';
import type { RosterRow } from '../../../../app/shared/domain/roster-table.js';
import {
  asksForLeft,
  conditionText,
  explainEmpty,
  fitsPattern,
  matches,
  parseFilter,
  suggest,
  withoutCondition,
  writeCondition,
  type Filter,
} from '../../../../app/shared/filter/index.js';

const NOW = 1_000_000_000;
const aRow = (over: Partial<RosterRow> = {}): RosterRow => ({
  index: 0,
  name: 'c-114',
  group: 'c',
  state: 'silent',
  badges: 0,
  lastBeatAt: NOW - 4 * 60_000,
  stateSince: NOW - 200_000,
  firstSeenAt: NOW - 86_400_000,
  startedAt: NOW - 3 * 86_400_000,
  intervalMs: 10_000,
  jitterMs: 400,
  skewMs: null,
  word: 'active',
  version: '1.4.2',
  pid: 4121,
  memoryMb: 212,
  threads: 20,
  extensions: 4,
  workers: -1,
  changes: 2,
  key: 'trusted',
  ...over,
});

const filterOf = (text: string): Filter => {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(`${parsed.at}: ${parsed.message}`);
  return parsed.filter;
};
const lets = (text: string, row: Partial<RosterRow> = {}): boolean => matches(filterOf(text), aRow(row), NOW);

describe('the filter language', () => {
  it.each([
    ['', true],
    ['state:silent,late', true],
    ['state:late', false],
    ['-state:late', true],
    ['group:c', true],
    ['-group:c', false],
    ['version:1.4', true],
    ['version:1.4.2', true],
    ['version:1', true],
    ['version:1.40', false],
    ['seen:>2m', true],
    ['seen:>2h', false],
    ['seen:<=4min', true],
    ['name:~"c-1*"', true],
    ['name:~c-1?4', true],
    ['name:~d*', false],
    ['C-11', true],
    ['-114', false],
    ['memory:>200MB memory:<1GB', true],
    ['uptime:>2d interval:<11s jitter:>100ms', true],
    ['workers:>0', false],
    ['skew:>1s', false],
    ['word:active pid:4121', true],
    ['changes:>=2 threads:<21 extensions:>3', true],
    ['STATE:Silent', true],
  ])('%s lets a silent c-114 through: %s', (text, expected) => expect(lets(text)).toBe(expected));

  it('knows badges, names with spaces and quotes, and nodes never heard', () => {
    expect(lets('badge:flapping', { badges: badgeBit('flapping') })).toBe(true);
    expect(lets('badge:skew', { badges: badgeBit('flapping') })).toBe(false);
    const odd = 'a "b", \\c ~d';
    expect(lets(writeCondition('name', [odd, 'x']), { name: odd })).toBe(true);
    expect(lets('seen:>2h', { lastBeatAt: -1 })).toBe(true);
    expect(lets('version:none', { version: null })).toBe(true);
  });

  it.each([
    ['colour:red', 0, /not something to filter by/],
    ['group:c state:sleepy', 14, /“sleepy” is not a state/],
    ['state:', 6, /missing after “state:”/],
    ['seen:2h', 5, /write > or </],
    ['seen:>soon', 6, /a time such as 2h/],
    ['memory:>2h', 8, /a size such as/],
    ['name:"open', 5, /closing quote/],
    ['state:silent,', 13, /missing/],
    ['x'.repeat(3000), 2000, /at most 2,000/],
  ])('explains %s at its place', (text, at, message) => {
    const parsed = parseFilter(text);
    expect(parsed).toMatchObject({ ok: false, at });
    expect(parsed.ok ? '' : parsed.message).toMatch(message);
  });

  it('never throws, whatever is typed, and keeps every condition inside the text', () => {
    const words = fc.constantFrom(
      'state:',
      'name:~',
      '-',
      '"',
      ',',
      'seen:>',
      '2h',
      ' ',
      '\\',
      'silent',
      '*',
      ':',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseFilter(text);
        if (!parsed.ok) return parsed.at >= 0 && parsed.at <= text.length && parsed.message !== '';
        matches(parsed.filter, aRow(), NOW);
        explainEmpty(parsed.filter, [aRow()], NOW);
        suggest(text, text.length, () => ['a']);
        return parsed.filter.conditions.every((c) => c.at < c.end && c.end <= text.length);
      }),
    );
  });

  it('finds a quoted name again, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (name) =>
        lets(writeCondition('name', [name]), { name }),
      ),
    );
  });

  it('matches patterns in linear time', () => {
    expect(fitsPattern('*a*a*a*a*a*a*a*b', 'a'.repeat(5000))).toBe(false);
    expect(fitsPattern('c-*-9', 'c-1-9')).toBe(true);
  });

  it('says which condition leaves nothing', () => {
    const rows = [
      aRow({ name: 'c-1' }),
      aRow({ name: 'c-2' }),
      aRow({ name: 'd-1', group: 'd', state: 'late' }),
    ];
    const filter = filterOf('group:c state:late');
    const blame = explainEmpty(filter, rows, NOW);
    expect(blame && conditionText(filter, blame.condition)).toBe('state:late');
    expect(blame?.without).toBe(2);
    expect(blame && withoutCondition(filter, blame.condition)).toBe('group:c');
    expect(explainEmpty(filterOf('group:x state:healthy'), rows, NOW)).toBeNull();
  });

  it('knows when the filter asks for nodes that left', () => {
    expect(asksForLeft(filterOf('state:left'))).toBe(true);
    expect(asksForLeft(filterOf('-state:left'))).toBe(false);
    expect(asksForLeft(filterOf('state:silent'))).toBe(false);
  });

  it('suggests fields, then values', () => {
    expect(suggest('st', 2, () => []).map((s) => s.insert)).toEqual(['state:']);
    expect(suggest('state:silent,la', 15, () => [])).toEqual([{ insert: 'late', label: 'late', from: 13 }]);
    expect(suggest('-group:ra', 9, () => ['rack a', 'web'])).toEqual([
      { insert: '"rack a"', label: 'rack a', from: 7 },
    ]);
  });
});
