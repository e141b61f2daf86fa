// @vitest-environment jsdom
/** Which keys are listed, in which order, and what ten thousand of them cost. */
import { beforeEach, describe, expect, it } from 'vitest';
import { countKeys, orderKeys, readKeyFilter, type Sort } from '../../../app/renderer/pages/keys/select.js';
import {
  acceptKeys,
  clearKeys,
  keyOfName,
  keyRows,
  keysStore,
  pauseKeys,
  resumeKeys,
} from '../../../app/renderer/store/keys.js';
import { keyId, type KeyRow } from '../../../app/shared/domain/key.js';
import { aFingerprint, aKey, ANNOUNCED, keysOf, PINNED } from '../../support/fake-keys.js';
import { fleetOf } from '../../support/fake-story.js';

const NOW = Date.UTC(2026, 2, 2);
const BY_TRUST: Sort = { by: 'trust', down: false };
const listed = (rows: readonly KeyRow[], filter = '', sort = BY_TRUST): string[] =>
  orderKeys(rows, readKeyFilter(filter), sort).map(
    ({ id, isCompanion }) => `${isCompanion ? '>' : ''}${id.slice(id.indexOf(' ') + 1)}`,
  );
const story = keysOf(fleetOf(12, NOW), NOW);

describe('the list of keys', () => {
  it('puts what needs a decision first and the pinned key under its claimant, whatever the order', () => {
    expect(listed(story).slice(0, 3)).toEqual(['db-02', '>db-02', 'legacy-3']);
    const byName = listed(story, '', { by: 'name', down: false });
    expect(byName[byName.indexOf('db-02') + 1]).toBe('>db-02');
  });

  it('is in natural order within a state', () => {
    expect(listed(story, 'key:new')).toEqual([
      'c-20001',
      'c-20002',
      'c-20003',
      ...[4, 5, 6, 7, 8, 9, 10, 11].map((n) => `new-worker-${n}`),
    ]);
  });

  it('finds names without regard to case and fingerprints with it', () => {
    expect(listed(story, 'NEW-worker-4')).toEqual(['new-worker-4']);
    expect(listed(story, PINNED.slice(0, 9))).toEqual(['db-02']);
    expect(listed(story, PINNED.slice(0, 9).toLowerCase())).toEqual([]);
    expect(listed(story, `SHA256:${ANNOUNCED}`)).toEqual(['db-02', '>db-02']);
  });

  it('leaves out of key:changed what was decided, and counts it nowhere', () => {
    const kept = story.map((row) => (row.trust === 'changed' ? { ...row, kept: true } : row));
    expect(listed(kept, 'key:changed')).toEqual([]);
    expect(countKeys(kept).changed).toBe(0);
    expect(listed(kept, 'key:kept')).toEqual(['db-02', '>db-02']);
  });

  it('names a condition that means nothing', () => {
    expect(readKeyFilter('key:odd new').mistake).toBe('key:odd');
    expect(readKeyFilter('key:__proto__').mistake).toBe('key:__proto__');
  });

  it('orders ten thousand in less than 200 ms', () => {
    const many = keysOf(fleetOf(10_000, NOW), NOW);
    orderKeys(many, readKeyFilter(''), BY_TRUST);
    const before = performance.now();
    expect(orderKeys(many, readKeyFilter(''), BY_TRUST)).toHaveLength(10_014);
    expect(performance.now() - before).toBeLessThan(200);
  });
});

describe('the store of keys', () => {
  const row = aKey('a-1', aFingerprint(1), NOW);
  const frame = (over: Partial<Parameters<typeof acceptKeys>[0]>) =>
    acceptKeys({ type: 'delta', seq: 2, at: NOW, rows: [], gone: [], ...over });
  beforeEach(() => {
    clearKeys();
    frame({ type: 'snapshot', seq: 1, rows: [row] });
  });

  it('takes deltas in turn and asks for a new start after a gap', () => {
    expect(frame({ rows: [{ ...row, trust: 'trusted' }] })).toBe(true);
    expect(keyOfName('a-1')?.trust).toBe('trusted');
    expect(frame({ seq: 4 })).toBe(false);
    expect(frame({ seq: 3, gone: [keyId(row)] })).toBe(true);
    expect([...keyRows()]).toEqual([]);
  });

  it('does not call the order changed by a message that only was seen again', () => {
    const { order } = keysStore.getState();
    frame({ rows: [{ ...row, lastSeenAt: NOW + 5000 }] });
    expect(keysStore.getState().order).toBe(order);
  });

  it('stands still while the view is paused', () => {
    pauseKeys();
    frame({ rows: [aKey('a-2', aFingerprint(2), NOW)] });
    frame({ type: 'snapshot', seq: 1, rows: [] });
    expect([...keyRows()]).toEqual([row]);
    resumeKeys();
    expect([...keyRows()]).toEqual([]);
  });
});
