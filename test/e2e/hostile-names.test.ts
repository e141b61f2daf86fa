/** Names, words and versions that nobody should send, on screen: text and nothing else, made visible, in its place. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { visible } from '../../app/shared/i18n/visible.js';
import { describeInBrowser, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { layoutProblems } from '../support/e2e-layout.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const NAMES = [
  '\u0000\u0007\u001b[31mred',
  '\u202egnp.exe',
  'zero\u200bwidth\ufeff',
  'line\nbreak\u2028two',
  `<img src=x onerror="document.title='owned'">`,
  '<script>document.title="owned"</script>',
  '"><svg/onload=alert(1)>',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'state:silent -group:"x" *',
  'w'.repeat(255),
  'م'.repeat(60),
  `a${'\u0301'.repeat(80)}`,
  '{name} # \u{1f642}',
];
const WORD = '<b>ill</b>\u202e\u0000';
const VERSION = '<i>9</i>\u200f';
const TROUBLED = NAMES.slice(0, 6);

/** Nothing that could have come from a name: no such element, no such title, no dialog. */
async function expectOnlyText(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    title: document.title,
    elements: document.querySelectorAll('img, script:not([src]), iframe, object, main b > b, svg[onload]')
      .length,
    handlers: [...document.querySelectorAll('*')].filter((each) =>
      [...each.attributes].some(
        ({ name, value }) => name.startsWith('on') || (/^\s*javascript:/i.test(value) && name === 'href'),
      ),
    ).length,
    // What cannot be seen must not stand in the text, either.
    hidden: /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(
      document.body.innerText,
    ),
  }));
  expect(found).toEqual({ title: 'Legion Console', elements: 0, handlers: 0, hidden: false });
}

describeWithRabbitMq('hostile names on RabbitMQ', () => {
  describeInBrowser('are text', (browser) => {
    let broker: RabbitMq;
    let served: ConsoleProcess;
    let peers: Peers;

    beforeAll(async () => {
      broker = await startRabbitMq();
      peers = await joinPeers(broker);
      served = await startConsole([
        ...['--bus', broker.url, '--name', 'console-1', '--node-name-check-s', '0.5'],
        ...['--node-beat-interval-s', '1', '--node-expected-interval-s', '1'],
      ]);
      await until(async () => (await served.call('session.get', {})).link.state === 'live' || undefined);
      peers.keepBeating(TROUBLED, { status: WORD, version: VERSION });
      peers.keepBeating(NAMES.slice(TROUBLED.length));
      await peers.send('node', 'node.anything.update_result', {
        action: 'update_settings',
        status: 'failed',
        node: NAMES[4],
        error: '<img src=x onerror=alert(1)>\u202e',
      });
      await until(async () => {
        const { summary } = await served.call('session.get', {});
        return summary.total === NAMES.length + 1 && !summary.settling;
      }, 30_000);
    });
    afterAll(async () => {
      await peers?.close();
      await served?.stop();
      await broker?.dispose();
    });

    it('on every page, and no page breaks, however narrow', async () => {
      const { page, go } = await visit(browser(), served, { width: 960, height: 600 });
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => (dialogs.push(dialog.message()), void dialog.dismiss()));
      for (const path of ['/overview', '/nodes', '/events', '/health', '/settings']) {
        await go(path);
        await page.getByRole('main').getByText(/./).first().waitFor();
        await expectOnlyText(page);
        expect(await layoutProblems(page), path).toEqual([]);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
      await go('/nodes');
      await expectOnlyText(page);
      expect(await layoutProblems(page), 'wide').toEqual([]);
      expect(dialogs).toEqual([]);
    });

    it('each with its row, written so that nothing is hidden, and its own page', async () => {
      const { page, go } = await visit(browser(), served, { at: '/nodes', height: 1_000 });
      const grid = page.getByRole('grid', { name: 'Nodes' });
      expect(Number(await grid.getAttribute('aria-rowcount'))).toBe(NAMES.length + 2);
      for (const name of NAMES) {
        const row = grid.getByRole('checkbox', { name: `Select ${visible(name, 80)}`, exact: true });
        expect(await row.count(), JSON.stringify(name)).toBe(1);
        await go(`/nodes/${encodeURIComponent(name)}`);
        // What begins the name begins the heading; a long one is cut in the middle.
        const heading = page.getByRole('heading', { level: 1 });
        await expect
          .poll(() => heading.innerText(), { message: JSON.stringify(name) })
          .toContain(visible(name).slice(0, 30).trim());
        await page
          .getByRole('main')
          .getByText(/Heard \d|It beats, and says of itself/)
          .waitFor();
        await expectOnlyText(page);
        expect(await layoutProblems(page), JSON.stringify(name)).toEqual([]);
        await go('/nodes', 'Nodes');
      }
    });

    it('their own words and the raw message too', async () => {
      const { page } = await visit(browser(), served, { at: `/nodes/${encodeURIComponent(NAMES[4]!)}` });
      const main = page.getByRole('main');
      await main.getByText('It beats, and says of itself “<b>ill</b>‹U+202E›‹U+0000›”.').waitFor();
      await main.getByText('<i>9</i>‹U+200F›').first().waitFor();
      await page.getByRole('tab', { name: 'Raw' }).click();
      await main.getByText('<img src=x onerror').last().waitFor();
      await expectOnlyText(page);
      expect(await layoutProblems(page)).toEqual([]);
    });

    it('what counts them opens exactly them, whatever they hold', async () => {
      const { page, go } = await visit(browser(), served, { at: '/overview' });
      const rowsOf = async (): Promise<number> =>
        Number(await page.getByRole('grid', { name: 'Nodes' }).getAttribute('aria-rowcount')) - 1;
      await page.getByRole('link', { name: `Open: ${TROUBLED.length} nodes report trouble` }).click();
      await expect.poll(rowsOf).toBe(TROUBLED.length);
      // As the palette finds them, by what of them can be typed.
      for (const [index, typed] of [
        '31mred',
        'gnp.exe',
        'width',
        'break',
        '<img src=x',
        '<script>',
      ].entries()) {
        await go('/overview', 'Overview');
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Search and commands' }).fill(`@${typed}`);
        await page.getByRole('dialog').getByRole('option').first().waitFor();
        await expectOnlyText(page);
        await page.keyboard.press('Enter');
        await expect
          .poll(() => page.evaluate(() => decodeURIComponent(location.hash.replace('#/nodes/', ''))))
          .toBe(NAMES[index]);
        await page.getByText('It beats, and says of itself').waitFor();
      }
    });

    it('in the feed, opened, and copied as they were', async () => {
      const { page, context } = await visit(browser(), served, { at: '/events' });
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: /Heard UpdateResult/ }).click();
      await page.getByRole('main').getByText('<img src=x onerror=alert(1)>‹U+202E›').first().waitFor();
      await expectOnlyText(page);
      expect(await layoutProblems(page)).toEqual([]);
      await page.getByRole('button', { name: 'Copy as JSON' }).click();
      await expect
        .poll(() => page.evaluate(() => navigator.clipboard.readText()))
        .toContain('"UpdateResult"');
    });
  });
});
