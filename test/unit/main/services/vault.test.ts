/** The life of a token on a strict Vault of our own, in virtual time. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import type { ErrorCode } from '../../../../app/shared/errors/codes.js';
import { vaultNeeds } from '../../../../app/main/services/vault-needs.js';
import { NO_ASKING } from '../../../../app/main/services/vault/bus-asking.js';
import { createVault } from '../../../../app/main/services/vault/index.js';
import type { VaultLogin, VaultSettings } from '../../../../app/main/services/vault/types.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { seededRandom, silentLog } from '../../../support/fake-parts.js';
import { createFakeVault, VaultGone, type FakeVault } from '../../../support/fake-vault.js';

const DAY_S = 86_400;
const HOUR_S = 3_600;
const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;

function stage(
  given: Partial<VaultSettings> & { fake?: Partial<Parameters<typeof createFakeVault>[0]>; role?: Role } = {},
) {
  const clock = createFakeClock();
  const { fake: options = {}, role, ...settings } = given;
  const fake = createFakeVault({ clock, ...options });
  if (role) withRole(fake, role);
  const events: { kind: string; facts: unknown; at: number }[] = [];
  const line = { isUp: true, code: 'VAULT_UNREACHABLE' as ErrorCode, slowMs: 0 };
  const vault = createVault(
    {
      ...{ address: 'https://vault:8200', namespace: null, redirectHosts: [], isUnverified: false },
      handoverRole: 'legion-node',
      clusterSecret: null,
      login: { kind: 'none' },
      ...settings,
    },
    {
      ...{ clock, log: silentLog, random: seededRandom(7), asking: NO_ASKING },
      giving: { list: () => [], revoke: async () => false },
      http: {
        async request(_, request) {
          if (!line.isUp) throw new AppError(line.code, 'connect ECONNREFUSED');
          if (line.slowMs > 0) await new Promise<void>((done) => clock.after(line.slowMs, done));
          try {
            return fake.handle(request);
          } catch (error) {
            if (error instanceof VaultGone) throw new AppError('VAULT_UNREACHABLE', 'cut off');
            throw error;
          }
        },
      },
      record: (kind, facts = {}) => void events.push({ kind, facts, at: clock.now() }),
    },
  );
  vault.start();
  const asked = (path: string) => fake.log.filter((each) => each.path.startsWith(`/v1/${path}`));
  return {
    ...{ clock, fake, vault, events, line, asked },
    kinds: () => events.map(({ kind }) => kind),
    pass: (seconds: number) => clock.advanceAsync(seconds * 1_000),
    view: () => vault.view(),
  };
}
type Role = Partial<Parameters<FakeVault['appRole']>[1]>;
const appRole = (secretId: string | null = null): VaultLogin => ({
  ...{ kind: 'approle', mount: 'approle', roleId: 'node-role', isWrapped: false },
  readSecretId: secretId === null ? null : async () => secretId,
});
/** A role for logins without a secret id, whose tokens live so long. */
const withRole = (fake: FakeVault, role: Role) =>
  fake.appRole('node', {
    roleId: 'node-role',
    bindSecretId: false,
    policies: ['default', 'legion-node'],
    ...role,
  });
const renewals = ({ asked }: ReturnType<typeof stage>) => asked('auth/token/renew-self');
/** Seconds between one and the next. */
const gaps = (log: readonly { at: number }[]) =>
  log.slice(1).map(({ at }, index) => (at - log[index]!.at) / 1_000);

describe('a token', () => {
  it('VT1 counts only when Vault confirms it, and nothing of it is told but its accessor', async () => {
    const staged = stage();
    const { fake, vault, view, pass } = staged;
    await pass(1);
    expect(view()).toMatchObject({
      state: 'wanted',
      token: null,
      server: { health: 'active', version: '1.19.2' },
    });
    await expect(vault.enter('hvs.nobody-knows-it')).rejects.toThrow(code('VAULT_DENIED'));
    expect(view()).toMatchObject({ state: 'wanted', token: null });
    const { id, accessor } = fake.createToken({ policies: ['default', 'legion-node'], ttlS: HOUR_S });
    await vault.enter(`  ${id}\n`);
    expect(view()).toMatchObject({
      state: 'connected',
      token: {
        accessor,
        policies: ['default', 'legion-node'],
        source: 'entered',
        isOurs: true,
        isRoot: false,
      },
    });
    expect(JSON.stringify([view(), staged.events])).not.toContain(id);
    expect(staged.kinds()).toEqual(['vault.held']);
  });

  it('VT4 of an hour is renewed after 60 to 70 % of its life, for as long as it was made for, each time at another moment', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    await staged.pass(DAY_S);
    const between = gaps([{ at: staged.clock.now() - DAY_S * 1_000 }, ...renewals(staged)]);
    expect(between.length).toBeGreaterThan(30);
    for (const gap of between) expect(gap >= 0.6 * HOUR_S && gap <= 0.7 * HOUR_S + 1).toBe(true);
    expect(new Set(between).size).toBeGreaterThan(10);
    expect(staged.view().token).toMatchObject({ renewals: between.length, failures: 0 });
  });

  it('VT4 of 32 days waits for its renewal as long, and is renewed once', async () => {
    const staged = stage({ fake: { maxTtlS: 400 * DAY_S } });
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: 32 * DAY_S });
    await staged.vault.enter(id);
    await staged.pass(19 * DAY_S);
    expect(renewals(staged)).toHaveLength(0);
    await staged.pass(4 * DAY_S);
    expect(renewals(staged)).toHaveLength(1);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { renewals: 1 } });
  });

  it('VT4 of eleven seconds is renewed five before its end, at the latest', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], periodS: 11 });
    await staged.vault.enter(id);
    await staged.pass(300);
    expect(renewals(staged).length).toBeGreaterThan(40);
    for (const gap of gaps(renewals(staged))) expect(gap).toBeLessThanOrEqual(6);
    expect(staged.view().state).toBe('connected');
  });

  it('VT4 of one second ends without a storm', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: 1 });
    await staged.vault.enter(id);
    await staged.pass(120);
    expect(staged.asked('auth/token').length).toBeLessThan(4);
    expect(staged.view()).toMatchObject({ state: 'ended', token: null });
    expect(staged.kinds()).toContain('vault.ended');
  });

  it('VT4 that is periodic asks for no length of its own and lives on', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], periodS: 600 });
    await staged.vault.enter(id);
    await staged.pass(4 * HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { periodS: 600, isRenewable: true } });
  });

  it('VT5 near its maximum is told to end soon, and is replaced by a login before that', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S, maxTtlS: 2 * HOUR_S } });
    await staged.pass(40);
    const first = staged.view().token?.accessor;
    expect(staged.view()).toMatchObject({ state: 'connected', token: { source: 'login' } });
    await staged.pass(3 * HOUR_S);
    expect(staged.kinds()).toContain('vault.soon');
    expect(staged.view()).toMatchObject({ state: 'connected' });
    expect(staged.view().token?.accessor).not.toBe(first);
    expect(staged.kinds()).not.toContain('vault.ended');
    // The one before is not left lying about.
    expect(staged.fake.tokens().filter(({ policies }) => policies.includes('legion-node'))).toHaveLength(1);
  });

  it('VT5 near its maximum without another way is used to its end, with fewer than twenty questions', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({
      policies: ['default', 'p'],
      ttlS: HOUR_S,
      explicitMaxTtlS: 2 * HOUR_S,
    });
    await staged.vault.enter(id);
    await staged.pass(1.9 * HOUR_S);
    expect(staged.view().state).toBe('soon');
    await staged.pass(HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'ended', token: null });
    expect(renewals(staged).length).toBeLessThan(20);
  });

  it('VT6 meets an outage with ever longer waits, and lives when Vault is back in time', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    staged.line.isUp = false;
    await staged.pass(0.9 * HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'soon', problem: { code: 'VAULT_UNREACHABLE' } });
    expect(staged.view().token!.failures).toBeGreaterThan(5);
    expect(staged.view().server.health).toBe('unreachable');
    staged.line.isUp = true;
    await staged.pass(70);
    expect(staged.view()).toMatchObject({
      state: 'connected',
      problem: null,
      token: { renewals: 1, failures: 0 },
    });
    expect(staged.kinds()).toEqual(['vault.held', 'vault.renew-failed', 'vault.soon', 'vault.recovered']);
  });

  it('VT6 ends in an outage that is longer than its life, and a login brings another', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: 600 } });
    await staged.pass(40);
    staged.line.isUp = false;
    await staged.pass(1_000);
    expect(staged.view()).toMatchObject({ state: 'ended', token: null });
    staged.line.isUp = true;
    await staged.pass(70);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { source: 'login' } });
  });

  it.each([500, 502, 412, 'html-error', 'not-json', 'no-fields', 'cut'] as const)(
    'VT6 is no storm when every answer is %s: at most one question per step',
    async (how) => {
      const staged = stage();
      const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
      await staged.vault.enter(id);
      await staged.pass(0.55 * HOUR_S);
      staged.fake.failNext(100_000, how);
      await staged.pass(600);
      const tries = renewals(staged);
      // 1, 2, 4 … 60 s with full jitter: on the average half of each, and never less than half a second.
      expect(tries.length).toBeGreaterThan(5);
      expect(tries.length).toBeLessThan(45);
      for (const gap of gaps(tries)) expect(gap).toBeGreaterThanOrEqual(0.5);
    },
  );

  it('VT6 waits as long as Retry-After says', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    staged.fake.rateLimit(3, 120);
    await staged.pass(HOUR_S - 200);
    const [first, ...more] = gaps(renewals(staged));
    expect([first! >= 120, more.every((gap) => gap >= 120)]).toEqual([true, true]);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { renewals: 1 } });
  });

  it('VT6 is tried for once more before its end, and not after it', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: 100 });
    await staged.vault.enter(id);
    await staged.pass(50);
    staged.fake.failNext(1_000, 500);
    for (let second = 0; second < 49; second += 1) {
      await staged.pass(1);
      const { nextTryAt, token } = staged.view();
      if (token && nextTryAt !== null) expect(nextTryAt).toBeLessThanOrEqual(token.endsAt!);
    }
    const tries = renewals(staged);
    expect(staged.clock.now() - tries.at(-1)!.at).toBeLessThanOrEqual(1_000);
    await staged.pass(5);
    expect(renewals(staged)).toHaveLength(tries.length);
    expect(vaultNeeds({ vault: staged.vault })).toMatchObject([{ kind: 'vault-ended' }]);
  });

  it('a server that fails is told from one that is not there, and from a balancer before it', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    const look = async (how: Parameters<FakeVault['failNext']>[1]): Promise<void> => {
      staged.fake.failNext(1, how);
      const before = staged.asked('sys/health').length;
      for (let n = 0; n < 31 && staged.asked('sys/health').length === before; n += 1) await staged.pass(1);
    };
    await look(500);
    expect(staged.view()).toMatchObject({
      state: 'connected',
      server: { health: 'failing', status: 500, version: '1.19.2' },
      problem: { code: 'VAULT_FAILED', words: 'internal error' },
    });
    await look('html-error');
    expect(staged.view()).toMatchObject({ server: { health: 'unreachable' }, problem: null });
    await look('hang');
    expect(staged.view().server).toMatchObject({ health: 'unreachable', status: null });
    await staged.pass(31);
    expect(staged.view()).toMatchObject({ server: { health: 'active', status: null }, problem: null });
  });

  it('VT7 that Vault refuses to be logged in for is asked for again only now and then', async () => {
    const staged = stage({ login: appRole() });
    await staged.pass(HOUR_S);
    expect(staged.view()).toMatchObject({
      ...{ state: 'refused', token: null },
      problem: { code: 'VAULT_LOGIN', words: 'invalid role or secret ID' },
    });
    await expect(staged.vault.ask()).rejects.toThrow(code('VAULT_LOGIN'));
    const tries = staged.asked('auth/approle/login');
    expect(tries.length).toBeGreaterThan(3);
    expect(tries.length).toBeLessThan(30);
    for (const gap of gaps(tries)) expect(gap).toBeGreaterThanOrEqual(30);
    withRole(staged.fake, {});
    await staged.vault.ask();
    expect(staged.view().state).toBe('connected');
  });

  it('VT7 is not given up for a fault on the way: it is renewed once that is mended', async () => {
    const staged = stage();
    const { id, accessor } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    Object.assign(staged.line, { isUp: false, code: 'VAULT_TLS' });
    await staged.pass(0.75 * HOUR_S);
    expect(staged.view()).toMatchObject({
      problem: { code: 'VAULT_TLS' },
      token: { accessor, isRenewable: true },
    });
    staged.line.isUp = true;
    await staged.pass(0.5 * HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'connected', problem: null, token: { accessor } });
    expect(staged.view().token?.renewals).toBeGreaterThan(0);
  });

  it.each([
    ['may not be renewed by a policy', { policies: ['default', 'strict'] }],
    ['cannot be renewed, being a batch token,', { type: 'batch' as const }],
  ])('VT5 that %s is followed by another one without a gap', async (_, role) => {
    const staged = stage({ login: appRole(), role: { ttlS: 20, ...role } });
    staged.fake.policy('strict', { 'auth/token/renew-self': ['deny'] });
    await staged.pass(2);
    for (let second = 0; second < 600; second += 1) {
      await staged.pass(1);
      expect(staged.vault.hasToken(), `second ${second}`).toBe(true);
    }
    expect(staged.asked('auth/approle/login').length).toBeLessThan(60);
    await staged.vault.stop();
  });

  it.each([1, 2, 5])('VT4 of a login that lives %d s is fetched ever more slowly', async (ttlS) => {
    const staged = stage({ login: appRole(), role: { ttlS, type: 'batch' } });
    await staged.pass(HOUR_S);
    const logins = staged.asked('auth/approle/login');
    expect(logins.length).toBeGreaterThan(10);
    // At a minute each, with jitter, from the seventh on.
    expect(logins.length).toBeLessThan(200);
    await staged.vault.stop();
  });

  it('VT8 is kept while Vault is sealed, which is told as such and looked at now and then', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    staged.fake.seal(2);
    await staged.pass(0.75 * HOUR_S);
    expect(vaultNeeds({ vault: staged.vault })).toMatchObject([{ kind: 'vault-sealed', severity: 'note' }]);
    expect(staged.view()).toMatchObject({
      state: 'sealed',
      server: { health: 'sealed', unseal: { progress: 2 } },
      token: { renewals: 0 },
    });
    expect(renewals(staged)).toHaveLength(1);
    for (const gap of gaps(staged.asked('sys/seal-status'))) expect(gap).toBeLessThanOrEqual(31);
    // Each 10 s at the most, and once with each look at the server.
    expect(staged.asked('sys/seal-status').length).toBeLessThan(0.75 * HOUR_S * (1 / 10 + 1 / 20));
    staged.fake.unseal();
    await staged.pass(61);
    expect(staged.view()).toMatchObject({
      state: 'connected',
      server: { health: 'active' },
      token: { renewals: 1 },
    });
    expect(staged.kinds()).toEqual(['vault.held', 'vault.sealed', 'vault.unsealed']);
  });

  it('VT8 lives on behind a standby, and of a secondary for disasters is told that it serves nobody', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    staged.fake.standby('forward');
    await staged.pass(HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'connected', server: { health: 'standby' }, problem: null });
    staged.fake.become('dr-secondary');
    await staged.pass(40);
    expect(staged.view().server.health).toBe('dr');
  });

  it('VT9 that cannot be renewed counts down, is told to end soon, and ends', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S, renewable: false });
    await staged.vault.enter(id);
    await staged.pass(0.79 * HOUR_S);
    expect(staged.view()).toMatchObject({
      state: 'connected',
      nextTryAt: null,
      token: { isRenewable: false },
    });
    await staged.pass(0.02 * HOUR_S);
    expect(staged.view().state).toBe('soon');
    await staged.pass(0.2 * HOUR_S);
    expect(staged.view().state).toBe('ended');
    expect(renewals(staged)).toHaveLength(0);
    await expect(staged.vault.renew()).rejects.toThrow(code('VAULT_NO_TOKEN'));
  });

  it('VT9 of few uses is not spent on looking at it', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S, numUses: 5 } });
    await staged.pass(10);
    expect(staged.asked('auth/token/lookup-self')).toHaveLength(0);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { usesLeft: 5 } });
    await staged.pass(HOUR_S);
    expect(staged.view().token?.usesLeft).toBe(4);
  });

  it('VT10 that is dead is dropped after one look at it; one that may only not be renewed counts down', async () => {
    const staged = stage();
    const dead = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(dead.id);
    staged.fake.revokeTree(dead.id);
    await staged.pass(0.75 * HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'ended', token: null });
    expect([renewals(staged).length, staged.asked('auth/token/lookup-self').length]).toEqual([1, 2]);
    staged.fake.policy('strict', { 'auth/token/renew-self': ['deny'] });
    const strict = staged.fake.createToken({ policies: ['default', 'strict'], ttlS: HOUR_S });
    await staged.vault.enter(strict.id);
    await staged.pass(0.75 * HOUR_S);
    expect(staged.view()).toMatchObject({
      ...{ state: 'soon', problem: { code: 'VAULT_POLICY' } },
      token: { accessor: strict.accessor, isRenewable: false },
    });
    await staged.pass(0.3 * HOUR_S);
    expect(staged.view().state).toBe('ended');
    expect(renewals(staged)).toHaveLength(2);
  });

  it('VT11 is looked at when the computer slept, and renewed at once when its time had come meanwhile', async () => {
    const staged = stage();
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    await staged.pass(60);
    // Steady time stands still in a sleep.
    staged.clock.setNow(staged.clock.now() + 0.8 * HOUR_S * 1_000);
    await staged.pass(31);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { renewals: 1 } });
    staged.clock.setNow(staged.clock.now() + 2 * HOUR_S * 1_000);
    await staged.pass(31);
    expect(staged.view()).toMatchObject({ state: 'ended', token: null });
  });

  it('VT12 of our own login is revoked when the node ends; one that was typed in lives on', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S } });
    await staged.pass(1);
    await staged.vault.stop();
    expect(staged.fake.tokens().map(({ policies }) => policies)).toEqual([['root']]);
    expect(staged.clock.pending()).toBe(0);
    const other = stage();
    const { id } = other.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await other.vault.enter(id);
    await other.vault.stop();
    expect(other.fake.tokens()).toHaveLength(2);
    const hanging = stage({ login: appRole(), role: { ttlS: HOUR_S } });
    await hanging.pass(1);
    hanging.line.isUp = false;
    await hanging.vault.stop();
    expect(hanging.clock.pending()).toBe(0);
  });

  it('VT12 that is asked for while the node leaves is told so, and nothing waits for ever', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S } });
    await staged.pass(1);
    staged.line.slowMs = 4_000;
    const asking = expect(staged.vault.ask()).rejects.toThrow(code('VAULT_OFF'));
    await staged.pass(1);
    const stopping = staged.vault.stop();
    await staged.pass(10);
    await Promise.all([asking, stopping]);
    expect(staged.clock.pending()).toBe(0);
  });

  it('VT12 of a login that was under way when the node left is revoked as well', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S } });
    await staged.pass(1);
    staged.line.slowMs = 300;
    const asking = expect(staged.vault.ask()).rejects.toThrow(code('VAULT_OFF'));
    await staged.pass(0.2);
    const stopping = staged.vault.stop();
    await staged.pass(2);
    await Promise.all([asking, stopping]);
    expect(staged.fake.tokens().map(({ policies }) => policies)).toEqual([['root']]);
  });

  it('VT12 of our own login is revoked when another takes its place', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S } });
    await staged.pass(1);
    const { id, accessor } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S });
    await staged.vault.enter(id);
    await staged.pass(1);
    expect(staged.fake.tokens().map((token) => token.accessor)).toContain(accessor);
    expect(staged.fake.tokens()).toHaveLength(2);
  });

  it('that is revoked by a person is gone from both sides, and none is fetched until a person asks', async () => {
    const staged = stage({ login: appRole(), role: { ttlS: HOUR_S } });
    await staged.pass(1);
    await expect(staged.vault.revoke()).resolves.toBe(true);
    await staged.pass(HOUR_S);
    expect(staged.view()).toMatchObject({ state: 'wanted', token: null });
    expect(staged.fake.tokens()).toHaveLength(1);
    await expect(staged.vault.revoke()).rejects.toThrow(code('VAULT_NO_TOKEN'));
    await staged.vault.ask();
    expect(staged.view().state).toBe('connected');
  });

  it('of root is said to be one, and has no end', async () => {
    const staged = stage();
    await staged.vault.enter(staged.fake.rootToken);
    await staged.pass(3 * DAY_S);
    expect(staged.view()).toMatchObject({
      state: 'connected',
      token: { isRoot: true, endsAt: null, isRenewable: false },
    });
    expect(renewals(staged)).toHaveLength(0);
  });

  it('in a file is read again when it is over, and tried again only when another one lies there', async () => {
    const file = { text: '' };
    const staged = stage({
      login: {
        kind: 'token',
        isFile: true,
        read: async () => file.text || Promise.reject(new Error('ENOENT')),
      },
    });
    await staged.pass(5);
    expect(staged.view()).toMatchObject({ state: 'authenticating', problem: { code: 'VAULT_FILE' } });
    file.text = staged.fake.createToken({ policies: ['default', 'p'], ttlS: 600, renewable: false }).id;
    await staged.pass(70);
    expect(staged.view()).toMatchObject({ state: 'connected', token: { source: 'configuration' } });
    await staged.pass(700);
    expect(staged.view()).toMatchObject({ token: null });
    file.text = staged.fake.createToken({ policies: ['default', 'p'], ttlS: 600 }).id;
    await staged.pass(1_000);
    expect(staged.view()).toMatchObject({ state: 'connected' });
  });

  it('is asked for in the namespace; server states are asked for without it', async () => {
    const staged = stage({ namespace: 'team-a', fake: { flavour: 'openbao', namespaces: ['team-a'] } });
    const { id } = staged.fake.createToken({ policies: ['default', 'p'], ttlS: HOUR_S, namespace: 'team-a' });
    await staged.vault.enter(id);
    expect(staged.view()).toMatchObject({ state: 'connected', namespace: 'team-a' });
    expect(new Set(staged.asked('sys').map(({ namespace }) => namespace))).toEqual(new Set([null]));
    expect(staged.fake.log.every(({ hasRequestHeader }) => hasRequestHeader)).toBe(true);
  });
});
