/** The Vault half of page Secrets in a real browser: a token by hand and by login, a sealed Vault, a token handed over. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeInBrowser, visit, type Theme } from '../support/browser.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { seriousFindings } from '../support/e2e-axe.js';
import { createFakeVault, serveFakeVault, type FakeVault, type ServedVault } from '../support/fake-vault.js';
import { aConsole, trustEachOther, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const VIEWS: readonly { readonly theme: Theme; readonly width: number; readonly height: number }[] = [
  { theme: 'dark', width: 960, height: 700 },
  { theme: 'light', width: 1680, height: 1000 },
];

describeWithRabbitMq('Vault on RabbitMQ', () => {
  describeInBrowser('as the window shows it', (browser) => {
    let broker: RabbitMq;
    let vault: FakeVault;
    let served: ServedVault;
    beforeAll(async () => {
      broker = await startRabbitMq();
    });
    beforeEach(async () => {
      vault = createFakeVault({ clock: { now: () => Date.now() } });
      served = await serveFakeVault(vault);
      for (const path of ['auth/token/create-orphan', 'auth/token/revoke-accessor'])
        vault.grant('legion-node', path);
    });
    afterEach(() => served.close());
    afterAll(() => broker?.dispose());

    const aToken = (): { readonly id: string; readonly accessor: string } =>
      vault.createToken({ policies: ['default', 'legion-node'], ttlS: 3_600 });
    const consoleWith = (...args: string[]): Promise<StagedConsole> =>
      aConsole(broker, { args: ['--vault-address', served.origin, ...args] });
    const card = (page: Page) => page.getByRole('region', { name: /^Vault/ });
    const lives = (accessor: string): boolean => vault.tokens().some((token) => token.accessor === accessor);

    it('a token is entered, renewed and revoked by keyboard; what Vault does not know is not kept', async () => {
      const console = await consoleWith();
      const { page, received } = await visit(browser(), console, { at: '/secrets' });
      const token = aToken();
      const enter = async (text: string): Promise<void> => {
        const field = page.getByRole('dialog').getByLabel('Token');
        await field.fill(text);
        await field.press('Enter');
      };
      await card(page).getByText('token wanted').waitFor();
      await page.getByRole('button', { name: 'Enter a token…' }).press('Enter');
      await enter('hvs.nobody-knows-it');
      await page.getByRole('alert').first().waitFor();
      expect((await console.call('vault.get', {})).token).toBeNull();
      await enter(token.id);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await card(page).getByText('connected', { exact: true }).waitFor();
      await card(page).getByText(token.accessor).waitFor();
      await card(page).getByRole('button', { name: 'Renew' }).press('Enter');
      await card(page)
        .getByText(/renewed once/)
        .waitFor();
      await card(page).getByRole('button', { name: 'Revoke…' }).press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).press('Enter');
      await card(page).getByText('token wanted').waitFor();
      expect(lives(token.accessor)).toBe(false);
      expect(received.join('\n')).not.toContain(token.id);
      expect(await page.content()).not.toContain(token.id);
    });

    it('a login of our own holds one, a sealed Vault is no failure, and what is ours is revoked', async () => {
      vault.appRole('console', { roleId: 'console-role', policies: ['legion-node'], ttlS: 3_600 });
      const console = await aConsole(broker, {
        args: ['--vault-address', served.origin, '--vault-login', 'approle'],
        env: {
          LEGION_CONSOLE_VAULT_ROLE_ID: 'console-role',
          LEGION_CONSOLE_VAULT_SECRET_ID: vault.secretId('console'),
        },
      });
      const { page } = await visit(browser(), console, { at: '/secrets' });
      await card(page).getByText('connected', { exact: true }).waitFor();
      const { token } = await console.call('vault.get', {});
      vault.seal();
      await card(page).getByRole('button', { name: 'Renew' }).click();
      await card(page).getByText('sealed', { exact: true }).first().waitFor();
      await card(page).getByText('The token is kept').first().waitFor();
      vault.unseal();
      await card(page).getByText('connected', { exact: true }).waitFor({ timeout: 60_000 });
      await card(page).getByRole('button', { name: 'Revoke…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
      await page.getByText('The Vault token is revoked').first().waitFor();
      expect(lives(token!.accessor!)).toBe(false);
    });

    it('a console that asks is given a token of its own, once, and it ends with it', async () => {
      const holder = await consoleWith('--secrets-policy', 'ask');
      const asker = await consoleWith();
      await holder.call('vault.enter', { token: aToken().id });
      await trustEachOther(holder, asker);
      const [giving, asking] = await Promise.all([
        visit(browser(), holder, { at: '/secrets' }),
        visit(browser(), asker, { at: '/secrets' }),
      ]);
      await asking.page.getByRole('button', { name: 'Ask for one…' }).click();
      await asking.page.getByRole('dialog').getByRole('button', { name: 'Ask', exact: true }).click();
      const row = giving.page.getByRole('row').filter({ hasText: asker.name }).filter({ hasText: 'Vault' });
      await row.getByRole('button', { name: 'Give once…' }).click();
      const dialog = giving.page.getByRole('dialog');
      await dialog.getByText(asker.name).first().waitFor();
      await dialog.getByRole('button', { name: 'Give once' }).click();
      await card(asking.page).getByText('connected', { exact: true }).waitFor();
      await card(asking.page).getByText(holder.name).waitFor();
      await row.getByText('given').waitFor();
      const { token } = await asker.call('vault.get', {});
      expect(token).toMatchObject({ source: 'peer', from: holder.name, isOurs: true });
      expect(lives(token!.accessor!)).toBe(true);
      await asking.page.close();
      await asker.stop();
      expect(lives(token!.accessor!)).toBe(false);
    });

    it.each(VIEWS)('axe finds nothing serious at $width px in the $theme theme', async (view) => {
      const console = await consoleWith();
      const { page } = await visit(browser(), console, { ...view, at: '/secrets' });
      const findings: string[] = [];
      const look = async (place: string): Promise<void> => {
        for (const finding of await seriousFindings(page)) findings.push(`${place}: ${finding}`);
        const [wide, room] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        expect(wide, place).toBeLessThanOrEqual(room);
      };
      const dialogs = async (...names: string[]): Promise<void> => {
        for (const name of names) {
          await page.evaluate((hash) => void (location.hash = hash), `#/secrets?do=${name}`);
          await page.getByRole('dialog').waitFor();
          await look(name);
          await page.keyboard.press('Escape');
          await page.getByRole('dialog').waitFor({ state: 'detached' });
        }
      };
      await card(page).getByText('token wanted').waitFor();
      await look('no token');
      await dialogs('vault-ask', 'vault-enter');
      await console.call('vault.enter', { token: aToken().id });
      await card(page).getByText('connected', { exact: true }).waitFor();
      await look('connected');
      await dialogs('vault-end', 'vault-enter');
      vault.seal(1);
      await card(page).getByRole('button', { name: 'Renew' }).click();
      await card(page).getByText('sealed', { exact: true }).first().waitFor();
      await look('sealed');
      vault.unseal();
      await until(async () => (await console.call('vault.get', {})).state === 'connected', 60_000);
      expect(findings).toEqual([]);
    });
  });
});
