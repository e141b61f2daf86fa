/**
 * The verbs about keys: who shows which, what a person decided, and this console's own pair. A decision takes a whole
 * fingerprint, in any form people paste; nothing here decides by a part of one.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { In } from '../../shared/contract/contract.js';
import { fingerprintWords, PROOF_LENGTH, readFingerprint } from '../../shared/domain/fingerprint.js';
import {
  type OwnKey,
  TRUST_STATES,
  type TrustState,
  VERIFIED_BY,
  type VerifiedBy,
} from '../../shared/domain/key.js';
import { text, visible } from '../../shared/i18n/index.js';
import {
  type Asker,
  acting,
  asks,
  family,
  find,
  jsonLines,
  type Verbs,
  warnWhenStale,
  type Where,
} from './asking.js';
import { CliError, EXIT } from './exit.js';
import { bits, fileFailure, readText } from './input.js';
import { keysText, ownKeyText } from './views-keys.js';

const PINS_LIMIT = 8_000_000;

export const keyVerbs: Verbs = (program, deps, end) => {
  const { out, err } = deps;
  const json = (value: unknown): void => out(JSON.stringify(value));
  const act = acting(deps);
  const keys = family(program, 'keys', text('cli.keys'));
  const verb = (name: string, about: string): Command => asks(keys.command(name).description(about));

  keys
    .addOption(new Option('--trust <state>', text('cli.option.trust')).choices(TRUST_STATES))
    .action(async (where: Where & { trust?: TrustState }) => {
      const client = await find(where, deps);
      const { keys: all, at } = await client.call('key.list', {});
      const rows = all.filter(({ trust }) => where.trust === undefined || trust === where.trust);
      if (where.json) return out(jsonLines(rows));
      await warnWhenStale(client, deps);
      out(rows.length > 0 ? keysText(rows, at) : text(where.trust ? 'cli.keys.none.match' : 'cli.keys.none'));
    });

  verb('trust <name> <fingerprint>', text('cli.keys.trust'))
    .addOption(
      new Option('--verified-by <how>', text('cli.option.verified-by'))
        .choices(VERIFIED_BY)
        .default('unverified'),
    )
    .action(
      async (name: string, typed: string, { verifiedBy }: { verifiedBy: VerifiedBy }, command: Command) => {
        const fingerprint = wholeFingerprint(typed);
        const proof = fingerprint.slice(0, PROOF_LENGTH);
        await act(
          command,
          'key.trust',
          { name, fingerprint, verifiedBy, proof },
          text('cli.keys.trusted', seen(name)),
        );
      },
    );

  for (const [name, procedure] of [
    ['refuse', 'key.refuse'],
    ['keep', 'key.keep'],
    ['forget', 'key.forget'],
  ] as const) {
    verb(`${name} <name> <fingerprint>`, text(`cli.keys.${name}`)).action(
      async (node: string, typed: string, _: object, command: Command) =>
        act(
          command,
          procedure,
          { name: node, fingerprint: wholeFingerprint(typed) },
          text(`cli.keys.${name}.done`, seen(node)),
        ),
    );
  }

  verb('ask', text('cli.keys.ask')).action(async (_: object, command: Command) =>
    act(command, 'key.ask', {}, text('cli.keys.ask.done')),
  );
  verb('announce', text('cli.keys.announce')).action(async (_: object, command: Command) =>
    act(command, 'key.announce', {}, text('cli.keys.announce.done')),
  );
  verb('ask-to-forget <name>', text('cli.keys.ask-to-forget')).action(
    async (name: string, _: object, command: Command) =>
      act(command, 'key.askToForget', { name }, text('cli.keys.ask-to-forget.done', seen(name))),
  );

  verb('export', text('cli.keys.export'))
    .option('--file <file>', text('cli.option.pins-file'))
    .action(async ({ file }: { file?: string }, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const pins = await (await find(where, deps)).call('key.export', {});
      if (file === undefined) return where.json ? json(pins) : out(pins.text.replace(/\n$/, ''));
      await writeFile(file, pins.text, { mode: 0o600 }).catch(fileFailure(file));
      // The mode of a file that was there before is left alone by the write.
      await chmod(file, 0o600).catch(fileFailure(file));
      if (where.json) json({ file });
      else out(text('cli.keys.export.done', { file: visible(file) }));
    });

  verb('import <file>', text('cli.keys.import')).action(async (file: string, _: object, command: Command) => {
    const where = command.optsWithGlobals<Where>();
    const pins = await readText(file, { limit: PINS_LIMIT });
    const taken = await (await find(where, deps)).call('key.import', { text: pins });
    if (where.json) json(taken);
    else out(text('cli.keys.import.done', { added: taken.added, known: taken.known }));
    if (taken.contradicts.length === 0) return;
    err(text('cli.keys.import.contradicts', { count: taken.contradicts.length }));
    taken.contradicts.forEach((name) => err(`  ${visible(name)}`));
    end(EXIT.failed);
  });

  verb('own', text('cli.keys.own')).action(showOwn(deps, 'key.own', () => ({})));
  verb('rotate', text('cli.keys.rotate'))
    .option('--bits <bits>', text('cli.option.bits'), bits)
    .action(showOwn(deps, 'key.rotate', (flags) => ({ bits: flags.bits })));
  verb('rotate-undo', text('cli.keys.rotate-undo')).action(showOwn(deps, 'key.rotate.undo', () => ({})));
  verb('rotate-finish', text('cli.keys.rotate-finish')).action(
    showOwn(deps, 'key.rotate.finish', () => ({})),
  );

  verb('words <fingerprint>', text('cli.keys.words')).action((typed: string, _: object, command: Command) => {
    const fingerprint = wholeFingerprint(typed);
    const words = fingerprintWords(fingerprint);
    if (command.optsWithGlobals<Where>().json) json({ fingerprint, words });
    else out(words.join(' '));
  });
};

type OwnCall = 'key.own' | 'key.rotate' | 'key.rotate.undo' | 'key.rotate.finish';

/** An action that ends by showing this console's own key. */
function showOwn<K extends OwnCall>(deps: Asker, procedure: K, input: (flags: In<'key.rotate'>) => In<K>) {
  return async (flags: In<'key.rotate'>, command: Command): Promise<void> => {
    const where = command.optsWithGlobals<Where>();
    const own: OwnKey = await (await find(where, deps)).call(procedure, input(flags));
    deps.out(where.json ? JSON.stringify(own) : ownKeyText(own, Date.now()));
  };
}

const seen = (name: string): { readonly name: string } => ({ name: visible(name) });

function wholeFingerprint(typed: string): string {
  const fingerprint = readFingerprint(typed);
  if (fingerprint !== null) return fingerprint;
  throw new CliError(EXIT.usage, [
    text('cli.keys.not-whole', { typed: visible(typed, 100) }),
    text('cli.keys.not-whole.next'),
  ]);
}
