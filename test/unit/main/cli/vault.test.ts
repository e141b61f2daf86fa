/** The verbs about Vault, against a web host whose Api the test makes up. A token goes in and never comes out. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../../../../app/main/cli/exit.js';
import { runCli } from '../../../../app/main/cli/program.js';
import { addConfigFlags } from '../../../../app/main/config/index.js';
import { findHost } from '../../../../app/main/hosts/web/index.js';
import type { Api } from '../../../../app/shared/contract/contract.js';
import { VAULT_STATES, type GivenToken, type Vault } from '../../../../app/shared/domain/vault.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import type { ErrorCode } from '../../../../app/shared/errors/codes.js';
import { aVaultToken, aVaultView, noVault } from '../../../support/fake-vault-view.js';
import { tempDir } from '../../../support/temp-dir.js';
import { aWebHost } from '../../../support/web-host.js';

const NOW = Date.UTC(2026, 2, 2, 14, 2, 11);
const TOKEN = 'hvs.CAESIJ-a-made-up-token';
const ok = async (_input: object) => ({ ok: true }) as const;
const refusing = (code: ErrorCode) => () => Promise.reject(new AppError(code, 'its own words'));

async function against(parts: Partial<Api>) {
  const { dataDir } = await aWebHost(parts);
  const out: string[] = [];
  const err: string[] = [];
  const deps = {
    version: '9.8.7',
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    findHost,
    serve: async () => EXIT.done,
    localConfig: () => ({ dataDir, report: { values: [] } }),
    addConfigFlags,
  };
  const run = (...argv: string[]) => runCli(argv, deps);
  return { run, out, err, text: () => out.join('\n'), all: () => [...out, ...err].join('\n') };
}
const showing = (view: Vault) => against({ 'vault.get': async () => view });

function fileWith(content: string, mode = 0o600): string {
  const file = join(tempDir(), 'token');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

function standardInput(content: string, isTTY = false): void {
  const stream = Object.assign(Readable.from([Buffer.from(content)]), { isTTY });
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(stream as unknown as typeof process.stdin);
}
afterEach(() => vi.restoreAllMocks());

describe('vault', () => {
  it('is a list of facts', async () => {
    const { run, text } = await showing(
      aVaultView(NOW, 'connected', {
        namespace: 'team-a',
        warnings: ['ttl of 999h was capped'],
        server: { ...aVaultView(NOW, 'connected').server, skewMs: 41_000 },
      }),
    );
    expect(await run('vault')).toBe(EXIT.done);
    expect(text()).toMatch(/^Vault +connected, 12 s$/m);
    expect(text()).toMatch(/^ +Vault accepts the token, and it is renewed in time\.$/m);
    expect(text()).toMatch(/^Address +https:\/\/vault\.prod-eu\.example:8200$/m);
    expect(text()).toMatch(/^Namespace +team-a$/m);
    expect(text()).toMatch(/^Server +active, version 1\.19\.2, vault-cluster-eu$/m);
    expect(text()).toMatch(/^Its clock +\+41 s against ours$/m);
    expect(text()).toMatch(/^Token +ends in 2 h 10 min \(2026-03-02 /m);
    expect(text()).toMatch(/^Policies +default, legion-node$/m);
    expect(text()).toMatch(/^Renewal +renewed 3 times, last 50 min ago; next in 1 h 10 min$/m);
    expect(text()).toMatch(/^From +by our own login, /m);
    expect(text()).toMatch(/^Accessor +8609694a-/m);
    expect(text()).toMatch(/^Warning +ttl of 999h was capped$/m);
  });

  it('is a JSON value, as the window gets it', async () => {
    const view = aVaultView(NOW, 'connected');
    const { run, out } = await showing(view);
    expect(await run('vault', '--json')).toBe(EXIT.done);
    expect(JSON.parse(out[0] ?? '')).toEqual(view);
  });

  it('is said to be sealed calmly, with the shares that were entered', async () => {
    const { run, text } = await showing(
      aVaultView(NOW, 'sealed', {
        nextTryAt: NOW + 20_000,
        problem: { code: 'VAULT_SEALED', words: 'Vault is sealed', at: NOW },
      }),
    );
    expect(await run('vault')).toBe(EXIT.done);
    expect(text()).not.toMatch(/^Problem/m);
    expect(text()).toMatch(/^Server +sealed, 2 of 3 key shares entered,/m);
    expect(text()).toMatch(/^Next +Next try in 20 s\.$/m);
  });

  it('says that nobody answered, and what to do', async () => {
    const { run, text } = await showing(
      aVaultView(NOW, 'wanted', { login: 'none', askedAt: NOW - 120_000, unansweredAt: NOW - 60_000 }),
    );
    await run('vault');
    expect(text()).toMatch(/^Asked +Nobody answered the question of 2 min ago .* ask again\.$/m);
  });

  it('warns of a root token, of failures and of an address without TLS', async () => {
    const token = aVaultToken(NOW, { isRoot: true, policies: ['root'], failures: 3, usesLeft: 0 });
    const { run, text } = await showing(
      aVaultView(NOW, 'backoff', {
        address: 'http://localhost:8200',
        token,
        problem: { code: 'VAULT_FAILED', words: 'internal\nerror', at: NOW },
      }),
    );
    await run('vault');
    expect(text()).toMatch(/^Address +http:\/\/localhost:8200, not encrypted$/m);
    expect(text()).toContain('3 failed renewals, the token ends in 2 h 10 min.');
    expect(text()).toContain('it may do everything in Vault');
    expect(text()).toMatch(/^Uses +no use left$/m);
    expect(text()).toMatch(/^Problem +Vault itself failed\./m);
    expect(text()).toMatch(/^Its words +internal\S+error$/m);
  });

  it('has a sentence for every state', async () => {
    for (const state of VAULT_STATES) {
      const { run, text } = await showing(aVaultView(NOW, state));
      expect(await run('vault')).toBe(EXIT.done);
      expect(text().split('\n')[1]?.trim(), state).toMatch(/^\S.*[.]$/);
    }
    const { run, text } = await showing(noVault(NOW));
    await run('vault');
    expect(text()).toContain('Set vault.address to where it is');
  });

  it.each(['ask', 'request'])('is asked for a token by %s', async (name) => {
    const ask = vi.fn(ok);
    const { run, out } = await against({ 'vault.ask': ask });
    expect(await run('vault', name)).toBe(EXIT.done);
    expect(ask).toHaveBeenCalledOnce();
    expect(out[0]).toContain('Asked.');
  });

  it('renews, and says in words why it cannot', async () => {
    const good = await against({ 'vault.renew': ok });
    expect(await good.run('vault', 'renew')).toBe(EXIT.done);
    expect(good.out).toEqual(['The token is renewed.']);
    const bad = await against({ 'vault.renew': refusing('VAULT_SEALED') });
    expect(await bad.run('vault', 'renew')).toBe(EXIT.failed);
    expect(bad.err[0]).toContain('Vault is sealed or in maintenance.');
  });

  it('revokes its own token and only lets go of a shared one', async () => {
    const own = await against({ 'vault.revoke': async () => ({ revoked: true }) });
    expect(await own.run('vault', 'revoke')).toBe(EXIT.done);
    expect(own.out[0]).toContain('is revoked');
    const shared = await against({ 'vault.revoke': async () => ({ revoked: false }) });
    await shared.run('vault', 'revoke');
    expect(shared.out[0]).toContain('was not revoked');
    await shared.run('vault', 'revoke', '--json');
    expect(shared.out[1]).toBe('{"revoked":false}');
  });
});

describe('what was handed over', () => {
  const one: GivenToken = {
    ...{ accessor: 'xq2', to: 'app-3', at: NOW - 720_000, expiresAt: NOW + 3_600_000 },
    ...{ state: 'given', stateAt: NOW - 720_000, problem: null },
  };

  it('is listed with what became of it', async () => {
    const problem = { code: 'VAULT_SEALED', words: 'Vault is sealed', at: NOW };
    const { run, text } = await showing(
      aVaultView(NOW, 'connected', { given: [one, { ...one, problem }, { ...one, state: 'revoked' }] }),
    );
    await run('vault');
    expect(text()).toMatch(/^Handed over +app-3, accessor xq2, 12 min ago, until 2026-03-02 \S+ at most$/m);
    expect(text()).toMatch(/at most; not revoked: Vault is sealed or in maintenance. \(Vault is sealed\)$/m);
    expect(text()).toMatch(/^ +app-3, accessor xq2, 12 min ago, revoked$/m);
  });

  it('is taken back by its accessor alone, and never our own instead of it', async () => {
    const [own, given] = [vi.fn(async () => ({ revoked: true })), vi.fn(async () => ({ revoked: true }))];
    const { run, out } = await against({ 'vault.revoke': own, 'vault.revokeGiven': given });
    expect(await run('vault', 'revoke', '--accessor', 'xq2')).toBe(EXIT.done);
    expect(given).toHaveBeenCalledExactlyOnceWith({ accessor: 'xq2' }, expect.anything());
    expect(out[0]).toContain('that was handed over is revoked');
    expect(await run('vault', 'revoke', '--accessor', '')).toBe(EXIT.done);
    expect(own).not.toHaveBeenCalled();
    const gone = await against({ 'vault.revokeGiven': async () => ({ revoked: false }) });
    await gone.run('vault', 'revoke', '--accessor', 'xq2');
    expect(gone.out[0]).toContain('had ended already');
    const bad = await against({ 'vault.revokeGiven': refusing('VAULT_NOT_GIVEN') });
    expect(await bad.run('vault', 'revoke', '--accessor', 'another')).toBe(EXIT.failed);
    expect(bad.err.join()).toContain('“legion-console vault” and the page Secrets list');
  });
});

describe('a token', () => {
  it('comes from a file that nobody else can read', async () => {
    const enter = vi.fn(ok);
    const { run, err, all } = await against({ 'vault.enter': enter });
    expect(await run('vault', 'enter', '--file', fileWith(`${TOKEN}\n`))).toBe(EXIT.done);
    expect(enter).toHaveBeenCalledExactlyOnceWith({ token: TOKEN }, expect.anything());
    const open = fileWith(TOKEN, 0o644);
    expect(await run('vault', 'enter', '--file', open)).toBe(EXIT.failed);
    expect(err.at(-1)).toContain(`chmod 600 ${open}`);
    expect(all()).not.toContain(TOKEN);
  });

  it('comes from standard input', async () => {
    const enter = vi.fn(ok);
    const { run, all } = await against({ 'vault.enter': enter });
    standardInput(`${TOKEN}\n`);
    expect(await run('vault', 'enter')).toBe(EXIT.done);
    expect(enter).toHaveBeenCalledExactlyOnceWith({ token: TOKEN }, expect.anything());
    expect(all()).not.toContain(TOKEN);
  });

  it('is not typed at a terminal, not given as an argument, and not empty', async () => {
    const enter = vi.fn(ok);
    const { run, err } = await against({ 'vault.enter': enter });
    standardInput(TOKEN, true);
    expect(await run('vault', 'enter')).toBe(EXIT.usage);
    expect(err.join('\n')).toContain('legion-console vault enter < FILE');
    expect(await run('vault', 'enter', TOKEN)).toBe(EXIT.usage);
    standardInput('\n');
    expect(await run('vault', 'enter')).toBe(EXIT.usage);
    expect(await run('vault', 'enter', '--file', fileWith('x'.repeat(20_000)))).toBe(EXIT.failed);
    expect(enter).not.toHaveBeenCalled();
    expect(err.join('\n')).not.toContain(TOKEN);
  });

  it('that Vault does not take is refused in words, without the token', async () => {
    const { run, err, all } = await against({ 'vault.enter': refusing('VAULT_DENIED') });
    expect(await run('vault', 'enter', '--file', fileWith(TOKEN))).toBe(EXIT.failed);
    expect(err[0]).toContain('Vault did not accept the token');
    expect(all()).not.toContain(TOKEN);
  });
});
