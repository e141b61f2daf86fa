/** The page Keys in a real browser, with real nodes behind it: alarms, decisions, our own key, and how many rows. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fingerprintGroups, PROOF_LENGTH } from '../../app/shared/domain/fingerprint.js';
import { describeInBrowser, visit, type Theme } from '../support/browser.js';
import { startConsole } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { seriousFindings } from '../support/e2e-axe.js';
import { aConsole, aRuby, type StagedConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import type { RubyNode } from '../support/ruby-node.js';
import { until } from '../support/until.js';

const SECRET = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';
const THEMES: readonly Theme[] = ['light', 'dark'];

describeWithRabbitMq('keys on RabbitMQ', () => {
  describeInBrowser('as the window shows them', (browser) => {
    let broker: RabbitMq;
    beforeAll(async () => {
      broker = await startRabbitMq();
    });
    afterAll(() => broker?.dispose());

    const trustOf = async (served: StagedConsole, node: RubyNode): Promise<string | undefined> =>
      (await served.keysOf(node.name)).find(({ fingerprint }) => fingerprint === node.fingerprint)?.trust;

    /** A node whose pinned key is followed by another one. */
    async function aChangedKey(served: StagedConsole, name: string): Promise<RubyNode> {
      const first = await aRuby(broker, '1.4', name, SECRET);
      await first.announceKey();
      await until(() => trustOf(served, first));
      const { fingerprint } = first;
      await served.call('key.trust', { name, fingerprint, verifiedBy: 'voice' });
      await first.stop();
      const second = await aRuby(broker, '1.9', name, SECRET);
      await second.announceKey();
      await until(async () => (await trustOf(served, second)) === 'changed');
      return second;
    }
    const rowOf = (page: Page, name: string) =>
      page.getByRole('grid', { name: 'Keys' }).getByRole('row').filter({ hasText: name });
    const panelOf = (page: Page, name: string) => page.getByRole('complementary', { name: `Key of ${name}` });

    it('a changed key is told everywhere, and accepted only after comparing', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const { page, go } = await visit(browser(), served, { at: '/overview' });
      const node = await aChangedKey(served, 'db-02');
      await page
        .getByRole('navigation')
        .getByRole('link', { name: /^Keys/ })
        .getByText('1')
        .first()
        .waitFor();
      const bell = page.getByRole('button', { name: /^Notifications, [1-9]/ });
      await bell.click();
      await page.getByRole('dialog', { name: 'Notifications' }).getByText('A pinned key changed').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Review: Key changed: db-02' }).click();
      await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
      await page.getByText('1 key changed and needs a decision.').waitFor();
      const panel = panelOf(page, 'db-02');
      await panel.getByText('Until you decide, no secret is encrypted to it.').waitFor();

      const groups = fingerprintGroups(node.fingerprint);
      await panel.getByText(groups.slice(0, 4).join(' ')).waitFor();
      await panel.getByRole('radio', { name: 'Accept after comparing' }).check();
      // Covered on the page and in the list: nothing can be copied over from here.
      await panel.getByText(groups.slice(0, 4).join(' ')).waitFor({ state: 'detached' });
      expect(await page.getByRole('main').innerText()).not.toContain(groups[0]);
      const field = panel.getByRole('textbox', { name: 'First 12 characters' });
      await field.fill('x'.repeat(PROOF_LENGTH));
      await panel.getByRole('button', { name: 'Accept the new key' }).click();
      await panel.getByText('The characters do not fit the key that was announced.').waitFor();
      expect(await trustOf(served, node)).toBe('changed');

      await field.fill(groups.slice(0, 3).join(' '));
      await panel.getByRole('button', { name: 'Accept the new key' }).click();
      await page.getByText('The key of db-02 is trusted', { exact: true }).first().waitFor();
      expect(await trustOf(served, node)).toBe('trusted');
      await page.getByText('1 key changed and needs a decision.').waitFor({ state: 'detached' });
      await go('/events', 'Events');
      await page.getByRole('main').getByText('The key of db-02 was trusted').first().waitFor();
    });

    it('is decided by keyboard alone', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const node = await aChangedKey(served, 'db-03');
      const { page } = await visit(browser(), served, { at: '/overview' });
      await page.keyboard.press('4');
      await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
      await rowOf(page, 'db-03').first().waitFor();
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      const panel = panelOf(page, 'db-03');
      await panel.waitFor();
      const keep = panel.getByRole('radio', { name: 'Keep the pinned key' });
      for (
        let presses = 0;
        presses < 20 && !(await keep.evaluate((one) => one === document.activeElement));
        presses += 1
      )
        await page.keyboard.press('Tab');
      // To the last of the three and back again: choosing alone does nothing.
      await page.keyboard.press('ArrowUp');
      expect(await panel.getByRole('radio', { name: 'Refuse and mark' }).isChecked()).toBe(true);
      await page.keyboard.press('ArrowDown');
      expect(await keep.isChecked()).toBe(true);
      expect(await trustOf(served, node)).toBe('changed');
      await page.keyboard.press('Enter');
      await page.getByText('The pinned key of db-03 is kept').first().waitFor();
      await served.event('key.kept', 'db-03');
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
    });

    it('a new key is trusted only when somebody says how it was checked', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const node = await aRuby(broker, '1.9', 'app-07', SECRET);
      const { page } = await visit(browser(), served, { at: '/keys' });
      await rowOf(page, 'app-07').getByText('missing').waitFor();
      await node.announceKey();
      await rowOf(page, 'app-07').getByText('new').click();
      const panel = panelOf(page, 'app-07');
      const trust = panel.getByRole('button', { name: 'Trust this key' });
      expect(await trust.isDisabled()).toBe(true);
      expect(await panel.getByRole('radio', { checked: true }).count()).toBe(0);
      await panel.getByRole('radio', { name: 'Compared by voice' }).check();
      await trust.click();
      await rowOf(page, 'app-07').getByText('trusted').waitFor();
      expect((await served.keysOf('app-07'))[0]).toMatchObject({ trust: 'trusted', verifiedBy: 'voice' });

      await panel.getByRole('button', { name: 'Refuse' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
      await rowOf(page, 'app-07').getByText('refused').waitFor();
      expect(await trustOf(served, node)).toBe('refused');
    });

    it('our own key is shown, replaced and taken back', async () => {
      const served = await aConsole(broker, { secret: SECRET });
      const before = (await served.call('key.own', {})).fingerprint!;
      const { page } = await visit(browser(), served, { at: '/keys' });
      await page.getByRole('button', { name: 'Our own key' }).click();
      const panel = page.getByRole('complementary').filter({ hasText: 'This is the key of this console.' });
      await panel.getByText(fingerprintGroups(before).slice(0, 4).join(' ')).waitFor();
      await panel.getByRole('button', { name: 'Make a new key' }).click();
      await panel.getByText(/The old key is kept for another 2[34] h/).waitFor();
      const after = (await served.call('key.own', {})).fingerprint!;
      expect(after).not.toBe(before);
      await panel.getByText(fingerprintGroups(after).slice(0, 4).join(' ')).waitFor();
      await panel.getByRole('button', { name: 'Undo…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
      await panel.getByText(fingerprintGroups(before).slice(0, 4).join(' ')).waitFor();
      expect((await served.call('key.own', {})).fingerprint).toBe(before);
    });

    it.each(THEMES)('axe finds nothing serious on it in the %s theme', async (theme) => {
      const served = await aConsole(broker, { secret: SECRET });
      await aChangedKey(served, 'db-04');
      const fresh = await aRuby(broker, '1.4', 'app-08', SECRET);
      await fresh.announceKey();
      const { page, go } = await visit(browser(), served, { at: '/keys', theme });
      const findings: string[] = [];
      const look = async (place: string): Promise<void> => {
        for (const finding of await seriousFindings(page)) findings.push(`${place}: ${finding}`);
      };
      await rowOf(page, 'app-08').getByText('new').waitFor();
      await look('list');
      await rowOf(page, 'db-04').first().click();
      await panelOf(page, 'db-04').waitFor();
      await look('changed');
      await panelOf(page, 'db-04').getByRole('radio', { name: 'Accept after comparing' }).check();
      await look('covered');
      await rowOf(page, 'app-08').click();
      await panelOf(page, 'app-08').waitFor();
      await look('new');
      await go('/keys?key=own', 'Keys');
      await page.getByRole('button', { name: 'Make a new key' }).waitFor();
      await look('own');
      for (const what of ['ask', 'announce', 'trust']) {
        // Behind a dialog nothing has a heading.
        await page.evaluate((hash) => void (location.hash = hash), `#/keys?do=${what}`);
        await page.getByRole('dialog').waitFor();
        await look(`dialog ${what}`);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      expect(findings).toEqual([]);
    });

    it('with nobody else there, our own is listed, and how to learn others is said', async () => {
      const served = await aConsole(broker);
      const { page } = await visit(browser(), served, { at: '/keys' });
      await page.getByText('The one key is trusted.').waitFor();
      await rowOf(page, served.name).waitFor();
      await page.getByRole('button', { name: 'Ask all for keys' }).click();
      await page.getByRole('dialog').getByText('Ruby nodes cannot answer it').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: /^Ask/ }).click();
      await served.event('key.asked');
      expect(await seriousFindings(page)).toEqual([]);
    });
  });
});

describeInBrowser('ten thousand keys', (browser) => {
  it('are a list that scrolls and filters, and axe has nothing against', { timeout: 180_000 }, async () => {
    const served = await startConsole(['--demo-nodes', '10000']);
    try {
      await until(async () => (await served.call('key.list', {})).keys.length >= 10_000, 60_000);
      const { page } = await visit(browser(), served, { at: '/keys' });
      const grid = page.getByRole('grid', { name: 'Keys' });
      await grid.getByRole('row').nth(5).waitFor();
      expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThanOrEqual(10_000);
      // What is drawn is what is in view.
      expect(await grid.getByRole('row').count()).toBeLessThan(120);
      await page.keyboard.press('End');
      await expect
        .poll(async () => Number(await grid.getByRole('row').last().getAttribute('aria-rowindex')))
        .toBeGreaterThan(9_900);
      await page.getByRole('textbox', { name: 'Filter keys' }).fill('key:changed');
      await page.getByText(/^\d+ keys? match(es)?$/).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    } finally {
      await served.stop();
    }
  });
});
