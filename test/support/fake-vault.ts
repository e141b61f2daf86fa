/**
 * A strict Vault or OpenBao for tests, as a pure object: `handle` takes a request and gives the answer that a server
 * would, at the time of the given clock. Tests set policies, roles, outages and broken answers, and read the log.
 * Written from the public API documentation, without any of the product's code. Over a socket: fake-vault-server.ts.
 */
import { randomUUID } from 'node:crypto';
import type { VaultResponse } from '../../app/main/ports/vault-http.js';
import {
  denied,
  envelope,
  jsonResponse,
  missing,
  noContent,
  operationOf,
  parseBody,
  refusalResponse,
} from './fake-vault-answers.js';
import { createKeyValue } from './fake-vault-kv.js';
import { createLogins } from './fake-vault-logins.js';
import { createOutages } from './fake-vault-outages.js';
import { capabilityFor, decodePath, lowerCased, resolveNamespace, tokenIn } from './fake-vault-request.js';
import { createLeases, createServerState, policyRoutes } from './fake-vault-sys.js';
import { tokenRoutes } from './fake-vault-token-paths.js';
import { createTokenStore, DAY_S } from './fake-vault-tokens.js';
import {
  Refusal,
  type Answer,
  type Call,
  type Capability,
  type FakeRequest,
  type FakeVault,
  type FakeVaultOptions,
  type LoggedRequest,
  type Mount,
  type Route,
  type Token,
  type TokenRole,
} from './fake-vault-types.js';
import { createWrapping, wrapEnvelope, wrapTtlOf } from './fake-vault-wrapping.js';

export { serveFakeVault, type ServedVault } from './fake-vault-server.js';
export { VaultGone, type FakeRequest, type FakeVault, type LoggedRequest } from './fake-vault-types.js';

const MOUNTS: readonly Mount[] = [
  { path: 'secret', version: 2 },
  { path: 'legion', version: 2 },
  { path: 'kv', version: 1 },
];
const ALL: readonly Capability[] = ['create', 'read', 'update', 'delete', 'list', 'patch'];
const METHODS = ['GET', 'HEAD', 'LIST', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function createFakeVault(options: FakeVaultOptions): FakeVault {
  const { clock, flavour = 'vault', namespaces = [], mounts = MOUNTS } = options;
  const { version = flavour === 'vault' ? '1.19.2' : '2.5.1', defaultTtlS = 32 * DAY_S } = options;
  const now = (): number => clock.now();
  let maxTtlS = options.maxTtlS ?? 32 * DAY_S;
  const log: LoggedRequest[] = [];
  const outages = createOutages();

  const onRevoked = (token: Token): void => {
    wrapping.forget(token);
    leases.forget(token);
  };
  const tokens = createTokenStore({ now, flavour, defaultTtlS, maxTtlS: () => maxTtlS, onRevoked });
  const tokenRoles = new Map<string, TokenRole>();
  const server = createServerState({ now, flavour, version });
  const wrapping = createWrapping(tokens);
  const leases = createLeases(tokens, now);
  const logins = createLogins(tokens, now);
  const keyValue = createKeyValue(mounts);
  const root = tokens.add({
    id: options.rootToken ?? null,
    policies: ['root'],
    path: 'auth/token/root',
    displayName: 'root',
    namespace: '',
    ttlS: 0,
  });

  const mountRoute: Route = {
    path: /^sys\/internal\/ui\/mounts\/(.+)$/,
    needsNoGrant: true,
    on: {
      read({ self }, match): Answer {
        const path = `${match[1]}/`;
        const mount = mounts.find((one) => path.startsWith(`${one.path}/`));
        if (!mount || !self || !mayReach(self, mount.path))
          throw new Refusal(403, [
            `preflight capability check returned 403, please ensure client's policies grant access to path "${path}"`,
          ]);
        return { data: keyValue.describe(mount) };
      },
    },
  };

  const mayReach = ({ policies }: Token, mount: string): boolean =>
    policies.includes('root') ||
    policies.some((name) =>
      Object.keys(tokens.policies.get(name) ?? {}).some((path) => path.startsWith(`${mount}/`)),
    );

  const routes: readonly Route[] = [
    ...tokenRoutes(tokens, tokenRoles),
    ...wrapping.routes,
    ...logins.routes,
    ...leases.routes,
    ...policyRoutes(tokens.policies),
    mountRoute,
    ...keyValue.routes,
  ];

  function answer(request: FakeRequest, headers: Readonly<Record<string, string>>): VaultResponse {
    const url = new URL(request.path, 'http://fake.invalid');
    const raw = decodePath(url.pathname);
    if (!raw.startsWith('/v1/')) throw missing();
    const broken = outages.meet(raw.slice(4));
    if (broken) return broken;
    if (!METHODS.includes(request.method)) throw new Refusal(405, []);
    if (options.demandsRequestHeader && headers['x-vault-request'] !== 'true')
      throw new Refusal(412, ['missing "X-Vault-Request" header']);
    if (raw.split('/').some((segment) => segment.endsWith('.'))) throw missing();

    const { namespace, path } = options.ignoresNamespaces
      ? { namespace: '', path: raw.slice(4) }
      : resolveNamespace(namespaces, headers['x-vault-namespace'] ?? '', raw.slice(4));
    const isHead = request.method === 'HEAD';
    if (path === 'sys/health') {
      if (namespace !== '') throw new Refusal(400, ['operation unavailable in namespaces']);
      if (!isHead && request.method !== 'GET') throw new Refusal(405, []);
      return server.health(url.searchParams, isHead);
    }
    if (path === 'sys/seal-status') {
      if (request.method !== 'GET') throw new Refusal(405, []);
      return server.sealStatus();
    }
    const elsewhere = server.obstacle(request.path);
    if (elsewhere) return elsewhere;

    const operation = operationOf(isHead ? 'GET' : request.method, url.searchParams);
    const response = serve({
      at: now(),
      id: randomUUID(),
      operation: operation === 'read' && path.endsWith('/') ? 'list' : operation,
      path: path.replace(/\/+$/, ''),
      query: url.searchParams,
      headers,
      body: operation === 'update' || operation === 'patch' ? parseBody(request.body) : {},
      namespace,
      certificate: request.certificate ?? null,
      rawToken: tokenIn(headers),
      self: null,
      isSudo: false,
    });
    return isHead ? { ...response, text: '' } : response;
  }

  function serve(asked: Call): VaultResponse {
    const route = routes.find(({ path }) => path.test(asked.path));
    const match = (route && asked.path.match(route.path)) ?? [''];
    if (route?.isOpen) return run(route, asked, match);
    const self = authenticate(asked);
    tokens.use(self);
    try {
      const isSudo = tokens.capabilitiesOf(self, asked.path).has('sudo');
      const call = { ...asked, self, isSudo };
      if (!route?.needsNoGrant) tokens.demand(self, asked.path, capabilityFor(route, call, match));
      return run(route, call, match);
    } finally {
      tokens.settle(self);
    }
  }

  function authenticate({ rawToken, namespace }: Call): Token {
    const self = rawToken === null ? null : tokens.find(rawToken);
    const isOutside = self && self.namespace !== '' && !`${namespace}/`.startsWith(`${self.namespace}/`);
    if (!self || isOutside) throw denied();
    return self;
  }

  function run(route: Route | undefined, call: Call, match: RegExpMatchArray): VaultResponse {
    if (!route) throw missing();
    const handler = route.on[call.operation];
    if (!handler) throw new Refusal(405, ['unsupported operation']);
    const ttlS = wrapTtlOf(call.headers);
    const result = handler(call, match);
    if (!result) return noContent;
    if (result.bare) return jsonResponse(200, result.bare);
    const content = envelope(call.id, result, null);
    const status = result.status ?? 200;
    if (ttlS === 0 || status >= 400) return jsonResponse(status, content);
    const { path: creationPath, namespace } = call;
    return jsonResponse(
      200,
      wrapEnvelope(call.id, wrapping.wrap(content, { creationPath, ttlS, namespace })),
    );
  }

  return {
    rootToken: root.id,
    log,

    handle(request) {
      const headers = lowerCased(request.headers);
      const sent = tokenIn(headers);
      const entry: LoggedRequest = {
        at: now(),
        method: request.method,
        path: request.path,
        namespace: headers['x-vault-namespace'] ?? null,
        hasToken: sent !== null,
        accessor: (sent === null ? null : tokens.find(sent)?.accessor) || null,
        wrapTtl: headers['x-vault-wrap-ttl'] ?? null,
        hasRequestHeader: headers['x-vault-request'] === 'true',
        status: null,
      };
      log.push(entry);
      let response: VaultResponse;
      try {
        response = answer(request, headers);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        response = refusalResponse(error);
      }
      entry.status = response.status;
      return response;
    },

    tokens: () => tokens.living().map(tokens.view),
    policy: (name, rules) => void tokens.policies.set(name, rules),
    grant(name, path, capabilities = ALL) {
      tokens.policies.set(name, { ...tokens.policies.get(name), [path]: capabilities });
    },
    createToken(wish = {}) {
      const {
        policies = ['default'],
        parent = null,
        namespace = '',
        periodS = 0,
        explicitMaxTtlS = 0,
      } = wish;
      const isRoot = policies.includes('root') && !wish.ttlS;
      const { ttlS } = isRoot
        ? { ttlS: 0 }
        : tokens.grantedTtl({ incrementS: wish.ttlS ?? 0, periodS, explicitMaxTtlS, createdAt: now() });
      return tokens.view(
        tokens.add({ ...wish, policies, parent, namespace, path: 'auth/token/create', ttlS }),
      );
    },
    tokenRole: (name, role) => void tokenRoles.set(name, role),
    appRole: logins.appRole,
    secretId: (role, wish) => logins.newSecretId(role, wish).secret_id,
    wrappedSecretId(role, ttlS) {
      const content = envelope(randomUUID(), { data: logins.newSecretId(role, { uses: 1 }) }, null);
      const creationPath = `auth/approle/role/${role}/secret-id`;
      return String(wrapping.wrap(content, { creationPath, ttlS, namespace: '' })['token']);
    },
    user: logins.user,
    certRole: logins.certRole,
    jwtRole: logins.jwtRole,
    lease: leases.add,
    leases: leases.living,
    secret(mount, path, data) {
      const found = mounts.find((one) => one.path === mount);
      if (!found) throw new Error(`no mount ${mount}`);
      keyValue.put(found, path, now(), data);
    },
    setMaxTtl(seconds) {
      maxTtlS = seconds;
    },
    revokeTree(idOrAccessor) {
      const token = tokens.find(idOrAccessor) ?? tokens.byAccessor(idOrAccessor);
      if (token) tokens.revoke(token);
    },
    seal: (progress = 0) => server.seal(progress),
    unseal: server.unseal,
    initialized: server.initialized,
    standby(mode, origin = '') {
      server.become('standby', mode === 'redirect' ? origin : null);
    },
    become: (role) => server.become(role, null),
    rateLimit: (n, retryAfterS, kind = 'rate') => outages.limit(n, retryAfterS, kind),
    failNext: outages.fail,
    setClockSkew: server.skew,
  };
}
