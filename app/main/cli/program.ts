/**
 * The verbs of `legion-console` and their flags. Each asks a running console and prints the answer, as text
 * or as JSON; `serve` and the configuration are handed in, since they are more than the contract.
 */
import { Command, CommanderError, Option } from 'commander';
import { EVENT_AREAS, isInArea, type ConsoleEvent, type EventArea } from '../../shared/domain/event.js';
import type { ConfigReport } from '../../shared/domain/health.js';
import { text } from '../../shared/i18n/index.js';
import { type Asker, asks, find, jsonLines, warnWhenStale, type Where } from './asking.js';
import { CliError, EXIT, type ExitCode } from './exit.js';
import { identityVerbs } from './identities.js';
import { wholeUpTo } from './input.js';
import { keyVerbs } from './keys.js';
import { legionVerbs } from './legions.js';
import { pushVerbs } from './push.js';
import { receivedVerbs } from './received.js';
import { runVerbs } from './runs.js';
import { secretVerbs } from './secrets.js';
import { vaultVerbs } from './vault.js';
import { configText, eventLine, nodesText, nodeText, statusText } from './views.js';

export type CliDeps = Asker & {
  readonly version: string;
  /** Runs the node and its web host until it is told to stop. `flags` as typed. */
  serve(flags: readonly string[]): Promise<ExitCode>;
  addConfigFlags(command: Command): Command;
};

/** Runs one command line (without node and script) and says how it ended. Never rejects for what a user did. */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = createProgram(argv, deps, (code) => (exit = code));
  try {
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (!(error instanceof CliError)) throw error;
    error.lines.forEach((line) => deps.err(line));
    return error.exit;
  }
}

function createProgram(argv: readonly string[], deps: CliDeps, end: (code: ExitCode) => void): Command {
  const program = new Command('legion-console')
    .description(text('cli.about'))
    .version(deps.version)
    .exitOverride()
    // `--version` of a verb is the verb’s, not ours.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (words) => deps.out(words.trimEnd()),
      writeErr: (words) => deps.err(words.trimEnd()),
    });
  const { out, err } = deps;
  const json = (value: unknown): void => out(JSON.stringify(value));

  deps
    .addConfigFlags(program.command('serve').description(text('cli.serve')))
    // The configuration reads the flags again and tells of all that is wrong with them, not of the first.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => end(await deps.serve(argv.slice(1))));

  asks(program.command('status').description(text('cli.status'))).action(async (where: Where) => {
    const session = await (await find(where, deps)).call('session.get', {});
    if (where.json) json(session);
    else out(statusText(session));
    if (session.link.state !== 'live' && session.link.state !== 'degraded') end(EXIT.notConnected);
  });

  asks(program.command('nodes').description(text('cli.nodes')))
    .option('--filter <filter>', text('cli.option.filter'))
    .option('--limit <number>', text('cli.option.limit'), wholeUpTo(100_000, 20))
    .action(async (where: Where & { filter?: string; limit?: number }) => {
      const client = await find(where, deps);
      const { filter, limit } = where;
      const { nodes, at, total } = await client.call('node.list', { filter, limit });
      if (where.json) return out(jsonLines(nodes));
      await warnWhenStale(client, deps);
      if (nodes.length > 0) out(nodesText(nodes, at, total));
      else out(text(filter === undefined ? 'cli.none' : 'cli.none.match'));
    });

  asks(program.command('node').description(text('cli.node')).argument('<name>')).action(
    async (name: string, where: Where) => {
      const client = await find(where, deps);
      const node = await client.call('node.get', { name });
      if (where.json) return json(node);
      await warnWhenStale(client, deps);
      out(nodeText(node, Date.now()));
    },
  );

  asks(program.command('events').description(text('cli.events')))
    .option('-f, --follow', text('cli.option.follow'))
    .option('--limit <number>', text('cli.option.limit'), wholeUpTo(5000, 20))
    .addOption(
      new Option('--area <area>', text('cli.option.area', { areas: EVENT_AREAS.join(', ') })).choices(
        EVENT_AREAS,
      ),
    )
    .action(async (where: Where & { follow?: boolean; limit?: number; area?: EventArea }) => {
      const client = await find(where, deps);
      const { limit, area } = where;
      const print = (event: ConsoleEvent): void => (where.json ? json(event) : out(eventLine(event)));
      if (where.follow) {
        for await (const { events } of client.watch('event.watch', { limit })) {
          events.filter((event) => area === undefined || isInArea(event, area)).forEach(print);
        }
        throw new CliError(EXIT.notConnected, [text('error.CONSOLE_NOT_RUNNING')]);
      }
      const { events } = await client.call('event.list', { limit, area });
      if (where.json) return out(jsonLines(events));
      if (events.length === 0) err(text('cli.events.none'));
      events.forEach(print);
    });

  const families = [
    keyVerbs,
    secretVerbs,
    vaultVerbs,
    identityVerbs,
    pushVerbs,
    runVerbs,
    receivedVerbs,
    legionVerbs,
  ];
  for (const addVerbs of families) addVerbs(program, deps, end);

  deps
    .addConfigFlags(program.command('config').description(text('cli.config')))
    .option('--json', text('cli.option.json'))
    .option('--url <url>', text('cli.option.url'))
    .action(async (where: Where) => {
      const report = await effectiveConfig(where, argv, deps);
      if (where.json) json(report);
      else out(configText(report));
    });

  asks(program.command('link').description(text('cli.link'))).action(async (where: Where) => {
    const { url } = await (await find(where, deps)).call('host.link', {});
    if (url === null) throw new CliError(EXIT.failed, [text('cli.link.none')]);
    if (where.json) json({ url });
    else out(url);
  });

  program
    .command('version')
    .description(text('cli.version'))
    .option('--json', text('cli.option.json'))
    .action(({ json: asJson }: Where) =>
      asJson ? json({ version: deps.version, node: process.versions.node }) : out(deps.version),
    );

  return program;
}

/** Of the running console, or what a start with these flags would use. */
async function effectiveConfig(where: Where, argv: readonly string[], deps: CliDeps): Promise<ConfigReport> {
  if (where.url !== undefined) return (await find(where, deps)).call('config.get', {});
  const { dataDir, report } = deps.localConfig(argv.slice(1).filter((flag) => flag !== '--json'));
  if ((await deps.findHost(dataDir)) === null) {
    deps.err(text('cli.config.from-here'));
    return report;
  }
  return (await find({ ...where, dataDir }, deps)).call('config.get', {});
}
