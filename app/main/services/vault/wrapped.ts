/**
 * What a wrapped hand-over asks of Vault: the giver makes a token of its own for the asker, which nobody sees; the asker
 * looks who wrapped what, opens it, and looks at what was inside. What passes over the bus is in bus-wrapped-*.ts.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import { MAX_TTL_S, whyNotUnwrap, WRAP_TTL_S, type Failure, type Inside } from '../../core/vault/handover.js';
import { toAppError, type VaultProblem } from '../../core/protocol/vault/problem.js';
import type { VaultClient } from './client.js';
import type { Keeper } from './keeper.js';

/** What a token for a node may do, whatever role makes it: without a name it would get all of its giver's. */
const POLICIES = ['legion-node'];
/** What may be inside one that was made for us: Vault adds its own. */
const OWN_POLICIES: ReadonlySet<string> = new Set([...POLICIES, 'default']);
const TTL_S = 3_600;
/** As Vault says it of an accessor that names no token; some versions as a mere warning. */
const GONE = /no token found|invalid accessor|token not found/i;

/** VW7 What came cannot be what the giver sent: somebody was there before us. */
export class HandoverAlarm extends AppError {
  constructor(
    readonly why: Exclude<Failure, 'held' | 'unpinned' | 'vault'>,
    words: string,
  ) {
    super('VAULT_REPLAY', words);
  }
}

export type WrappedDeps = {
  readonly client: VaultClient;
  readonly keeper: Keeper;
  readonly role: string;
  /** Vault's clock minus ours; null: not known. */
  readonly skewMs: () => number | null;
};

export function createWrapped({ client, keeper, role, skewMs }: WrappedDeps) {
  const own = (): string => {
    const token = keeper.withToken((text) => text);
    if (token === null) throw new AppError('VAULT_NO_TOKEN', 'no token is held');
    return token;
  };
  const notGiver = ({ words }: VaultProblem): AppError => new AppError('VAULT_NOT_GIVER', words);
  const alarmOrError = (problem: VaultProblem): AppError =>
    problem.code === 'VAULT_WRAPPING' ? new HandoverAlarm('used', problem.words) : toAppError(problem);

  return {
    /** VW4 Throws VAULT_NO_TOKEN, VAULT_NOT_GIVER and whatever Vault says. */
    async make(node: string, issuedBy: string, requestId: string): Promise<Inside> {
      const token = own();
      const wish = {
        ...{ policies: POLICIES, ttlS: TTL_S, explicitMaxTtlS: MAX_TTL_S, displayName: node },
        meta: { node, issued_by: issuedBy, request_id: requestId },
      };
      const byRole = await client.createToken(token, { ...wish, as: { kind: 'role', role } }, WRAP_TTL_S);
      // A policy may forbid a role that there is not: only the second refusal says that we may not.
      const isElse =
        !byRole.ok &&
        (byRole.problem.kind === 'denied' ||
          byRole.problem.kind === 'missing' ||
          (byRole.problem.kind === 'invalid' && /unknown role/i.test(byRole.problem.words)));
      const reading = isElse
        ? await client.createToken(token, { ...wish, as: { kind: 'orphan' } }, WRAP_TTL_S)
        : byRole;
      if (!reading.ok) {
        const { problem } = reading;
        throw problem.kind === 'denied' || problem.kind === 'invalid'
          ? notGiver(problem)
          : toAppError(problem);
      }
      if (reading.value.kind !== 'wrapped' || reading.value.wrap.wrappedAccessor === null)
        throw new AppError('VAULT_ANSWER', 'the token that was made is not wrapped');
      const { wrapping, creationPath, wrappedAccessor } = reading.value.wrap;
      return { wrapping, creationPath, accessor: wrappedAccessor };
    },

    /** By the accessor alone. False: Vault knows none by it. Throws VAULT_NO_TOKEN and whatever Vault says. */
    async revoke(accessor: string): Promise<boolean> {
      const reading = await client.revokeAccessor(own(), accessor);
      if (reading.ok) return !reading.warnings.some((warning) => GONE.test(warning));
      if (reading.problem.kind === 'invalid' && GONE.test(reading.problem.words)) return false;
      throw toAppError(reading.problem);
    },

    /**
     * VW6 Holds what is inside when all of it is as the giver said. Throws HandoverAlarm, VAULT_HELD and whatever Vault
     * says.
     */
    async take(inside: Inside, node: string, from: string, askedAt: number): Promise<void> {
      const { wrapping, creationPath, accessor } = inside;
      const found = await client.wrappingLookup(wrapping);
      if (!found.ok) throw alarmOrError(found.problem);
      const why = whyNotUnwrap(found.value, { creationPath, askedAt, skewMs: skewMs() });
      if (why !== null)
        throw new HandoverAlarm(why, why === 'path' ? found.value.creationPath : 'wrapped before we asked');
      const opened = await client.unwrap(wrapping);
      if (!opened.ok) throw alarmOrError(opened.problem);
      const { grant } = opened.value;
      if (grant?.accessor !== accessor) throw new HandoverAlarm('other', 'another token is inside');
      await keeper.offer(grant.token, { source: 'peer', from, isWrapped: true }, ({ policies, meta }) => {
        if (!keeper.isEmpty()) throw new AppError('VAULT_HELD', 'a token is held already');
        if (meta['node'] !== node) throw new HandoverAlarm('other', 'it was made for another node');
        if (policies.some((policy) => !OWN_POLICIES.has(policy)))
          throw new HandoverAlarm('other', 'it may do more than a token for a node');
      });
    },
  };
}
