/** Waves as people type them. */
import { expect, it } from 'vitest';
import { readWaves } from '../../../app/shared/domain/waves.js';
import { checkText } from '../../../app/shared/i18n/index.js';

const sizes = (typed: string): string[] | string => {
  const read = readWaves(typed);
  return read.ok
    ? read.waves.map(({ size }) => size)
    : checkText({ code: read.code, facts: { word: read.word } });
};

it.each([
  ['1,5%,25%,rest', ['1', '5%', '25%', 'rest']],
  [' 1, 5% ', ['1', '5%', 'rest']],
  ['once', ['rest']],
  ['50%,100%', ['50%', '100%']],
])('%s is read, and ends with all that are left', (typed, waves) => expect(sizes(typed)).toEqual(waves));

it.each([
  ['1,5%,rest,rest', '1,5%,rest'],
  ['rest,1', '1,rest'],
  ['1,rest,5%', '1,5%,rest'],
])('%s is refused with what to write in its place', (typed, better) =>
  expect(sizes(typed)).toBe(
    `“rest” is all that are left, so it comes last and once. Write the waves as ${better}.`,
  ),
);

it.each(['', '1,', '0', '101%', '1;2', 'all'])('%j is no wave', (typed) =>
  expect(sizes(typed)).toMatch(/ is no wave\. Write numbers, shares or rest/),
);
