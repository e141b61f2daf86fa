/** Nodes in a browser: filter, order, selection, details panel, virtual rows. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, PATIENCE_MS, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { until } from '../support/until.js';

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Nodes' });
const filter = (page: Page): Locator => page.getByRole('combobox', { name: 'Filter nodes' });
const sentence = (page: Page): Locator =>
  page.getByRole('main').getByText(/^\d+ (of \d+ )?nodes?( match(es)?| in .*)?\./);

/** Names of the rows in view, in their order. */
const names = (page: Page): Promise<string[]> =>
  grid(page)
    .getByRole('row')
    .evaluateAll((rows) =>
      rows
        .map(
          (row) =>
            [
              Number(row.getAttribute('aria-rowindex')),
              row.querySelector('[aria-label^="Select "]'),
            ] as const,
        )
        .filter(([at]) => at > 1)
        .sort((a, b) => a[0] - b[0])
        .map(([, box]) => (box?.getAttribute('aria-label') ?? '').replace('Select ', '')),
    );
const rowCount = async (page: Page): Promise<number> =>
  Number(await grid(page).getAttribute('aria-rowcount')) - 1;
const expectRows = (page: Page, count: number) =>
  expect.poll(() => rowCount(page), { timeout: PATIENCE_MS }).toBe(count);

describeInBrowser('Nodes', (browser) => {
  let served: ConsoleProcess;
  const open = (at = '/nodes') => visit(browser(), served, { at });

  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '500']);
    await until(async () => (await served.call('session.get', {})).summary.total === 501, 30_000);
  });
  afterAll(() => served?.stop());

  it('filters while typing, and Enter makes it a condition of the address', async () => {
    const { page } = await open();
    await filter(page).fill('rack-b-00');
    await expectRows(page, 9);
    expect((await names(page)).every((name) => name.startsWith('rack-b-00'))).toBe(true);
    expect(await sentence(page).innerText()).toMatch(/^9 of 501 nodes match\./);
    await filter(page).press('Enter');
    await filter(page).fill('version:1.4');
    const { total } = await served.call('node.list', { filter: 'rack-b-00 version:1.4' });
    await expectRows(page, total);
    await filter(page).press('Enter');
    expect(new URLSearchParams(page.url().split('?')[1]).get('filter')).toBe('rack-b-00 version:1.4');
    await page.getByRole('button', { name: 'Drop version:1.4' }).click();
    await expectRows(page, 9);
  });

  it('offers what could come next, by keyboard', async () => {
    const { page } = await open();
    await filter(page).focus();
    const offered = page.getByRole('listbox', { name: 'Suggestions' });
    await offered.getByRole('option', { name: /^state:/ }).waitFor();
    await page.keyboard.type('gr');
    await page.keyboard.press('ArrowDown');
    expect(await filter(page).getAttribute('aria-activedescendant')).not.toBeNull();
    await page.keyboard.press('Enter');
    // Values that are there, most common first; a value makes the condition whole.
    await offered.getByRole('option', { name: 'rack-a' }).waitFor();
    await page.keyboard.type('rack-c');
    await page.keyboard.press('Enter');
    await expectRows(page, 125);
    expect(await sentence(page).innerText()).toMatch(/^125 nodes in rack-c\./);
  });

  it('explains a mistake in place, keeps the rows, and ties the words to the field', async () => {
    const { page } = await open();
    await filter(page).fill('state:bogus');
    const alert = page.getByRole('search').getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/“bogus” is not a state\. Known are healthy, /);
    expect(await filter(page).getAttribute('aria-invalid')).toBe('true');
    const described = (await filter(page).getAttribute('aria-describedby'))!;
    expect(await alert.getAttribute('id')).toBe(described);
    await expectRows(page, 501);
    await filter(page).fill('seen:yesterday');
    await page.getByText(/“seen:” compares: write > or </).waitFor();
    await filter(page).fill('nonsense:1');
    await page.getByText(/“nonsense” is not something to filter by/).waitFor();
  });

  it('clears step by step with Esc: suggestions, words, conditions', async () => {
    const { page } = await open('/nodes?filter=group%3Arack-d');
    await expectRows(page, 125);
    await filter(page).focus();
    await page.keyboard.type('rack-d-00');
    await expectRows(page, 9);
    for (let i = 0; i < 4 && (await rowCount(page)) !== 501; i += 1) await page.keyboard.press('Escape');
    await expectRows(page, 501);
    expect(page.url()).not.toContain('filter');
    // And from the table.
    await page.getByRole('button', { name: 'Clear the filter' }).waitFor({ state: 'detached' });
    await filter(page).fill('group:rack-a');
    await filter(page).press('Enter');
    await expectRows(page, 125);
    await grid(page).getByRole('row').nth(1).focus();
    await page.keyboard.press('Escape');
    await expectRows(page, 501);
  });

  it('says which condition leaves nothing, and offers to drop it', async () => {
    const { page } = await open('/nodes?filter=group%3Arack-a+version%3A9.9');
    await page.getByText('No node matches.').waitFor();
    await page.getByText('Nothing is left because of version:9.9.').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Drop version:9.9' }).last().click();
    await expectRows(page, 125);
  });

  it('sorts by every heading, natural and semantic, and says which', async () => {
    const { page } = await open();
    const heading = (name: string): Locator => page.getByRole('columnheader', { name, exact: true });
    await heading('Node').getByRole('button').click();
    expect(await heading('Node').getAttribute('aria-sort')).toBe('ascending');
    expect((await names(page)).slice(0, 3)).toEqual(['console-1', 'rack-a-001', 'rack-a-002']);
    await heading('Node').getByRole('button').click();
    expect(await heading('Node').getAttribute('aria-sort')).toBe('descending');
    expect((await names(page))[0]).toBe('rack-d-125');
    await heading('Version').getByRole('button').click();
    expect(await heading('Node').getAttribute('aria-sort')).toBe('none');
    // 0.1.0 is the console itself; 1.4.122 comes before 1.9.43.
    expect((await names(page))[0]).toBe('console-1');
    expect(await grid(page).getByRole('row').nth(2).innerText()).toContain('1.4.122');
  });

  it('counts what is selected, and says so when that is all that match', async () => {
    const { page, context } = await open('/nodes?filter=group%3Arack-b');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await expectRows(page, 125);
    await grid(page).getByRole('checkbox', { name: 'Select rack-b-001' }).check();
    await page.getByRole('group', { name: '1 selected' }).waitFor();
    // The row whose box was ticked is the one from which keys go on.
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    const bar = page.getByRole('group', { name: '3 selected' });
    await bar.getByRole('button', { name: 'Copy' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('rack-b-001');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split('\n').length).toBe(4);
    expect(copied.split('\n')[0]).toContain('State\tNode');

    await page.getByRole('row', { selected: true }).last().click();
    await page.keyboard.press('Control+a');
    await page.getByText('all 125 matching, not only the visible').waitFor();
    await page.getByRole('group', { name: '125 selected' }).getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('group', { name: /selected$/ }).waitFor({ state: 'detached' });
  });

  it('peeks with Space, walks the list from the panel, and Enter opens the page of the node', async () => {
    const { page } = await open('/nodes?filter=group%3Arack-c');
    await expectRows(page, 125);
    // By name: an order that stays while nodes come and go late.
    await page.getByRole('columnheader', { name: 'Node', exact: true }).getByRole('button').click();
    const [first, second] = await names(page);
    await grid(page).getByRole('row').nth(1).focus();
    await page.keyboard.press('Space');
    const peek = page.getByRole('complementary');
    await peek.getByRole('heading', { name: first! }).waitFor();
    // The list keeps the focus, so that the next Space looks at the next row.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('row');
    expect(await peek.getByRole('button', { name: 'Previous row' }).isDisabled()).toBe(true);
    await peek.getByRole('button', { name: 'Next row' }).click();
    await peek.getByRole('heading', { name: second! }).waitFor();
    await peek.getByRole('button', { name: 'Previous row' }).click();
    await peek.getByRole('heading', { name: first! }).waitFor();
    await page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached' });
    await expectRows(page, 125);

    await grid(page).getByRole('row').nth(2).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: second! }).waitFor();
    await page.goBack();
    await expectRows(page, 125);
  });

  it('draws only the rows in view, and its ends are one key away', async () => {
    const { page } = await open();
    await expectRows(page, 501);
    expect((await names(page)).length).toBeLessThan(60);
    await page.getByRole('columnheader', { name: 'Node', exact: true }).getByRole('button').click();
    await grid(page).getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex')))
      .toBe('502');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('rack-d-125');
    await page.keyboard.press('Home');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex')))
      .toBe('2');
  });

  it('keeps a view under a name in the navigation, on this machine', async () => {
    const { page } = await open('/nodes?filter=group%3Arack-d');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('the fourth rack');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await expectRows(page, 501);
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'the fourth rack' })
      .click();
    await expectRows(page, 125);
  });
});
