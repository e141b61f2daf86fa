/**
 * What every verb that asks a running console has in common: its flags, the way to that console, and the two
 * shapes of JSON. The verbs are in program.ts and in files of their own.
 */
import type { Command } from 'commander';
import type { CallName, In } from '../../shared/contract/contract.js';
import type { ConfigReport } from '../../shared/domain/health.js';
import { formatAge, text } from '../../shared/i18n/index.js';
import { type ConsoleClient, openConsole } from './client.js';
import { CliError, EXIT, type ExitCode } from './exit.js';

/** What a verb needs of the process around it. */
export type Asker = {
  out(line: string): void;
  err(line: string): void;
  /** Asks the person at the terminal and gives the answer; absent where nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Where a console runs with this data folder, or null. */
  findHost(dataDir: string): Promise<{ readonly url: string; readonly tokenFile: string } | null>;
  /** What flags, environment and files amount to. Throws CliError with all mistakes at once. */
  localConfig(flags: readonly string[]): { readonly dataDir: string; readonly report: ConfigReport };
};

export type Where = { dataDir?: string; url?: string; tokenFile?: string; json?: boolean };

/** Registers its verbs; `end` sets how the command line ends when it does not fail. */
export type Verbs = (program: Command, deps: Asker, end: (code: ExitCode) => void) => void;

/** The flags of every verb that asks a running console. */
export const asks = (command: Command): Command =>
  command
    .option('--json', text('cli.option.json'))
    .option('--data-dir <dir>', text('cli.option.data-dir'))
    .option('--url <url>', text('cli.option.url'))
    .option('--token-file <file>', text('cli.option.token-file'));

/**
 * A verb with verbs of its own below it, e.g. `keys` and `keys own`. Its flags may stand on either side of the
 * second word: actions below read them with `optsWithGlobals`.
 */
export const family = (program: Command, name: string, about: string): Command =>
  asks(program.command(name).description(about)).enablePositionalOptions();

/** By address and token file where they are given, else by what the running console wrote in its data folder. */
export async function find(where: Where, deps: Asker): Promise<ConsoleClient> {
  if (where.url !== undefined) {
    if (!URL.canParse(where.url)) throw new CliError(EXIT.usage, [`--url: ${where.url}`]);
    if (where.tokenFile !== undefined) return openConsole(where.url, where.tokenFile);
  }
  const { dataDir } = where.dataDir === undefined ? deps.localConfig([]) : { dataDir: where.dataDir };
  const host = await deps.findHost(dataDir);
  if (where.url === undefined && host === null) {
    throw new CliError(EXIT.notConnected, [
      text('cli.not-running', { dataDir }),
      text('cli.not-running.next'),
    ]);
  }
  return openConsole(where.url ?? host?.url ?? '', where.tokenFile ?? host?.tokenFile ?? `${dataDir}/token`);
}

/** Rows of a lost link are true as of a moment; whoever reads them as text is told. */
export async function warnWhenStale(client: ConsoleClient, deps: Asker): Promise<void> {
  const { link, at } = await client.call('session.get', {});
  if (link.asOf !== null) deps.err(text('cli.as-of', { age: formatAge(at - link.asOf) }));
}

/** A JSON array with one entry per line: whole for a parser, and still good for grep. */
export const jsonLines = (values: readonly unknown[]): string =>
  values.length === 0 ? '[]' : `[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]`;

/** Makes a call that changes something, and says so: its answer as JSON, or the sentence. */
export const acting =
  (deps: Asker) =>
  async <K extends CallName>(command: Command, procedure: K, input: In<K>, done: string): Promise<void> => {
    const where = command.optsWithGlobals<Where>();
    const answer = await (await find(where, deps)).call(procedure, input);
    deps.out(where.json ? JSON.stringify(answer) : done);
  };
