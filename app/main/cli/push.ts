/**
 * `push settings` and `push gem`: a rehearsal first, then the confirmation that its reach asks for, then the send. What
 * is asked for is decided and enforced by the console that sends; here it is only explained.
 */
import type { Command } from 'commander';
import type { ChangeInput, ChangeWhat } from '../../shared/domain/change.js';
import { text } from '../../shared/i18n/index.js';
import { type Asker, asks, find, type Verbs, type Where } from './asking.js';
import { confirmed } from './confirm.js';
import { type ChangeFlags, howFlags, howOf, whereOf, whoFlag } from './change-flags.js';
import { CliError, EXIT } from './exit.js';
import { followRun } from './follow.js';
import { readText } from './input.js';
import { checkReport, startedText } from './views-changes.js';

const SETTINGS_LIMIT = 8_000_000;

type PushFlags = Where &
  ChangeFlags & { dryRun?: boolean; confirm?: string; reason?: string; follow?: boolean };
type SettingsFlags = PushFlags & { file: string; restart?: boolean };
type GemFlags = PushFlags & { version?: string; reload: boolean };

export const pushVerbs: Verbs = (program, deps) => {
  const push = program.command('push').description(text('cli.push'));
  const verb = (name: string, about: string): Command =>
    howFlags(whoFlag(push.command(name).description(about)));
  const ends = (command: Command): Command =>
    asks(
      command
        .option('--dry-run', text('cli.option.dry-run'))
        .option('--confirm <number|profile>', text('cli.option.confirm-reach'))
        .option('--reason <text>', text('cli.option.reason'))
        .option('-f, --follow', text('cli.option.follow-run')),
    );

  ends(
    verb('settings', text('cli.push.settings'))
      .requiredOption('--file <file>', text('cli.option.settings-file'))
      .option('--restart', text('cli.option.restart')),
  ).action(async (flags: SettingsFlags) => {
    const settings = await readText(flags.file, { limit: SETTINGS_LIMIT });
    await send(deps, flags, { kind: 'settings', settings, ...(flags.restart && { restart: true }) });
  });

  ends(
    verb('gem <name>', text('cli.push.gem'))
      .option('--version <version>', text('cli.option.gem-version'))
      .option('--no-reload', text('cli.option.no-reload')),
  ).action(async (extension: string, flags: GemFlags) =>
    send(deps, flags, {
      kind: 'gem',
      extension,
      version: flags.version ?? null,
      reload: flags.reload,
    }),
  );
};

async function send(deps: Asker, flags: PushFlags, what: ChangeWhat): Promise<void> {
  const input: ChangeInput = { what, where: await whereOf(flags), how: howOf(flags) };
  const client = await find(flags, deps);
  const check = await client.call('change.check', input);
  const isWrong = check.notes.some(({ severity }) => severity === 'error');
  if (flags.dryRun && flags.json) deps.out(JSON.stringify(check));
  else if (flags.dryRun && !isWrong) deps.out(checkReport(check));
  if (isWrong) {
    throw new CliError(EXIT.usage, [
      ...(flags.dryRun && flags.json ? [] : [checkReport(check)]),
      text('error.CHANGE_INVALID'),
      text('error.CHANGE_INVALID.next'),
    ]);
  }
  if (flags.dryRun) return;

  const reach = check.targets.names.length;
  const confirm = await confirmed(deps, flags, check.confirm, reach, () => checkReport(check));
  const { reason } = flags;
  const run = await client.call('run.start', {
    ...input,
    ...(confirm !== undefined && { confirm }),
    ...(reason !== undefined && { reason }),
  });
  if (flags.follow) return followRun(client, deps, run.id, flags.json ?? false);
  deps.out(flags.json ? JSON.stringify(run) : startedText(run));
}
