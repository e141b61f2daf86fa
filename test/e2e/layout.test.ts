/** The smallest window, and text at twice its size: nothing overlaps, sticks out, is cut or scrolls sideways. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { layoutProblems } from '../support/e2e-layout.js';
import { until } from '../support/until.js';

/** A zoomed window has fewer CSS pixels: 1440 × 900 at 200 % is 720 × 450. */
const SIZES = [
  ['the smallest window', { width: 960, height: 600 }],
  ['a window at 200 %', { width: 720, height: 450 }],
  ['a window between', { width: 1279, height: 720 }],
  ['a wide window', { width: 1920, height: 1080 }],
] as const;

describeInBrowser('the layout', (browser) => {
  let served: ConsoleProcess;
  let idle: ConsoleProcess;
  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '500']);
    idle = await startConsole(['--demo-nodes', '0']);
    await until(async () => {
      const { summary } = await served.call('session.get', {});
      return summary.total === 501 && summary.counts.troubled > 0;
    }, 30_000);
  });
  afterAll(async () => {
    await served?.stop();
    await idle?.stop();
  });

  it.each(SIZES)('holds in %s', async (_, size) => {
    const { page, go } = await visit(browser(), served, size);
    const found: string[] = [];
    const look = async (place: string): Promise<void> => {
      for (const problem of await layoutProblems(page)) found.push(`${place}: ${problem}`);
    };
    for (const path of [
      ...['/overview', '/nodes', '/nodes?filter=group%3Arack-a+state%3Atroubled+seen%3A%3E1s+version%3A1.9'],
      ...['/nodes/rack-a-001', '/events', '/settings', '/health', '/connect'],
      ...['/keys', '/keys?filter=key%3Achanged', '/keys?key=own', '/secrets'],
      ...['/legions', '/legions/edge'],
    ]) {
      await go(path);
      await page.getByRole('main').getByText(/./).first().waitFor();
      await look(path);
    }
    await go('/nodes?peek=rack-a-001');
    await page.getByRole('complementary').getByRole('tab').first().waitFor();
    await look('peek');
    await page.getByRole('button', { name: 'Pause the view' }).click();
    await page.getByText(/^Paused at/).waitFor();
    await look('peek, paused');
    expect(found).toEqual([]);
  });

  it.each(SIZES)('shows all of what opens over a page in %s', async (_, size) => {
    const { page, go } = await visit(browser(), served, { ...size, at: '/nodes' });
    const out: string[] = [];
    const check = async (place: string, role: 'dialog' | 'menu'): Promise<void> => {
      const opened = page.getByRole(role).last();
      await opened.waitFor();
      await opened.evaluate((each) => Promise.all(each.getAnimations().map((one) => one.finished)));
      const box = (await opened.boundingBox())!;
      const isInside =
        box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;
      const isCut = await opened.evaluate((each) => each.scrollWidth > each.clientWidth + 1);
      if (!isInside || isCut) out.push(`${place}: ${JSON.stringify({ ...box, isCut })}`);
      await page.keyboard.press('Escape');
      await opened.waitFor({ state: 'detached' });
    };
    await page.keyboard.press('Control+k');
    await check('palette', 'dialog');
    await page.keyboard.press('?');
    await check('sheet of keys', 'dialog');
    await page.getByRole('button', { name: /^Profile/ }).click();
    await check('profiles', 'menu');
    await page.getByRole('button', { name: 'Columns' }).click();
    await check('columns', 'menu');
    await page.getByRole('button', { name: /^Notifications/ }).click();
    await check('notifications', 'dialog');
    await page.getByRole('button', { name: /^console-1/ }).click();
    await check('this node', 'dialog');
    await go('/nodes/rack-a-001');
    await page.getByRole('button', { name: 'Forget' }).click();
    await check('forget', 'dialog');
    await go('/keys', 'Keys');
    await page.getByRole('button', { name: 'Ask all for keys' }).click();
    await check('ask for keys', 'dialog');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Trust several new keys…' }).click();
    await check('trust several keys', 'dialog');
    await go('/secrets', 'Secrets');
    await page.getByRole('button', { name: /^Ask/ }).click();
    await check('ask for the secret', 'dialog');
    expect(out).toEqual([]);
  });

  it('holds on the first run, where the smallest window may scroll down and never sideways', async () => {
    for (const [place, size] of SIZES) {
      const { page } = await visit(browser(), idle, size);
      const main = page.getByRole('main');
      expect(await page.evaluate(() => document.scrollingElement!.scrollWidth <= innerWidth), place).toBe(
        true,
      );
      for (const door of ['Connect…', 'Choose a file…', 'Start']) {
        const button = main.getByRole('button', { name: door, exact: true });
        await button.evaluate((each) => each.scrollIntoView({ block: 'center' }));
        const box = (await button.boundingBox())!;
        expect(
          box.x >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height,
          `${door} in ${place}`,
        ).toBe(true);
      }
    }
  });
});
