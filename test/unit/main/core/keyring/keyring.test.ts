import { describe, expect, it } from 'vitest';
import { createKeyring } from '../../../../../app/main/core/keyring/keyring.js';
import {
  alarmsOf,
  allRows,
  countsOf,
  keyFrameSince,
  keySnapshot,
} from '../../../../../app/main/core/keyring/keyring-views.js';
import { keyId, type KeyFrame, type KeyRow } from '../../../../../app/shared/domain/key.js';
import { aKey } from '../../../../support/keys.js';

const A = aKey('a');
const B = aKey('b');
const C = aKey('c');
const fresh = () => createKeyring({ maxNames: 100 });
const trustIn = (keyring: ReturnType<typeof fresh>, name: string): string[] =>
  allRows(keyring, null)
    .filter((row) => row.name === name)
    .map((row) => row.trust);

describe('the keyring', () => {
  it('KR1 KR2 a key of a name that has not beaten is quiet, of one that beats new; a beating name without one is missing', () => {
    const keyring = fresh();
    keyring.see('db-01', A, 'PublicKey', 1_000);
    keyring.beats('db-02', true);
    expect(trustIn(keyring, 'db-01')).toEqual(['quiet']);
    expect(trustIn(keyring, 'db-02')).toEqual(['missing']);
    keyring.beats('db-01', true);
    keyring.see('db-02', B, 'PublicKey', 2_000);
    expect(trustIn(keyring, 'db-01')).toEqual(['new']);
    expect(trustIn(keyring, 'db-02')).toEqual(['new']);
    keyring.beats('db-02', false);
    expect(trustIn(keyring, 'db-02')).toEqual(['quiet']);
  });

  it('KR3 a name that shows key after key keeps the newest few, and never loses a decided one', () => {
    const keyring = fresh();
    keyring.beats('db-01', true);
    keyring.see('db-01', A, 'PublicKey', 1);
    keyring.trust('db-01', A.fingerprint, 'voice', 2);
    keyring.see('db-01', B, 'PublicKey', 3);
    keyring.refuse('db-01', B.fingerprint, 4);
    for (let i = 0; i < 20; i += 1) keyring.see('db-01', aKey(`flood ${i}`), 'PublicKey', 10 + i);
    const rows = allRows(keyring, null);
    expect(rows.length).toBeLessThanOrEqual(7);
    expect(rows.find((row) => row.fingerprint === A.fingerprint)?.trust).toBe('trusted');
    expect(rows.find((row) => row.fingerprint === B.fingerprint)?.trust).toBe('refused');
    expect(rows.find((row) => row.current)?.fingerprint).toBe(aKey('flood 19').fingerprint);
  });

  it('KR4 another key under a pinned name is news once, and the pinned one that comes back as well', () => {
    const keyring = fresh();
    keyring.see('db-01', A, 'PublicKey', 1);
    keyring.trust('db-01', A.fingerprint, 'voice', 2);
    expect(keyring.see('db-01', B, 'PublicKey', 3)).toMatchObject({
      type: 'changed',
      fingerprint: B.fingerprint,
    });
    expect(keyring.see('db-01', B, 'PublicKey', 4)).toBeNull();
    expect(alarmsOf(keyring).map((pair) => pair.key.fingerprint)).toEqual([B.fingerprint]);
    expect(keyring.see('db-01', A, 'PublicKey', 5)).toMatchObject({ type: 'back' });
    expect(trustIn(keyring, 'db-01')).toEqual(['changed', 'trusted']);
    // Until somebody decides, the alarm stays.
    expect(alarmsOf(keyring)).toHaveLength(1);
  });

  it('KR5 trusting the other key moves the pin: the old key is then the other one', () => {
    const keyring = fresh();
    keyring.see('db-01', A, 'PublicKey', 1);
    keyring.trust('db-01', A.fingerprint, 'voice', 2);
    keyring.see('db-01', B, 'PublicKey', 3);
    expect(keyring.trust('db-01', B.fingerprint, 'machine', 4)).toBe(true);
    expect(trustIn(keyring, 'db-01')).toEqual(['trusted']);
    expect(keyring.pinOf('db-01')?.key.fingerprint).toBe(B.fingerprint);
    expect(keyring.see('db-01', A, 'PublicKey', 5)).toMatchObject({
      type: 'changed',
      fingerprint: A.fingerprint,
    });
  });

  it('KR6 keeping the pinned key ends the alarm for this claimant and for good, not for the next one', () => {
    const keyring = fresh();
    keyring.see('db-01', A, 'PublicKey', 1);
    keyring.trust('db-01', A.fingerprint, 'voice', 2);
    keyring.see('db-01', B, 'PublicKey', 3);
    expect(keyring.keep('db-01', B.fingerprint, 4)).toBe(true);
    expect(alarmsOf(keyring)).toEqual([]);
    expect(keyring.see('db-01', B, 'PublicKey', 5)).toBeNull();
    expect(trustIn(keyring, 'db-01')).toEqual(['changed', 'trusted']);
    expect(keyring.see('db-01', C, 'PublicKey', 6)).toMatchObject({ type: 'changed' });
    expect(alarmsOf(keyring)).toHaveLength(1);
    expect(keyring.keep('db-01', A.fingerprint, 7)).toBe(false);
  });

  it('KR7 a request of a peer to forget a name takes only what nobody decided, and never an alarm', () => {
    const keyring = fresh();
    keyring.see('db-01', A, 'PublicKey', 1);
    keyring.trust('db-01', A.fingerprint, 'voice', 2);
    keyring.see('db-01', B, 'PublicKey', 3);
    expect(keyring.forgetUndecided('db-01')).toBe(0);
    expect(trustIn(keyring, 'db-01')).toEqual(['changed', 'trusted']);
    keyring.see('db-02', C, 'PublicKey', 4);
    expect(keyring.forgetUndecided('db-02')).toBe(1);
    expect(trustIn(keyring, 'db-02')).toEqual([]);
  });

  it('KR8 one key under two names is shared under both, unless it is pinned', () => {
    const keyring = fresh();
    keyring.beats('db-01', true);
    keyring.beats('db-02', true);
    keyring.see('db-01', A, 'PublicKey', 1);
    expect(keyring.see('db-02', A, 'PublicKey', 2)).toMatchObject({ type: 'shared', other: 'db-01' });
    expect(trustIn(keyring, 'db-01')).toEqual(['shared']);
    keyring.trust('db-01', A.fingerprint, 'voice', 3);
    expect(trustIn(keyring, 'db-01')).toEqual(['trusted']);
    expect(trustIn(keyring, 'db-02')).toEqual(['shared']);
    expect(allRows(keyring, null).find((row) => row.name === 'db-02')?.sharedWith).toEqual(['db-01']);
  });

  it('is bounded in names: more than it may keep are refused by code, and nothing known is lost', () => {
    const keyring = createKeyring({ maxNames: 3 });
    const names = () => [...keyring.holders().keys()];
    keyring.see('pinned', A, 'PublicKey', 1);
    keyring.trust('pinned', A.fingerprint, 'voice', 1);
    keyring.beats('beating', true);
    keyring.see('stray-1', B, 'PublicKey', 1);
    // KR3: who neither beats nor was decided about makes room, the first that came first.
    keyring.see('stray-2', C, 'PublicKey', 2);
    expect(names()).toEqual(['pinned', 'beating', 'stray-2']);
    keyring.beats('stray-2', true);
    expect(() => keyring.see('d', B, 'PublicKey', 3)).toThrow(
      expect.objectContaining({ code: 'KEYRING_FULL' }),
    );
    expect(names()).toEqual(['pinned', 'beating', 'stray-2']);
  });

  it('decisions survive a restart, and a pin that contradicts ours is left out', () => {
    const before = fresh();
    before.see('db-01', A, 'PublicKey', 1);
    before.trust('db-01', A.fingerprint, 'file', 2);
    before.see('db-02', B, 'PublicKey', 3);
    before.refuse('db-02', B.fingerprint, 4);
    const after = fresh();
    before.see('db-01', C, 'PublicKey', 5);
    for (const pin of before.atRest()) {
      const key = [A, B, C].find(({ fingerprint }) => fingerprint === pin.fingerprint)!;
      expect(after.restore({ ...pin, key })).toBe(true);
    }
    // An alarm that nobody has answered is an alarm after the restart as well.
    expect(alarmsOf(after).map((pair) => pair.key.fingerprint)).toEqual([C.fingerprint]);
    expect(trustIn(after, 'db-01')).toEqual(['changed', 'trusted']);
    expect(trustIn(after, 'db-02')).toEqual(['refused']);
    const decision = { what: 'trusted', at: 9, verifiedBy: 'file' } as const;
    expect(after.restore({ name: 'db-01', key: C, decision, firstSeenAt: 9, lastSeenAt: 9 })).toBe(false);
  });

  it('weak keys are marked by their size', () => {
    const keyring = fresh();
    keyring.see('db-01', aKey('small', 1024), 'PublicKey', 1);
    expect(allRows(keyring, null)[0]).toMatchObject({ bits: 1024, weak: true });
  });
});

describe('frames of the keyring', () => {
  it('a snapshot and the deltas after it are always the whole picture', () => {
    const keyring = createKeyring({ maxNames: 30 });
    const seen = new Map<string, KeyRow>();
    const apply = (frame: KeyFrame | null): void => {
      if (!frame) return;
      if (frame.type === 'snapshot') seen.clear();
      for (const id of frame.gone) seen.delete(id);
      for (const row of frame.rows) seen.set(keyId(row), row);
    };
    let rev = keyring.rev();
    apply(keySnapshot(keyring, null, 1, 0));
    const keys = Array.from({ length: 6 }, (_, i) => aKey(`key ${i}`));
    // A walk without chance that comes by every kind of change.
    for (let step = 0; step < 600; step += 1) {
      const name = `n${(step * 7) % 9}`;
      const key = keys[(step * 5) % keys.length]!;
      const { fingerprint } = key;
      const what = (step * 11) % 13;
      if (what < 6) keyring.see(name, key, 'PublicKey', step);
      else if (what === 6) keyring.beats(name, step % 2 === 0);
      else if (what === 7) keyring.trust(name, fingerprint, 'voice', step);
      else if (what === 8) keyring.refuse(name, fingerprint, step);
      else if (what === 9) keyring.keep(name, fingerprint, step);
      else if (what === 10) keyring.forget(name, fingerprint);
      else if (what === 11) keyring.forgetUndecided(name);
      if (step % 3 === 0) {
        apply(keyFrameSince(keyring, null, rev, step, step));
        rev = keyring.rev();
        const all = new Map(allRows(keyring, null).map((row) => [keyId(row), { ...row, lastSeenAt: 0 }]));
        const shown = new Map([...seen].map(([id, row]) => [id, { ...row, lastSeenAt: 0 }]));
        expect([...shown.keys()].sort(), `step ${step}`).toEqual([...all.keys()].sort());
        for (const [id, row] of all) expect(shown.get(id), `step ${step} ${id}`).toEqual(row);
        const counts = countsOf(keyring, null);
        expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(
          [...all.values()].filter((row) => !row.kept).length,
        );
      }
    }
  });

  it('the most urgent names come first, and a claimant stands before the pinned key of its name', () => {
    const keyring = fresh();
    for (const name of ['n2', 'n10', 'n1']) {
      keyring.beats(name, true);
      keyring.see(name, aKey(name), 'PublicKey', 1);
      keyring.trust(name, aKey(name).fingerprint, 'voice', 1);
    }
    keyring.see('n10', B, 'PublicKey', 2);
    keyring.beats('fresh', true);
    keyring.see('fresh', C, 'PublicKey', 2);
    expect(allRows(keyring, null).map(({ name, trust }) => `${name} ${trust}`)).toEqual([
      'n10 changed',
      'n10 trusted',
      'fresh new',
      'n1 trusted',
      'n2 trusted',
    ]);
  });
});

describe('one key under very many names', () => {
  it('costs no more per name than a few', () => {
    const keyring = createKeyring({ maxNames: 20_000 });
    for (let i = 0; i < 10_000; i += 1) keyring.see(`name-${i}`, A, 'PublicKey', i);
    const rows = allRows(keyring, null);
    expect(rows).toHaveLength(10_000);
    for (const row of rows) expect(row.sharedWith).toHaveLength(10);
    const before = keyring.rev();
    keyring.see('one-more', A, 'PublicKey', 20_000);
    // No row of the others changes for it, so no window hears of ten thousand.
    expect(keyFrameSince(keyring, null, before, 2, 0)?.rows).toHaveLength(1);
  });
});
