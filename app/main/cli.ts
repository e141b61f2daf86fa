/**
 * Entry point of the command line (`out/main/cli.js`): the verbs, and `serve` with its signals.
 * Imported instead of run, it does nothing until `main` is called: `npm start` does that, so that no
 * address with a password stands in a second process's arguments.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { createPinoLog } from './adapters/pino-log.js';
import { EXIT, CliError, type ExitCode } from './cli/exit.js';
import { runCli } from './cli/program.js';
import { addConfigFlags, type Config, ConfigError, loadConfig, reportConfig } from './config/index.js';
import { startHeadless } from './headless.js';
import { findHost } from './hosts/web/index.js';
import { AppError } from '../shared/errors/app-error.js';
import { errorText, text } from '../shared/i18n/index.js';
import { VERSION } from './version.js';

/** Hooks that give back what a lord holds have ten of these seconds. */
const STOP_WITHIN_MS = 15_000;
const INTERRUPTED = 130;

export type Hooks = { onReady?(url: string): void };

export async function main(argv: readonly string[], hooks: Hooks = {}): Promise<ExitCode> {
  // What was typed may hold a password; `ps` then shows this name instead.
  process.title = 'legion-console';
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
  // Nobody reads the log any more: that is no reason to stop, and there is nowhere left to say it.
  process.stderr.on('error', () => undefined);
  return runCli(argv, {
    version: VERSION,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
    findHost,
    addConfigFlags,
    localConfig(flags) {
      const config = configFrom(flags);
      return { dataDir: config.dataDir, report: reportConfig(config) };
    },
    serve: (flags) => serveUntilStopped(configFrom(flags), hooks),
  });
}

/** The question goes to stderr, so that what is printed can be piped. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

function configFrom(flags: readonly string[]): Config {
  try {
    return loadConfig(flags, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { what, next } = errorText('CONFIG_INVALID');
    throw new CliError(EXIT.usage, [what, ...error.problems.map((problem) => `  ${problem}`), next]);
  }
}

async function serveUntilStopped(config: Config, hooks: Hooks): Promise<ExitCode> {
  const log = createPinoLog({
    level: config.log.level,
    sink: { write: (line) => void process.stderr.write(line) },
    pretty: process.stderr.isTTY,
  });
  const headless = await startHeadless(
    config,
    log,
    fileURLToPath(new URL('../renderer', import.meta.url)),
    readFileSync(new URL('crypto-worker.cjs', import.meta.url), 'utf8'),
  ).catch((error: unknown) => {
    if (error instanceof AppError) throw new CliError(EXIT.failed, [error.message], { cause: error });
    throw error;
  });
  process.stdout.write(`${text('cli.ready', { url: headless.url })}\n`);
  hooks.onReady?.(headless.url);

  const reason = await new Promise<'signal' | 'bug'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        process.once(signal, () => process.exit(INTERRUPTED));
        resolve('signal');
      });
    }
    for (const bug of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(bug, (error: unknown) => {
        log.fatal({ err: error }, 'a bug: the console stops');
        resolve('bug');
      });
    }
  });
  const isClean = await within(headless.stop(), STOP_WITHIN_MS);
  if (!isClean) log.error({ withinMs: STOP_WITHIN_MS }, 'could not stop in time');
  return isClean && reason === 'signal' ? EXIT.done : EXIT.failed;
}

/** False when the time ran out first. */
function within(work: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), ms);
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}

const isEntry =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isEntry) {
  main(process.argv.slice(2)).then(
    // Not before the last line has left: pipes are slower than exits on some platforms.
    (code) => process.stdout.write('', () => process.exit(code)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(EXIT.failed);
    },
  );
}
