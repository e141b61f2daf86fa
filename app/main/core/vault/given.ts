/**
 * The tokens that this console made for other nodes, as far as its own story tells: so that what was handed over before a
 * start can be taken back after it. Of those alone, and of this Vault's.
 */
import type { ConsoleEvent } from '../../../shared/domain/event.js';
import type { GivenToken } from '../../../shared/domain/vault.js';
import { MAX_TTL_S } from './handover.js';

export type Given = GivenToken & {
  /** The nonce of the question that it answered. */
  readonly request: string;
};

export const given = (accessor: string, to: string, request: string, at: number): Given => ({
  ...{ accessor, to, request, at, expiresAt: at + MAX_TTL_S * 1_000 },
  ...{ state: 'given', stateAt: at, problem: null },
});

/** `story` oldest first; by accessor, in the order in which they were given. */
export function givenIn(
  story: readonly ConsoleEvent[],
  address: string | null,
  now: number,
): Map<string, Given> {
  const found = new Map<string, Given>();
  for (const { kind, at, names, facts } of story) {
    const { accessor, request } = facts;
    const [name] = names;
    if (typeof accessor !== 'string' || accessor === '') continue;
    const known = found.get(accessor);
    if (kind === 'vault.given' && facts['form'] === 'wrapped' && facts['address'] === address) {
      const one = given(accessor, name ?? '', String(request), at);
      if (one.expiresAt > now) found.set(accessor, one);
    }
    if (!known) continue;
    if (kind === 'vault.revoked') found.set(accessor, { ...known, ...ENDED, state: 'revoked', stateAt: at });
    if (kind === 'vault.revoke-failed') found.set(accessor, { ...known, ...failed(facts, at) });
  }
  return found;
}

const ENDED = { problem: null } as const;

/** As the audit says it: what stood against revoking, or that there was nothing left to revoke. */
export const failed = (facts: ConsoleEvent['facts'], at: number): Partial<Given> =>
  facts['ended'] === true
    ? { ...ENDED, state: 'ended', stateAt: at }
    : { problem: { code: String(facts['code']), words: String(facts['words'] ?? ''), at } };
