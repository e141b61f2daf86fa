/**
 * A client for Vault and OpenBao: what a node needs of their API, typed. Every method gives a value or a VaultProblem and
 * never throws for what a server does. Tokens go in and come out as values only; nothing here keeps, retries, times or
 * logs: that is for the one who lives with the token.
 */
import {
  grantAnswer,
  lookupAnswer,
  nothingAnswer,
  readAnswer,
  renewalAnswer,
  sealAnswer,
  unwrapAnswer,
  wrapAnswer,
  wrappingLookupAnswer,
  type Grant,
  type Reading,
  type Renewal,
  type SealStatus,
  type TokenFacts,
  type Unwrapped,
  type Wrap,
  type WrappingFacts,
} from '../../core/protocol/vault/answers.js';
import { readHealth, type Health } from '../../core/protocol/vault/health.js';
import { vaultProblem } from '../../core/protocol/vault/problem.js';
import { createCall, refused, type VaultClientOptions } from './client-call.js';
import { createKeyValue } from './client-kv.js';
import { createLogins } from './login.js';

export type TokenWish = {
  /** `child` dies with the token that asks; `orphan` needs a right of its own; a role is set up by an admin. */
  readonly as:
    | { readonly kind: 'child' }
    | { readonly kind: 'orphan' }
    | { readonly kind: 'role'; readonly role: string };
  /** Always named: without, a token would get all of its giver's. Empty only with a role, which has its own. */
  readonly policies: readonly string[];
  readonly ttlS: number | null;
  readonly explicitMaxTtlS: number | null;
  readonly periodS?: number;
  readonly numUses?: number;
  readonly isRenewable?: boolean;
  readonly hasNoDefaultPolicy?: boolean;
  readonly type?: 'service' | 'batch';
  /** Both are written to Vault's audit log. */
  readonly displayName: string;
  readonly meta: Readonly<Record<string, string>>;
};
export type Created =
  { readonly kind: 'token'; readonly grant: Grant } | { readonly kind: 'wrapped'; readonly wrap: Wrap };

export type VaultClient = ReturnType<typeof createVaultClient>;

/** @throws AppError CONFIG_INVALID when address or namespace cannot be used */
export function createVaultClient(options: VaultClientOptions) {
  const { call, status } = createCall(options);
  const token = (name: string): readonly string[] => ['auth/token', name];
  const increment = (seconds: number | null): object =>
    seconds === null ? {} : { increment: `${seconds}s` };

  const wrappingLookup = async (wrapping: string): Promise<Reading<WrappingFacts>> => {
    const path = ['sys/wrapping/lookup'];
    const body = { token: wrapping };
    return ofWrapping(await call({ method: 'POST', path, wrapping, body, schema: wrappingLookupAnswer }));
  };

  const unwrap = async (wrapping: string): Promise<Reading<Unwrapped>> => {
    const path = ['sys/wrapping/unwrap'];
    return ofWrapping(await call({ method: 'POST', path, token: wrapping, schema: unwrapAnswer }));
  };

  return {
    health: (): Promise<Reading<Health>> => status('/v1/sys/health', readHealth),

    sealStatus: (): Promise<Reading<SealStatus>> =>
      status('/v1/sys/seal-status', (answer) => readAnswer(answer, sealAnswer)),

    /** Costs a token with limited uses one of them. */
    lookupSelf: (own: string): Promise<Reading<TokenFacts>> =>
      call({ method: 'GET', path: token('lookup-self'), token: own, schema: lookupAnswer }),

    /** `incrementS` counts from now; null leaves it to the server. */
    renewSelf: (own: string, incrementS: number | null): Promise<Reading<Renewal>> =>
      call({
        ...{ method: 'POST', path: token('renew-self'), token: own },
        ...{ body: increment(incrementS), schema: renewalAnswer },
      }),

    /** With `wrapTtlS` the token stays inside a wrapping one, and is not seen here. */
    async createToken(own: string, wish: TokenWish, wrapTtlS: number | null): Promise<Reading<Created>> {
      if (wish.policies.length === 0 && wish.as.kind !== 'role')
        return refused('VAULT_INVALID', 'a token without named policies would get all of its giver’s');
      const ask = { method: 'POST', path: creationPath(wish), token: own, body: wishBody(wish) } as const;
      return wrapTtlS === null
        ? mapped(await call({ ...ask, schema: grantAnswer }), (grant) => ({ kind: 'token', grant }))
        : mapped(await call({ ...ask, wrapTtlS, schema: wrapAnswer }), (wrap) => ({ kind: 'wrapped', wrap }));
    },

    /** Kills the token, its children and their leases. */
    revokeSelf: (own: string): Promise<Reading<null>> =>
      call({ method: 'POST', path: token('revoke-self'), token: own, schema: nothingAnswer }),

    lookupAccessor: (own: string, accessor: string): Promise<Reading<TokenFacts>> =>
      call({
        ...{ method: 'POST', path: token('lookup-accessor'), token: own },
        ...{ body: { accessor }, schema: lookupAnswer },
      }),

    renewAccessor: (own: string, accessor: string, incrementS: number | null): Promise<Reading<Renewal>> =>
      call({
        ...{ method: 'POST', path: token('renew-accessor'), token: own },
        ...{ body: { accessor, ...increment(incrementS) }, schema: renewalAnswer },
      }),

    revokeAccessor: (own: string, accessor: string): Promise<Reading<null>> =>
      call({
        ...{ method: 'POST', path: token('revoke-accessor'), token: own },
        ...{ body: { accessor }, schema: nothingAnswer },
      }),

    /** Looks without opening; needs no token of one's own. */
    wrappingLookup,

    /** Opens, once and for all. VAULT_WRAPPING: it is over, or somebody was faster. */
    unwrap,

    /** A new wrapping token around the same; the one given is used up. */
    rewrap: async (own: string, wrapping: string): Promise<Reading<Wrap>> =>
      ofWrapping(
        await call({
          ...{ method: 'POST', path: ['sys/wrapping/rewrap'], token: own, wrapping },
          ...{ body: { token: wrapping }, schema: wrapAnswer },
        }),
        ['VAULT_INVALID'],
      ),

    wrap: (own: string, data: Readonly<Record<string, unknown>>, ttlS: number): Promise<Reading<Wrap>> =>
      call({
        ...{ method: 'POST', path: ['sys/wrapping/wrap'], token: own, body: data, wrapTtlS: ttlS },
        ...{ secrets: Object.values(data).filter((one) => typeof one === 'string'), schema: wrapAnswer },
      }),

    ...createLogins(call, { wrappingLookup, unwrap }),
    ...createKeyValue(call),
  };
}

/** A wrapping token comes alone: whatever it is refused for lies in it. */
function ofWrapping<T>(
  reading: Reading<T>,
  codes: readonly string[] = ['VAULT_INVALID', 'VAULT_DENIED'],
): Reading<T> {
  if (reading.ok || !codes.includes(reading.problem.code)) return reading;
  const { status, words } = reading.problem;
  return { ok: false, problem: vaultProblem('VAULT_WRAPPING', { status, words }) };
}

const mapped = <T, U>(reading: Reading<T>, map: (value: T) => U): Reading<U> =>
  reading.ok ? { ...reading, value: map(reading.value) } : reading;

function creationPath({ as }: TokenWish): readonly string[] {
  switch (as.kind) {
    case 'child':
      return ['auth/token/create'];
    case 'orphan':
      return ['auth/token/create-orphan'];
    case 'role':
      return ['auth/token/create', as.role];
  }
}

const wishBody = (wish: TokenWish): object => ({
  ...(wish.policies.length > 0 && { policies: wish.policies }),
  ...(wish.ttlS !== null && { ttl: `${wish.ttlS}s` }),
  ...(wish.explicitMaxTtlS !== null && { explicit_max_ttl: `${wish.explicitMaxTtlS}s` }),
  ...(wish.periodS !== undefined && { period: `${wish.periodS}s` }),
  ...(wish.numUses !== undefined && { num_uses: wish.numUses }),
  ...(wish.isRenewable !== undefined && { renewable: wish.isRenewable }),
  ...(wish.hasNoDefaultPolicy !== undefined && { no_default_policy: wish.hasNoDefaultPolicy }),
  ...(wish.type !== undefined && { type: wish.type }),
  display_name: wish.displayName,
  meta: wish.meta,
});
