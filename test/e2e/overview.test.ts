/** Overview in a browser: the sentence, its counts and what they open; DEMO and the way out of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, PATIENCE_MS, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { until } from '../support/until.js';

type Counted = { readonly words: string; readonly count: number; readonly filter: string };

/** The links of the page whose words begin with a number and which open a filter. */
const countedLinks = (page: Page): Promise<Counted[]> =>
  page
    .getByRole('main')
    .getByRole('link')
    .evaluateAll((links) =>
      links.flatMap((link) => {
        const words = (link.textContent ?? '').trim();
        const filter = new URLSearchParams((link.getAttribute('href') ?? '').split('?')[1]).get('filter');
        const count = /^[\d,]+/.exec(words)?.[0].replaceAll(',', '');
        return filter === null || count === undefined ? [] : [{ words, count: Number(count), filter }];
      }),
    );

describeInBrowser('Overview', (browser) => {
  let served: ConsoleProcess;
  const total = async (filter: string): Promise<number> =>
    (await served.call('node.list', { filter, limit: 1 })).total;

  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '500']);
    // Three of them report trouble from the start.
    await until(async () => {
      const { summary } = await served.call('session.get', {});
      return !summary.settling && summary.total === 501 && summary.counts.troubled > 0;
    }, 30_000);
  });
  afterAll(() => served?.stop());

  it('answers in one sentence, with the numbers that scripts get', async () => {
    const { page } = await visit(browser(), served, { at: '/overview' });
    const sentence = page.getByRole('main').getByText(/of 501 nodes are healthy/);
    await expect
      .poll(
        async () => {
          const [healthy, troubled] = [await total('state:healthy'), await total('state:troubled')];
          const words = await sentence.innerText();
          return words.startsWith(`${healthy} of 501 nodes are healthy.`) && words.includes(`${troubled} `)
            ? 'right'
            : `${words} (healthy ${healthy}, troubled ${troubled})`;
        },
        { timeout: PATIENCE_MS },
      )
      .toBe('right');
    // Read out once, not with every beat.
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
  });

  it('counts nothing that it cannot show: each number is that of its filter', async () => {
    const { page } = await visit(browser(), served, { at: '/overview' });
    const words = ['healthy', 'late', 'silent', 'troubled', 'updating', 'unheard'];
    await expect
      .poll(
        async () => {
          const links = await countedLinks(page);
          const wrong = [];
          for (const link of links) {
            if ((await total(link.filter)) !== link.count) wrong.push(link);
          }
          const named = words.filter((word) => links.some((link) => link.words.endsWith(word)));
          return { wrong, named };
        },
        { timeout: PATIENCE_MS },
      )
      .toEqual({ wrong: [], named: words });
  });

  it('opens exactly the rows it counted, from the sentence, the counts and what needs a person', async () => {
    const { page, go } = await visit(browser(), served, { at: '/overview' });
    const shownRows = async (): Promise<{ count: number; names: string[] }> => {
      const grid = page.getByRole('grid', { name: 'Nodes' });
      const boxes = await grid.getByRole('checkbox', { name: /^Select (?!all)/ }).all();
      const names = await Promise.all(boxes.map((box) => box.getAttribute('aria-label')));
      return {
        count: Number(await grid.getAttribute('aria-rowcount')) - 1,
        names: names.map((name) => name!.replace('Select ', '')).sort(),
      };
    };
    const opens = async (filter: string): Promise<void> => {
      await page.getByRole('heading', { name: 'Nodes', level: 1 }).waitFor();
      await expect
        .poll(
          async () => {
            const { total: count, nodes } = await served.call('node.list', { filter });
            const shown = await shownRows();
            return (
              shown.count === count && shown.names.every((name) => nodes.some((node) => node.name === name))
            );
          },
          { timeout: PATIENCE_MS },
        )
        .toBe(true);
      await go('/overview', 'Overview');
    };
    const main = page.getByRole('main');
    await main
      .getByText(/of 501 nodes are healthy/)
      .getByRole('link', { name: /troubled|report/ })
      .click();
    await opens('state:troubled');
    await page
      .getByRole('group', { name: 'Nodes by state' })
      .getByRole('link', { name: /troubled/ })
      .click();
    await opens('state:troubled');
    await page
      .getByRole('group', { name: 'Nodes by state' })
      .getByRole('link', { name: /healthy/ })
      .click();
    await opens('state:healthy');
    await main.getByRole('link', { name: /^Open: \d+ nodes report trouble/ }).click();
    await opens('state:troubled');
  });

  it('writes out the node under the pointer, and opens it by double click', async () => {
    const { page } = await visit(browser(), served, { at: '/overview' });
    const map = page.getByRole('application', { name: 'Fleet map' });
    const box = (await map.boundingBox())!;
    await page.mouse.move(box.x + 8, box.y + 8);
    await page
      .getByRole('main')
      .getByText(/, pid \d+|beat \d+ s ago/)
      .waitFor();
    await page.mouse.dblclick(box.x + 8, box.y + 8);
    await page.getByRole('heading', { level: 1, name: /^(console-1|rack-a-)/ }).waitFor();
    // The address is the node's own, so that it can be sent to a colleague.
    expect(page.url()).toMatch(/#\/nodes\/(console-1|rack-a-\d+)$/);
  });

  it('is marked DEMO on every page, with the way to a real cluster', async () => {
    const { page, go } = await visit(browser(), served);
    for (const path of ['/overview', '/nodes', '/nodes/rack-a-001', '/events', '/settings', '/health']) {
      await go(path);
      const banner = page.getByRole('banner');
      expect(await banner.getByText('DEMO', { exact: true }).isVisible(), path).toBe(true);
      await banner.getByRole('link', { name: 'Connect to a cluster' }).click();
      await page.getByRole('textbox', { name: 'Address' }).waitFor();
      expect(await banner.getByText('DEMO', { exact: true }).isVisible()).toBe(true);
    }
  });

  it('stands still while paused, says since when, and goes on', async () => {
    const { page } = await visit(browser(), served, { at: '/overview' });
    await page.getByRole('button', { name: 'Pause the view' }).click();
    const notice = page.getByRole('region', { name: 'Notices about the link' });
    await notice.getByText(/^Paused at \d\d:\d\d:\d\d\./).waitFor();
    const main = page.getByRole('main');
    const before = await main.innerText();
    // Long enough for some hundred beats: the node goes on, and the notice counts.
    await until(async () => /[1-9]\d* changes? since/.test(await notice.innerText()) || undefined, 30_000);
    expect(await main.innerText()).toBe(before);
    await notice.getByRole('button', { name: 'Resume the view' }).click();
    await notice.getByText('Paused at').waitFor({ state: 'detached' });
  });
});
