/** The ways into the fake Vault without a token: AppRole, client certificate, password, kubernetes and jwt. */
import { bad, chars, denied, textOf } from './fake-vault-answers.js';
import type { TokenStore } from './fake-vault-tokens.js';
import type { Answer, AppRole, Call, Json, Login, Route } from './fake-vault-types.js';

type SecretId = {
  readonly role: string;
  readonly isLimited: boolean;
  readonly endsAt: number | null;
  usesLeft: number;
};
type SecretIdOptions = { readonly uses?: number; readonly ttlS?: number };

export type Logins = ReturnType<typeof createLogins>;

export function createLogins(tokens: TokenStore, now: () => number) {
  const appRoles = new Map<string, AppRole>();
  const secretIds = new Map<string, SecretId>();
  const users = new Map<string, { readonly password: string; readonly login: Login }>();
  const certRoles = new Map<string, { readonly commonName: string; readonly login: Login }>();
  const jwtRoles = new Map<string, { readonly jwt: string; readonly login: Login }>();

  function enter(
    call: Call,
    login: Login,
    displayName: string,
    meta: Readonly<Record<string, string>>,
  ): Answer {
    const periodS = login.periodS ?? 0;
    const roleMaxTtlS = login.maxTtlS ?? 0;
    const { ttlS, warnings } = tokens.grantedTtl({
      incrementS: login.ttlS ?? 0,
      periodS,
      explicitMaxTtlS: 0,
      roleMaxTtlS,
      createdAt: call.at,
    });
    const token = tokens.add({
      policies: [...new Set(['default', ...login.policies])].sort(),
      path: call.path,
      namespace: call.namespace,
      displayName,
      meta,
      ttlS,
      periodS,
      roleMaxTtlS,
      type: login.type ?? 'service',
      numUses: login.numUses ?? 0,
    });
    return { auth: tokens.authOf(token), warnings };
  }

  function takeSecretId(id: string | null, role: string): void {
    const found = id === null ? undefined : secretIds.get(id);
    const isOver = found && found.endsAt !== null && found.endsAt <= now();
    if (id === null || !found || isOver || found.role !== role) throw bad('invalid role or secret ID');
    if (!found.isLimited) return;
    found.usesLeft -= 1;
    if (found.usesLeft === 0) secretIds.delete(id);
  }

  const jwtRoute = (method: 'kubernetes' | 'jwt'): Route => ({
    path: new RegExp(`^auth/${method}/login$`),
    isOpen: true,
    on: {
      update(call) {
        const jwt = textOf(call.body, 'jwt');
        const role = textOf(call.body, 'role');
        if (jwt === null) throw bad('missing jwt');
        if (role === null) throw bad('missing role');
        const found = jwtRoles.get(`${method}/${role}`);
        if (!found) throw bad(`invalid role name "${role}"`);
        if (found.jwt !== jwt)
          throw method === 'kubernetes'
            ? denied()
            : bad('error validating token: error verifying token signature');
        return enter(call, found.login, `${method}-${role}`, { role });
      },
    },
  });

  const routes: readonly Route[] = [
    {
      path: /^auth\/approle\/login$/,
      isOpen: true,
      on: {
        update(call) {
          const roleId = textOf(call.body, 'role_id');
          if (roleId === null) throw bad('missing role_id');
          const found = [...appRoles].find(([, role]) => role.roleId === roleId);
          if (!found) throw bad('invalid role or secret ID');
          const [name, role] = found;
          if (role.bindSecretId !== false) {
            const secretId = textOf(call.body, 'secret_id');
            if (secretId === null) throw bad('missing secret_id');
            takeSecretId(secretId, name);
          }
          return enter(call, role, 'approle', { role_name: name });
        },
      },
    },
    {
      path: /^auth\/cert\/login$/,
      isOpen: true,
      on: {
        update(call) {
          const { certificate } = call;
          if (!certificate) throw bad('client certificate must be supplied');
          const name = textOf(call.body, 'name');
          const { commonName } = certificate;
          const found = [...certRoles].find(
            ([role, one]) => (name === null || role === name) && one.commonName === commonName,
          );
          if (!found) throw bad('invalid certificate or no client certificate supplied');
          const meta = { cert_name: found[0], common_name: commonName };
          return enter(call, found[1].login, `cert-${commonName}`, meta);
        },
      },
    },
    {
      path: /^auth\/userpass\/login\/([^/]+)$/,
      isOpen: true,
      on: {
        update(call, match) {
          const name = (match[1] ?? '').toLowerCase();
          const password = textOf(call.body, 'password');
          if (password === null) throw bad('missing password');
          const user = users.get(name);
          if (!user || user.password !== password) throw bad('invalid username or password');
          return enter(call, user.login, `userpass-${name}`, { username: name });
        },
      },
    },
    jwtRoute('kubernetes'),
    jwtRoute('jwt'),
  ];

  return {
    routes,
    appRole: (name: string, role: AppRole): void => void appRoles.set(name, role),
    user: (name: string, password: string, login: Login): void => void users.set(name, { password, login }),
    certRole: (name: string, commonName: string, login: Login): void =>
      void certRoles.set(name, { commonName, login }),
    jwtRole: (method: string, name: string, jwt: string, login: Login): void =>
      void jwtRoles.set(`${method}/${name}`, { jwt, login }),

    /** As making one by its path answers. */
    newSecretId(
      role: string,
      { uses = 0, ttlS = 0 }: SecretIdOptions = {},
    ): Json & { readonly secret_id: string } {
      if (!appRoles.has(role)) throw new Error(`no AppRole ${role}`);
      const id = `sid-${chars(32)}`;
      const endsAt = ttlS > 0 ? now() + ttlS * 1_000 : null;
      secretIds.set(id, { role, isLimited: uses > 0, endsAt, usesLeft: uses });
      return {
        secret_id: id,
        secret_id_accessor: chars(24),
        secret_id_num_uses: uses,
        secret_id_ttl: ttlS,
      };
    },
  };
}
