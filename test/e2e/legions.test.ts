/** The page Legions in a real browser, over the demo’s three legions: the answer, what if, our part, keys alone, axe. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit, type Theme } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { seriousFindings } from '../support/e2e-axe.js';
import { layoutProblems } from '../support/e2e-layout.js';
import { until } from '../support/until.js';

const THEMES: readonly Theme[] = ['light', 'dark'];
const DIALOGS = ['what-if', 'hooks', 'settings', 'join', 'import'] as const;

describeInBrowser('legions as the window shows them', (browser) => {
  let served: ConsoleProcess;
  const legionNamed = async (name: string) => {
    const { legions } = await served.call('legion.list', {});
    return legions.find((legion) => legion.name === name);
  };
  beforeAll(async () => {
    served = await startConsole(['--demo-nodes', '12']);
    await until(async () => (await legionNamed('web'))?.lord !== null, 60_000);
    await until(async () => ((await legionNamed('edge'))?.members.length ?? 0) > 50, 60_000);
  });
  afterAll(() => served?.stop());

  /** A dialog hides the page behind it, its heading too. */
  const openDialog = async (page: Page, path: string) => {
    await page.evaluate((hash) => void (location.hash = hash), path);
    await page.getByRole('dialog').waitFor();
    return page.getByRole('dialog');
  };
  const members = (page: Page) => page.getByRole('table', { name: 'Members' });
  const sentence = (page: Page, words: RegExp) => page.locator('.say').filter({ hasText: words }).waitFor();

  it('says who leads, who would follow, and seats all members', async () => {
    const { page, go } = await visit(browser(), served, { at: '/legions' });
    await page.getByRole('heading', { level: 1, name: 'Legions' }).waitFor();
    await go('/legions/web', 'Legions');
    await sentence(page, /is lord for .* with 5 votes, 3 needed\. You stand by with valor 10\./);
    await page.getByText('quorum, 5 of 5 heard').waitFor();
    expect(await members(page).getByRole('row').count()).toBe(6);
    await go('/legions/edge', 'Legions');
    await sentence(page, /You only watch\./);
    await page.getByRole('button', { name: /\d+ more members, all below/ }).click();
    expect(await members(page).getByRole('row').count()).toBeGreaterThan(50);
  });

  it('works out what would happen, and changes our valor only when told to', async () => {
    const { page } = await visit(browser(), served, { at: '/legions/web' });
    const lord = (await legionNamed('web'))!.lord!.name;
    await page.getByRole('button', { name: 'What if…' }).click();
    const dialog = page.getByRole('dialog');
    const expected = await served.call('legion.whatIf', {
      name: 'web',
      fallen: (await legionNamed('web'))!.members.filter(({ name }) => name === lord).map(({ uuid }) => uuid),
    });
    await dialog.getByText(`${expected.lord!.name} leads with ${expected.votes} votes, 3 needed.`).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('textbox', { name: 'Valor' }).fill('12');
    await page.getByText('wins only if nobody above 12 is left').waitFor();
    expect((await legionNamed('web'))!.valor).toBe(10);
    await page.getByRole('button', { name: 'Use valor 12' }).click();
    await until(async () => (await legionNamed('web'))!.valor === 12, 10_000);
    await sentence(page, /You stand by with valor 12\./);
  });

  it('lists hooks in full and switches one on after its command was confirmed', async () => {
    const { page } = await visit(browser(), served, { at: '/legions/web' });
    const dialog = await openDialog(page, '/legions/web?do=hooks');
    const [hook] = (await legionNamed('web'))!.hooks;
    await dialog.getByText(hook!.argument).first().waitFor();
    await dialog.getByRole('switch').first().click();
    expect((await legionNamed('web'))!.hooks[0]!.isOn).toBe(false);
    await dialog
      .getByRole('group', { name: 'Switch it on' })
      .getByRole('button', { name: 'Switch it on' })
      .click();
    await until(async () => (await legionNamed('web'))!.hooks[0]!.isOn, 10_000);
    await dialog.getByRole('switch', { checked: true }).waitFor();
    await dialog.getByRole('switch').first().click();
    await until(async () => !(await legionNamed('web'))!.hooks[0]!.isOn, 10_000);
  });

  it('comes in from a uWSGI configuration, watching, and goes again', async () => {
    const { page } = await visit(browser(), served, { at: '/legions' });
    const dialog = await openDialog(page, '/legions?do=import');
    await dialog
      .getByRole('textbox', { name: 'Configuration' })
      .fill(
        '[uwsgi]\nlegion = imported 127.0.0.1:49151 80 aes-256-cbc:0123456789abcdef0123456789abcdef\nlegion-node = imported 127.0.0.1:49152\nlegion-quorum = imported 2\nlegion-lord = imported cmd:echo lord\nlegion-cron = imported 1 -1 -1 -1 -1 ls\n',
      );
    await dialog.getByRole('button', { name: 'Read it' }).click();
    await dialog.getByText('1 legion was found.').waitFor();
    await dialog.getByText('1 line left out').waitFor();
    await dialog.getByRole('button', { name: 'Save it' }).click();
    await page.getByRole('button', { name: 'Legion imported' }).waitFor();
    const legion = (await legionNamed('imported'))!;
    expect(legion.role).toBe('watch');
    expect(legion.hooks.every(({ isOn }) => !isOn)).toBe(true);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave and remove…' }).click();
    await page
      .getByRole('dialog')
      .last()
      .getByRole('button', { name: 'Leave and remove', exact: true })
      .click();
    await until(async () => (await legionNamed('imported')) === undefined, 10_000);
  });

  it('is worked by keyboard alone: what if, another legion, our role', async () => {
    const { page } = await visit(browser(), served, { at: '/overview' });
    const tabTo = async (name: string | RegExp, role: 'button' | 'radio' | 'checkbox' | 'link') => {
      const target = page.getByRole(role, { name }).first();
      for (let presses = 0; presses < 80; presses += 1) {
        if (await target.evaluate((one) => one === document.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab does not reach ${role} ${name}`);
    };
    await page.keyboard.press('5');
    await page.getByRole('heading', { level: 1, name: 'Legions' }).waitFor();
    await page.getByRole('button', { name: /^Legion / }).waitFor();
    await tabTo(/^Legion /, 'button');
    await page.keyboard.press('Enter');
    const other = page.getByRole('menuitemradio', { name: 'web' });
    await until(async () => {
      if (await other.evaluate((one) => one === document.activeElement)) return true;
      await page.keyboard.press('ArrowDown');
      return false;
    }, 10_000);
    await page.keyboard.press('Enter');
    await sentence(page, /You stand by/);
    await tabTo('What if…', 'button');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/1 falls, \d+ stay/).waitFor();
    await page.keyboard.press('Space');
    await dialog.getByText('Nobody falls: nothing changes.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(
      await page.getByRole('button', { name: 'What if…' }).evaluate((one) => one === document.activeElement),
    ).toBe(true);
    await tabTo('Standby', 'radio');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByText(/It counts in every vote and never leads\./).waitFor();
    expect((await legionNamed('web'))!.role).toBe('standby');
    await tabTo('Cancel', 'button');
    await page.keyboard.press('Enter');
    await page.getByText(/It counts in every vote/).waitFor({ state: 'detached' });
  });

  it('marks the lord among the nodes', async () => {
    const { page } = await visit(browser(), served, { at: '/nodes' });
    const lord = (await legionNamed('web'))!.lord!.name;
    const row = page.getByRole('grid', { name: 'Nodes' }).getByRole('row').filter({ hasText: lord });
    await row.getByText('lord of web').waitFor({ state: 'attached' });
  });

  it.each(THEMES)('has nothing that axe calls serious in the %s theme', async (theme) => {
    const { page, go } = await visit(browser(), served, { theme });
    const findings: string[] = [];
    const look = async (place: string): Promise<void> => {
      for (const finding of await seriousFindings(page)) findings.push(`${theme} ${place}: ${finding}`);
    };
    for (const name of ['web', 'jobs', 'edge', 'nobody']) {
      await go(`/legions/${name}`, 'Legions');
      await page.getByRole('main').getByText(/./).first().waitFor();
      await look(name);
    }
    await go('/legions/web', 'Legions');
    await page.getByRole('button', { name: 'As table' }).click();
    await look('lords as a table');
    for (const task of DIALOGS) {
      await openDialog(page, `/legions/web?do=${task}`);
      if (task === 'join') await page.getByRole('dialog').getByRole('button', { name: 'Join' }).click();
      await look(task);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    expect(findings).toEqual([]);
  });

  it.each([
    { width: 960, height: 600 },
    { width: 720, height: 450 },
    { width: 1440, height: 900 },
  ])('holds in $width by $height', async (size) => {
    const { page, go } = await visit(browser(), served, size);
    const found: string[] = [];
    for (const name of ['web', 'edge']) {
      await go(`/legions/${name}`, 'Legions');
      await members(page).waitFor();
      for (const problem of await layoutProblems(page)) found.push(`${name}: ${problem}`);
    }
    for (const task of DIALOGS) {
      const dialog = await openDialog(page, `/legions/web?do=${task}`);
      await dialog.evaluate((each) => Promise.all(each.getAnimations().map((one) => one.finished)));
      const box = (await dialog.boundingBox())!;
      const isCut = await dialog.evaluate((each) => each.scrollWidth > each.clientWidth + 1);
      if (box.x < 0 || box.y < 0 || box.y + box.height > size.height || isCut)
        found.push(`${task}: ${JSON.stringify({ ...box, isCut })}`);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    expect(found).toEqual([]);
  });
});
