/**
 * What was handed over wrapped, and can be taken back: by the giver, or because its receiver could not use it. Nothing
 * else that was made with our token is ours to revoke. It is told again from the audit after a start.
 */
import type { ConsoleEvent } from '../../../shared/domain/event.js';
import type { GivenToken } from '../../../shared/domain/vault.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { failed, given, givenIn, type Given } from '../../core/vault/given.js';
import type { Failure } from '../../core/vault/handover.js';
import type { Clock } from '../../ports/clock.js';
import type { RecordEvent } from '../keys/record.js';

const MAX_GIVEN = 1_000;
const SHOWN = 200;

export type GivenDeps = {
  readonly clock: Clock;
  readonly record: RecordEvent;
  readonly address: string | null;
  readonly story: () => readonly ConsoleEvent[];
  /** False: Vault does not know it any more. Rejects with AppError. */
  readonly revoke: (accessor: string) => Promise<boolean>;
};

export function createGiven({ clock, record, address, story, revoke }: GivenDeps) {
  const all = givenIn(story(), address, clock.now());
  /** Whose receiver has said that it could not use it: that counts once. */
  const told = new Set<string>();

  const living = (): Given[] => {
    for (const { accessor, expiresAt } of all.values()) if (expiresAt <= clock.now()) all.delete(accessor);
    return [...all.values()];
  };
  const put = (one: Given, change: Partial<Given>): void => void all.set(one.accessor, { ...one, ...change });

  async function end(one: Given, why: Failure | null): Promise<boolean> {
    const { accessor, request, to } = one;
    const facts = { accessor, request, ...(why !== null && { why }) };
    const isRevoked = (): boolean => all.get(accessor)?.state === 'revoked';
    const fail = (more: ConsoleEvent['facts']): void => {
      put(one, failed(more, clock.now()));
      record('vault.revoke-failed', { ...facts, ...more }, [to]);
    };
    if (isRevoked()) return true;
    try {
      const wasThere = await revoke(accessor);
      // Somebody else here was faster.
      if (isRevoked()) return true;
      if (!wasThere) {
        fail({ ended: true });
        return false;
      }
    } catch (error) {
      const isOurs = error instanceof AppError;
      // Only what comes from Vault, or from the way to it, has words that are not ours.
      const words = isOurs && 'status' in error.details ? error.message : '';
      fail({ code: isOurs ? error.code : 'INTERNAL', words });
      throw error;
    }
    put(one, { state: 'revoked', stateAt: clock.now(), problem: null });
    record('vault.revoked', facts, [to]);
    return true;
  }

  return {
    add(accessor: string, to: string, request: string): void {
      all.set(accessor, given(accessor, to, request, clock.now()));
      for (const oldest of all.keys()) {
        if (all.size <= MAX_GIVEN) break;
        all.delete(oldest);
      }
    },
    /** What answered this question, while nobody has complained about it; undefined: nothing of ours. */
    of: (request: string): Given | undefined =>
      told.has(request) ? undefined : living().find((one) => one.request === request),

    /** VW8 It is of no use where it went: the audit says what came of revoking it. */
    failed(request: string, why: Failure): void {
      const one = living().find((each) => each.request === request);
      if (!one) return;
      told.add(request);
      end(one, why).catch(() => undefined);
    },

    /** VW10 By a person. False: it had ended already. Rejects with VAULT_NOT_GIVEN and whatever Vault says. */
    async revoke(accessor: string): Promise<boolean> {
      const one = living().find((each) => each.accessor === accessor);
      if (!one) throw new AppError('VAULT_NOT_GIVEN', 'no token was handed over with this accessor');
      return end(one, null);
    },

    /** Those that may live first, then newest first. */
    list(): GivenToken[] {
      const rank = ({ state }: Given): number => (state === 'given' ? 0 : 1);
      return living()
        .sort((a, b) => rank(a) - rank(b) || b.at - a.at)
        .slice(0, SHOWN)
        .map(({ request: _, ...one }) => one);
    },
  };
}
