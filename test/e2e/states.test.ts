/** A real broker in the background: a node that falls silent and comes back, a link that breaks and comes back. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, PATIENCE_MS, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const STEADY = ['app-02', 'db-01', 'db-02'];
/** Rules: late beyond 3 s, silent beyond 15 s; within half a second. */
const LATE_MS = 3_000;
const SILENT_MS = 15_000;
const GRACE_MS = 500;

/** The words of everything on screen that is drawn in the colour of silence. */
const redWords = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('span'));
    probe.style.color = 'var(--lost)';
    const red = getComputedStyle(probe).color;
    probe.remove();
    return [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((each) => each.checkVisibility() && getComputedStyle(each).color === red)
      .map((each) => `${each.tagName} ${each.textContent ?? ''}`);
  });

describeWithRabbitMq('states on RabbitMQ', () => {
  describeInBrowser('as the window says them', (browser) => {
    let broker: RabbitMq;
    let served: ConsoleProcess;
    let peers: Peers;
    const node = async (name: string) =>
      (await served.call('node.list', {})).nodes.find((each) => each.name === name);
    const states = async () =>
      (await served.call('node.list', {})).nodes.map(({ name, state }) => `${name} ${state}`).sort();

    beforeAll(async () => {
      broker = await startRabbitMq();
      peers = await joinPeers(broker);
      served = await startConsole([
        ...['--bus', broker.url, '--name', 'console-1', '--profile-name', 'eu-test'],
        ...['--node-beat-interval-s', '1', '--node-expected-interval-s', '1', '--node-name-check-s', '1'],
      ]);
      peers.keepBeating(STEADY);
      await until(async () => {
        const { summary } = await served.call('session.get', {});
        return summary.total === STEADY.length + 1 && !summary.settling;
      }, 30_000);
    });
    afterAll(async () => {
      await peers?.close();
      await served?.stop();
      await broker?.dispose();
    });

    it('a broker that goes away freezes the fleet as it was; back again, it is as before', async () => {
      const { page, go } = await visit(browser(), served, { at: '/overview' });
      const main = page.getByRole('main');
      const notices = page.getByRole('region', { name: 'Notices about the link' });
      await peers.beat('ill-1', { status: 'degraded' });
      peers.keepBeating(['ill-1'], { status: 'degraded' });
      await main.getByText('4 of 5 nodes are healthy. 1 reports trouble.').waitFor();
      const before = await states();
      await broker.stop();

      await notices.getByText(/^Your link is down since \d\d:\d\d:\d\d\.$/).waitFor();
      await page
        .getByRole('alert')
        .getByText(/^Your link is down since/)
        .waitFor({ state: 'attached' });
      await main
        .getByText(/^As of \d\d:\d\d:\d\d, 4 of 5 nodes were healthy\. 1 reported trouble\.$/)
        .waitFor();
      await main.getByText('Nothing changes here until the link is back, and nothing can be sent.').waitFor();
      await page.getByRole('banner').getByText('Stale').waitFor();
      // Longer than it takes a live node to be called late: nobody changes state meanwhile.
      const { link } = await served.call('session.get', {});
      await until(() => Date.now() - link.asOf! > LATE_MS + 2 * GRACE_MS, 10_000);
      expect(await states()).toEqual(before);
      await notices.getByText(/Attempt \d+/).waitFor();
      await main.getByText(/^As of .* 4 of 5 nodes were healthy\./).waitFor();
      expect(await redWords(page)).toEqual([]);
      for (const [path, heading] of [
        ['/nodes', 'Nodes'],
        ['/nodes/db-01', 'db-01'],
        ['/health', 'Health'],
      ] as const) {
        await go(path, heading);
        await notices.getByText(/^Your link is down since/).waitFor();
        expect(await redWords(page), path).toEqual([]);
      }
      await go('/nodes/db-01', 'db-01');
      await main.getByText(/^When last heard, \d\d:\d\d:\d\d:/).waitFor();
      await go('/overview', 'Overview');

      await peers.close();
      await broker.restart();
      peers = await joinPeers(broker);
      peers.keepBeating(STEADY);
      peers.keepBeating(['ill-1'], { status: 'degraded' });
      await notices.getByText(/^Back after .*\. No node differs from before\.$/).waitFor({ timeout: 30_000 });
      await main.getByText('4 of 5 nodes are healthy. 1 reports trouble.').waitFor();
      expect(await states()).toEqual(before);
      const kinds = (await served.call('event.list', { area: 'nodes' })).events.filter(
        (event) => event.at > link.asOf!,
      );
      expect(kinds.map(({ kind }) => kind)).toEqual([]);
      await notices.getByRole('button', { name: 'Close' }).click();
      await notices.getByText(/^Back after/).waitFor({ state: 'detached', timeout: PATIENCE_MS });
    });

    it('a node that stops beating is late, then silent, with one event; it comes back, and that is said', async () => {
      const { page, go } = await visit(browser(), served, { at: '/overview' });
      const main = page.getByRole('main');
      const stop = peers.keepBeating(['app-01']);
      await until(async () => ((await node('app-01'))?.jitterMs ?? null) !== null);
      await main.getByText('5 of 6 nodes are healthy. 1 reports trouble.').waitFor();
      stop();
      const turned = async (state: string): Promise<number> => {
        const found = await until(async () => {
          const row = await node('app-01');
          return row?.state === state ? row : undefined;
        }, SILENT_MS + 5_000);
        return Date.now() - found.lastBeatAt!;
      };
      const lateAfter = await turned('late');
      expect(lateAfter).toBeGreaterThanOrEqual(LATE_MS);
      expect(lateAfter).toBeLessThanOrEqual(LATE_MS + GRACE_MS);
      await main.getByText('4 of 6 nodes are healthy. 1 is late, 1 troubled.').waitFor();
      await main.getByRole('link', { name: '1 is late' }).click();
      const row = page.getByRole('grid').getByRole('row').filter({ hasText: 'app-01' });
      await row.getByText('late').waitFor();
      const silentAfter = await turned('silent');
      expect(silentAfter).toBeGreaterThanOrEqual(SILENT_MS);
      expect(silentAfter).toBeLessThanOrEqual(SILENT_MS + GRACE_MS);
      await go('/overview', 'Overview');
      await main.getByText('4 of 6 nodes are healthy. 1 is silent; 1 troubled.').waitFor();
      await main.getByRole('link', { name: 'Open: app-01 is silent' }).waitFor();

      const about = async (kind: string) =>
        (await served.call('event.list', {})).events.filter(
          (event) => event.kind === kind && event.names.includes('app-01'),
        );
      expect(await about('node.silent')).toMatchObject([{ count: 1, names: ['app-01'] }]);

      await peers.beat('app-01');
      await main.getByText('5 of 6 nodes are healthy. 1 reports trouble.').waitFor();
      await main.getByRole('link', { name: 'Open: app-01 is silent' }).waitFor({ state: 'detached' });
      await go('/events', 'Events');
      // As long as the row said, counted from its last beat.
      expect(await main.getByText(/^app-01 beats again/).innerText()).toMatch(/after 1\d s$/);
      expect(await main.getByText('app-01 fell silent').count()).toBe(1);
      expect(await about('node.silent')).toHaveLength(1);
      expect(await about('node.recovered')).toHaveLength(1);
    });

    it('a node that is forgotten is gone from here, until it beats again', async () => {
      const { page } = await visit(browser(), served, { at: '/nodes' });
      await peers.beat('gone-1');
      const row = page.getByRole('grid').getByRole('row').filter({ hasText: 'gone-1' });
      await row.click();
      const peek = page.getByRole('complementary', { name: 'Details of gone-1' });
      await peek.getByRole('button', { name: 'Forget' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Forget here' }).click();
      await row.waitFor({ state: 'detached' });
      await peek.waitFor({ state: 'detached' });
      expect(await node('gone-1')).toBeUndefined();
      await peers.beat('gone-1');
      await row.waitFor();
      await served.call('node.forget', { name: 'gone-1' });
      await row.waitFor({ state: 'detached' });
    });
  });
});
