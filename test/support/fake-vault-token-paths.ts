/**
 * The paths of auth/token/ of the fake Vault: make, look at, renew and revoke, for oneself, by token and by accessor.
 * Reads bodies and decides who may; what a token is lives in fake-vault-tokens.ts.
 */
import { bad, countOf, denied, flagOf, listOf, secondsOf, stringsOf, textOf } from './fake-vault-answers.js';
import type { TokenStore } from './fake-vault-tokens.js';
import type { Answer, Call, Json, Route, Token, TokenRole } from './fake-vault-types.js';

export function tokenRoutes(tokens: TokenStore, roles: ReadonlyMap<string, TokenRole>): readonly Route[] {
  /** The dispatcher has checked the token; an open path never comes here. */
  const selfOf = ({ self }: Call): Token => {
    if (!self) throw denied();
    return self;
  };

  function named({ body, namespace }: Call, field = 'token'): Token | null {
    const id = textOf(body, field);
    if (id === null) throw bad('missing token ID');
    const token = tokens.find(id);
    return token && isWithin(token.namespace, namespace) ? token : null;
  }

  function accessed({ body, namespace }: Call): Token | null {
    const accessor = textOf(body, 'accessor');
    if (accessor === null) throw bad('missing accessor');
    const token = tokens.byAccessor(accessor);
    return token && isWithin(token.namespace, namespace) ? token : null;
  }

  const renewed = (token: Token, { body }: Call): Answer => {
    const warnings = tokens.renew(token, secondsOf(body, 'increment') ?? 0);
    return { auth: tokens.authOf(token), warnings };
  };

  function revoked(token: Token | null): null {
    if (!token) return null; // already gone is as good
    if (token.type === 'batch') throw bad('batch tokens cannot be revoked');
    tokens.revoke(token);
    return null;
  }

  const lookedUp = (token: Token | null): Answer => {
    if (!token) throw denied();
    return { data: tokens.dataOf(token) };
  };

  const create = (call: Call, orphan: boolean, roleName: string | null): Answer => {
    const role = roleName === null ? null : roles.get(roleName);
    if (role === undefined) throw bad(`unknown role ${roleName}`);
    return createToken(tokens, call, selfOf(call), orphan, roleName, role);
  };

  return [
    { path: /^auth\/token\/create$/, on: { update: (call) => create(call, false, null) } },
    { path: /^auth\/token\/create-orphan$/, on: { update: (call) => create(call, true, null) } },
    {
      path: /^auth\/token\/create\/([^/]+)$/,
      on: { update: (call, match) => create(call, false, match[1] ?? '') },
    },
    {
      path: /^auth\/token\/lookup-self$/,
      on: { read: (call) => lookedUp(selfOf(call)), update: (call) => lookedUp(selfOf(call)) },
    },
    {
      path: /^auth\/token\/lookup$/,
      on: {
        read: (call) => lookedUp(selfOf(call)),
        update: (call) => lookedUp(textOf(call.body, 'token') === null ? selfOf(call) : named(call)),
      },
    },
    {
      path: /^auth\/token\/lookup-accessor$/,
      on: {
        update(call) {
          const token = accessed(call);
          if (!token) throw bad('invalid accessor');
          return { data: { ...tokens.dataOf(token), id: '' } };
        },
      },
    },
    { path: /^auth\/token\/renew-self$/, on: { update: (call) => renewed(selfOf(call), call) } },
    {
      path: /^auth\/token\/renew$/,
      on: {
        update(call) {
          const token = named(call);
          if (!token) throw bad('token not found');
          return renewed(token, call);
        },
      },
    },
    {
      path: /^auth\/token\/renew-accessor$/,
      on: {
        update(call) {
          const token = accessed(call);
          if (!token) throw bad('invalid accessor');
          const { auth, ...rest } = renewed(token, call);
          return { ...rest, auth: { ...auth, client_token: '' } };
        },
      },
    },
    { path: /^auth\/token\/revoke-self$/, on: { update: (call) => revoked(selfOf(call)) } },
    { path: /^auth\/token\/revoke$/, on: { update: (call) => revoked(named(call)) } },
    {
      path: /^auth\/token\/revoke-accessor$/,
      on: {
        update(call) {
          const token = accessed(call);
          return token ? revoked(token) : { warnings: ['No token found with this accessor'] };
        },
      },
    },
    {
      path: /^auth\/token\/revoke-orphan$/,
      on: {
        update(call) {
          const token = named(call);
          if (!call.isSudo) throw bad('root or sudo privileges required to revoke and orphan');
          if (!token) throw bad('token to revoke not found');
          if (token.type === 'batch') throw bad('batch tokens cannot be revoked');
          tokens.revokeOrphan(token);
          return null;
        },
      },
    },
  ];
}

const isWithin = (inner: string, outer: string): boolean =>
  outer === '' || inner === outer || inner.startsWith(`${outer}/`);

function createToken(
  tokens: TokenStore,
  call: Call,
  self: Token,
  isOrphanPath: boolean,
  roleName: string | null,
  role: TokenRole | null,
): Answer {
  const { body, isSudo } = call;
  if (self.type === 'batch') throw bad('batch tokens cannot create more tokens');
  if (self.isLimited) throw bad('restricted use token cannot generate child tokens');
  if (self.namespace !== call.namespace && !isSudo)
    throw bad('root or sudo privileges required to directly generate a token in a child namespace');

  const type = typeOf(body);
  const numUses = usesOf(body, role);
  const explicitMaxTtlS = least(secondsOf(body, 'explicit_max_ttl'), role?.explicitMaxTtlS);
  const ownPeriodS = secondsOf(body, 'period') ?? 0;
  const ttlS = secondsOf(body, 'ttl') ?? 0;
  if (type === 'batch') {
    const named = { explicit_max_ttl: explicitMaxTtlS, num_uses: numUses, period: ownPeriodS };
    const wrong = Object.entries(named).find(([, value]) => value > 0);
    if (wrong) throw bad(`batch tokens cannot have "${wrong[0]}" set`);
  }
  if (ownPeriodS > 0 && !isSudo) throw bad('root or sudo privileges required to create periodic token');
  if (textOf(body, 'entity_alias') !== null && !role)
    throw bad("'entity_alias' is only allowed in combination with token role");
  const id = textOf(body, 'id');
  if (id !== null && !isSudo) throw bad('root or sudo privileges required to specify token id');

  const policies = policiesOf(call, self, role);
  const isRoot = policies.includes('root');
  if (isRoot && !self.policies.includes('root'))
    throw bad('root tokens may not be created without parent token being root');
  if (isRoot && type === 'batch') throw bad('batch tokens cannot be root tokens');
  if (flagOf(body, 'no_parent', false) && !role && !isSudo)
    throw bad('root or sudo privileges required to create orphan token');
  const isOrphan = role ? role.orphan === true : isOrphanPath || flagOf(body, 'no_parent', false);

  const periodS = least(ownPeriodS, role?.periodS);
  const isEndless = isRoot && ttlS === 0 && periodS === 0 && explicitMaxTtlS === 0;
  if (isEndless && self.expiresAt !== null)
    throw bad('expiring root tokens cannot create non-expiring root tokens');
  const granted = isEndless
    ? { ttlS: 0, warnings: [] }
    : tokens.grantedTtl({ incrementS: ttlS, periodS, explicitMaxTtlS, createdAt: call.at });

  const token = tokens.add({
    id,
    type,
    policies,
    path: call.path,
    namespace: call.namespace,
    displayName: displayNameOf(body),
    meta: stringsOf(body, 'meta'),
    role: roleName,
    ttlS: granted.ttlS,
    periodS,
    explicitMaxTtlS,
    numUses,
    renewable: flagOf(body, 'renewable', true) && role?.renewable !== false,
    parent: isOrphan ? null : self.id,
  });
  const unknown = policies.filter((name) => name !== 'root' && !tokens.policies.has(name));
  const warnings = [...granted.warnings, ...unknown.map((name) => `Policy "${name}" does not exist`)];
  return { auth: tokens.authOf(token), warnings };
}

function policiesOf({ body, isSudo }: Call, self: Token, role: TokenRole | null): readonly string[] {
  const wanted = listOf(body, 'policies').map((name) => name.toLowerCase());
  const hasNoDefault = flagOf(body, 'no_default_policy', false);
  let policies: readonly string[] = wanted;
  let addsDefault = true;
  if (role?.allowedPolicies) {
    const allowed = [...role.allowedPolicies, 'default'];
    if (wanted.some((name) => !allowed.includes(name)))
      throw bad(
        `token policies (${JSON.stringify(wanted)}) must be subset of the role's allowed policies (${JSON.stringify(allowed)}) or glob policies ([])`,
      );
    policies = wanted.length > 0 ? wanted : role.allowedPolicies;
  } else if (wanted.length === 0) {
    policies = self.policies;
    addsDefault = false;
  } else if (!isSudo) {
    if (wanted.some((name) => !self.policies.includes(name)))
      throw bad('child policies must be subset of parent');
    addsDefault = self.policies.includes('default');
  }
  const all = new Set(policies);
  if (addsDefault && !all.has('root')) all.add('default');
  if (hasNoDefault) all.delete('default');
  if (all.has('response-wrapping')) throw bad('cannot assign policy "response-wrapping"');
  return all.has('root') ? ['root'] : [...all].sort();
}

function typeOf(body: Json): 'service' | 'batch' {
  const type = textOf(body, 'type') ?? 'service';
  if (type !== 'service' && type !== 'batch') throw bad("invalid 'token_type' value");
  return type;
}

function usesOf(body: Json, role: TokenRole | null): number {
  const own = countOf(body, 'num_uses');
  if (own < 0) throw bad('number of uses cannot be negative');
  return least(own, role?.numUses);
}

/** The smaller of two limits, of which 0 is none. */
function least(one: number | null, other = 0): number {
  if (!one || !other) return one || other;
  return Math.min(one, other);
}

function displayNameOf(body: Json): string {
  const name = textOf(body, 'display_name');
  return name === null ? 'token' : `token-${name}`.replace(/[^a-zA-Z0-9-]/g, '-').replace(/-$/, '');
}
