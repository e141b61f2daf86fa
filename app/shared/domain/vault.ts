/**
 * Vault as a person may see it: the server, the token this node holds (never the token itself; its accessor tells tokens
 * apart and cannot be used in its place), and what becomes of it.
 */
import * as z from 'zod';

/**
 * `off`: not used. `wanted`: no token and no way to get one by itself. `authenticating`: logging in. `asked`: nodes were
 * asked for one. `checking`: there is one that Vault has not confirmed yet. `connected`. `backoff`: renewals fail for now.
 * `soon`: it ends soon and is not renewed any more. `sealed`: Vault is; the token waits. `ended`. `refused`: Vault does
 * not take it, or the login.
 */
export const VAULT_STATES = [
  'off',
  'wanted',
  'authenticating',
  'asked',
  'checking',
  'connected',
  'backoff',
  'soon',
  'sealed',
  'ended',
  'refused',
] as const;
export type VaultState = (typeof VAULT_STATES)[number];

/** As sys/health tells it. `unknown`: not asked yet. `failing`: Vault answers, with an error. */
export const VAULT_HEALTH = [
  'unknown',
  'active',
  'standby',
  'performance-standby',
  'no-active',
  'dr',
  'sealed',
  'uninitialised',
  'removed',
  'failing',
  'unreachable',
] as const;
export type VaultHealth = (typeof VAULT_HEALTH)[number];

/** How this node comes by a token: given in the configuration, typed in here, by a login, from another node. */
export const TOKEN_SOURCES = ['configuration', 'entered', 'login', 'peer'] as const;
export const VAULT_LOGINS = ['none', 'token', 'approle', 'cert'] as const;

const Problem = z.object({
  /** A code of the table of errors. */
  code: z.string(),
  /** The server's own words, cleaned; may be empty. */
  words: z.string(),
  /** Which fault of TLS; null: none, or unknown. */
  fault: z.string().nullish(),
  at: z.number(),
});

export const VaultToken = z.object({
  /** null: a batch token has none. */
  accessor: z.string().nullable(),
  displayName: z.string(),
  policies: z.array(z.string()),
  type: z.enum(['service', 'batch']),
  isRoot: z.boolean(),
  isRenewable: z.boolean(),
  /** Seconds that each renewal brings, for a periodic one. */
  periodS: z.number().nullable(),
  /** Epoch ms. null: it does not end. */
  endsAt: z.number().nullable(),
  /** Of its life since it was received or renewed last, ms; with `endsAt` the bar. */
  lifeMs: z.number().nullable(),
  /** null: unlimited. Counted down here. */
  usesLeft: z.number().int().nullable(),
  source: z.enum(TOKEN_SOURCES),
  /** Of `peer`: who gave it. */
  from: z.string().nullable(),
  receivedAt: z.number(),
  /** We logged in for it, or it was made for us: we may revoke it. A shared one is never revoked from here. */
  isOurs: z.boolean(),
  renewals: z.number().int(),
  renewedAt: z.number().nullable(),
  /** When it is renewed next; null: not by itself. */
  nextRenewalAt: z.number().nullable(),
  /** Failed renewals in a row. */
  failures: z.number().int(),
});
export type VaultToken = z.infer<typeof VaultToken>;

/** A token of its own that this console made for another node, and takes back by its accessor. */
export const GivenToken = z.object({
  accessor: z.string(),
  to: z.string(),
  at: z.number(),
  /** It lives no longer, epoch ms, and may have ended before. */
  expiresAt: z.number(),
  /** `given`: for all that we know it lives. `revoked`: from here. `ended`: Vault did not know it any more. */
  state: z.enum(['given', 'revoked', 'ended']),
  stateAt: z.number(),
  /** Why it could not be revoked last time; null: nobody tried, or it could. */
  problem: Problem.nullable(),
});
export type GivenToken = z.infer<typeof GivenToken>;

/** A whole picture each time; it is small. */
export const Vault = z.object({
  at: z.number(),
  state: z.enum(VAULT_STATES),
  since: z.number(),
  /** null: none is configured. */
  address: z.string().nullable(),
  namespace: z.string().nullable(),
  login: z.enum(VAULT_LOGINS),
  /** Certificates are not checked. */
  isUnverified: z.boolean(),
  server: z.object({
    health: z.enum(VAULT_HEALTH),
    /** Of one that fails: that of HTTP. */
    status: z.number().int().nullable(),
    version: z.string().nullable(),
    clusterName: z.string().nullable(),
    /** Of a sealed one: how many key shares of how many needed were entered. */
    unseal: z.object({ progress: z.number().int(), threshold: z.number().int() }).nullable(),
    /** Its clock minus ours, ms; null: not known. */
    skewMs: z.number().nullable(),
    at: z.number().nullable(),
  }),
  token: VaultToken.nullable(),
  /** Why it is not as it should be; null: it is. */
  problem: Problem.nullable(),
  /** When the next step is tried by itself; null: it waits for a person. */
  nextTryAt: z.number().nullable(),
  /** Warnings of the server with its latest answers, newest first. */
  warnings: z.array(z.string()),
  /** Nodes asked for a token last time, and when. */
  askedAt: z.number().nullable(),
  /** Since when it is known that they sent no token that can be used; null: they may, or one came. */
  unansweredAt: z.number().nullable(),
  /** What was handed over from here, at most 200: those that may live first, then newest first. */
  given: z.array(GivenToken),
});
export type Vault = z.infer<typeof Vault>;
