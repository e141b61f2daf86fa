/** How a browser gets in, and that the pages keep to their policy while somebody walks through them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, openContext, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';

const PAGES = [
  ['/overview', 'Overview'],
  ['/nodes', 'Nodes'],
  ['/nodes/db-01', 'db-01'],
  ['/events', 'Events'],
  ['/settings', 'Settings'],
  ['/health', 'Health'],
  ['/connect', 'Connect'],
] as const;

describeInBrowser('the way in', (browser) => {
  let served: ConsoleProcess;
  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '12']);
  });
  afterAll(() => served?.stop());

  it('is a one-time address that vanishes from the address bar and the history', async () => {
    const { page } = await openContext(browser());
    await page.goto(served.url);
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    expect(page.url()).toBe(`${served.origin}/`);
    expect(await page.evaluate(() => [document.URL, document.referrer].join())).not.toContain('token');
    await page.reload();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  });

  it('is refused the second time, with a page that says how to get in', async () => {
    const { url } = await served.call('host.link', {});
    const first = await openContext(browser());
    await first.page.goto(url ?? '');
    await first.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();

    const { page } = await openContext(browser());
    const answer = await page.goto(url ?? '');
    expect(answer?.status()).toBe(401);
    await page.getByText('This address was used already.').waitFor();
    await page.getByText('legion-console link', { exact: true }).waitFor();
    // What the page advises works: the address it leads to lets this very browser in.
    await page.goto((await served.call('host.link', {})).url ?? '');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  });

  it('is closed to who has no session, and to who made an address up', async () => {
    const { page, context } = await openContext(browser());
    expect((await page.goto(served.origin))?.status()).toBe(401);
    await page.getByText('This browser has not been let in.').waitFor();
    expect((await page.goto(`${served.origin}/?token=made-up`))?.status()).toBe(401);
    await page.getByText('This address is not valid, or no longer.').waitFor();
    expect(await context.cookies()).toEqual([]);
    // Nothing of the cluster is on these pages.
    expect(await page.content()).not.toContain('db-01');
  });

  it('leaves a cookie that no script reads and no other site sends', async () => {
    const { page, context } = await visit(browser(), served);
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict', path: '/', expires: -1 }]);
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  it('leads to pages that keep to their policy, in both themes, and to nobody else', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const { page, go } = await visit(browser(), served, { theme });
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).origin));
      await page.reload();
      for (const [path, heading] of PAGES) {
        await go(path, heading);
        expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe(theme);
      }
      expect([...hosts]).toEqual([served.origin]);
    }
  });

  it('keeps page, filter and node in view through a reload', async () => {
    const { page } = await visit(browser(), served, { at: '/nodes?filter=group%3Adb&peek=db-02' });
    await page.reload();
    await page.getByRole('complementary', { name: 'Details of db-02' }).waitFor();
    await page.getByText('3 nodes in db.').waitFor();
  });
});
