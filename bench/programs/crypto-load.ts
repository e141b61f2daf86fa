/**
 * Our whole node hearing beats from a real broker while keys are worked with: event-loop delay of each kind of work by
 * a fresh histogram. The worker runs the built bundle, as the product does. Prints one JSON line.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { createAmqpBus } from '../../app/main/adapters/amqp-bus.js';
import { createWorkerCrypto } from '../../app/main/adapters/crypto-worker.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import { publicKeyOf } from '../../app/main/core/crypto/public-key.js';
import { encryptWithKey } from '../../app/main/core/crypto/rsa-cipher.js';
import { createNode } from '../../app/main/services/node-service.js';
import { benchDeps, benchSettings } from '../lib/settings.js';

const RESOLUTION_MS = 10;
/** A sample shorter than this would be a handful of values. */
const SAMPLE_MS = 2_000;
/** As many at once as a hand-over sends before it waits for the broker. */
const SLICE = 50;
const SECRET = 'ab'.repeat(32);

const [url = '', bundle = ''] = process.argv.slice(2);
const crypto = createWorkerCrypto(readFileSync(bundle, 'utf8'));
const bus = createAmqpBus({ url, connectionName: 'bench', product: 'bench', version: '0' }, systemClock);
const node = createNode(benchSettings(url), { bus, ...benchDeps(), crypto });
const beats = (): number => node.observer.counters().beats;

async function delayDuring(work: () => Promise<void>) {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();
  // One tick before the work, so that a block at its beginning is seen.
  await pause(2 * RESOLUTION_MS);
  const [from, heard] = [performance.now(), beats()];
  let times = 0;
  while (performance.now() - from < SAMPLE_MS) {
    await work();
    times += 1;
  }
  const wallMs = performance.now() - from;
  await pause(2 * RESOLUTION_MS);
  loop.disable();
  return {
    p99Ms: loop.percentile(99) / 1e6 - RESOLUTION_MS,
    maxMs: loop.max / 1e6 - RESOLUTION_MS,
    workMs: wallMs / times,
    beatsPerSecond: Math.round(((beats() - heard) / wallMs) * 1_000),
  };
}

async function main(): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (beats() < 3_000) {
    if (performance.now() > deadline) throw new Error('no beats are heard');
    await pause(50);
  }
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  const own = publicKeyOf(pem);
  const texts = Array.from({ length: 100 }, () => encryptWithKey(own, SECRET, 'legacy'));
  const seen = {
    nothing: await delayDuring(() => pause(100)),
    generate: await delayDuring(async () => {
      await crypto.generate(2048);
      await crypto.generate(4096);
    }),
    decrypt: await delayDuring(async () => {
      const opened = await Promise.all(texts.map((text) => crypto.decrypt(pem, text)));
      if (opened.some((bytes) => bytes.toString() !== SECRET)) throw new Error('opened to something else');
    }),
    encrypt: await delayDuring(async () => {
      for (let done = 0; done < 1_000; done += SLICE) {
        for (let each = 0; each < SLICE; each += 1) encryptWithKey(own, SECRET, 'modern');
        await turn();
      }
    }),
  };
  process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
}

node.start();
main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
