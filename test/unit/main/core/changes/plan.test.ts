/** Waves and legions: members that restart together are never so many that the quorum falls. */
import { describe, expect, it } from 'vitest';
import { fallingLegions, spreadLegions } from '../../../../../app/main/core/changes/plan.js';

const legion = (nodes: readonly string[], quorum: number, members = nodes.length) => ({
  ...{ name: 'web', nodes: new Set(nodes), members, quorum },
});
const wave = (size: number) => ({ size, begins: 'ask' as const, minVerified: 0, watchS: 9 });
const spread = (
  names: string,
  sizes: readonly number[],
  legions: readonly ReturnType<typeof legion>[],
  lords = '',
): { waves: string; added: number } => {
  const made = spreadLegions([...names], sizes.map(wave), { legions, lords: new Set(lords) });
  let from = 0;
  const waves = made.waves.map(({ size }) => made.names.slice(from, (from += size)).join(''));
  expect([...made.names].sort()).toEqual([...names].sort());
  return { waves: waves.join(' '), added: made.added };
};
const all = (names: string) => [...names];

describe('members of a legion in waves', () => {
  it('are never so many in one wave that the quorum would fall', () => {
    expect(spread('abcde', [2, 3], [legion(all('ab'), 2, 3)])).toEqual({ waves: 'ac bde', added: 0 });
  });
  it('get waves more where they do not fit, each begun by itself when those before are back', () => {
    expect(spread('abc', [3], [legion(all('abc'), 2)])).toEqual({ waves: 'a b c', added: 2 });
    const { waves } = spreadLegions(all('abc'), [wave(3)], {
      legions: [legion(all('abc'), 2)],
      lords: new Set(),
    });
    expect(waves.map(({ begins, minVerified }) => [begins, minVerified])).toEqual([
      ['ask', 0.95],
      ['auto', 0.95],
      ['auto', 0],
    ]);
  });
  it('come early in their waves where fewer are left for the last by it', () => {
    expect(spread('Cabcxy', [1, 2, 3], [legion(all('xy'), 2)])).toEqual({
      waves: 'C xa ybc',
      added: 0,
    });
    expect(spread('Cxy', [1, 2], [legion(all('xy'), 2)])).toEqual({ waves: 'C x y', added: 1 });
  });
  it('that lead go when all others have gone, also where a place is free', () => {
    const legions = [legion(all('abcL'), 3), { ...legion(all('xM'), 1), name: 'jobs' }];
    expect(spread('abcxLM', [2, 4], legions, 'LM')).toEqual({ waves: 'ax b cM L', added: 2 });
  });
  it('stay in their order without a quorum, and nobody is lost or doubled', () => {
    expect(spread('abcd', [1, 3], [legion(all('ab'), 0)])).toEqual({ waves: 'a bcd', added: 0 });
    expect(spread('abcd', [1, 1, 2], [legion(all('abcd'), 3)]).added).toBe(1);
    expect(spread('ab', [2], [legion(all('xy'), 2)])).toEqual({ waves: 'ab', added: 0 });
  });
  it('are told of where the quorum falls in any case', () => {
    const needsAll = legion(all('abc'), 3);
    expect(fallingLegions(all('az'), [needsAll], false)).toEqual(['web']);
    expect(fallingLegions(all('yz'), [needsAll], false)).toEqual([]);
    expect(fallingLegions(all('abc'), [legion(all('abc'), 2)], false)).toEqual([]);
    expect(fallingLegions(all('abc'), [legion(all('abc'), 2)], true)).toEqual(['web']);
  });
});
