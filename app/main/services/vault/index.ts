/**
 * Vault as this node uses it: the server's health, the one token and what a person wants of it. Built with the node and
 * thrown away with it. The token stays in the keeper.
 */
import type { Vault } from '../../../shared/domain/vault.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { Reading, Secret } from '../../core/protocol/vault/answers.js';
import { cleanWords, vaultProblem, type VaultProblem } from '../../core/protocol/vault/problem.js';
import type { Health } from '../../core/protocol/vault/health.js';
import type { Cancel } from '../../ports/clock.js';
import { createVaultClient } from './client.js';
import type { SecretPlace } from './client-kv.js';
import type { Asking } from './bus-asking.js';
import type { WrappedGiving } from './bus-wrapped-giving.js';
import { createKeeper, type HeldFacts } from './keeper.js';
import type { VaultDeps, VaultSettings } from './types.js';
import { createWrapped } from './wrapped.js';

/** The server is asked how it is so often; each node at times of its own. */
const HEALTH_MS = 20_000;
const HEALTH_SPREAD_MS = 10_000;
/** VW7 It is an alarm for so long. */
const REPLAY_MS = 86_400_000;

/** What was made for other nodes. */
export type GivenTokens = Pick<WrappedGiving, 'list' | 'revoke'>;
export type VaultService = ReturnType<typeof createVault>;

type Server = Vault['server'];
const UNKNOWN: Server = {
  health: 'unknown',
  status: null,
  version: null,
  clusterName: null,
  unseal: null,
  skewMs: null,
  at: null,
};
const HEALTH_OF: Readonly<Record<Health['state'], Server['health']>> = {
  active: 'active',
  standby: 'standby',
  'performance-standby': 'performance-standby',
  'standby-without-active': 'no-active',
  'dr-secondary': 'dr',
  sealed: 'sealed',
  uninitialised: 'uninitialised',
  removed: 'removed',
};

/** A page of a balancer, or a place that we are sent to: no Vault has said anything. */
const NOT_VAULT: ReadonlySet<string> = new Set(['VAULT_ANSWER', 'VAULT_REDIRECT', 'VAULT_TLS']);

const toldOf = (
  { code, words, fault }: Pick<VaultProblem, 'code' | 'words' | 'fault'>,
  at: number,
): NonNullable<Vault['problem']> => ({ code, words, fault, at });

/** Where there is no node, and so no Vault. */
export const noVault = (at: number): Vault => ({
  ...{ at, state: 'off', since: at, address: null, namespace: null, login: 'none', isUnverified: false },
  ...{ server: UNKNOWN, token: null, problem: null, nextTryAt: null, warnings: [], askedAt: null },
  ...{ unansweredAt: null, given: [] },
});

/** `settings` null: no Vault is configured. @throws AppError CONFIG_INVALID */
export function createVault(
  settings: VaultSettings | null,
  { asking, giving, ...deps }: VaultDeps & { readonly asking: Asking; readonly giving: GivenTokens },
) {
  const { clock, random } = deps;
  let server = UNKNOWN;
  let serverProblem: Vault['problem'] = null;
  let since = clock.now();
  let lastState: Vault['state'] | null = null;
  let timer: Cancel = () => undefined;
  let isStopped = true;
  let replayedAt: number | null = null;

  const client =
    settings &&
    createVaultClient({
      ...{ http: deps.http, address: settings.address, namespace: settings.namespace },
      redirectHosts: settings.redirectHosts,
    });
  const alarm = (): void => {
    replayedAt = clock.now();
  };
  const keeper =
    settings &&
    client &&
    createKeeper(settings.login, client, deps, {
      alarm,
      seal({ isSealed, progress, threshold }) {
        server = {
          ...server,
          ...(isSealed ? { health: 'sealed' } : server.health === 'sealed' && { health: 'active' }),
          unseal: isSealed ? { progress, threshold } : null,
          at: clock.now(),
        };
      },
      sealed: () => void lookAtServer(),
    });

  const wrapped =
    settings &&
    client &&
    keeper &&
    createWrapped({ client, keeper, role: settings.handoverRole, skewMs: () => server.skewMs });

  async function lookAtServer(): Promise<void> {
    timer();
    if (!client || isStopped) return;
    // What the computer slept through is seen here, too.
    keeper?.look();
    const askedAt = clock.now();
    const reading = await client.health();
    if (isStopped) return;
    const at = clock.now();
    if (reading.ok) {
      const { state, version, clusterName, serverNow, problem } = reading.value;
      // It tells whole seconds.
      const skewMs = serverNow === null ? null : serverNow + 500 - (askedAt + at) / 2;
      const unseal = state === 'sealed' ? server.unseal : null;
      const health = HEALTH_OF[state];
      server = { health, status: null, version: version || null, clusterName, unseal, skewMs, at };
      serverProblem = problem && toldOf(problem, at);
      if (state === 'sealed') await lookAtSeal();
    } else {
      const { code, status } = reading.problem;
      const isVault = status !== null && !NOT_VAULT.has(code);
      server = { ...server, health: isVault ? 'failing' : 'unreachable', status, at };
      serverProblem = toldOf(reading.problem, at);
    }
    timer = clock.after(HEALTH_MS + random.fraction() * HEALTH_SPREAD_MS, () => void lookAtServer());
  }
  async function lookAtSeal(): Promise<void> {
    const seal = await client?.sealStatus();
    if (seal?.ok)
      server = { ...server, unseal: { progress: seal.value.progress, threshold: seal.value.threshold } };
  }

  const needed = (): NonNullable<typeof keeper> => {
    if (!keeper) throw new AppError('VAULT_OFF', 'no Vault is configured');
    return keeper;
  };

  const handover = (): NonNullable<typeof wrapped> => {
    if (!wrapped) throw new AppError('VAULT_OFF', 'no Vault is configured');
    return wrapped;
  };

  function stateOf(): Vault['state'] {
    if (!keeper) return 'off';
    const { phase, isSealed, isSoon, isExpiring, failures, problem, task } = keeper.view();
    if (isSealed) return 'sealed';
    switch (phase) {
      case 'held':
        if (isSoon || isExpiring) return 'soon';
        return failures > 0 || problem ? 'backoff' : 'connected';
      case 'unchecked':
        return 'checking';
      case 'refused':
        return asking.isOpen() ? 'asked' : 'refused';
      case 'ended':
        if (asking.isOpen()) return 'asked';
        return task === 'login' && !problem ? 'authenticating' : 'ended';
      case 'none':
        if (asking.isOpen()) return 'asked';
        return task === 'login' ? 'authenticating' : 'wanted';
    }
  }

  function tokenOf(): Vault['token'] {
    if (!keeper) return null;
    const held = keeper.view();
    if (!held.facts) return null;
    const { facts, endsUp, lifeMs, dueUp } = held;
    return {
      accessor: facts.accessor || null,
      displayName: cleanWords(facts.displayName),
      policies: [...new Set([...facts.policies, ...facts.identityPolicies])].map((name) => cleanWords(name)),
      type: facts.type === 'batch' ? 'batch' : 'service',
      isRoot: facts.policies.includes('root'),
      ...{ isRenewable: held.isRenewable, periodS: held.periodS, usesLeft: held.usesLeft },
      ...{ endsAt: endsUp === null ? null : keeper.wall(endsUp), lifeMs },
      ...{ source: facts.source, from: facts.from, receivedAt: facts.receivedAt },
      isOurs: facts.source !== 'peer' || facts.isWrapped === true,
      ...{ renewals: held.renewals, renewedAt: facts.renewedAt, failures: held.failures },
      nextRenewalAt: held.task === 'renew' && dueUp !== null ? keeper.wall(dueUp) : null,
    };
  }

  return {
    start(): void {
      if (!keeper) return;
      isStopped = false;
      keeper.start();
      void lookAtServer();
    },
    /** Never rejects. */
    async stop(): Promise<void> {
      isStopped = true;
      timer();
      asking.stop();
      await keeper?.stop();
    },
    /** Once a second. */
    tick(): void {
      if (isStopped) return;
      const state = stateOf();
      if (state !== lastState) since = clock.now();
      lastState = state;
    },
    isUsed: keeper !== null,
    state: stateOf,
    since: (): number => since,
    /** What is wrong with the token is being mended by a login, which has not failed. */
    mendsItself: (): boolean =>
      keeper?.logsIn === true && keeper.view().problem === null && stateOf() !== 'sealed',

    /** Throws VAULT_OFF and whatever Vault says of it. */
    async enter(token: string): Promise<void> {
      await needed().offer(token.trim(), { source: 'entered', from: null });
    },
    hasToken: (): boolean => keeper?.hasToken() ?? false,
    /** No token, and no login of our own: only a person or another node can help. */
    needsOthers: (): boolean => settings?.login.kind === 'none' && (keeper?.isEmpty() ?? false),
    isEmpty: (): boolean => keeper?.isEmpty() ?? false,
    /** For handing it on: null when there is none that Vault has confirmed. */
    accessor: (): string | null => keeper?.withToken((_, facts) => facts.accessor || null) ?? null,
    /** VAULT_TOKEN without a token; one of few uses is not spent on this. */
    async kvRead(secretAt: SecretPlace): Promise<Reading<Secret>> {
      const isLimited = (keeper?.view().usesLeft ?? null) !== null;
      const reading = isLimited ? null : keeper?.withToken((token) => client?.kvRead(token, secretAt));
      return (await reading) ?? { ok: false, problem: vaultProblem('VAULT_TOKEN') };
    },
    withToken: <T>(use: (token: string, facts: HeldFacts) => T): T | null => keeper?.withToken(use) ?? null,
    /** VX6 One of another node; `from` null: nobody knows whose. Throws VAULT_OFF, VAULT_HELD, VAULT_ROOT and whatever Vault says. */
    async receive(token: string, from: string | null): Promise<void> {
      const own = needed();
      await own.offer(token, { source: 'peer', from }, ({ policies }) => {
        if (!own.isEmpty()) throw new AppError('VAULT_HELD', 'a token is held already');
        if (policies.includes('root')) throw new AppError('VAULT_ROOT', 'the token of a peer is root’s');
      });
    },
    /** For tokens that are made for one node; throws VAULT_OFF. */
    handover,
    /** VW7 Somebody was at a token on its way to us. */
    alarm,
    /** null: nobody was, lately. */
    replayedAt: (): number | null =>
      replayedAt !== null && clock.now() - replayedAt < REPLAY_MS ? replayedAt : null,
    /** Logs in, or asks the other nodes. Throws VAULT_OFF, VAULT_HELD, whatever Vault says or the bus. */
    async ask(): Promise<void> {
      const own = needed();
      if (settings?.login.kind !== 'none') return own.login();
      if (!own.isEmpty()) throw new AppError('VAULT_HELD', 'a token is held already');
      await asking.begin();
    },
    /** Throws VAULT_OFF, VAULT_NO_TOKEN, VAULT_NOT_RENEWABLE and whatever Vault says. */
    async renew(): Promise<void> {
      const own = needed();
      if (!own.hasToken()) throw new AppError('VAULT_NO_TOKEN', 'no token is held');
      if (!own.view().isRenewable) throw new AppError('VAULT_NOT_RENEWABLE', 'this token cannot be renewed');
      await own.renew();
    },
    async revoke(): Promise<boolean> {
      const own = needed();
      // No new one until a person wants it: an answer that is still under way would bring one.
      asking.stop();
      return own.revoke();
    },
    /** VW10 False: Vault did not know it any more. Throws VAULT_OFF, VAULT_NOT_GIVEN, VAULT_NO_TOKEN and whatever Vault says. */
    async revokeGiven(accessor: string): Promise<boolean> {
      needed();
      return giving.revoke(accessor);
    },

    view(): Vault {
      const at = clock.now();
      const held = keeper?.view() ?? null;
      const { problem = null } = held ?? {};
      const state = stateOf();
      return {
        ...{ at, state, since: state === lastState ? since : at },
        address: settings?.address ?? null,
        namespace: settings?.namespace ?? null,
        login: settings?.login.kind ?? 'none',
        isUnverified: settings?.isUnverified ?? false,
        server,
        token: tokenOf(),
        problem: problem
          ? toldOf(problem, since)
          : held?.facts && server.health !== 'failing'
            ? null
            : serverProblem,
        nextTryAt:
          keeper && held && held.dueUp !== null && held.task !== null ? keeper.wall(held.dueUp) : null,
        warnings: [...(held?.warnings ?? [])],
        askedAt: asking.askedAt(),
        unansweredAt: asking.unansweredAt(),
        given: giving.list(),
      };
    },
  };
}
