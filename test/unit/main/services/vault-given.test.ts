/** The list of what was handed over: how long and how much of it is kept. Whole hand-overs are in vault-handover.test.ts. */
import { describe, expect, it } from 'vitest';
import { createGiven } from '../../../../app/main/services/vault/given.js';
import { createFakeClock } from '../../../support/fake-clock.js';

const DAY = 86_400_000;
const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;

function stage() {
  const clock = createFakeClock();
  const revoked: string[] = [];
  const given = createGiven({
    ...{ clock, record: () => undefined, address: null, story: () => [] },
    revoke: async (accessor) => revoked.push(accessor) > 0,
  });
  return { clock, revoked, given, accessors: () => given.list().map(({ accessor }) => accessor) };
}

describe('the list of what was handed over', () => {
  it('VW10 is kept as long as a token can live', async () => {
    const { clock, given, accessors, revoked } = stage();
    given.add('a', 'app-1', 'n1');
    await clock.advanceAsync(DAY - 1);
    expect(accessors()).toEqual(['a']);
    await clock.advanceAsync(1);
    expect(accessors()).toEqual([]);
    await expect(given.revoke('a')).rejects.toThrow(code('VAULT_NOT_GIVEN'));
    expect(given.of('n1')).toBeUndefined();
    expect(revoked).toEqual([]);
  });

  it('VW10 shows first what may live, then what is newest, and never too much', async () => {
    const { clock, given, accessors } = stage();
    for (const accessor of ['a', 'b', 'c']) {
      given.add(accessor, 'app-1', `n-${accessor}`);
      await clock.advanceAsync(1);
    }
    await given.revoke('c');
    expect(accessors()).toEqual(['b', 'a', 'c']);
    for (let n = 0; n < 1_200; n += 1) given.add(`x${n}`, 'app-2', `n${n}`);
    expect(accessors()).toHaveLength(200);
    await expect(given.revoke('a')).rejects.toThrow(code('VAULT_NOT_GIVEN'));
    await expect(given.revoke('x300')).resolves.toBe(true);
  });

  it('VW8 counts a complaint once, and two revocations at a time as one', async () => {
    const { given, revoked } = stage();
    given.add('a', 'app-1', 'n1');
    expect(given.of('n1')?.to).toBe('app-1');
    given.failed('n1', 'used');
    expect(given.of('n1')).toBeUndefined();
    await expect(given.revoke('a')).resolves.toBe(true);
    expect(given.list()).toMatchObject([{ state: 'revoked' }]);
    await given.revoke('a');
    expect(revoked).toHaveLength(2);
  });
});
