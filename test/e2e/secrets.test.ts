/** The page Secrets in a real browser: who asks gets it once, conflicts are decided, and its value is never there. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fingerprintGroups } from '../../app/shared/domain/fingerprint.js';
import { describeInBrowser, visit, type Theme } from '../support/browser.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { seriousFindings } from '../support/e2e-axe.js';
import { aConsole, aRuby } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const OTHER = 'f'.repeat(64);
const THEMES: readonly Theme[] = ['light', 'dark'];
const ASK = ['--secrets-policy', 'ask'];
const PATIENT = { secretTimeoutMs: 60_000 };

describeWithRabbitMq('secrets on RabbitMQ', () => {
  describeInBrowser('as the window shows them', (browser) => {
    let broker: RabbitMq;
    beforeAll(async () => {
      broker = await startRabbitMq();
    });
    afterAll(() => broker?.dispose());

    it('a node that asks is trusted, then given the secret once', async () => {
      const served = await aConsole(broker, { secret: SECRET, args: ASK });
      const { page, go, received } = await visit(browser(), served, { at: '/overview' });
      const node = await aRuby(broker, '1.4', 'web-03', null, PATIENT);
      await page.getByRole('link', { name: 'Decide: web-03 asks for the cluster secret' }).click();
      await page.getByRole('heading', { level: 1, name: 'Secrets' }).waitFor();
      await page.getByText('1 node asks for it.').waitFor();
      const row = page.getByRole('row').filter({ hasText: 'web-03' });
      expect(await row.getByRole('button', { name: 'Give once…' }).count()).toBe(0);
      await row.getByRole('link', { name: 'Decide on its key' }).click();

      const panel = page.getByRole('complementary', { name: 'Key of web-03' });
      await panel.getByRole('radio', { name: 'From the machine itself' }).check();
      await panel.getByRole('button', { name: 'Trust this key' }).click();
      await page.getByText('The key of web-03 is trusted').first().waitFor();
      await go('/secrets', 'Secrets');
      await row.getByRole('button', { name: 'Give once…' }).click();
      const dialog = page.getByRole('dialog');
      // What is agreed to is said whole: to whom, and to which key.
      await dialog.getByText('Give web-03 the cluster secret?').waitFor();
      await dialog.getByText(fingerprintGroups(node.fingerprint).slice(0, 4).join(' ')).waitFor();
      expect(node.secret()).toBeNull();
      await dialog.getByRole('button', { name: 'Give once' }).click();
      await until(() => node.secret() === SECRET);
      await row.getByText('given').waitFor();
      await go('/events', 'Events');
      await page.getByRole('main').getByText('The cluster secret was given to web-03').waitFor();
      expect(received.join('\n')).not.toContain(SECRET);
      expect(await page.content()).not.toContain(SECRET);
    });

    it('a request is refused by keyboard, and the policy is changed by keyboard', async () => {
      const served = await aConsole(broker, { secret: SECRET, args: ASK });
      const node = await aRuby(broker, '1.9', 'web-04', null, PATIENT);
      const { page } = await visit(browser(), served, { at: '/overview' });
      await page.keyboard.press('6');
      const row = page.getByRole('row').filter({ hasText: 'web-04' });
      await row.getByRole('button', { name: 'Refuse…' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByText('Refuse web-04 the cluster secret?').waitFor();
      // The first thing that has the focus does no harm.
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect((await served.request('web-04')).state).toBe('waiting');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).press('Enter');
      await row.getByText('refused').waitFor();
      await served.event('secret.not-given', 'web-04');
      expect(node.secret()).toBeNull();

      await page.getByRole('radio', { name: 'Ask me' }).focus();
      await page.keyboard.press('ArrowUp');
      await until(async () => (await served.secrets()).policy === 'never');
      await served.event('secret.policy');
    });

    it('a secret comes from a file, and no part of the page ever shows it', async () => {
      const served = await aConsole(broker);
      const { page, received } = await visit(browser(), served, { at: '/secrets' });
      const folder = tempDir();
      writeFileSync(join(folder, 'bad.txt'), 'no secret at all');
      writeFileSync(join(folder, 'good.txt'), `${SECRET}\n`);
      await page.getByText('No cluster secret is held.').first().waitFor();
      const input = page.locator('input[type=file]');
      await input.setInputFiles(join(folder, 'bad.txt'));
      await page.getByRole('dialog').getByRole('button', { name: 'Load it' }).click();
      await page.getByRole('alert').getByText('This is not a cluster secret.').waitFor();
      await page.keyboard.press('Escape');
      await input.setInputFiles(join(folder, 'good.txt'));
      await page.getByRole('dialog').getByRole('button', { name: 'Load it' }).click();
      await page.getByText(/The cluster secret is held since/).waitFor();
      expect((await served.secrets()).secret.source).toBe('file');
      expect(received.join('\n')).not.toContain(SECRET);
      expect(await page.content()).not.toContain(SECRET);
    });

    it('two answers stand side by side until one is accepted', async () => {
      const served = await aConsole(broker);
      const { page } = await visit(browser(), served, { at: '/secrets' });
      const nodes = await Promise.all([
        aRuby(broker, '1.4', 'left.1', SECRET),
        aRuby(broker, '1.9', 'right.2', OTHER),
      ]);
      await until(async () => {
        const beating = (await served.call('node.list', {})).nodes.map(({ name }) => name);
        return nodes.every(({ name }) => beating.includes(name));
      });
      await page.getByRole('button', { name: /^Ask/ }).first().click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Ask \d+ nodes?$/ })
        .click();
      await page.getByText('2 different cluster secrets are offered. Decide which one holds.').waitFor();
      expect((await served.secrets()).secret.id).toBeNull();
      expect(await seriousFindings(page)).toEqual([]);
      const chosen = (await served.secrets()).secret.candidates[0]!;
      const offer = page.getByRole('listitem').filter({ hasText: chosen.id });
      await offer.getByRole('button', { name: 'Accept' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
      await page.getByText('The offered secret is accepted').first().waitFor();
      const { secret } = await served.secrets();
      expect(secret.id).toBe(chosen.id);
    });

    it.each(THEMES)('axe finds nothing serious on it in the %s theme', async (theme) => {
      const served = await aConsole(broker, { secret: SECRET, args: ASK });
      const node = await aRuby(broker, '1.9', 'web-05', null, PATIENT);
      await served.request('web-05', ({ state }) => state === 'waiting');
      await served.call('key.trust', { name: node.name, fingerprint: node.fingerprint, verifiedBy: 'file' });
      const { page } = await visit(browser(), served, { at: '/secrets', theme });
      const findings: string[] = [];
      const look = async (place: string): Promise<void> => {
        for (const finding of await seriousFindings(page)) findings.push(`${place}: ${finding}`);
      };
      const give = page.getByRole('button', { name: 'Give once…' });
      await give.waitFor();
      await look('page');
      await give.click();
      await page.getByRole('dialog').waitFor();
      await look('give');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      for (const what of ['ask', 'replace']) {
        // Behind a dialog nothing has a heading.
        await page.evaluate((hash) => void (location.hash = hash), `#/secrets?do=${what}`);
        await page.getByRole('dialog').waitFor();
        await look(what);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      expect(findings).toEqual([]);
    });
  });
});
