/**
 * The verbs about certificates of our own, to show to a broker. A passphrase comes from a private file or from the
 * environment; there is no flag that takes one.
 */
import type { Command } from 'commander';
import type { Identity } from '../../shared/domain/identity.js';
import { text } from '../../shared/i18n/index.js';
import { asks, family, find, jsonLines, type Verbs, type Where } from './asking.js';
import { bits, readBytes, readText } from './input.js';
import { identitiesText, identityText } from './views-keys.js';

const PEM_LIMIT = 65_536;
const PKCS12_LIMIT = 700_000;
const PASSPHRASE_LIMIT = 4_096;
const PASSPHRASE_VARIABLE = 'LEGION_CONSOLE_IDENTITY_PASSPHRASE';

type ImportFlags = { label?: string; key?: string; passphraseFile?: string };
type RequestFlags = { label?: string; name: string; san: readonly string[]; bits?: ReturnType<typeof bits> };

export const identityVerbs: Verbs = (program, deps) => {
  const { out } = deps;
  const identities = family(program, 'identities', text('cli.identities'));
  const verb = (name: string, about: string): Command => asks(identities.command(name).description(about));
  const print = (where: Where, value: unknown, words: string): void =>
    out(where.json ? JSON.stringify(value) : words);

  identities.action(async (where: Where) => {
    const { identities: all } = await (await find(where, deps)).call('identity.list', {});
    if (where.json) return out(jsonLines(all));
    out(all.length > 0 ? identitiesText(all) : text('cli.identities.none'));
  });

  verb('import <file>', text('cli.identities.import'))
    .option('--label <label>', text('cli.option.label'))
    .option('--key <file>', text('cli.option.key-file'))
    .option('--passphrase-file <file>', text('cli.option.passphrase-file', { variable: PASSPHRASE_VARIABLE }))
    .action(async (file: string, { label, key, passphraseFile }: ImportFlags, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const material = { ...(await materialOf(file, key)), passphrase: await passphrase(passphraseFile) };
      const identity = await (await find(where, deps)).call('identity.import', { label, ...material });
      print(where, identity, identityText(identity));
    });

  verb('request', text('cli.identities.request'))
    .requiredOption('--name <name>', text('cli.option.common-name'))
    .option('--san <name...>', text('cli.option.san'), [])
    .option('--label <label>', text('cli.option.label'))
    .option('--bits <bits>', text('cli.option.bits'), bits)
    .action(async ({ name: commonName, san: sans, ...flags }: RequestFlags, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const input = { label: flags.label, bits: flags.bits, commonName, sans: [...sans] };
      const identity: Identity = await (await find(where, deps)).call('identity.request', input);
      print(where, identity, (identity.csr ?? '').trimEnd());
      if (!where.json) deps.err(text('cli.identities.request.next', { id: identity.id }));
    });

  verb('complete <id> <file>', text('cli.identities.complete')).action(
    async (id: string, file: string, _: object, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const certificate = await readText(file, { limit: PEM_LIMIT });
      const identity = await (await find(where, deps)).call('identity.complete', { id, certificate });
      print(where, identity, identityText(identity));
    },
  );

  verb('remove <id>', text('cli.identities.remove')).action(
    async (id: string, _: object, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const done = await (await find(where, deps)).call('identity.remove', { id });
      print(where, done, text('cli.identities.remove.done'));
    },
  );
};

/** By what the file holds, not by its name: PEM texts say what they are, everything else is taken for PKCS#12. */
async function materialOf(file: string, keyFile: string | undefined) {
  const bytes = await readBytes(file, { limit: PKCS12_LIMIT });
  if (!bytes.includes('-----BEGIN ')) return { pkcs12: bytes.toString('base64') };
  const certificate = bytes.toString('utf8');
  if (keyFile !== undefined) return { certificate, key: await readText(keyFile, { limit: PEM_LIMIT }) };
  return certificate.includes('PRIVATE KEY-----') ? { certificate, key: certificate } : { certificate };
}

/** One line end at the end belongs to the editor, not to the passphrase. */
async function passphrase(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return process.env[PASSPHRASE_VARIABLE];
  return (await readText(file, { limit: PASSPHRASE_LIMIT, private: true })).replace(/\r?\n$/, '');
}
