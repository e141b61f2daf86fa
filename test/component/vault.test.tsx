/** The Vault half of page Secrets: every state in words, what can be done in it, and that no token stays in the window. */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { clockStore } from '../../app/renderer/store/clock.js';
import type { Need } from '../../app/shared/domain/session.js';
import { VAULT_STATES, type GivenToken, type Vault, type VaultState } from '../../app/shared/domain/vault.js';
import { aVaultToken, aVaultView } from '../support/fake-vault-view.js';
import { open, tell, type Opened } from './app-under-test.js';

const MINUTE = 60_000;
const TOKEN = 'hvs.CAESIJ-a-made-up-token';
const watching = { profile: { name: 'eyes', kind: 'production', readOnly: true } } as const;

const sentence = (): string => document.querySelector('.say')?.textContent ?? '';
const region = (): HTMLElement => screen.getByRole('region', { name: /^Vault / });
const card = () => within(region());
const about = (): string => document.querySelector('.vault-about')?.textContent ?? '';
const dialog = () => within(screen.getByRole('dialog'));
const verbs = (): readonly string[] =>
  [...document.querySelectorAll('.vault-card .secret-actions button')].map((one) => one.textContent ?? '');

/** The window with this picture of Vault. */
async function show(state: VaultState, over: Partial<Vault> = {}): Promise<Opened> {
  return open('/secrets', { vault: aVaultView(Date.now(), state, over) });
}

describe('Vault', () => {
  it('that is not used is told in one line that says how it would be', async () => {
    await open('/secrets');
    expect(sentence()).toMatch(/^The cluster secret is held since \d\d:\d\d\. 1 node asks for it\.$/);
    expect(about()).toContain('This node uses no Vault. Set vault.address to where it is, and vault.login');
    expect(card().getByText('vault.address').tagName).toBe('CODE');
    expect(card().queryAllByRole('button')).toEqual([]);
  });

  it('is told with server, token, and where it came from', async () => {
    await show('connected', { namespace: 'team-a' });
    expect(sentence()).toMatch(/ Vault is connected; the token ends in 2 h 10 min\.$/);
    expect(card().getByText('https://vault.prod-eu.example:8200')).toBeDefined();
    expect(card().getByText('team-a')).toBeDefined();
    expect(card().getByText(/^active/).textContent).toBe('active, version 1.19.2');
    expect(card().getByText('ends in 2 h 10 min')).toBeDefined();
    expect(card().getByText('of 3 h')).toBeDefined();
    expect(card().getByText('legion-node')).toBeDefined();
    expect(card().getByText('renewed 3 times, last 50 min ago; next in 1 h 10 min')).toBeDefined();
    expect(card().getByText('by our own login')).toBeDefined();
    expect(card().getByText('8609694a-cdbc-db9b-d345-e782dbb562ed')).toBeDefined();
    expect(card().getByText(/It is no secret/)).toBeDefined();
    expect(card().queryByText('Its clock')).toBeNull();
  });

  const SAID: Readonly<Record<Exclude<VaultState, 'off'>, readonly [page: string, card: string]>> = {
    wanted: ['A Vault token is wanted.', 'No token is held. Log in again, or enter one.'],
    authenticating: ['We are logging in to Vault.', 'Logging in by AppRole for 12 s.'],
    asked: ['The other nodes were asked for a Vault token.', 'The other nodes were asked 12 s ago.'],
    checking: ['A Vault token came and is being checked.', 'A token came 12 s ago, and Vault has not'],
    connected: ['Vault is connected; the token ends in 2 h 10 min.', 'it is renewed in time.'],
    backoff: [
      'Vault cannot be asked for now; the token ends in 2 h 10 min.',
      'Vault cannot be asked for now, the token ends in 2 h 10 min.',
    ],
    soon: ['The Vault token ends in 2 h 10 min.', 'The token ends in 2 h 10 min. Log in again for a new one'],
    sealed: ['Vault is sealed; the token is kept.', 'The token is kept; work goes on when an operator'],
    ended: ['The Vault token has ended.', 'The token has ended and was dropped.'],
    refused: ['Vault does not accept our login.', 'Vault does not accept our login. Mend what it is made of'],
  };
  it.each(Object.entries(SAID))(
    'that is %s has a sentence on the page and one on the card',
    async (...row) => {
      const [state, [page, inCard]] = row;
      await show(state as VaultState);
      expect(sentence().endsWith(` ${page}`), sentence()).toBe(true);
      expect(about()).toContain(inCard);
    },
  );

  it('looks different in every kind of state, by shape', async () => {
    const shapes = new Map<VaultState, string>();
    const { client } = await show('connected');
    for (const state of VAULT_STATES) {
      await tell(() => client.vault(aVaultView(Date.now(), state)));
      shapes.set(state, region().querySelector('.mark')?.innerHTML ?? '');
    }
    expect(
      new Set(
        ['connected', 'soon', 'sealed', 'ended', 'refused', 'wanted'].map((one) =>
          shapes.get(one as VaultState),
        ),
      ).size,
    ).toBe(6);
    expect(region().querySelector('.c-lost')).toBeNull();
  });

  it('that is sealed is shown calmly, with the key shares that were entered', async () => {
    await show('sealed', {
      nextTryAt: Date.now() + 20_500,
      problem: { code: 'VAULT_SEALED', words: 'Vault is sealed', at: 0 },
    });
    expect(card().getByText(/^sealed, 2 of 3 key shares entered/)).toBeDefined();
    expect(about()).toContain('Next try in 20 s.');
    expect(region().querySelector('.c-lost, .c-late')).toBeNull();
    expect(card().queryByRole('alert')).toBeNull();
  });

  it('that answers with an error is not said to be away, and is quoted', async () => {
    const { server } = aVaultView(Date.now(), 'connected');
    await show('connected', {
      server: { ...server, health: 'failing', status: 500 },
      problem: { code: 'VAULT_FAILED', words: 'internal error', at: 0 },
    });
    expect(card().getByText(/^answers with an error \(500\)/)).toBeDefined();
    expect(card().getByText('internal error')).toBeDefined();
    expect(card().queryByText(/cannot be reached/)).toBeNull();
  });

  it('that cannot renew says how often it failed and how long is left', async () => {
    const now = Date.now();
    await show('backoff', {
      token: aVaultToken(now, { failures: 3, endsAt: now + 12.5 * MINUTE }),
      problem: { code: 'VAULT_FAILED', words: 'internal \u202eerror', at: now },
      nextTryAt: now + 9_500,
    });
    expect(about()).toContain('3 failed renewals, the token ends in 12 min. Next try in 9 s.');
    expect(card().getByText('3 failed renewals in a row')).toBeDefined();
    expect(card().getByText('Vault itself failed.')).toBeDefined();
    const words = card().getByText(/internal/);
    expect(words.textContent).not.toContain('\u202e');
    expect(words.className).toContain('mono');
  });

  it('that ends soon says whether it is still renewed', async () => {
    const now = Date.now();
    const ending = { endsAt: now + 12.5 * MINUTE, isRenewable: false, nextRenewalAt: null };
    const { client } = await show('soon', { login: 'none', token: aVaultToken(now, ending) });
    expect(sentence()).toContain('The Vault token ends in 12 min and is not renewed any more.');
    expect(about()).toContain('and is not renewed any more. Enter another one.');
    const token = aVaultToken(now, { ...ending, isRenewable: true, failures: 1 });
    await tell(() => client.vault(aVaultView(now, 'soon', { token, nextTryAt: now + 9_500 })));
    expect(about()).toMatch(/^1 failed renewal, the token ends in 12 min\. .* Next try in 9 s\.$/);
  });

  it('that refused says what to do', async () => {
    await show('refused', {
      login: 'none',
      problem: { code: 'VAULT_DENIED', words: 'permission denied', at: 0 },
    });
    expect(sentence()).toContain('Vault does not accept the token.');
    expect(about()).toContain('Enter another one, or ask the other nodes.');
    expect(card().getByText('permission denied')).toBeDefined();
  });

  it('that nobody answered is said with what to do, and not while it is asked again', async () => {
    const now = Date.now();
    const past = { login: 'none', askedAt: now - 2.5 * MINUTE, unansweredAt: now - MINUTE } as const;
    const { client } = await show('wanted', past);
    expect(
      card().getByText(/^Nobody answered the question of 2 min ago .* Trust the keys on both sides/),
    ).toBeDefined();
    expect(card().getByRole('button', { name: 'Ask again…' })).toBeDefined();
    await tell(() => client.vault(aVaultView(now, 'asked', past)));
    expect(card().queryByText(/^Nobody answered/)).toBeNull();
  });

  it('that refused the login names what it is made of, and speaks of no token', async () => {
    const problem = { code: 'VAULT_LOGIN', words: 'invalid role or secret ID', at: 0 };
    await show('refused', { problem });
    expect(card().getByText('Vault refused the login.')).toBeDefined();
    expect(card().getByText(/role id and secret id.* or the certificate and its role/)).toBeDefined();
    expect(card().getByText('invalid role or secret ID')).toBeDefined();
    expect(card().queryByText(/did not accept the token/)).toBeNull();
  });

  it('warns of a root token, of plain http, of unchecked certificates and of a clock that is off', async () => {
    const now = Date.now();
    const { server } = aVaultView(now, 'connected');
    const { client } = await show('connected', {
      address: 'http://localhost:8200',
      isUnverified: true,
      server: { ...server, skewMs: 41_000 },
      token: aVaultToken(now, {
        ...{ isRoot: true, policies: ['root'], endsAt: null, lifeMs: null },
        ...{ isRenewable: false, nextRenewalAt: null, usesLeft: 7 },
      }),
      warnings: ['the <b>ttl</b> was capped'],
    });
    expect(card().getByText('root').closest('.bdg')?.className).toContain('late');
    expect(card().getByText(/may do everything in Vault/)).toBeDefined();
    expect(card().getByText('does not end')).toBeDefined();
    expect(sentence()).toContain('Vault is connected; the token does not end.');
    expect(card().getByText('not encrypted')).toBeDefined();
    expect(card().getByText('+41 s against ours')).toBeDefined();
    expect(card().getByText('7 uses left')).toBeDefined();
    expect(card().getByText('the <b>ttl</b> was capped')).toBeDefined();
    expect(document.querySelector('.vault-bar')).toBeNull();
    await tell(() => client.vault(aVaultView(now, 'connected', { isUnverified: true })));
    expect(card().getByText('its certificate is not checked')).toBeDefined();
  });

  it('folds many policies, and holds names of any length', async () => {
    const policies = Array.from({ length: 60 }, (_, i) => `policy-${i}`);
    const long = 'n'.repeat(255);
    const token = aVaultToken(Date.now(), {
      ...{ policies, displayName: long, source: 'peer', from: long, isOurs: false },
      ...{ accessor: null, type: 'batch' },
    });
    const { user } = await show('connected', { token });
    expect(card().queryByText('policy-59')).toBeNull();
    const more = card().getByRole('button', { name: 'and 52 more' });
    expect(more.getAttribute('aria-expanded')).toBe('false');
    await user.click(more);
    expect(card().getByText('policy-59')).toBeDefined();
    expect(card().getAllByText(long)).toHaveLength(2);
    expect(card().getByText('batch, shared with us')).toBeDefined();
    expect(card().getByText('none, as with every batch token')).toBeDefined();
  });

  it('counts the life of the token down by the clock of the window, and stands still while paused', async () => {
    const { user } = await show('connected');
    const now = Date.now();
    const bar = (): string => document.querySelector<HTMLElement>('.vault-bar i')?.style.inlineSize ?? '';
    const before = bar();
    await tell(() => clockStore.setState({ now: now + 110 * MINUTE }));
    expect(card().getByText('ends in 20 min')).toBeDefined();
    expect(Number.parseFloat(bar())).toBeLessThan(Number.parseFloat(before));
    expect(document.querySelector('.vault-bar')?.className).toContain('late');
    await tell(() => clockStore.setState({ now }));
    await user.keyboard('.');
    await tell(() => clockStore.setState({ now: now + 110 * MINUTE }));
    expect(card().getByText('ends in 2 h 10 min')).toBeDefined();
    await user.keyboard('.');
  });

  it('is all there and offers nothing in a profile that only watches', async () => {
    for (const state of VAULT_STATES) {
      await open('/secrets?do=vault-enter', { vault: aVaultView(Date.now(), state), session: watching });
      expect(verbs()).toEqual([]);
      expect(screen.queryByRole('dialog')).toBeNull();
      document.body.innerHTML = '';
    }
  });
});

describe('what can be done about the token', () => {
  it.each([
    ['wanted', 'none', ['Enter a token…', 'Ask for one…']],
    ['wanted', 'approle', ['Log in again…', 'Enter a token…']],
    ['authenticating', 'approle', ['Enter a token…']],
    ['asked', 'none', ['Enter a token…']],
    ['connected', 'none', ['Renew', 'Enter a token…', 'Revoke…']],
    ['connected', 'approle', ['Renew', 'Log in again…', 'Enter a token…', 'Revoke…']],
    ['backoff', 'approle', ['Renew', 'Log in again…', 'Enter a token…', 'Revoke…']],
    ['soon', 'none', ['Renew', 'Enter a token…', 'Revoke…']],
    ['sealed', 'none', ['Enter a token…', 'Revoke…']],
    ['ended', 'none', ['Enter a token…', 'Ask for one…']],
    ['refused', 'cert', ['Log in again…', 'Enter a token…']],
  ] as const)('while it is %s with login %s', async (state, login, wanted) => {
    await show(state, { login });
    expect(verbs()).toEqual(wanted);
  });

  it('renews at once, and says why it did not', async () => {
    const { client, user } = await show('connected');
    await user.click(card().getByRole('button', { name: 'Renew' }));
    expect(client.calls.some(({ name }) => name === 'vault.renew')).toBe(true);
    expect(await screen.findByText('The Vault token is renewed')).toBeDefined();
    client.fail('vault.renew', 'VAULT_SEALED');
    await user.click(card().getByRole('button', { name: 'Renew' }));
    expect((await card().findByRole('alert')).textContent).toContain('Vault is sealed or in maintenance.');
  });

  it('asks the other nodes after saying what that means', async () => {
    const { client, user } = await show('ended', { login: 'none', askedAt: 1 });
    await user.click(card().getByRole('button', { name: 'Ask again…' }));
    expect(dialog().getByText(/goes to the other nodes with our public key/)).toBeDefined();
    expect(dialog().getByText('Production')).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Ask' }));
    expect(client.calls.some(({ name }) => name === 'vault.ask')).toBe(true);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('logs in again where a login is configured', async () => {
    const { client, user } = await show('refused', { login: 'approle' });
    await user.click(card().getByRole('button', { name: 'Log in again…' }));
    expect(dialog().getByText('AppRole is used, as it is configured.')).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Log in' }));
    expect(client.calls.some(({ name }) => name === 'vault.ask')).toBe(true);
  });

  it('revokes what is ours after saying what ends with it', async () => {
    const { client, user } = await show('connected');
    await user.click(card().getByRole('button', { name: 'Revoke…' }));
    expect(dialog().getByText(/with every token made from it/)).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Revoke it' }));
    expect(client.calls.some(({ name }) => name === 'vault.revoke')).toBe(true);
    expect(await screen.findByText('The Vault token is revoked')).toBeDefined();
  });

  it('only lets go of what is shared', async () => {
    const token = aVaultToken(Date.now(), { isOurs: false, source: 'peer', from: 'app-1' });
    const { user } = await show('connected', { token });
    expect(card().getByRole('link', { name: 'app-1' })).toBeDefined();
    await user.click(card().getByRole('button', { name: 'Let go…' }));
    expect(dialog().getByText(/dropped here and not revoked/)).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Let go' }));
    expect(await screen.findByText('The Vault token is let go')).toBeDefined();
  });
});

describe('a token that is entered', () => {
  const nowhere = (): void => {
    const fields = [...document.querySelectorAll('input')].map(({ value }) => value).join();
    expect(document.documentElement.outerHTML + fields).not.toContain(TOKEN);
    expect(JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])).not.toContain(TOKEN);
  };

  it('is handed over once, and is nowhere in the window afterwards', async () => {
    const { client, user } = await show('wanted', { login: 'none' });
    await user.click(card().getByRole('button', { name: 'Enter a token…' }));
    const field = dialog().getByLabelText<HTMLInputElement>('Token');
    const use = dialog().getByRole<HTMLButtonElement>('button', { name: 'Use it' });
    expect(field.type).toBe('password');
    expect(use.disabled).toBe(true);
    await user.click(field);
    await user.paste(` ${TOKEN}\n`);
    expect(document.documentElement.outerHTML).not.toContain(TOKEN);
    await user.click(use);
    expect(client.calls.find(({ name }) => name === 'vault.enter')?.input).toEqual({ token: TOKEN });
    expect(await screen.findByText('Vault accepts the token')).toBeDefined();
    expect(screen.queryByRole('dialog')).toBeNull();
    nowhere();
  });

  it('that Vault does not take is forgotten too, and the dialog says why', async () => {
    const { client, user } = await show('wanted', { login: 'none' });
    client.fail('vault.enter', 'VAULT_DENIED');
    await user.click(card().getByRole('button', { name: 'Enter a token…' }));
    await user.type(dialog().getByLabelText('Token'), `${TOKEN}{Enter}`);
    expect((await dialog().findByRole('alert')).textContent).toContain('Vault did not accept the token');
    expect(dialog().getByLabelText<HTMLInputElement>('Token').value).toBe('');
    expect(dialog().getByRole<HTMLButtonElement>('button', { name: 'Use it' }).disabled).toBe(true);
    expect(document.activeElement).toBe(dialog().getByLabelText('Token'));
    nowhere();
  });

  it('is forgotten when the dialog is closed', async () => {
    const { client, user } = await show('connected', { address: 'http://localhost:8200' });
    await user.click(card().getByRole('button', { name: 'Enter a token…' }));
    expect(dialog().getByText(/everybody on the way to Vault can read/)).toBeDefined();
    expect(dialog().getByText(/takes the place of the one that is held/)).toBeDefined();
    await user.type(dialog().getByLabelText('Token'), TOKEN);
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    nowhere();
    await user.click(card().getByRole('button', { name: 'Enter a token…' }));
    expect(dialog().getByLabelText<HTMLInputElement>('Token').value).toBe('');
    expect(client.calls.some(({ name }) => name === 'vault.enter')).toBe(false);
  });
});

describe('the status strip', () => {
  const strip = () => within(screen.getByRole('contentinfo'));
  const part = () => strip().queryByRole('link', { name: /Vault/ });

  it('says nothing of a Vault that is not used', async () => {
    await open('/overview');
    expect(part()).toBeNull();
  });

  const SHORT: Readonly<Record<Exclude<VaultState, 'off'>, string>> = {
    wanted: 'No Vault token',
    authenticating: 'Vault login under way',
    asked: 'Vault token asked for',
    checking: 'Vault token being checked',
    connected: 'Vault connected, token 2 h',
    backoff: 'Vault not connected, token 2 h',
    soon: 'Vault token ends in 2 h',
    sealed: 'Vault sealed',
    ended: 'Vault token ended',
    refused: 'Vault login refused',
  };
  it('says in a few words how it stands, and leads to the page', async () => {
    const { client } = await open('/overview', { vault: aVaultView(Date.now(), 'wanted') });
    for (const [state, words] of Object.entries(SHORT)) {
      await tell(() => client.vault(aVaultView(Date.now(), state as VaultState)));
      expect(part()?.textContent).toBe(words);
      expect(part()?.getAttribute('href')).toBe('#/secrets');
    }
    await tell(() => client.vault(aVaultView(Date.now(), 'off')));
    expect(part()).toBeNull();
  });

  it('counts the token down, and tells a server that is not the active one', async () => {
    const now = Date.now();
    const token = aVaultToken(now, { endsAt: now + 43.5 * MINUTE });
    const { client } = await open('/overview', { vault: aVaultView(now, 'connected', { token }) });
    expect(part()?.textContent).toBe('Vault connected, token 43 min');
    await tell(() => clockStore.setState({ now: now + 3 * MINUTE }));
    expect(part()?.textContent).toBe('Vault connected, token 40 min');
    const { server } = aVaultView(now, 'connected');
    for (const [health, words] of [
      ['standby', 'Vault standby'],
      ['performance-standby', 'Vault standby'],
      ['unreachable', 'Vault not reached'],
      ['failing', 'Vault fails'],
      ['dr', 'Vault serves nobody'],
    ] as const) {
      const over = { server: { ...server, health }, token: aVaultToken(now, { endsAt: null }) };
      await tell(() => client.vault(aVaultView(now, 'connected', over)));
      expect(part()?.textContent).toBe(words);
    }
  });
});

describe('what was handed over', () => {
  const now = Date.now();
  const aGiven = (over: Partial<GivenToken> = {}): GivenToken => ({
    ...{ accessor: 'xq2-accessor-of-app-3', to: 'app-3', at: now - 12 * MINUTE, state: 'given' },
    ...{ expiresAt: now + 1428.5 * MINUTE, stateAt: now - 12 * MINUTE, problem: null, ...over },
  });
  const list = () => within(screen.getByRole('region', { name: 'Handed over' }));

  it('is not there where nothing was', async () => {
    await show('connected');
    expect(screen.queryByRole('region', { name: 'Handed over' })).toBeNull();
  });

  it('is listed by name and accessor, and taken back after saying what that means', async () => {
    const { client, user } = await show('connected', { given: [aGiven()] });
    const cells = list()
      .getAllByRole('cell')
      .map((cell) => cell.textContent);
    expect(cells).toEqual(['app-3', 'xq2-accessor-of-app-3', '12 min', 'in 23 h 48 min', 'Revoke…']);
    await user.click(list().getByRole('button', { name: 'Revoke the token of app-3…' }));
    expect(dialog().getByText(/app-3 has to ask for another one/)).toBeDefined();
    expect(dialog().getByText('xq2-accessor-of-app-3')).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Revoke it' }));
    expect(client.calls.find(({ name }) => name === 'vault.revokeGiven')?.input).toEqual({
      accessor: 'xq2-accessor-of-app-3',
    });
    expect(await screen.findByText('The Vault token of app-3 is revoked')).toBeDefined();
    client.answer('vault.revokeGiven', () => ({ revoked: false }));
    await user.click(list().getByRole('button', { name: 'Revoke the token of app-3…' }));
    await user.click(dialog().getByRole('button', { name: 'Revoke it' }));
    expect(await screen.findByText('Vault did not know the token of app-3 any more')).toBeDefined();
    client.fail('vault.revokeGiven', 'VAULT_NO_TOKEN');
    await user.click(list().getByRole('button', { name: 'Revoke the token of app-3…' }));
    await user.click(dialog().getByRole('button', { name: 'Revoke it' }));
    expect((await dialog().findByRole('alert')).textContent).toContain('No Vault token is held.');
  });

  it('says what became of it, in Vault’s own words where it could not be revoked', async () => {
    const problem = { code: 'VAULT_DENIED', words: 'permission \u202edenied', at: now };
    await show('connected', {
      given: [
        aGiven({ accessor: 'a', problem }),
        aGiven({ accessor: 'b', state: 'revoked', stateAt: now - 5.5 * MINUTE }),
        aGiven({ accessor: 'c', state: 'ended' }),
      ],
    });
    const here = list()
      .getAllByRole('row')
      .slice(1)
      .map((row) => within(row).getAllByRole('cell')[4]?.textContent ?? '');
    expect(here[0]).toMatch(/^not revoked: Vault did not accept the token.*permission .*denied.*Revoke…$/);
    expect(here[0]).not.toContain('\u202e');
    expect(here.slice(1)).toEqual(['revoked 5 min ago', 'had ended, seen 12 min ago']);
    expect(list().getAllByRole('button', { name: /^Revoke/ })).toHaveLength(1);
  });

  it('folds a long list, and offers nothing where one only watches', async () => {
    const given = Array.from({ length: 12 }, (_, n) => aGiven({ accessor: `accessor-${n}` }));
    const { user } = await show('connected', { given });
    expect(list().getAllByRole('row')).toHaveLength(9);
    await user.click(list().getByRole('button', { name: 'Show 4 more' }));
    expect(list().getAllByRole('row')).toHaveLength(13);
    document.body.innerHTML = '';
    await open('/secrets', { vault: aVaultView(now, 'connected', { given }), session: watching });
    expect(list().queryAllByRole('button', { name: /^Revoke/ })).toEqual([]);
  });
});

describe('what Vault needs a person for', () => {
  const need = (kind: Need['kind']): Need => ({
    ...{ id: kind, kind, severity: 'warning', since: Date.now() - MINUTE, count: 1 },
    ...{ names: [], group: null, filter: null },
  });

  it.each([
    ['vault-soon', 'The Vault token ends soon'],
    ['vault-ended', 'The Vault token has ended'],
    ['vault-sealed', 'Vault is sealed'],
    ['vault-replay', 'Somebody was at a Vault token'],
  ] as const)('stands on the overview and counts in the navigation: %s', async (kind, title) => {
    await open('/overview', { session: { needs: [need(kind)], needsTotal: 1 } });
    const link = screen.getByRole('link', { name: new RegExp(`: ${title}$`) });
    expect(link.getAttribute('href')).toBe('#/secrets');
    expect(screen.getByRole('link', { name: /^Secrets, 2/ })).toBeDefined();
  });
});
