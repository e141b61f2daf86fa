/**
 * The words in which the parts of the fake Vault talk to each other, and what a test may say to it and read of it. No
 * behaviour here.
 */
import type { VaultRequest, VaultResponse } from '../../app/main/ports/vault-http.js';

/** What the listener saw of a client: a certificate that it has checked against its authority. */
export type ClientCertificate = { readonly commonName: string };

/** A VaultRequest, or whatever else came over a socket. */
export type FakeRequest = Omit<VaultRequest, 'method'> & {
  readonly method: string;
  readonly certificate?: ClientCertificate;
};

export type Operation = 'read' | 'list' | 'update' | 'delete' | 'patch';
export type Capability = 'create' | 'read' | 'update' | 'delete' | 'list' | 'patch' | 'sudo' | 'deny';
/** By API path (`secret/data/foo`), exact or with one `*` at its end. */
export type Rules = Readonly<Record<string, readonly Capability[]>>;
export type Json = Readonly<Record<string, unknown>>;

export type Token = {
  readonly id: string;
  /** Empty for a batch token. */
  readonly accessor: string;
  readonly type: 'service' | 'batch';
  readonly policies: readonly string[];
  /** The API path that made it. */
  readonly path: string;
  readonly displayName: string;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly role: string | null;
  readonly namespace: string;
  readonly createdAt: number;
  readonly creationTtlS: number;
  readonly explicitMaxTtlS: number;
  readonly periodS: number;
  /** The max TTL of its login's role, 0 for none. */
  readonly roleMaxTtlS: number;
  readonly renewable: boolean;
  /** Was limited from the start, whatever is left. */
  readonly isLimited: boolean;
  /** Id of the parent; null for an orphan. */
  parent: string | null;
  usesLeft: number;
  /** Null: never. */
  expiresAt: number | null;
  renewedAt: number | null;
  isRevoked: boolean;
};

/** What a test may know of a token that lives. */
export type TokenView = Omit<Token, 'isRevoked'> & { readonly ttlS: number };

export type Answer = {
  readonly data?: unknown;
  readonly auth?: Json;
  readonly warnings?: readonly string[];
  readonly lease?: { readonly id: string; readonly durationS: number; readonly renewable: boolean };
  /** Sent as it stands, without the envelope. */
  readonly bare?: Json;
  readonly status?: number;
};

export type Call = {
  readonly at: number;
  readonly id: string;
  readonly operation: Operation;
  /** Without `/v1/`, namespace and a slash at the end. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly namespace: string;
  readonly certificate: ClientCertificate | null;
  /** As sent, dead or alive. */
  readonly rawToken: string | null;
  /** Who asks; on open paths null. */
  readonly self: Token | null;
  readonly isSudo: boolean;
};

/** Null: 204 without a body. */
export type Handler = (call: Call, match: RegExpMatchArray) => Answer | null;
export type Route = {
  readonly path: RegExp;
  /** Needs no token, or looks at it itself. */
  readonly isOpen?: boolean;
  /** Needs a token, but no policy: it decides by itself. */
  readonly needsNoGrant?: boolean;
  /** Asks whether a write would make something new: then it needs `create`, else `update`. */
  readonly exists?: (call: Call, match: RegExpMatchArray) => boolean;
  readonly on: Partial<Record<Operation, Handler>>;
};

export type LoggedRequest = {
  readonly at: number;
  readonly method: string;
  /** With its query, as it came. */
  readonly path: string;
  readonly namespace: string | null;
  readonly hasToken: boolean;
  /** Of the token sent, when it lives. */
  readonly accessor: string | null;
  readonly wrapTtl: string | null;
  /** Whether `X-Vault-Request: true` came along. */
  readonly hasRequestHeader: boolean;
  /** What it was answered; null for one that was left hanging or cut off. */
  status: number | null;
};

export type NodeRole =
  'active' | 'standby' | 'performance-standby' | 'dr-secondary' | 'standby-without-active' | 'removed';

/** An answer that no Vault gives: of a balancer in between, of a broken one, or none. */
export type Broken =
  'html' | 'html-error' | 'not-json' | 'no-fields' | 'no-content' | 'huge' | 'hang' | 'cut';

export type TokenRole = {
  readonly allowedPolicies?: readonly string[];
  readonly orphan?: boolean;
  readonly renewable?: boolean;
  readonly periodS?: number;
  readonly explicitMaxTtlS?: number;
  readonly numUses?: number;
};

export type Login = {
  readonly policies: readonly string[];
  readonly ttlS?: number;
  readonly maxTtlS?: number;
  readonly periodS?: number;
  readonly numUses?: number;
  readonly type?: 'service' | 'batch';
};
export type AppRole = Login & { readonly roleId: string; readonly bindSecretId?: boolean };
export type Mount = { readonly path: string; readonly version: 1 | 2 };
export type CreateTokenWish = {
  readonly policies?: readonly string[];
  readonly ttlS?: number;
  readonly periodS?: number;
  readonly explicitMaxTtlS?: number;
  readonly numUses?: number;
  readonly renewable?: boolean;
  readonly type?: 'service' | 'batch';
  readonly namespace?: string;
  readonly displayName?: string;
  readonly meta?: Readonly<Record<string, string>>;
  /** Id of a token; without it an orphan. */
  readonly parent?: string;
  readonly id?: string;
};

export type FakeVaultOptions = {
  readonly clock: { now(): number };
  readonly flavour?: 'vault' | 'openbao';
  readonly version?: string;
  /** Known ones, such as `team-a` and `team-a/b`; none by default. */
  readonly namespaces?: readonly string[];
  /** Takes a request of any namespace for one of the root. Otherwise an unknown one is a 404. */
  readonly ignoresNamespaces?: boolean;
  /** Demands `X-Vault-Request: true`, as the listener of an agent may. */
  readonly demandsRequestHeader?: boolean;
  readonly rootToken?: string;
  readonly defaultTtlS?: number;
  readonly maxTtlS?: number;
  /** By default `secret` and `legion` of version 2 and `kv` of version 1. */
  readonly mounts?: readonly Mount[];
};

export type FakeVault = {
  /** Throws VaultGone where nothing comes back. */
  handle(request: FakeRequest): VaultResponse;
  readonly rootToken: string;
  readonly log: readonly LoggedRequest[];
  /** Tokens that live, root among them. */
  tokens(): readonly TokenView[];
  policy(name: string, rules: Rules): void;
  /** Puts a policy of one path and its default capabilities (all) on top of those that there are. */
  grant(policy: string, path: string, capabilities?: readonly Capability[]): void;
  createToken(wish?: CreateTokenWish): TokenView;
  tokenRole(name: string, role: TokenRole): void;
  appRole(name: string, role: AppRole): void;
  /** A secret id for the role; `uses` 0 for unlimited. */
  secretId(role: string, options?: { readonly uses?: number; readonly ttlS?: number }): string;
  /** The same inside a wrapping token of so many seconds. */
  wrappedSecretId(role: string, wrapTtlS: number): string;
  user(name: string, password: string, login: Login): void;
  /** A role of the cert method, for a certificate with this common name. */
  certRole(name: string, commonName: string, login: Login): void;
  /** For kubernetes and jwt: this JWT is worth a login under this role. */
  jwtRole(method: 'kubernetes' | 'jwt', name: string, jwt: string, login: Login): void;
  /** A lease of a made-up dynamic secret, for the token with this id. Gives its id. */
  lease(tokenId: string, ttlS: number): string;
  /** Leases that have not ended. */
  leases(): readonly string[];
  /** Writes a secret as an operator would; `path` after the mount. */
  secret(mount: string, path: string, data: Json): void;
  /** From now on, also for tokens that there are. */
  setMaxTtl(seconds: number): void;
  /** Kills the token, by id or accessor, with its children and leases. */
  revokeTree(idOrAccessor: string): void;
  seal(progress?: number): void;
  unseal(): void;
  initialized(is: boolean): void;
  /** `forward`: works as the active one does and says standby on health. */
  standby(mode: 'forward' | 'redirect', origin?: string): void;
  become(role: NodeRole): void;
  /** Refuses the next n requests, health and seal status excepted. */
  rateLimit(n: number, retryAfterS: number | null, kind?: 'rate' | 'leases'): void;
  /** The next n requests of any kind; a number is a status with an error envelope. */
  failNext(n: number, how: number | Broken): void;
  /** Adds to what the server takes for its time. */
  setClockSkew(seconds: number): void;
};

/** What comes back when nothing does. */
export class VaultGone extends Error {
  constructor(readonly kind: 'hang' | 'cut') {
    super(`the fake Vault lets it ${kind}`);
  }
}

/** An answer of the error kind, thrown from wherever it is found out. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly string[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(errors.join('; '));
  }
}
