/** The console by keyboard alone: every page, every list, the map, what opens over them, and where focus goes after. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, PATIENCE_MS, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { focused, focusProblem, tabThrough } from '../support/e2e-focus.js';
import { until } from '../support/until.js';

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor();
const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const expectFocus = (page: Page, where: string | RegExp) =>
  expect.poll(() => focused(page), { timeout: PATIENCE_MS }).toMatch(where);

describeInBrowser('by keyboard alone', (browser) => {
  let served: ConsoleProcess;
  const open = (at: string) => visit(browser(), served, { at });

  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '500']);
    await until(async () => {
      const { summary } = await served.call('session.get', {});
      return summary.total === 501 && summary.counts.troubled > 0;
    }, 30_000);
  });
  afterAll(() => served?.stop());

  it('reaches everything on every page with Tab, and shows where it is', async () => {
    const { page, go } = await open('/overview');
    const wanted: Readonly<Record<string, readonly string[]>> = {
      '/overview': ['button Group by', 'link As table', 'application Fleet map'],
      '/nodes': ['button Columns', 'button Export', 'combobox Filter nodes', 'row '],
      '/nodes/rack-a-001': ['link All nodes', 'button Forget', 'tab Overview'],
      '/keys': ['button Our own key', 'button Ask all for keys', 'button More', 'field Filter keys', 'row '],
      '/legions/web': [
        'button Legion web',
        'button Settings',
        'button What if',
        'radio Standby',
        'radio 7 d',
      ],
      '/secrets': ['button Ask', 'button From a file', 'field Ask me'],
      '/events': ['button Export', 'field Filter events', 'button All', 'button Audit'],
      '/settings': [
        'link Health',
        'radio System',
        'button Show keyboard shortcuts',
        'button All as at first',
      ],
      '/health': ['ol Log'],
      '/connect': ['field Address', 'field Password', 'radio Test', 'field CA file', 'button Connect'],
    };
    for (const size of [
      { width: 1440, height: 900 },
      { width: 960, height: 600 },
    ]) {
      await page.setViewportSize(size);
      for (const [at, parts] of Object.entries(wanted)) {
        await go(at);
        const { reached, problems } = await tabThrough(page);
        const where = `${at} at ${size.width}`;
        expect(reached[0], where).toBe('link Skip to content');
        const missing = parts.filter((part) => !reached.some((each) => each.startsWith(part)));
        // A narrow Overview leaves its tools out.
        expect(size.width < 1280 && at === '/overview' ? [] : missing, where).toEqual([]);
        expect(problems, where).toEqual([]);
      }
    }
  });

  it('skips to the content', async () => {
    const { page } = await open('/nodes');
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await press(page, 'Tab', 'Enter');
    await expectFocus(page, /^main/);
    await press(page, 'Tab');
    await expectFocus(page, 'button Columns');
    // The page it skipped on is still the page.
    await heading(page, 'Nodes');
  });

  it('goes to pages by digit and by letter, but not while typing', async () => {
    const { page } = await open('/overview');
    await press(page, '2');
    await heading(page, 'Nodes');
    await press(page, '4');
    await heading(page, 'Keys');
    await press(page, '5');
    await heading(page, 'Legions');
    await press(page, '6');
    await heading(page, 'Secrets');
    await press(page, '8');
    await heading(page, 'Events');
    await press(page, 'g', 'k');
    await heading(page, 'Keys');
    await press(page, 'g', 'l');
    await heading(page, 'Legions');
    await press(page, 'g', 's');
    await heading(page, 'Secrets');
    await press(page, '9');
    await heading(page, 'Settings');
    await press(page, 'g', 'n');
    await heading(page, 'Nodes');
    await press(page, 'g', 'o');
    await heading(page, 'Overview');
    await press(page, '2');
    await heading(page, 'Nodes');
    await press(page, '/');
    await expectFocus(page, 'combobox Filter nodes');
    await press(page, '1', '?', '[');
    await heading(page, 'Nodes');
    expect(await page.getByRole('combobox', { name: 'Filter nodes' }).inputValue()).toBe('1?[');
  });

  it('walks the regions with F6, there and back', async () => {
    const { page } = await open('/nodes');
    const region = (): Promise<string> =>
      page.evaluate(
        () => document.activeElement?.closest('header, nav, main, aside, footer')?.tagName ?? 'none',
      );
    await page.evaluate(() => document.querySelector<HTMLElement>('header button')?.focus());
    const seen: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      await press(page, 'F6');
      seen.push(await region());
      expect(await focusProblem(page), `${seen.at(-1)}`).toBeNull();
    }
    expect(seen).toEqual(['NAV', 'MAIN', 'FOOTER', 'HEADER']);
    await press(page, 'Shift+F6');
    expect(await region()).toBe('FOOTER');
  });

  it('finds and runs anything in the palette, and gives the focus back', async () => {
    const { page } = await open('/nodes');
    const row = page.getByRole('grid').getByRole('row').nth(1);
    await row.focus();
    await press(page, 'Control+k');
    const palette = page.getByRole('dialog', { name: 'Search and commands' });
    await palette.waitFor();
    await expectFocus(page, 'combobox Search and commands');
    await page.keyboard.type('rack-c-01');
    const first = palette.getByRole('option', { selected: true });
    await expect.poll(() => first.innerText()).toContain('rack-c-01');
    await press(page, 'ArrowDown');
    await expect.poll(() => first.innerText()).not.toContain('rack-c-010');
    await press(page, 'Escape');
    await palette.waitFor({ state: 'detached' });
    await expectFocus(page, /^row /);

    await press(page, 'Control+k');
    await page.keyboard.type('>settings');
    await press(page, 'Enter');
    await heading(page, 'Settings');
    await press(page, 'Control+k');
    await page.keyboard.type('@rack-d-007');
    await press(page, 'Enter');
    await heading(page, 'rack-d-007');
  });

  it('shows the keys that there are with ?, and gives the focus back', async () => {
    const { page } = await open('/settings');
    const opener = page.getByRole('button', { name: 'Show keyboard shortcuts' });
    await opener.focus();
    await press(page, 'Enter');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.waitFor();
    await press(page, 'Escape');
    await sheet.waitFor({ state: 'detached' });
    await expectFocus(page, 'button Show keyboard shortcuts');
    await press(page, '?');
    await sheet.getByText('Go to the filter').waitFor();
    await press(page, 'Escape');
    await sheet.waitFor({ state: 'detached' });
    await expectFocus(page, 'button Show keyboard shortcuts');
  });

  it('moves, marks, peeks and opens in the table', async () => {
    const { page } = await open('/nodes?filter=group%3Arack-b');
    await page.getByRole('grid').getByRole('row').nth(1).focus();
    const at = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex') ?? null);
    const expectAt = (index: string) => expect.poll(at).toBe(index);
    await press(page, 'j');
    await expectAt('3');
    await press(page, 'ArrowDown', 'k');
    await expectAt('3');
    await press(page, 'x');
    await page.getByRole('group', { name: '1 selected' }).waitFor();
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowDown');
    await page.getByRole('group', { name: '3 selected' }).waitFor();
    await press(page, 'Shift+X');
    await page.getByRole('group', { name: '122 selected' }).waitFor();
    await press(page, 'Escape');
    await page.getByRole('group', { name: /selected$/ }).waitFor({ state: 'detached' });
    expect(await focusProblem(page)).toBeNull();

    await press(page, 'Space');
    const peek = page.getByRole('complementary');
    await peek.waitFor();
    await press(page, 'F6');
    await expect.poll(() => peek.evaluate((panel) => panel.contains(document.activeElement))).toBe(true);
    await peek.getByRole('button', { name: 'Close details' }).focus();
    await press(page, 'Enter');
    await peek.waitFor({ state: 'detached' });
    // Back in the list it came from, not at the top of the document.
    await expectFocus(page, /^row /);
  });

  it('sorts the table', async () => {
    const { page } = await open('/nodes');
    const heading = page.getByRole('columnheader', { name: 'Version', exact: true });
    const isReached = async (): Promise<boolean> =>
      heading.evaluate((cell) => cell.contains(document.activeElement));
    await page.getByRole('checkbox', { name: 'Select all matching' }).focus();
    for (let i = 0; i < 12 && !(await isReached()); i += 1) await press(page, 'Tab');
    if (!(await isReached())) {
      await page.getByRole('checkbox', { name: 'Select all matching' }).focus();
      for (let i = 0; i < 12 && !(await isReached()); i += 1) await press(page, 'ArrowRight');
    }
    expect(await isReached(), 'the heading of a column can be reached').toBe(true);
    await press(page, 'Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    expect(await focusProblem(page)).toBeNull();
  });

  it('walks the fleet map, jumps to trouble, selects, and opens a node', async () => {
    const { page } = await open('/overview');
    const map = page.getByRole('application', { name: 'Fleet map' });
    await map.focus();
    expect(await focusProblem(page)).toBeNull();
    const cell = (): Promise<string> =>
      map
        .getByRole('img')
        .getAttribute('aria-label')
        .then((words) => words ?? '');
    await press(page, 'ArrowRight');
    await expect.poll(cell).toMatch(/^console-1, healthy, console, 1 of 1$/);
    await press(page, 'ArrowDown', 'ArrowRight');
    await expect.poll(cell).toMatch(/, rack-a, \d+ of 125$/);
    await press(page, 'PageDown', 'End');
    await expect.poll(cell).toMatch(/, (\d+) of \1$/);
    await press(page, 'Home');
    await expect.poll(cell).toMatch(/, 1 of \d+$/);
    await press(page, 'Control+ArrowRight');
    await expect.poll(cell).toMatch(/, (silent|late|troubled|updating), /);
    const name = (await cell()).split(',')[0]!;
    // The same name is written out under the map, for eyes.
    await page.getByRole('main').getByText(name, { exact: true }).first().waitFor();
    await press(page, 'Shift+ArrowRight', 'Shift+ArrowRight');
    await page.getByRole('link', { name: '3 nodes selected, Show in Nodes' }).waitFor();
    await press(page, 'Escape', 'ArrowLeft', 'ArrowLeft');
    const last = (await cell()).split(',')[0]!;
    await press(page, 'Space');
    await page.getByRole('complementary', { name: `Details of ${last}` }).waitFor();
    await expectFocus(page, 'application Fleet map');
    await press(page, 'Enter');
    await heading(page, last);
  });

  it('asks before it forgets, with the focus inside, and gives it back', async () => {
    const { page } = await open('/nodes/rack-a-002');
    await page.getByRole('button', { name: 'Forget' }).focus();
    await press(page, 'Enter');
    const dialog = page.getByRole('dialog', { name: 'Forget rack-a-002?' });
    await dialog.getByText('It is removed from this console only.').waitFor();
    for (let i = 0; i < 6; i += 1) {
      await press(page, 'Tab');
      expect(await dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
    }
    await press(page, 'Escape');
    await dialog.waitFor({ state: 'detached' });
    await expectFocus(page, 'button Forget');
  });

  it('opens menus and popovers, moves in them, and gives the focus back', async () => {
    const { page } = await open('/nodes');
    const check = async (opener: string | RegExp, role: 'menu' | 'dialog'): Promise<void> => {
      await page.getByRole('button', { name: opener }).first().focus();
      const before = (await focused(page)).replace(/\d+/g, '');
      await press(page, 'Enter');
      const opened = page.getByRole(role).last();
      await opened.waitFor();
      if (role === 'menu') {
        await press(page, 'ArrowDown');
        await expect.poll(() => opened.evaluate((menu) => menu.contains(document.activeElement))).toBe(true);
      }
      await press(page, 'Escape');
      await opened.waitFor({ state: 'detached' });
      await expect.poll(async () => (await focused(page)).replace(/\d+/g, '')).toBe(before);
    };
    await check('Profile DEMO', 'menu');
    await check('Columns', 'menu');
    await check('Export', 'menu');
    await check(/^Notifications/, 'dialog');
    await check('console-1', 'dialog');
  });

  it('reads the feed of events: lines, facts, areas', async () => {
    const { page } = await open('/events');
    const lines = page.getByRole('list', { name: 'Events' }).getByRole('button');
    await lines.first().focus();
    await press(page, 'ArrowDown');
    await expect.poll(() => lines.nth(1).evaluate((line) => line === document.activeElement)).toBe(true);
    await press(page, 'Enter');
    expect(await lines.nth(1).getAttribute('aria-expanded')).toBe('true');
    await page.getByRole('button', { name: 'Copy as JSON' }).waitFor();
    await page.getByRole('group', { name: 'Area' }).getByRole('button', { name: 'Link' }).focus();
    await press(page, 'Enter');
    await page.getByText(/^1 event since/).waitFor();
  });

  it('leaves single keys alone once they are switched off', async () => {
    const { page } = await open('/settings');
    const group = page.getByRole('radiogroup', { name: 'Single-key shortcuts' });
    await group.getByRole('radio', { name: 'On' }).focus();
    await press(page, 'ArrowRight');
    await expectFocus(page, 'radio Off');
    await press(page, 'Space');
    await expect.poll(() => group.getByRole('radio', { name: 'Off' }).isChecked()).toBe(true);
    await press(page, '1', '?');
    await heading(page, 'Settings');
    expect(await page.getByRole('dialog').count()).toBe(0);
    // Combinations go on.
    await press(page, 'Control+k');
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
  });
});

describeInBrowser('the first run by keyboard alone', (browser) => {
  it('opens its doors with digits and with Tab', async () => {
    const served = await startConsole(['--demo-nodes', '0']);
    try {
      const { page } = await visit(browser(), served);
      await heading(page, 'This machine becomes a node of your cluster.');
      const { reached, problems } = await tabThrough(page);
      expect(problems).toEqual([]);
      for (const door of ['button Connect…', 'button Choose a file…', 'button Start', 'radio 12']) {
        expect(reached).toContain(door);
      }
      await press(page, '1');
      await page.getByRole('textbox', { name: 'Address' }).waitFor();
      await page.goBack();
      await heading(page, 'This machine becomes a node of your cluster.');
      await press(page, '3');
      await heading(page, 'Overview');
      await page.getByRole('banner').getByText('DEMO', { exact: true }).waitFor();
    } finally {
      await served.stop();
    }
  });
});
