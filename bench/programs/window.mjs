/**
 * The window in Chromium with 10,000 nodes live: frames while scrolling Nodes and while hovering the map, long tasks
 * in steady state, and the time from a beat's arrival in the node to its row on screen.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN;

/** Frame times while `move` runs for some seconds; the browser's own clock. */
async function frames(page, seconds, move) {
  await page.evaluate(() => {
    window.benchFrames = [];
    let last = performance.now();
    const tick = (now) => {
      window.benchFrames.push(now - last);
      last = now;
      window.benchRun = requestAnimationFrame(tick);
    };
    window.benchRun = requestAnimationFrame(tick);
  });
  await move(seconds);
  const times = (
    await page.evaluate(() => {
      cancelAnimationFrame(window.benchRun);
      return window.benchFrames;
    })
  ).slice(5);
  return { p95: quantile(times, 0.95), p99: quantile(times, 0.99), max: Math.max(...times) };
}

export async function measureWindow({ cli, seconds }) {
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
    const lastBeatOf = async (name) => {
      const answer = await fetch(`${origin}/api/node.get`, {
        method: 'POST',
        body: JSON.stringify({ name }),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      return (await answer.json()).lastBeatAt;
    };
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goto(`${origin}/#/nodes`);
    await page.getByRole('row').nth(5).waitFor();
    // Everybody has beaten once, intervals are learnt, the first picture is long drawn.
    await page.waitForTimeout(25_000);

    // Steady state first: nobody touches anything.
    await page.evaluate(() => {
      window.benchTasks = [];
      new PerformanceObserver((list) =>
        window.benchTasks.push(...list.getEntries().map((entry) => entry.duration)),
      ).observe({ type: 'longtask' });
    });
    const latency = await latencies(page, lastBeatOf, seconds);
    const tasks = await page.evaluate(() => window.benchTasks);

    const scroll = await frames(page, seconds, async (span) => {
      await page.mouse.move(700, 500);
      for (const end = Date.now() + span * 1_000; Date.now() < end;) await page.mouse.wheel(0, 60);
    });
    await page.goto(`${origin}/#/overview`);
    const map = page.getByRole('application');
    await map.waitFor();
    await page.waitForTimeout(3_000);
    const box = await map.boundingBox();
    const hover = await frames(page, seconds, async (span) => {
      let step = 0;
      for (const end = Date.now() + span * 1_000; Date.now() < end; step += 1) {
        await page.mouse.move(
          box.x + ((step * 7) % box.width),
          box.y + ((step * 3) % Math.min(box.height, 480)),
        );
      }
    });
    return { scroll, hover, longestTaskMs: Math.max(0, ...tasks), longTasks: tasks.length, seconds, latency };
  } finally {
    await browser.close();
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A row's age falls when its beat is drawn; the node says when that beat was heard. Both are of one clock. */
async function latencies(page, lastBeatOf, seconds) {
  const seen = [];
  await page.exposeFunction('benchSeen', (name, at) =>
    seen.push(lastBeatOf(name).then((heardAt) => at - heardAt)),
  );
  await page.evaluate(() => {
    const header = [...document.querySelectorAll('[role=columnheader]')].findIndex((cell) =>
      /last beat/i.test(cell.textContent),
    );
    const secondsOf = (text) => (/^(\d+) s$/.test(text) ? Number(text.slice(0, -2)) : NaN);
    const before = new Map();
    new MutationObserver((changes) => {
      const at = Date.now();
      for (const row of new Set(
        changes.map((change) => change.target.parentElement?.closest('[role=row]')).filter(Boolean),
      )) {
        const cells = [...row.querySelectorAll('[role=gridcell]')];
        const name = cells[2]?.querySelector('bdi, span')?.textContent ?? cells[2]?.textContent;
        const age = secondsOf(cells[header]?.textContent ?? '');
        if (before.get(name) > age) window.benchSeen(name, at);
        before.set(name, age);
      }
    }).observe(document.querySelector('[role=grid]'), {
      subtree: true,
      characterData: true,
      childList: true,
    });
  });
  await page.waitForTimeout(Math.max(15, seconds) * 1_000);
  const all = (await Promise.all(seen)).filter((value) => value >= 0 && value < 9_000);
  if (all.length < 10) throw new Error(`only ${all.length} beats were seen on screen`);
  return { p50: quantile(all, 0.5), p95: quantile(all, 0.95), count: all.length };
}
