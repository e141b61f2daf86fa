/** Waves and legions: nobody takes a quorum away by an upgrade. */
import { describe, expect, it } from 'vitest';
import { spreadLegions } from '../../../../../app/main/core/changes/plan.js';

const legion = (nodes: readonly string[], quorum: number, members = nodes.length) => ({
  ...{ name: 'web', nodes: new Set(nodes), members, quorum },
});

describe('members of a legion in waves', () => {
  it('are never so many in one wave that the quorum would fall', () => {
    const { names, crowded } = spreadLegions(['a', 'b', 'c', 'd', 'e'], [2, 3], [legion(['a', 'b'], 2, 3)]);
    expect(names).toEqual(['a', 'c', 'b', 'd', 'e']);
    expect(crowded).toEqual([]);
  });
  it('go together where that cannot be helped, and the legion is named', () => {
    const { names, crowded } = spreadLegions(['a', 'b', 'c'], [3], [legion(['a', 'b', 'c'], 2)]);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(crowded).toEqual(['web']);
  });
  it('of the last wave change places with others of an earlier one, never with the canary', () => {
    const fleet = ['canary', 'a', 'b', 'c', 'd', 'x', 'y'];
    const { names, crowded } = spreadLegions(fleet, [1, 2, 4], [legion(['x', 'y'], 2)]);
    expect(names).toEqual(['canary', 'a', 'x', 'c', 'd', 'b', 'y']);
    expect(crowded).toEqual([]);
    expect(spreadLegions(['canary', 'x', 'y'], [1, 2], [legion(['x', 'y'], 2)]).crowded).toEqual(['web']);
  });
  it('stay in their order without a quorum, and nobody is lost or doubled', () => {
    const all = ['a', 'b', 'c', 'd'];
    expect(spreadLegions(all, [1, 3], [legion(['a', 'b'], 0)])).toEqual({ names: all, crowded: [] });
    expect(spreadLegions(all, [1, 1, 2], [legion(all, 3)]).names.toSorted()).toEqual(all);
  });
});
