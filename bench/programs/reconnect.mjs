/**
 * The broker is stopped and started again under the running product, again and again: how long from the moment its
 * port accepts until our link is live, and whether anybody was called silent or twice for it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const done = (is) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });

async function until(check, withinMs) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${check}`);
    await pause(10);
  }
}

export async function reconnect({ startRabbitMq, cli, restarts }) {
  const broker = await startRabbitMq();
  const dataDir = mkdtempSync(join(tmpdir(), 'legion-console-bench-'));
  const child = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--port',
      '0',
      '--data-dir',
      dataDir,
      '--name',
      'console-1',
      '--node-beat-interval-s',
      '1',
    ],
    {
      env: { ...process.env, LEGION_CONSOLE_BUS_URL: broker.url },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const neighbour = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--port',
      '0',
      '--data-dir',
      join(dataDir, 'other'),
      '--name',
      'neighbour-1',
      '--node-beat-interval-s',
      '1',
    ],
    {
      env: { ...process.env, LEGION_CONSOLE_BUS_URL: broker.url },
      stdio: 'ignore',
    },
  );
  try {
    const origin = await new Promise((resolve) =>
      child.stdout.once('data', (data) => resolve(new URL(/ready: (\S+)/.exec(data)[1]).origin)),
    );
    const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
    const call = async (procedure) => {
      const answer = await fetch(`${origin}/api/${procedure}`, {
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      return answer.json();
    };
    const live = () =>
      until(async () => {
        const { link, self } = await call('session.get');
        return link.state === 'live' && self.lastBeatAt > link.since ? link : null;
      }, 60_000);
    await live();
    await until(async () => (await call('node.list')).total === 2, 20_000);
    const liveMs = [];
    let silent = 0;
    for (let round = 0; round < restarts; round += 1) {
      await broker.stop();
      await until(async () => (await call('session.get')).link.asOf !== null, 20_000);
      // Outages of different lengths meet the retries in different phases.
      await pause(500 + 313 * (round % 7));
      const up = until(() => accepts(broker.port), 60_000).then(() => Date.now());
      await broker.restart();
      const acceptedAt = await up;
      const { since } = await live();
      liveMs.push(Math.max(0, since - acceptedAt));
      silent += (await call('session.get')).summary.counts.silent;
    }
    return { liveMs, silent, names: (await call('node.list')).total };
  } finally {
    child.kill();
    neighbour.kill();
    await broker.dispose();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}
