/**
 * Tokens of the fake Vault: who lives for how long, whose child is whose, and what a policy lets them do. Time is that
 * of the clock it is given; a token ends when somebody looks. The paths of auth/token/ are in fake-vault-token-paths.ts.
 */
import { bad, chars, denied, goDuration, timeText } from './fake-vault-answers.js';
import type { Capability, Json, Rules, Token, TokenView } from './fake-vault-types.js';

export const DAY_S = 86_400;
export const WRAPPING_POLICY = 'response-wrapping';

const SELF: Rules = {
  'auth/token/lookup-self': ['read'],
  'auth/token/renew-self': ['update'],
  'auth/token/revoke-self': ['update'],
  'sys/wrapping/wrap': ['update'],
  'sys/wrapping/lookup': ['update'],
  'sys/wrapping/unwrap': ['update'],
  'sys/leases/renew': ['update'],
  'cubbyhole/*': ['create', 'read', 'update', 'delete', 'list'],
};
const WRAPPING: Rules = { 'cubbyhole/response': ['create', 'read'], 'sys/wrapping/unwrap': ['update'] };

export type NewToken = Pick<Token, 'policies' | 'path' | 'namespace'> & {
  readonly ttlS: number;
  readonly type?: 'service' | 'batch';
  readonly displayName?: string;
  readonly meta?: Readonly<Record<string, string>> | null;
  readonly role?: string | null;
  readonly explicitMaxTtlS?: number;
  readonly periodS?: number;
  readonly roleMaxTtlS?: number;
  readonly renewable?: boolean;
  readonly numUses?: number;
  readonly parent?: string | null;
  readonly id?: string | null;
};

export type TtlWish = {
  /** Asked for now. */
  readonly incrementS: number;
  /** Taken where nothing is asked for. */
  readonly ttlS?: number;
  readonly periodS: number;
  readonly explicitMaxTtlS: number;
  readonly roleMaxTtlS?: number;
  readonly createdAt: number;
};

export type TokenStore = ReturnType<typeof createTokenStore>;

export function createTokenStore(options: {
  readonly now: () => number;
  readonly flavour: 'vault' | 'openbao';
  readonly defaultTtlS: number;
  readonly maxTtlS: () => number;
  /** Told of every end that is not a mere expiry. */
  readonly onRevoked: (token: Token) => void;
}) {
  const { now, flavour, defaultTtlS, maxTtlS, onRevoked } = options;
  const tokens = new Map<string, Token>();
  const policies = new Map<string, Rules>([
    ['default', SELF],
    [WRAPPING_POLICY, WRAPPING],
  ]);

  const prefixOf = (type: Token['type']): string => {
    const letter = type === 'batch' ? 'b' : 's';
    return flavour === 'vault' ? `hv${letter}.` : `${letter}.`;
  };

  function add(wish: NewToken): Token {
    const { type = 'service', ttlS, numUses = 0, namespace } = wish;
    const made = prefixOf(type) + chars(type === 'batch' ? 380 : namespace === '' ? 24 : 95);
    const token: Token = {
      id: wish.id ?? made,
      accessor: type === 'batch' ? '' : chars(24),
      type,
      policies: wish.policies,
      path: wish.path,
      displayName: wish.displayName ?? 'token',
      meta: wish.meta ?? null,
      role: wish.role ?? null,
      namespace,
      createdAt: now(),
      creationTtlS: ttlS,
      explicitMaxTtlS: wish.explicitMaxTtlS ?? 0,
      periodS: wish.periodS ?? 0,
      roleMaxTtlS: wish.roleMaxTtlS ?? 0,
      renewable: (wish.renewable ?? true) && type === 'service' && ttlS > 0,
      isLimited: numUses > 0,
      parent: wish.parent ?? null,
      usesLeft: numUses,
      expiresAt: ttlS > 0 ? now() + ttlS * 1_000 : null,
      renewedAt: null,
      isRevoked: false,
    };
    if (tokens.has(token.id)) throw bad('cannot create a token with a duplicate ID');
    tokens.set(token.id, token);
    return token;
  }

  const isAlive = (token: Token): boolean =>
    !token.isRevoked &&
    (token.expiresAt === null || token.expiresAt > now()) &&
    (token.parent === null || find(token.parent) !== null);

  function find(id: string): Token | null {
    const token = tokens.get(id);
    return token && isAlive(token) ? token : null;
  }

  const living = (): readonly Token[] => [...tokens.values()].filter(isAlive);
  const ttlOf = ({ expiresAt }: Token): number =>
    expiresAt === null ? 0 : Math.max(0, Math.floor((expiresAt - now()) / 1_000));

  function revoke(token: Token): void {
    token.isRevoked = true;
    for (const child of tokens.values()) if (child.parent === token.id && !child.isRevoked) revoke(child);
    onRevoked(token);
  }

  /** How long the server grants, and what it says when that is less than wished. */
  function grantedTtl(wish: TtlWish): { readonly ttlS: number; readonly warnings: readonly string[] } {
    const { periodS, explicitMaxTtlS, createdAt } = wish;
    const warnings: string[] = [];
    const limits = [maxTtlS(), wish.roleMaxTtlS ?? 0, explicitMaxTtlS].filter((limit) => limit > 0);
    const maxS = Math.min(...limits);
    let ttlS = wish.incrementS || wish.ttlS || defaultTtlS;
    if (periodS > 0) {
      ttlS = Math.min(periodS, maxS);
      if (ttlS < periodS)
        warnings.push(
          `period of "${goDuration(periodS)}" exceeded the effective max_ttl of "${goDuration(maxS)}"; period value is capped accordingly`,
        );
    }
    const endS = periodS > 0 ? explicitMaxTtlS : maxS;
    if (endS > 0) {
      const leftS = Math.floor((createdAt + endS * 1_000 - now()) / 1_000);
      if (leftS < 0) throw bad('past the max TTL, cannot renew');
      if (leftS < ttlS) {
        warnings.push(
          `TTL of "${goDuration(ttlS)}" exceeded the effective max_ttl of "${goDuration(leftS)}"; TTL value is capped accordingly`,
        );
        ttlS = leftS;
      }
    }
    return { ttlS, warnings };
  }

  /** Renewed from now on; gives the warnings. */
  function renew(token: Token, incrementS: number): readonly string[] {
    if (token.type === 'batch') throw bad('batch tokens cannot be renewed');
    if (!token.renewable) throw bad('lease is not renewable');
    const { ttlS, warnings } = grantedTtl({ ...token, incrementS, ttlS: token.creationTtlS });
    token.expiresAt = now() + ttlS * 1_000;
    token.renewedAt = now();
    return warnings;
  }

  function capabilitiesOf(token: Token, path: string): ReadonlySet<Capability> {
    if (token.policies.includes('root'))
      return new Set<Capability>(['create', 'read', 'update', 'delete', 'list', 'patch', 'sudo']);
    const all = new Set<Capability>();
    for (const name of token.policies)
      for (const capability of bestRule(policies.get(name) ?? {}, path)) all.add(capability);
    return all.has('deny') ? new Set() : all;
  }

  return {
    add,
    find,
    living,
    ttlOf,
    revoke,
    grantedTtl,
    renew,
    capabilitiesOf,
    policies,

    byAccessor: (accessor: string): Token | null =>
      accessor === '' ? null : (living().find((token) => token.accessor === accessor) ?? null),

    /** Kills the token but lets its children live, as orphans. */
    revokeOrphan(token: Token): void {
      for (const child of tokens.values()) if (child.parent === token.id) child.parent = null;
      revoke(token);
    },

    /** Counts one use down. The last one still works; `settle` ends the token after it. */
    use(token: Token): void {
      if (token.isLimited) token.usesLeft -= 1;
    },
    settle(token: Token): void {
      if (token.isLimited && token.usesLeft <= 0 && !token.isRevoked) revoke(token);
    },

    view: (token: Token): TokenView => {
      const { isRevoked: _, ...rest } = token;
      return { ...rest, ttlS: ttlOf(token) };
    },

    /** What create, renew and every login answer. */
    authOf: (token: Token): Json => ({
      client_token: token.id,
      accessor: token.accessor,
      policies: token.policies,
      token_policies: token.policies,
      metadata: token.meta,
      lease_duration: token.expiresAt === null ? 0 : ttlOf(token),
      renewable: token.renewable,
      entity_id: '',
      token_type: token.type,
      orphan: token.parent === null,
      mfa_requirement: null,
      num_uses: token.usesLeft,
    }),

    /** What the lookups answer. */
    dataOf: (token: Token): Json => ({
      accessor: token.accessor,
      creation_time: Math.floor(token.createdAt / 1_000),
      creation_ttl: token.creationTtlS,
      display_name: token.displayName,
      entity_id: '',
      expire_time: token.expiresAt === null ? null : timeText(token.expiresAt),
      explicit_max_ttl: token.explicitMaxTtlS,
      id: token.id,
      ...(token.expiresAt !== null && { issue_time: timeText(token.createdAt), renewable: token.renewable }),
      ...(token.renewedAt !== null && {
        last_renewal: timeText(token.renewedAt),
        last_renewal_time: Math.floor(token.renewedAt / 1_000),
      }),
      meta: token.meta,
      ...(token.namespace !== '' && { namespace_path: `${token.namespace}/` }),
      num_uses: token.usesLeft,
      orphan: token.parent === null,
      path: token.path,
      ...(token.periodS > 0 && { period: token.periodS }),
      policies: token.policies,
      ...(token.role !== null && { role: token.role }),
      ttl: ttlOf(token),
      type: token.type,
    }),

    /** Fails unless the token may do this there. */
    demand(token: Token, path: string, capability: Capability): void {
      if (!capabilitiesOf(token, path).has(capability)) throw denied();
    },
  };
}

/** The exact path wins, then the longest prefix. */
function bestRule(rules: Rules, path: string): readonly Capability[] {
  const exact = rules[path];
  if (exact) return exact;
  const globs = Object.keys(rules).filter((key) => key.endsWith('*') && path.startsWith(key.slice(0, -1)));
  const best = globs.sort((one, other) => other.length - one.length)[0];
  return best === undefined ? [] : (rules[best] ?? []);
}
