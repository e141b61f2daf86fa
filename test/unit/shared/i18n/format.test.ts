/** Ages, numbers and times as people read them, and foreign text made visible. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutMiddle,
  formatAge,
  formatAgeShort,
  formatClock,
  formatDelay,
  formatDuration,
  formatInterval,
  formatNumber,
  formatShare,
  formatSkew,
  visible,
  visibleBlock,
} from '../../../../app/shared/i18n/index.js';

const MIN = 60_000;
const HOUR = 60 * MIN;

describe('ages and numbers', () => {
  it.each([
    [0, '0 s'],
    [4_999, '4 s'],
    [4 * MIN, '4 min'],
    [HOUR + 36 * MIN, '1 h 36 min'],
    [2 * HOUR, '2 h'],
    [6 * 24 * HOUR + 4 * HOUR, '6 d'],
    [-50, '0 s'],
  ])('an age of %d ms reads %s', (ms, expected) => expect(formatAge(ms)).toBe(expected));

  it('durations have two parts where there are two', () => {
    expect(formatDuration(3 * MIN + 12_000)).toBe('3 min 12 s');
    expect(formatDuration(6 * 24 * HOUR + 4 * HOUR)).toBe('6 d 4 h');
    expect(formatDuration(840)).toBe('840 ms');
    expect(formatAgeShort(HOUR + 36 * MIN)).toBe('1 h');
  });

  it('numbers have separators, shares never round up to all', () => {
    expect(formatNumber(1234567)).toBe('1,234,567');
    expect(formatShare(0.99999)).toBe('99.99 %');
    expect(formatShare(0.9964)).toBe('99.64 %');
    expect(formatShare(1)).toBe('100 %');
    expect(formatInterval(9_900)).toBe('9.9 s');
    expect(formatSkew(-41_000)).toBe('−41 s');
    expect(formatDelay(42)).toBe('42 ms');
  });

  it('clock times are exact, in UTC when asked', () => {
    expect(formatClock(Date.UTC(2026, 0, 1, 14, 2, 11, 204), { utc: true })).toBe('14:02:11');
    expect(formatClock(Date.UTC(2026, 0, 1, 14, 2, 11, 204), { utc: true, precision: 'ms' })).toBe(
      '14:02:11.204',
    );
    expect(formatClock(Number.NaN)).toBe('–');
  });
});

describe('foreign text', () => {
  it('leaves nothing invisible in it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (foreign) => {
        expect(visible(foreign)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });

  it('keeps lines of raw messages, and only those', () => {
    expect(visibleBlock('{\n\t"a": "\u0007"\n}')).toBe('{\n  "a": "‹U+0007›"\n}');
  });

  it('cuts long names in the middle', () => {
    expect(cutMiddle('abcdefghij', 7)).toBe('abc…hij');
    expect(cutMiddle('short', 7)).toBe('short');
  });
});
