/**
 * The contestant: a push to so many nodes through the whole service: journal on disk with its fsyncs, addressed mandatory
 * sends, and the state of each target; from the plan being written down to the last confirm. Rehearsal and plan before
 * that are told beside it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAmqpBus } from '../../app/main/adapters/amqp-bus.js';
import { createFileJournals } from '../../app/main/adapters/file-journals.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import { createNode } from '../../app/main/services/node-service.js';
import { benchDeps, benchSettings } from '../lib/settings.js';

const [url = '', count = '0'] = process.argv.slice(2);
const total = Number(count);
const names = Array.from({ length: total }, (_, index) => `push-${String(index).padStart(5, '0')}`);
const dir = mkdtempSync(join(tmpdir(), 'legion-console-bench-'));
const bus = createAmqpBus({ url, connectionName: 'bench', product: 'bench', version: '0' }, systemClock);
const node = createNode(benchSettings(url), { bus, ...benchDeps(), journals: createFileJournals(dir) });

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));
async function until(check: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error('not within 60 s');
    await turn();
  }
}

async function main(): Promise<void> {
  await until(() => node.link().state === 'live');
  const from = performance.now();
  const run = await node.changes.start({
    what: { kind: 'settings', settings: JSON.stringify({ transport: { pool: 20 } }) },
    where: { names, unknown: 'send' },
    how: { atMost: 10_000 },
  });
  const begunMs = performance.now() - from;
  await until(() => run.counts.queued === 0 && run.targets.every(({ pending }) => !pending));
  const ms = performance.now() - from;
  const { sent, undeliverable } = run.counts;
  rmSync(dir, { recursive: true, force: true });
  process.stdout.write(
    `${JSON.stringify({ ms: ms - begunMs, begunMs, sent, returned: undeliverable })}\n`,
    () => process.exit(0),
  );
}

node.start();
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exit(1);
});
