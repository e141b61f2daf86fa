/**
 * The verbs about runs: the list, one of them, what a person decides about it, and the approval of a second person.
 * `run hold ID` and `run ID` share a word; an id is never one of the verbs.
 */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { CallName, In } from '../../shared/contract/contract.js';
import type { ResultState, RollbackInput, RunSummary } from '../../shared/domain/change.js';
import { text, visible } from '../../shared/i18n/index.js';
import { asks, family, find, jsonLines, type Verbs, type Where } from './asking.js';
import { namesOf } from './change-flags.js';
import { confirmed } from './confirm.js';
import { CliError, EXIT } from './exit.js';
import { followRun } from './follow.js';
import { fileFailure, readText, wholeUpTo } from './input.js';
import {
  approvalText,
  rollbackReport,
  runsText,
  runText,
  startedText,
  summaryLine,
} from './views-changes.js';

const APPROVAL_LIMIT = 65_536;
const SETTINGS_LIMIT = 8_000_000;
const DEFAULT_RUNS = 100;
/** Of these a node may be tried again; without a word the regressed are left out. */
const AGAIN: readonly ResultState[] = ['failed', 'undeliverable', 'no-answer', 'regressed'];

type Decided = Extract<CallName, 'run.hold' | 'run.resume' | 'run.continue' | 'run.stop'>;
type RetryFlags = { state?: readonly ResultState[]; to?: string; confirm?: string };
type RollbackFlags = {
  file?: string;
  version?: string;
  confirm?: string;
  dryRun?: boolean;
  follow?: boolean;
};

export const runVerbs: Verbs = (program, deps) => {
  const { out, err } = deps;
  const json = (value: unknown): void => out(JSON.stringify(value));
  const whereOf = (command: Command): Where => command.optsWithGlobals<Where>();

  asks(program.command('runs').description(text('cli.runs')))
    .option('--limit <number>', text('cli.option.limit'), wholeUpTo(1_000, 20))
    .action(async (where: Where & { limit?: number }) => {
      const { limit = DEFAULT_RUNS } = where;
      const { runs, at } = await (await find(where, deps)).call('run.list', { limit });
      if (where.json) return runs.length > 0 ? out(jsonLines(runs)) : out('[]');
      out(runs.length > 0 ? runsText(runs, at) : text('cli.runs.none'));
    });

  const run = family(program, 'run', text('cli.run'))
    .argument('[id]', text('cli.argument.run'))
    .option('-f, --follow', text('cli.option.follow-run'));
  const verb = (name: string, about: string): Command => asks(run.command(`${name} <id>`).description(about));

  run.action(async (id: string | undefined, where: Where & { follow?: boolean }) => {
    if (id === undefined) throw new CliError(EXIT.usage, [text('cli.run.id-missing')]);
    const client = await find(where, deps);
    if (where.follow) return followRun(client, deps, id, where.json ?? false);
    const whole = await client.call('run.get', { id });
    if (where.json) json(whole);
    else out(runText(whole, Date.now()));
  });

  /** A decision without anything to confirm. */
  const decide = (name: 'hold' | 'resume' | 'continue' | 'stop', takesReason: boolean): void => {
    const command = verb(name, text(`cli.run.${name}`));
    if (takesReason) command.option('--reason <text>', text('cli.option.reason'));
    command.action(async (id: string, { reason }: { reason?: string }, called: Command) => {
      const where = whereOf(called);
      const input = { id, ...(reason !== undefined && { reason }) } as In<Decided>;
      const summary = await (await find(where, deps)).call(`run.${name}`, input);
      print(where, summary);
    });
  };
  const print = (where: Where, summary: RunSummary): void =>
    where.json ? json(summary) : out(summaryLine(summary));
  decide('hold', false);
  decide('resume', true);
  decide('continue', true);
  decide('stop', false);

  verb('retry', text('cli.run.retry'))
    .option('--state <states>', text('cli.option.retry-state'), states)
    .option('--to <names>', text('cli.option.retry-to'))
    .option('--confirm <number|profile>', text('cli.option.confirm-reach'))
    .action(async (id: string, { state, to, confirm }: RetryFlags, command: Command) => {
      const where = whereOf(command);
      const input = {
        id,
        ...(to !== undefined && { names: await namesOf([to]) }),
        ...(state && { states: [...state] }),
        ...(confirm !== undefined && { confirm }),
      };
      print(where, await (await find(where, deps)).call('run.retry', input));
    });

  verb('rollback', text('cli.run.rollback'))
    .option('--file <file>', text('cli.option.rollback-file'))
    .option('--version <version>', text('cli.option.rollback-version'))
    .option('--dry-run', text('cli.option.dry-run'))
    .option('--confirm <number|profile>', text('cli.option.confirm-reach'))
    .option('-f, --follow', text('cli.option.follow-run'))
    .action(async (id: string, flags: RollbackFlags, command: Command) => {
      const where = whereOf(command);
      const client = await find(where, deps);
      const input: RollbackInput = {
        ...(flags.file !== undefined && { settings: await readText(flags.file, { limit: SETTINGS_LIMIT }) }),
        ...(flags.version !== undefined && { version: flags.version }),
      };
      const check = await client.call('run.rollback.check', { id, ...input });
      if (flags.dryRun) return where.json ? json(check) : out(rollbackReport(check));
      const reach = check.names.length;
      const asked = { confirm: flags.confirm, json: where.json ?? false };
      const confirm = await confirmed(deps, asked, check.confirm, reach, () => rollbackReport(check));
      const back = await client.call('run.rollback', {
        id,
        ...input,
        ...(confirm !== undefined && { confirm }),
      });
      if (flags.follow) return followRun(client, deps, back.id, where.json ?? false);
      if (where.json) json(back);
      else out(startedText(back));
    });

  verb('export', text('cli.run.export'))
    .option('--file <file>', text('cli.option.out-file'))
    .action(async (id: string, { file }: { file?: string }, command: Command) => {
      const whole = await (await find(whereOf(command), deps)).call('run.get', { id });
      await write(whereOf(command), file, JSON.stringify(whole, null, 2));
    });

  verb('request', text('cli.run.request'))
    .option('--file <file>', text('cli.option.out-file'))
    .action(async (id: string, { file }: { file?: string }, command: Command) => {
      const { text: request } = await (await find(whereOf(command), deps)).call('run.approval', { id });
      await write(whereOf(command), file, request.trimEnd());
    });

  verb('approve', text('cli.run.approve'))
    .requiredOption('--file <file>', text('cli.option.approval-file'))
    .action(async (id: string, { file }: { file: string }, command: Command) => {
      const where = whereOf(command);
      const signed = await readText(file, { limit: APPROVAL_LIMIT });
      print(where, await (await find(where, deps)).call('run.approve', { id, text: signed }));
    });

  asks(program.command('approve <file>').description(text('cli.approve')))
    .option('--yes', text('cli.option.yes'))
    .action(async (file: string, where: Where & { yes?: boolean }) => {
      const request = await readText(file, { limit: APPROVAL_LIMIT });
      const client = await find(where, deps);
      const asked = await client.call('approval.read', { text: request });
      if (!where.yes) {
        if (where.json) return json(asked);
        out(approvalText(asked));
        return err(text('cli.approve.next'));
      }
      if (!where.json) err(approvalText(asked));
      const signed = await client.call('approval.sign', { text: request });
      if (where.json) json(signed);
      else out(signed.text.trimEnd());
    });

  async function write(where: Where, file: string | undefined, whole: string): Promise<void> {
    if (file === undefined) return out(whole);
    await writeFile(file, `${whole}\n`, { mode: 0o600 }).catch(fileFailure(file));
    if (where.json) json({ file });
    else out(text('cli.written', { file: visible(file) }));
  }
};

function states(typed: string): readonly ResultState[] {
  return typed.split(',').map((word) => {
    const state = AGAIN.find((known) => known === word.trim());
    if (state !== undefined) return state;
    throw new InvalidArgumentError(text('cli.run.retry.states', { states: AGAIN.join(', ') }));
  });
}
