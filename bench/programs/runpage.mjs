/**
 * The page of a run of 10,000 nodes in Chromium: long tasks and pictures per second while 10,000 results come in about
 * ten seconds, and the time from asking for that run to its rows and counts on screen.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
/** The demo's nodes answer within a second, so that so many under way make a thousand results per second. */
const AT_MOST = 700;
const OPENINGS = 5;

export async function measureRunPage({ cli }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'legion-console-bench-'));
  const child = spawn(
    process.execPath,
    [cli, 'serve', '--port', '0', '--data-dir', dataDir, '--demo-nodes', '10000'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const executablePath =
    process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const url = await new Promise((resolve) =>
      child.stdout.once('data', (data) => resolve(/ready: (\S+)/.exec(data)[1])),
    );
    const { origin } = new URL(url);
    const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
    const call = async (name, input) => {
      const answer = await fetch(`${origin}/api/${name}`, {
        method: 'POST',
        body: JSON.stringify(input),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      const body = await answer.json();
      if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(body).slice(0, 300)}`);
      return body;
    };
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Everybody has beaten, and the first picture is long drawn.
    await page.waitForTimeout(20_000);

    const { nodes } = await call('node.list', { filter: 'state:healthy', limit: 20_000 });
    const self = (await call('session.get', {})).self?.name;
    const input = {
      what: { kind: 'settings', settings: JSON.stringify({ transport: { prefetch: 4 } }) },
      where: { names: nodes.map(({ name }) => name).filter((name) => name !== self) },
      how: { atMost: AT_MOST, stop: { regressed: 1_000_000, failedShare: 1 } },
    };
    const { confirm } = await call('change.check', input);
    const run = await call('run.start', { ...input, confirm: confirm.expect });
    await page.evaluate((id) => {
      location.hash = `#/changes/${id}`;
    }, run.id);
    await page.getByRole('grid').first().waitFor();
    await page.evaluate(() => {
      window.benchTasks = [];
      window.benchPictures = [];
      new PerformanceObserver((list) =>
        window.benchTasks.push(...list.getEntries().map((entry) => entry.duration)),
      ).observe({ type: 'longtask' });
      const main = document.querySelector('main');
      new MutationObserver(() => {
        const now = performance.now();
        if (now - (window.benchPictures.at(-1) ?? 0) > 30) window.benchPictures.push(now);
      }).observe(main, { subtree: true, childList: true, characterData: true });
    });
    const startedAt = Date.now();
    let counts;
    do {
      await page.waitForTimeout(250);
      ({ counts } = (await call('run.list', { limit: 1 })).runs[0]);
    } while (counts.queued + counts.sent > 0 && Date.now() - startedAt < 60_000);
    const seconds = (Date.now() - startedAt) / 1_000;
    const { tasks, pictures } = await page.evaluate(() => ({
      tasks: window.benchTasks,
      pictures: window.benchPictures,
    }));
    const openMs = [];
    for (let opening = 0; opening < OPENINGS; opening += 1) {
      await page.evaluate(() => {
        location.hash = '#/events';
      });
      await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();
      openMs.push(await page.evaluate(opened, { id: run.id, total: run.targets.length }));
    }
    return {
      longestTaskMs: Math.max(0, ...tasks),
      longTasks: tasks.length,
      perSecond: pictures.length / seconds,
      results: run.targets.length,
      seconds,
      openMs,
    };
  } finally {
    await browser.close();
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** In the page: from the address to a picture with the number of all rows and the first of them. */
function opened({ id, total }) {
  return new Promise((resolve) => {
    const from = performance.now();
    location.hash = `#/changes/${id}`;
    const whole = total.toLocaleString('en');
    const look = () => {
      const main = document.querySelector('main');
      const isThere =
        main?.querySelectorAll('[role="grid"] [role="row"]').length > 5 && main.innerText.includes(whole);
      // The frame after the one that has it is the one that shows it.
      if (isThere) requestAnimationFrame(() => resolve(performance.now() - from));
      else requestAnimationFrame(look);
    };
    look();
  });
}
