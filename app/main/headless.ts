/**
 * The node with its web host, without any window system: what `legion-console serve` and `npm start` run.
 * Starts the host first, so that nothing touches the bus when another console has this data folder.
 */
import { join } from 'node:path';
import { createWorkerCrypto } from './adapters/crypto-worker.js';
import { createFileJournal } from './adapters/file-journal.js';
import { createFileJournals } from './adapters/file-journals.js';
import { createFileStore } from './adapters/file-store.js';
import { NO_POWER } from './ports/power.js';
import type { PinoLog } from './adapters/pino-log.js';
import { createDoor } from './api/door.js';
import { serve } from './api/serve.js';
import { createApp } from './app.js';
import type { Config } from './config/index.js';
import { startWebHost, type WebHost } from './hosts/web/index.js';

export type Headless = {
  /** One-time address for a browser. */
  readonly url: string;
  /** Says goodbye to the cluster, then closes the host. */
  stop(): Promise<void>;
};

/** Rejects with AppError CONFIG_INVALID: data folder in use, port taken, page not built, token file open to others. */
export async function startHeadless(
  config: Config,
  log: PinoLog,
  staticDir: string,
  cryptoSource: string,
): Promise<Headless> {
  let host: WebHost | null = null;
  const app = createApp(config, {
    log,
    store: createFileStore(join(config.dataDir, 'store')),
    link: () => host?.freshLink() ?? null,
    recentLog: log.recent,
    journal: createFileJournal(join(config.dataDir, 'audit.jsonl')),
    journals: (profileId, of) => createFileJournals(join(config.dataDir, of, profileId)),
    power: NO_POWER,
    secrets: { store: createFileStore(join(config.dataDir, 'secrets'), { isStrict: true }), keptIn: 'file' },
    crypto: createWorkerCrypto(cryptoSource),
  });
  host = await startWebHost({
    attach: (channel) => serve(app.api, channel, log),
    door: createDoor(app.api, log),
    metrics: app.metrics,
    health: app.health,
    port: config.web.port,
    portIsFixed: config.web.portIsChosen,
    tokenFile: config.tokenFile,
    dataDir: config.dataDir,
    staticDir,
    log: log.child({ service: 'web' }),
  });
  app.start();
  const { url, stop } = host;
  return {
    url,
    async stop() {
      await app.stop();
      await stop();
    },
  };
}
