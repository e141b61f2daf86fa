/** Changes in a real browser over the demo cluster: made by hand and by keys, stopped by a rule, rolled back, told. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Run } from '../../app/shared/domain/change.js';
import type { ConsoleEvent } from '../../app/shared/domain/event.js';
import { describeInBrowser, visit, type Theme } from '../support/browser.js';
import { fileOf, knows, runWhen } from '../support/changes-stage.js';
import { runCommand } from '../support/cli-process.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { seriousFindings } from '../support/e2e-axe.js';
import { aConsole } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const THEMES: readonly Theme[] = ['light', 'dark'];

async function aDemo(nodes: number, ...args: string[]): Promise<ConsoleProcess> {
  const served = await startConsole(['--demo-nodes', String(nodes), ...args]);
  onTestFinished(async () => void (await served.stop()));
  await until(
    async () => (await served.call('node.list', { filter: 'state:healthy', limit: 1 })).total >= nodes * 0.6,
    60_000,
  );
  return served;
}
async function ok<T>(served: ConsoleProcess, ...args: string[]): Promise<T> {
  const result = await runCommand(served, [...args, '--json']);
  expect(result.code, result.err).toBe(0);
  return result.json<T>();
}
const next = (page: Page, step: string): Promise<void> =>
  page.getByRole('button', { name: `Next: ${step}`, exact: true }).click();

describeInBrowser('changes', (browser) => {
  it(
    'a setting goes from the form to nodes and is verified before one’s eyes',
    { timeout: 180_000 },
    async () => {
      const served = await aDemo(12);
      // The demo leaves these alone, and they lead no legion, which would want more typed.
      const names = ['app-02', 'db-02', 'db-03'];
      await knows(served, ...names);
      const { page } = await visit(browser(), served, { at: '/changes' });
      await page.keyboard.press('c');
      await page.getByRole('heading', { level: 1, name: 'New settings change' }).waitFor();
      await page.getByRole('radio', { name: 'JSON', exact: true }).click();
      const editor = page.getByRole('textbox', { name: 'Settings as JSON' });
      await editor.fill('{"transport": 5}');
      await page
        .getByText(/a value at the top fails on every node/)
        .first()
        .waitFor();
      await editor.fill('{"transport": {"prefetch": 7}}');
      await next(page, 'Where');
      await page.getByRole('radio', { name: 'Names', exact: true }).click();
      await page.getByRole('textbox', { name: /Names/ }).fill(names.join('\n'));
      await page.getByRole('radio', { name: 'At once', exact: true }).click();
      await next(page, 'Check');
      await page.getByText('transport.prefetch').first().waitFor();
      await next(page, 'Send');
      await page.getByRole('button', { name: 'Send…', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Send this change?' });
      await dialog.getByText(names[0]!).first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Send to 3 nodes' }).click();
      await page.waitForURL(/#\/changes\/\d{8}-/);
      const [run] = (await served.call('run.list', {})).runs;
      expect(run).toMatchObject({ total: 3, mode: 'addressed' });
      expect((await runWhen(served, run!.id, ({ state }) => state === 'done', 120_000)).counts.verified).toBe(
        3,
      );
      await page.getByRole('row').filter({ hasText: names[0]! }).getByText('verified').first().waitFor();
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        await page.locator(`:root[data-theme="${theme}"]`).waitFor({ state: 'attached' });
        expect(await seriousFindings(page), theme).toEqual([]);
      }
    },
  );

  it(
    'a canary run of 500 stops by its rule, rolls back who had it, and is told',
    { timeout: 400_000 },
    async () => {
      const served = await aDemo(500);
      const { page, go } = await visit(browser(), served, { at: '/overview' });
      // By name: how many are healthy changes while one looks.
      const self = (await served.call('session.get', {})).self?.name;
      const names = (await served.call('node.list', { filter: 'state:healthy' })).nodes
        .map(({ name }) => name)
        .filter((name) => name !== self);
      expect(names.length).toBeGreaterThan(300);
      const targets = join(tempDir(), 'names');
      writeFileSync(targets, names.join('\n'));
      const file = fileOf({ transport: { prefetch: 9 } });
      const argv = ['push', 'settings', '--file', file, '--to', `@${targets}`];
      argv.push('--confirm', String(names.length));
      const more = [
        '--waves',
        '1,5%,25%,rest',
        '--watch',
        '10',
        '--stop-regressed',
        '2',
        '--reason',
        'more at once',
      ];
      const { id } = await ok<Run>(served, ...argv, ...more);
      const held = await runWhen(
        served,
        id,
        ({ state, hold }) => state === 'held' && hold?.why === 'rule',
        300_000,
      );
      expect(held.hold).toMatchObject({ rule: 'regressed' });
      const last = held.targets.filter(({ wave }) => wave === 4);
      expect(last.length).toBeGreaterThan(200);
      expect(last.every(({ state, attempt }) => state === 'queued' && attempt === 0)).toBe(true);
      expect(held.counts.regressed).toBeGreaterThanOrEqual(2);

      // The dock and what needs somebody say so on every page.
      await page
        .getByRole('link', { name: /A change is held|regressed after a change/ })
        .first()
        .waitFor();
      await go(`/changes/${id}`);
      await page
        .getByText(/too many regressed/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Stop and roll back' }).first().click();
      const dialog = page.getByRole('dialog', { name: /roll back/i });
      await dialog.waitFor();
      const took = held.targets.filter(({ attempt, state }) => attempt > 0 && state !== 'undeliverable');
      const check = await served.call('run.rollback.check', { id });
      expect([...check.names, ...check.without].sort()).toEqual(took.map(({ name }) => name).sort());
      const field = dialog.getByRole('textbox', { name: /^Type / });
      if ((await field.count()) > 0) await field.fill(check.confirm.expect);
      await dialog.getByRole('button', { name: /^Send it back/ }).click();
      const stopped = await runWhen(served, id, ({ rolledBackBy }) => rolledBackBy !== null);
      const back = await runWhen(
        served,
        stopped.rolledBackBy!,
        ({ counts }) => counts.queued + counts.sent === 0,
        120_000,
      );
      expect(back.targets.map(({ name }) => name).sort()).toEqual([...check.names].sort());
      expect(stopped.state).toBe('stopped');

      const audit = await ok<ConsoleEvent[]>(served, 'events', '--area', 'audit', '--limit', '1000');
      const story = audit.filter(({ facts }) => facts['run'] === id).map(({ kind }) => kind);
      for (const kind of ['run.started', 'run.wave', 'run.held', 'run.stopped', 'run.rolled-back'])
        expect(story).toContain(kind);
      expect(story.indexOf('run.started')).toBeLessThan(story.indexOf('run.held'));
      expect(story.indexOf('run.held')).toBeLessThan(story.indexOf('run.rolled-back'));
      expect(audit.filter(({ facts }) => facts['run'] === back.id).map(({ kind }) => kind)).toContain(
        'run.started',
      );
    },
  );

  it.each(THEMES)('the pages of changes have no serious finding, %s', async (theme) => {
    const served = await aDemo(12);
    const { page, go } = await visit(browser(), served, { theme, at: '/changes' });
    const { runs } = await served.call('run.list', {});
    const pages = ['/changes', '/changes/new/settings', '/changes/new/gem', `/changes/${runs[0]!.id}`];
    for (const at of pages) {
      await go(at);
      expect(await seriousFindings(page), at).toEqual([]);
    }
  });

  it('a change is made and sent by keys alone', { timeout: 120_000 }, async () => {
    const served = await aDemo(12);
    const name = (await served.call('node.list', { filter: 'state:healthy' })).nodes[0]!.name;
    const { page } = await visit(browser(), served, { at: `/nodes/${encodeURIComponent(name)}` });
    await page.keyboard.press('3');
    await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor();
    await page.keyboard.press('Shift+G');
    await page.getByRole('heading', { level: 1, name: 'New gem upgrade' }).waitFor();
    const tabTo = async (isThere: () => Promise<boolean>): Promise<void> => {
      for (let presses = 0; presses < 60 && !(await isThere()); presses += 1)
        await page.keyboard.press('Tab');
      expect(await isThere()).toBe(true);
    };
    const focused = (label: RegExp) => async (): Promise<boolean> =>
      label.test(
        await page.evaluate(() => {
          const at = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLElement> };
          return at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText ?? '';
        }),
      );
    await tabTo(focused(/^Extension/));
    await page.keyboard.type('http');
    await tabTo(focused(/^Version number/));
    await page.keyboard.type('0.9.1');
    // On through the steps, to the dialog, whose button has the focus.
    const dialog = page.getByRole('dialog', { name: 'Send this change?' });
    for (const step of ['Where', 'Waves', 'Send']) {
      await page.keyboard.press('Control+Enter');
      await page.locator('[aria-current="step"]').filter({ hasText: step }).waitFor();
      if (step !== 'Where') continue;
      await tabTo(focused(/^(All|Names|Filter|Group|Selection|Saved view)$/));
      await page.keyboard.press('Home');
      expect(await page.getByRole('radio', { name: 'All', exact: true }).isChecked()).toBe(true);
    }
    const opens = page.getByRole('button', { name: 'Send…', exact: true });
    await until(() => opens.isEnabled());
    await opens.focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await page.locator('button:focus').filter({ hasText: 'Send…' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await dialog.waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/changes\/\d{8}-/);
    const [run] = (await served.call('run.list', {})).runs;
    expect(run).toMatchObject({ kind: 'gem', what: { extension: 'lex-http', version: '0.9.1' } });
  });
});

describeWithRabbitMq('a profile that only watches', () => {
  describeInBrowser('in the window', (browser) => {
    let broker: RabbitMq;
    beforeAll(async () => {
      broker = await startRabbitMq();
    });
    afterAll(() => broker?.dispose());

    it('offers nothing that sends, and sends nothing', async () => {
      const served = await aConsole(broker, { args: ['--profile-read-only', 'true'] });
      const { page, go } = await visit(browser(), served, { at: '/changes' });
      await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor();
      for (const role of ['link', 'button'] as const)
        expect(await page.getByRole(role, { name: /^New (settings change|gem upgrade)/ }).count()).toBe(0);
      await page.keyboard.press('c');
      await go('/changes/new/settings', 'New settings change');
      await page.getByText('This profile only watches.').first().waitFor();
      expect(await page.getByRole('button', { name: /^(Next|Send)/ }).count()).toBe(0);
      const pushed = await served.cli(
        'push',
        'gem',
        'http',
        '--version',
        '1.0',
        '--to',
        'x',
        '--send-unknown',
      );
      expect(pushed.code).not.toBe(0);
      expect(pushed.err).toContain('only watches');
      await expect(
        served.call('run.start', {
          what: { kind: 'gem', extension: 'http', version: '1.0' },
          where: { names: ['x'], unknown: 'send' },
        }),
      ).rejects.toThrow('PROFILE_READ_ONLY');
    });
  });
});
