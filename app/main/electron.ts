/**
 * Entry point of the desktop app (`out/main/electron.cjs`): one instance per data folder, the node, its
 * window. The node is started once and outlives every window; leaving waits for its goodbye.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app as electron, dialog, powerMonitor } from 'electron';
import { errorText, text } from '../shared/i18n/index.js';
import { createWorkerCrypto } from './adapters/crypto-worker.js';
import { createFileJournal } from './adapters/file-journal.js';
import { createFileJournals } from './adapters/file-journals.js';
import { createFileStore } from './adapters/file-store.js';
import { createPinoLog, rotatingFile } from './adapters/pino-log.js';
import { serve } from './api/serve.js';
import { type App, createApp } from './app.js';
import { type Config, ConfigError, loadConfig } from './config/index.js';
import {
  askBeforeQuit,
  createKeychainStore,
  declareScheme,
  hasKeychain,
  ownFlags,
  quitQuestion,
  type Shell,
  startShell,
  systemPower,
} from './hosts/electron/index.js';
import { findHost } from './hosts/web/data-dir.js';
import type { SecretPlace } from './join.js';
import type { Log } from './ports/log.js';

/** Hooks that give back what a lord holds have ten of these seconds. */
const STOP_WITHIN_MS = 15_000;

function run(): void {
  // What `npm start` handed over may hold a password: it is read once, and no child inherits it.
  const handedOver = process.env['LEGION_START_FLAGS'];
  delete process.env['LEGION_START_FLAGS'];
  declareScheme();
  const config = configOrNull(ownFlags(process.argv, electron.isPackaged, handedOver));
  if (config === null) return electron.exit(2);

  electron.setPath('userData', join(config.dataDir, 'electron'));
  // Before anything touches the bus: a second console would beat under the same name.
  if (!electron.requestSingleInstanceLock()) return electron.exit(0);

  const file = rotatingFile(join(electron.getPath('logs'), 'console.log'));
  const log = createPinoLog({ level: config.log.level, sink: file });
  const store = createFileStore(join(config.dataDir, 'store'));
  let app: App | null = null;
  process.on('uncaughtException', (error) => log.fatal({ err: error }, 'a bug in the main process'));
  process.on('unhandledRejection', (error) => log.fatal({ err: error }, 'a bug in the main process'));
  let shell: Shell | null = null;
  askBeforeQuit({
    question: () => app && quitQuestion(app.session()),
    show: () => shell?.show(),
    leave: () => leaveOrderly(() => Promise.all([app?.stop(), shell?.settle()]), log),
  });

  electron
    .whenReady()
    .then(async () => {
      const other = await findHost(config.dataDir);
      if (other) {
        const words = text('shell.runs-already', { dataDir: config.dataDir, url: other.url });
        dialog.showErrorBox(text('shell.cannot-start'), words);
        return electron.exit(1);
      }
      const built = join(electron.getAppPath(), 'out');
      const { api, start } = (app = createApp(config, {
        ...{ log, store, link: () => null, recentLog: log.recent },
        journal: createFileJournal(join(config.dataDir, 'audit.jsonl')),
        journals: (profileId, of) => createFileJournals(join(config.dataDir, of, profileId)),
        power: systemPower(powerMonitor),
        secrets: await secretPlace(config.dataDir, log),
        crypto: createWorkerCrypto(readFileSync(join(built, 'main', 'crypto-worker.cjs'), 'utf8')),
      }));
      start();
      shell = await startShell({
        attach: (channel) => serve(api, channel, log),
        pageFolder: join(built, 'renderer'),
        preload: join(built, 'main', 'preload.cjs'),
        store,
        log: log.child({ service: 'shell' }),
      });
    })
    .catch((error: unknown) => {
      log.fatal({ err: error }, 'the shell could not start');
      electron.exit(1);
    });
}

/** In the keychain where there is one; else, and it is said, in files that only this user may read. */
async function secretPlace(dataDir: string, log: Log): Promise<SecretPlace> {
  const files = createFileStore(join(dataDir, 'secrets'), { isStrict: true });
  if (await hasKeychain(process.platform)) return { store: createKeychainStore(files), keptIn: 'keychain' };
  log.warn({ dataDir }, 'this system has no keychain; keys are kept in files only their owner may read');
  return { store: files, keptIn: 'file' };
}

function configOrNull(flags: readonly string[]): Config | null {
  try {
    return loadConfig(flags, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { what, next } = errorText('CONFIG_INVALID');
    dialog.showErrorBox(text('shell.cannot-start'), [what, ...error.problems, next].join('\n'));
    return null;
  }
}

/** Says goodbye on the bus before the process goes, but not for longer than some seconds. */
function leaveOrderly(stop: () => Promise<unknown>, log: Log): void {
  setTimeout(() => {
    log.error({ withinMs: STOP_WITHIN_MS }, 'could not stop in time');
    electron.exit(1);
  }, STOP_WITHIN_MS);
  void stop().finally(() => electron.exit(0));
}

run();
