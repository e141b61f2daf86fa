/** What was handed over, read from the audit: of this Vault alone, and no longer than it can live. */
import { describe, expect, it } from 'vitest';
import { givenIn } from '../../../../app/main/core/vault/given.js';
import type { ConsoleEvent } from '../../../../app/shared/domain/event.js';

const HERE = 'https://vault:8200';
const DAY = 86_400_000;
const event = (kind: string, at: number, facts: ConsoleEvent['facts'], names = ['app-1']): ConsoleEvent => ({
  ...{ id: at, at, until: at, kind, area: 'audit', count: 1, names, group: null, facts, raw: null },
});
const handed = (accessor: string, at: number, more: ConsoleEvent['facts'] = {}): ConsoleEvent =>
  event('vault.given', at, { form: 'wrapped', accessor, request: `n-${accessor}`, address: HERE, ...more });
const after = (events: readonly ConsoleEvent[], now = 1_000) => [...givenIn(events, HERE, now).values()];

describe('the tokens that were handed over', () => {
  it('VW10 are those of the better form, at this Vault, of the last day', () => {
    const events = [
      handed('old', 0),
      handed('elsewhere', 10, { address: 'https://other:8200' }),
      handed('shared', 11, { form: null }),
      handed('a', 12),
      handed('b', 13),
    ];
    expect(after(events, DAY + 5).map(({ accessor, to, request }) => [accessor, to, request])).toEqual([
      ['a', 'app-1', 'n-a'],
      ['b', 'app-1', 'n-b'],
    ]);
    expect(givenIn(events, null, 100).size).toBe(0);
  });

  it('VW10 are as they were left: revoked, ended, or not to be revoked and why', () => {
    const failed = (accessor: string, at: number, more: ConsoleEvent['facts']): ConsoleEvent =>
      event('vault.revoke-failed', at, { accessor, ...more });
    const found = after([
      ...['a', 'b', 'c', 'd'].map((accessor, n) => handed(accessor, n)),
      event('vault.revoked', 10, { accessor: 'our own' }, []),
      event('vault.revoked', 11, { accessor: 'a' }),
      failed('b', 12, { ended: true }),
      failed('c', 13, { code: 'VAULT_SEALED', words: 'Vault is sealed' }),
      failed('d', 14, { code: 'VAULT_SEALED', words: 'Vault is sealed' }),
      event('vault.revoked', 15, { accessor: 'd' }),
    ]);
    expect(found.map(({ state, stateAt }) => [state, stateAt])).toEqual([
      ['revoked', 11],
      ['ended', 12],
      ['given', 2],
      ['revoked', 15],
    ]);
    expect(found.map(({ problem }) => problem)).toEqual([
      null,
      null,
      { code: 'VAULT_SEALED', words: 'Vault is sealed', at: 13 },
      null,
    ]);
  });
});
