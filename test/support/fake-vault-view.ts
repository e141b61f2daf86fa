/** Pictures of Vault as the window gets them, made up for component tests and for looking at pages. No server behind. */
import type { Vault, VaultState, VaultToken } from '../../app/shared/domain/vault.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const aVaultToken = (now: number, over: Partial<VaultToken> = {}): VaultToken => ({
  accessor: '8609694a-cdbc-db9b-d345-e782dbb562ed',
  displayName: 'approle',
  policies: ['default', 'legion-node'],
  type: 'service',
  isRoot: false,
  isRenewable: true,
  periodS: null,
  // Half a minute over, so that a word made of it holds while a test runs.
  endsAt: now + 2 * HOUR + 10 * MINUTE + MINUTE / 2,
  lifeMs: 3 * HOUR,
  usesLeft: null,
  source: 'login',
  from: null,
  receivedAt: now - 5 * HOUR,
  isOurs: true,
  renewals: 3,
  renewedAt: now - 50 * MINUTE,
  nextRenewalAt: now + 70 * MINUTE + MINUTE / 2,
  failures: 0,
  ...over,
});

/** Whether a token is there in a state by itself; a test may say otherwise. */
const HELD: ReadonlySet<VaultState> = new Set(['connected', 'backoff', 'soon', 'sealed']);

export const aVaultView = (now: number, state: VaultState, over: Partial<Vault> = {}): Vault => ({
  at: now,
  state,
  since: now - 12_000,
  address: 'https://vault.prod-eu.example:8200',
  namespace: null,
  login: 'approle',
  isUnverified: false,
  server: {
    health: state === 'sealed' ? 'sealed' : 'active',
    status: null,
    version: '1.19.2',
    clusterName: 'vault-cluster-eu',
    unseal: state === 'sealed' ? { progress: 2, threshold: 3 } : null,
    skewMs: 400,
    at: now - 4_000,
  },
  token: HELD.has(state) ? aVaultToken(now) : null,
  problem: null,
  nextTryAt: null,
  warnings: [],
  askedAt: null,
  unansweredAt: null,
  given: [],
  ...over,
});

export const noVault = (now: number): Vault =>
  aVaultView(now, 'off', {
    address: null,
    login: 'none',
    server: {
      health: 'unknown',
      status: null,
      version: null,
      clusterName: null,
      unseal: null,
      skewMs: null,
      at: null,
    },
  });
