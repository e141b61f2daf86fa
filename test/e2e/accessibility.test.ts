/** axe-core over every page and over what opens on top of them, in both themes: nothing serious, nothing critical. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit, type Theme } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { seriousFindings } from '../support/e2e-axe.js';
import { freePort } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const THEMES: readonly Theme[] = ['light', 'dark'];

/** Looks at the page as it stands; what is found carries the name of the place. */
async function look(page: Page, place: string, findings: string[]): Promise<void> {
  for (const finding of await seriousFindings(page)) findings.push(`${place}: ${finding}`);
}

describeInBrowser('axe', (browser) => {
  let served: ConsoleProcess;
  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '500']);
    await until(async () => {
      const { summary } = await served.call('session.get', {});
      // Troubled nodes bring colours and words that healthy ones do not.
      return summary.total === 501 && summary.counts.troubled > 0;
    }, 60_000);
  });
  afterAll(() => served?.stop());

  it('would find it', async () => {
    const { page } = await visit(browser(), served, { at: '/settings' });
    await page.evaluate(() => document.getElementById('main')?.append(document.createElement('button')));
    expect(await seriousFindings(page)).toEqual([expect.stringMatching(/^critical button-name/)]);
  });

  it.each(THEMES)('finds nothing serious on any page in the %s theme', async (theme) => {
    const { page, go } = await visit(browser(), served, { theme });
    const findings: string[] = [];
    for (const [path, heading] of [
      ['/overview', 'Overview'],
      ['/nodes', 'Nodes'],
      ['/nodes?filter=state%3Atroubled', 'Nodes'],
      ['/nodes?filter=group%3Anowhere', 'Nodes'],
      ['/nodes/rack-a-001', 'rack-a-001'],
      ['/nodes/nobody', 'nobody'],
      ['/keys', 'Keys'],
      ['/keys?filter=key%3Achanged', 'Keys'],
      ['/keys?filter=key%3Anonsense', 'Keys'],
      ['/keys?key=own', 'Keys'],
      ['/legions', 'Legions'],
      ['/legions/edge', 'Legions'],
      ['/secrets', 'Secrets'],
      ['/events', 'Events'],
      ['/settings', 'Settings'],
      ['/health', 'Health'],
      ['/connect', 'Connect'],
    ] as const) {
      await go(path, heading);
      await page.getByRole('main').getByText(/./).first().waitFor();
      if (path === '/health') await page.getByRole('heading', { name: 'Configuration' }).waitFor();
      if (path.startsWith('/nodes/rack')) {
        await page.getByRole('tab', { name: 'Raw' }).waitFor();
        await look(page, `${theme} ${path}`, findings);
        await page.getByRole('tab', { name: 'Beats' }).click();
      }
      await look(page, `${theme} ${path}`, findings);
    }
    expect(findings).toEqual([]);
  });

  it.each(THEMES)('finds nothing serious on what opens over a page in the %s theme', async (theme) => {
    const { page, go } = await visit(browser(), served, { theme, at: '/nodes' });
    const findings: string[] = [];
    const over = async (
      place: string,
      open: () => Promise<unknown>,
      role: 'dialog' | 'menu' | 'complementary',
    ) => {
      await open();
      const opened = page.getByRole(role).last();
      await opened.waitFor();
      await look(page, `${theme} ${place}`, findings);
      await page.keyboard.press('Escape');
      await opened.waitFor({ state: 'detached' });
    };
    const press = (key: string) => () => page.keyboard.press(key);
    const click = (name: string | RegExp) => () => page.getByRole('button', { name }).first().click();
    await page.getByRole('combobox', { name: 'Filter nodes' }).fill('state:');
    await page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
    await look(page, `${theme} suggestions`, findings);
    await page.getByRole('combobox', { name: 'Filter nodes' }).fill('state:bogus');
    await page.getByRole('search').getByRole('alert').waitFor();
    await look(page, `${theme} a mistake in the filter`, findings);
    await page.getByRole('combobox', { name: 'Filter nodes' }).fill('');
    await page.getByRole('heading', { level: 1 }).click();

    await over('palette', press('Control+k'), 'dialog');
    await over(
      'palette with hits',
      async () => {
        await page.keyboard.press('Control+k');
        await page.keyboard.type('rack-b');
      },
      'dialog',
    );
    await over('sheet of keys', press('?'), 'dialog');
    await over('profile menu', click('Profile DEMO'), 'menu');
    await over('columns', click('Columns'), 'menu');
    await over('notifications', click(/^Notifications/), 'dialog');
    await over('this node', click(/^console-1/), 'dialog');
    await go('/nodes?filter=group%3Arack-a');
    await page.getByRole('grid').getByRole('row').nth(1).focus();
    await page.keyboard.press('x');
    await page.getByRole('group', { name: '1 selected' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('complementary').getByRole('tab').first().waitFor();
    await look(page, `${theme} details panel and selection`, findings);
    await page.getByRole('complementary').getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('dialog', { name: /^Forget/ }).waitFor();
    await look(page, `${theme} forget`, findings);
    await page.keyboard.press('Escape');

    await go('/events');
    await page.getByRole('list', { name: 'Events' }).getByRole('button').first().click();
    await page.getByRole('button', { name: 'Copy as JSON' }).waitFor();
    await look(page, `${theme} an event opened`, findings);
    await page.getByRole('button', { name: 'Pause the view' }).click();
    await look(page, `${theme} paused`, findings);
    expect(findings).toEqual([]);
  });

  it.each(THEMES)(
    'finds nothing serious on the first run and on a link that fails, in the %s theme',
    async (theme) => {
      const idle = await startConsole(['--demo-nodes', '0']);
      try {
        const { page, go } = await visit(browser(), idle, { theme });
        const findings: string[] = [];
        await look(page, `${theme} first run`, findings);
        await page.getByRole('button', { name: 'What is a legion?' }).click();
        await page.getByRole('dialog').waitFor();
        await look(page, `${theme} help`, findings);
        await page.keyboard.press('Escape');
        await go('/connect');
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await page.getByText(/The address must begin with/).waitFor();
        await look(page, `${theme} a mistake in the form`, findings);
        await page.getByRole('textbox', { name: 'Address' }).fill(`amqp://127.0.0.1:${await freePort()}`);
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await page.getByRole('alert').getByText('Nothing answers at this address.').waitFor();
        await look(page, `${theme} steps that failed`, findings);
        await go('/overview');
        await look(page, `${theme} overview without a link`, findings);
        await go('/health');
        await page.getByRole('heading', { name: 'Configuration' }).waitFor();
        await look(page, `${theme} health without a link`, findings);
        expect(findings).toEqual([]);
      } finally {
        await idle.stop();
      }
    },
  );
});
