/**
 * Keeps one token alive: does what the machine in core/vault says is next, one thing at a time, and holds the token
 * itself, in memory alone. Nobody else sees it but by `withToken`.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import { createTokenMachine, type Task, type TokenSource } from '../../core/vault/token-machine.js';
import type { Grant, Reading, SealStatus, TokenFacts } from '../../core/protocol/vault/answers.js';
import { asPolicy, toAppError, vaultProblem, type VaultProblem } from '../../core/protocol/vault/problem.js';
import type { Cancel } from '../../ports/clock.js';
import type { VaultClient } from './client.js';
import type { VaultDeps, VaultLogin } from './types.js';

/** So long a timer waits at most before it looks again whether the computer slept. */
const LONGEST_WAIT_MS = 3_600_000;
/** Steady and wall time apart by more than this: the computer slept, or somebody set its clock. */
const SLEPT_MS = 5_000;
const FAREWELL_MS = 2_000;
const MAX_WARNINGS = 5;

/** What is told of a token: never itself. */
export type HeldFacts = Omit<TokenFacts, 'ttlS' | 'usesLeft'> & {
  readonly source: TokenSource;
  readonly from: string | null;
  readonly isWrapped?: boolean;
  readonly receivedAt: number;
  readonly renewedAt: number | null;
};
type Held = { readonly token: string; readonly facts: HeldFacts | null };
type Given = {
  readonly source: TokenSource;
  readonly from: string | null;
  /** Of a peer, but made for us: nobody else has it. */
  readonly isWrapped?: boolean;
};

export type Keeper = ReturnType<typeof createKeeper>;

export function createKeeper(
  login: VaultLogin,
  client: VaultClient,
  { clock, random, log, record }: VaultDeps,
  on: { readonly seal: (seal: SealStatus) => void; readonly sealed: () => void; readonly alarm: () => void },
) {
  const logsIn = login.kind !== 'none' && !(login.kind === 'token' && !login.isFile);
  const machine = createTokenMachine({ fraction: () => random.fraction(), logsIn });
  let held: Held | null = null;
  let given: Given = { source: 'configuration', from: null };
  /** Grows with each token: an answer about one before is of no use. */
  let epoch = 0;
  let deniedRenewal: VaultProblem | null = null;
  let refusedLogin: VaultProblem['code'] | null = null;
  let warnings: readonly string[] = [];
  let timer: Cancel = () => undefined;
  let isStopped = true;
  let apart = clock.now() - clock.uptime();
  let told = { sealed: false, soon: false, failing: false };
  let idle: Promise<unknown> = Promise.resolve();

  /** Of our own login, or made for us: nobody else has it, and it ends when we are done with it. */
  const isOurs = (): boolean => held !== null && (given.source === 'login' || given.isWrapped === true);
  const accessor = (): string | null => held?.facts?.accessor || null;
  const warn = (reading: { readonly warnings: readonly string[] }): void => {
    if (reading.warnings.length > 0)
      warnings = [...new Set([...reading.warnings, ...warnings])].slice(0, MAX_WARNINGS);
  };
  const take = (token: string, from: Given): void => {
    epoch += 1;
    held = { token, facts: null };
    given = from;
    deniedRenewal = null;
    warnings = [];
    told = { ...told, soon: false, failing: false };
  };
  const factsOf = (value: TokenFacts): HeldFacts => ({
    ...value,
    ...given,
    receivedAt: held?.facts?.receivedAt ?? clock.now(),
    renewedAt: held?.facts?.renewedAt ?? null,
  });
  const confirm = (value: TokenFacts): void => {
    if (!held) return;
    const isNew = held.facts === null;
    held = { ...held, facts: factsOf(value) };
    machine.confirmed(value, given.source, clock.uptime());
    if (isNew)
      record(
        'vault.held',
        { source: given.source, from: given.from, accessor: accessor() },
        given.from === null ? [] : [given.from],
      );
    if (deniedRenewal) machine.mayNotRenew(asPolicy(deniedRenewal), clock.uptime());
    deniedRenewal = null;
  };
  const drop = (why: 'over' | 'dead' | 'revoked'): void => {
    const facts = { accessor: accessor(), why };
    epoch += 1;
    held = null;
    machine.dropped(why, clock.uptime());
    if (why !== 'revoked') record('vault.ended', facts);
  };

  async function logIn(): Promise<Reading<Grant | string>> {
    const text = async (read: () => Promise<string>): Promise<Reading<string>> => {
      try {
        return { ok: true, value: (await read()).trim(), warnings: [] };
      } catch (error) {
        return {
          ok: false,
          problem: vaultProblem('VAULT_FILE', { words: error instanceof Error ? error.message : '' }),
        };
      }
    };
    switch (login.kind) {
      case 'none':
        return { ok: false, problem: vaultProblem('VAULT_TOKEN', { words: 'no login is configured' }) };
      case 'token':
        return text(login.read);
      case 'cert':
        return client.loginCert(login.role, login.mount);
      case 'approle': {
        const { roleId, mount, isWrapped } = login;
        if (login.readSecretId === null)
          return client.loginAppRole({ roleId, mount, secretId: { kind: 'none' } });
        const read = await text(login.readSecretId);
        if (!read.ok) return read;
        return client.loginAppRole({
          ...{ roleId, mount },
          secretId: isWrapped
            ? { kind: 'wrapped', wrapping: read.value }
            : { kind: 'plain', value: read.value },
        });
      }
    }
  }

  /** Told when it is news: it may be tried for days. */
  function loginFailed(problem: VaultProblem): void {
    machine.failed('login', problem, clock.uptime());
    if (problem.canPass || problem.code === refusedLogin) return;
    refusedLogin = problem.code;
    record('vault.refused', { source: 'login', code: problem.code });
    // A wrapped secret id that somebody opened before us.
    if (problem.kind === 'wrapping') on.alarm();
  }

  async function doLogin(): Promise<void> {
    const before = held;
    const mine = epoch;
    const reading = await logIn();
    if (mine !== epoch) {
      // Nobody wants it any more: it need not live.
      if (reading.ok && typeof reading.value !== 'string') await client.revokeSelf(reading.value.token);
      return;
    }
    if (!reading.ok) return loginFailed(reading.problem);
    refusedLogin = null;
    if (typeof reading.value === 'string') {
      if (reading.value === before?.token)
        return machine.failed(
          'login',
          vaultProblem('VAULT_FILE', { words: 'it holds the same token as before' }),
          clock.uptime(),
        );
      take(reading.value, { source: 'configuration', from: null });
      machine.given('configuration', clock.uptime());
      return;
    }
    const grant = reading.value;
    const wasOurs = isOurs();
    take(grant.token, { source: 'login', from: null });
    warn(reading);
    machine.given('login', clock.uptime());
    // A look costs one of few uses, and may be forbidden: the login itself says enough.
    const looked = grant.usesLeft > 0 ? null : await client.lookupSelf(grant.token);
    if (mine + 1 !== epoch) return;
    if (looked && !looked.ok && looked.problem.canPass)
      machine.failed('check', looked.problem, clock.uptime());
    else confirm(looked?.ok ? looked.value : factsOfGrant(grant));
    if (before && wasOurs) void client.revokeSelf(before.token);
  }

  async function doCheck(token: string): Promise<void> {
    const mine = epoch;
    const reading = await client.lookupSelf(token);
    if (mine !== epoch) return;
    if (reading.ok) {
      warn(reading);
      return confirm(reading.value);
    }
    machine.failed('check', reading.problem, clock.uptime());
    if (machine.view(clock.uptime()).phase !== 'refused') return;
    epoch += 1;
    held = null;
    record('vault.refused', { source: given.source, code: reading.problem.code });
  }

  async function doRenew(token: string, incrementS: number | null): Promise<void> {
    const mine = epoch;
    const reading = await client.renewSelf(token, incrementS);
    if (mine !== epoch) return;
    if (reading.ok) {
      warn(reading);
      if (held?.facts) held = { token, facts: { ...held.facts, renewedAt: clock.now() } };
      return machine.renewed(reading.value, clock.uptime());
    }
    if (reading.problem.kind === 'denied') deniedRenewal = reading.problem;
    machine.failed('renew', reading.problem, clock.uptime());
  }

  async function doProbe(): Promise<void> {
    const reading = await client.sealStatus();
    if (reading.ok) on.seal(reading.value);
    if (reading.ok && !reading.value.isSealed) return machine.unsealed(clock.uptime());
    const problem = reading.ok ? vaultProblem('VAULT_SEALED') : reading.problem;
    machine.failed('probe', problem, clock.uptime());
  }

  const run = (task: Task): Promise<void> | void => {
    if (task.do === 'login') return doLogin();
    if (task.do === 'probe') return doProbe();
    if (task.do === 'drop') return drop(task.why);
    // Without one there is nothing to look at or to renew.
    if (!held) return machine.dropped('dead', clock.uptime());
    return task.do === 'check' ? doCheck(held.token) : doRenew(held.token, task.incrementS);
  };

  /** What changed since it was told last. */
  function tell(): void {
    const view = machine.view(clock.uptime());
    const isHeld = view.phase === 'held';
    const before = told;
    told = {
      sealed: view.isSealed,
      soon: view.isSoon || view.isExpiring,
      failing: view.failures > 0 && isHeld,
    };
    if (told.sealed !== before.sealed) record(told.sealed ? 'vault.sealed' : 'vault.unsealed');
    if (told.soon && !before.soon && isHeld) record('vault.soon', { accessor: accessor() });
    if (told.failing && !before.failing) record('vault.renew-failed', { code: view.problem?.code ?? null });
    if (!told.failing && before.failing && isHeld) record('vault.recovered');
    if (told.sealed && !before.sealed) on.sealed();
  }

  function look(): void {
    timer();
    if (isStopped) return;
    const drift = clock.now() - clock.uptime() - apart;
    if (Math.abs(drift) > SLEPT_MS) {
      apart += drift;
      machine.slept(Math.max(0, drift), clock.uptime());
    }
    const task = machine.next(clock.uptime());
    tell();
    if (task) {
      const done = Promise.resolve(run(task)).catch((error: unknown) => {
        log.error({ error, task: task.do }, 'the Vault token could not be looked after');
        machine.failed(task.do, vaultProblem('VAULT_FAILED'), clock.uptime());
      });
      idle = done.then(look);
      return;
    }
    const wait = machine.dueUp() - clock.uptime();
    timer = clock.after(Math.max(1, Math.min(wait, LONGEST_WAIT_MS)), look);
  }

  /** Now, and until it is done. Throws what Vault says, and VAULT_OFF when the node leaves meanwhile. */
  async function now(wanted: 'renew' | 'login'): Promise<void> {
    const settled = async (): Promise<void> => {
      do {
        await idle;
        // What was under way then stays so for ever.
        if (isStopped) throw new AppError('VAULT_OFF', 'the node is leaving');
      } while (machine.view(clock.uptime()).isBusy);
    };
    await settled();
    machine.hurry(wanted, clock.uptime());
    look();
    await settled();
    const { problem, phase } = machine.view(clock.uptime());
    if (problem) throw toAppError(problem);
    if (phase !== 'held') throw new AppError('VAULT_NO_TOKEN', 'no token is held');
  }

  return {
    logsIn,
    start(): void {
      isStopped = false;
      if (login.kind === 'token' && !login.isFile) machine.hurry('login', clock.uptime());
      look();
    },
    /** The computer woke, or time may have passed otherwise. */
    look,
    /** Epoch ms of a steady time: the same each time it is asked. */
    wall: (up: number): number => Math.round(up + apart),
    view: () => ({ ...machine.view(clock.uptime()), facts: held?.facts ?? null, warnings, given }),
    hasToken: (): boolean => Boolean(held?.facts),
    /** No token at all, not even one that Vault has yet to confirm. */
    isEmpty: (): boolean => held === null,
    /** For what is done with it: null when there is none that Vault has confirmed. */
    withToken: <T>(use: (token: string, facts: HeldFacts) => T): T | null =>
      held?.facts ? use(held.token, held.facts) : null,

    /**
     * A token of a person or a peer: held only when Vault confirms it, and `mayTake` does not throw then. Throws what
     * Vault says.
     */
    async offer(
      token: string,
      from: Given,
      mayTake: (facts: TokenFacts) => void = () => undefined,
    ): Promise<void> {
      const reading = await client.lookupSelf(token);
      if (!reading.ok) throw toAppError(reading.problem);
      if (isStopped) throw new AppError('VAULT_OFF', 'the node is leaving');
      mayTake(reading.value);
      const before = held;
      const wasOurs = isOurs() && before?.token !== token;
      take(token, from);
      warn(reading);
      machine.given(from.source, clock.uptime());
      confirm(reading.value);
      look();
      if (before && wasOurs) void client.revokeSelf(before.token);
    },
    renew: (): Promise<void> => now('renew'),
    login: (): Promise<void> => now('login'),
    /** True: it is revoked; false: it is somebody else's, too, and only let go. Throws what Vault says. */
    async revoke(): Promise<boolean> {
      if (!held) throw new AppError('VAULT_NO_TOKEN', 'no token is held');
      const isShared = given.source === 'peer' && given.isWrapped !== true;
      const facts = { accessor: accessor() };
      const mine = epoch;
      if (!isShared) {
        const reading = await client.revokeSelf(held.token);
        // Dead already is as good.
        if (!reading.ok && reading.problem.kind !== 'denied') throw toAppError(reading.problem);
      }
      // Another one took its place meanwhile.
      if (mine === epoch) drop('revoked');
      record(isShared ? 'vault.let-go' : 'vault.revoked', facts);
      look();
      return !isShared;
    },

    /** VT12 A token of our own login, or made for us, ends with us, within two seconds or not at all. Never rejects. */
    async stop(): Promise<void> {
      timer();
      isStopped = true;
      const last = isOurs() ? held : null;
      held = null;
      epoch += 1;
      if (!last && !machine.view(clock.uptime()).isBusy) return;
      let cancel: Cancel = () => undefined;
      const enough = new Promise<void>((resolve) => (cancel = clock.after(FAREWELL_MS, resolve)));
      // A login that is under way may bring one more.
      const ended = Promise.all([last && client.revokeSelf(last.token), idle]);
      await Promise.race([ended, enough]).catch(() => undefined);
      cancel();
    },
  };
}

const factsOfGrant = (grant: Grant): TokenFacts => ({
  ...{ accessor: grant.accessor, displayName: '', policies: grant.policies, identityPolicies: [], path: '' },
  ...{ isOrphan: grant.isOrphan, type: grant.type, creationTtlS: grant.leaseS, ttlS: grant.leaseS },
  ...{ explicitMaxTtlS: 0, periodS: 0, usesLeft: grant.usesLeft, isRenewable: grant.isRenewable },
  ...{ expiresAt: null, issuedAt: null, namespacePath: '', meta: grant.meta },
});
