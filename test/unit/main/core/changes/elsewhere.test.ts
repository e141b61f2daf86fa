/** What others did: kept in bounds, and a flood about some costs nothing of what is known of others. */
import { describe, expect, it } from 'vitest';
import { createElsewhere } from '../../../../../app/main/core/changes/elsewhere.js';

const settings = { cache: { size: 1 } };
const result = (node: string, at: number, detail = 'keys: cache') => ({
  ...{ at, node, kind: 'settings' as const, ok: true, detail },
});

describe('what others did', () => {
  it('is told by a result that answers no push in the open, and each push has one answer of each node', () => {
    const others = createElsewhere(
      () => true,
      () => false,
    );
    others.push({ at: 1_000, target: null, settings, restart: false });
    others.result(result('a', 2_000));
    expect(others.of('a')).toBeNull();
    others.result(result('a', 3_000));
    others.result(result('b', 62_000));
    expect([others.of('a')?.wallAt, others.of('b')?.wallAt]).toEqual([3_000, 62_000]);
  });

  it('by thousands of strangers ends nothing that is known of nodes that beat', () => {
    const others = createElsewhere(
      (node) => node === 'a',
      () => false,
    );
    others.result(result('a', 1));
    for (let n = 0; n < 21_000; n += 1) others.result(result(`x-${n}`, 1_000 + n));
    expect([others.wallAt(), others.of('a')?.wallAt, others.of('x-20999')?.wallAt]).toEqual([
      -Infinity,
      1,
      21_999,
    ]);
    expect(others.of('x-0')).toBeNull();
  });

  it('to one node alone, however often, ends nothing that is known of others', () => {
    const others = createElsewhere(
      () => true,
      () => false,
    );
    for (let n = 1; n <= 150; n += 1) others.push({ at: n, target: 'a', settings, restart: false });
    expect([others.pushes().length, others.wallAt(), others.of('a')?.wallAt]).toEqual([100, -Infinity, 50]);
    others.push({ at: 200, target: null, settings, restart: false });
    for (let n = 201; n <= 300; n += 1) others.push({ at: n, target: 'a', settings, restart: false });
    expect(others.wallAt()).toBe(200);
  });

  it('to all is not what a node has that hears nothing in the open, and no word of it answers that', () => {
    const others = createElsewhere(
      () => true,
      (node) => node === 'deaf',
    );
    others.push({ at: 1_000, target: null, settings, restart: false });
    others.result({ ...result('deaf', 2_000), deaf: true });
    expect(others.of('deaf')?.wallAt).toBe(2_000);
    expect([others.pushesTo('deaf').length, others.pushesTo('a').length]).toEqual([0, 1]);
    expect([others.isTouched('deaf', 2_500), others.isTouched('a', 500)]).toEqual([false, true]);
  });

  it('by the function message has no answer, and may be there', () => {
    const others = createElsewhere(
      () => true,
      () => false,
    );
    others.push({ at: 1_000, target: null, settings, restart: false, unsure: true });
    others.result(result('a', 2_000));
    expect(others.of('a')?.wallAt).toBe(2_000);
  });

  it('to a node that beat is kept with those that beat, also where nobody has beaten yet', () => {
    const others = createElsewhere(
      () => false,
      () => false,
    );
    others.result({ ...result('a', 1), stranger: false });
    for (let n = 0; n < 21_000; n += 1) others.result(result(`x-${n}`, 1_000 + n));
    expect(others.of('a')?.wallAt).toBe(1);
    expect(others.of('x-0')).toBeNull();
  });
});
