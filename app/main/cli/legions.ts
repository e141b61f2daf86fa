/**
 * The verbs about legions. `legion NAME VERB`: the name comes first, as people think of it; only `import` and `join` are
 * names that a legion cannot be reached by, so none is made of these. A secret is read from a file or standard input and
 * never from the arguments; it comes out only into a file that the console itself writes.
 */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type Legion,
  LEGION_ROLES,
  type LegionHook,
  type LegionInput,
  type LegionRole,
} from '../../shared/domain/legion.js';
import { text, visible } from '../../shared/i18n/index.js';
import { type Asker, asks, family, find, jsonLines, type Verbs, type Where } from './asking.js';
import type { ConsoleClient } from './client.js';
import { CliError, EXIT } from './exit.js';
import { numberUpTo, readText, wholeUpTo } from './input.js';
import { hookName, importLine, importText, legionLine, legionsText, legionText } from './views-legions.js';

const INI_LIMIT = 1_000_000;
const SECRET_LIMIT = 2_000;
const MAX_VALOR = 65_535;

type Said = { readonly json: unknown; readonly words: string };
type Flags = Where & { valor?: number; follow?: boolean };
type VerbOf = (client: ConsoleClient, name: string, words: readonly string[], flags: Flags) => Promise<Said>;
type JoinFlags = Where & {
  address?: string;
  port?: number;
  interface?: string;
  node?: LegionInput['nodes'];
  role?: LegionRole;
  valor?: number;
  cipher?: string;
  secretFile?: string;
  iv?: string;
  freq?: number;
  tolerance?: number;
  quorum?: number;
  stats?: readonly string[];
};

const FAMILY_WORDS: readonly string[] = ['import', 'join'];

export const legionVerbs: Verbs = (program, deps, end) => {
  const { out, err } = deps;
  const say = (where: Where, { json, words }: Said): void => out(where.json ? JSON.stringify(json) : words);

  asks(program.command('legions').description(text('cli.legions'))).action(async (where: Where) => {
    const frame = await (await find(where, deps)).call('legion.list', {});
    if (where.json) return out(jsonLines(frame.legions));
    out(frame.legions.length > 0 ? legionsText(frame) : text('cli.legions.none'));
  });

  const legion = family(program, 'legion', text('cli.legion'))
    .argument('[name]', text('cli.argument.legion'))
    .argument('[verb]', text('cli.argument.legion-verb'))
    .argument('[words...]', text('cli.argument.legion-words'))
    .option('--valor <number>', text('cli.option.valor'), wholeUpTo(MAX_VALOR, 100, 0))
    .option('-f, --follow', text('cli.option.follow'))
    .action(async (name: string | undefined, verb: string | undefined, words: string[], flags: Flags) => {
      if (name === undefined) throw new CliError(EXIT.usage, [text('cli.legion.name-missing')]);
      const run = verb === undefined ? null : verbNamed(verb);
      const client = await find(flags, deps);
      if (run) return say(flags, await run(client, name, words, flags));
      if (flags.follow) return follow(client, deps, name, flags.json ?? false);
      const found = await client.call('legion.get', { name });
      say(flags, { json: found, words: legionText(found, Date.now()) });
    });

  asks(legion.command('import <file>').description(text('cli.legion.import')))
    .option('--save', text('cli.option.save'))
    .action(async (file: string, _: object, command: Command) => {
      const where = command.optsWithGlobals<Where & { save?: boolean }>();
      const ini = await readText(file, { limit: INI_LIMIT });
      const read = await (
        await find(where, deps)
      ).call('legion.import', {
        text: ini,
        save: where.save ?? false,
      });
      say(where, { json: read, words: importText(read) });
      for (const problem of read.problems) err(importLine(problem));
      if (read.problems.some(({ isError }) => isError)) end(EXIT.failed);
      if (where.json || read.legions.length === 0) return;
      err(
        where.save
          ? text('cli.legion.import.saved', { count: read.saved.length })
          : text('cli.legion.import.preview'),
      );
    });

  asks(legion.command('join <name>').description(text('cli.legion.join')))
    .option('--address <address>', text('cli.option.legion-address'))
    .option('--port <port>', text('cli.option.legion-port'), wholeUpTo(MAX_VALOR, 4242))
    .option('--interface <address>', text('cli.option.legion-interface'))
    .option('--node <host:port>', text('cli.option.legion-node'), node)
    .addOption(new Option('--role <role>', text('cli.option.legion-role')).choices(LEGION_ROLES))
    .option('--valor <number>', text('cli.option.valor'), wholeUpTo(MAX_VALOR, 100, 0))
    .option('--cipher <name>', text('cli.option.legion-cipher'))
    .option('--secret-file <file>', text('cli.option.secret-file'))
    .option('--iv <iv>', text('cli.option.iv'))
    .option('--freq <seconds>', text('cli.option.freq'), numberUpTo(3_600, 3, 0.05))
    .option('--tolerance <seconds>', text('cli.option.tolerance'), numberUpTo(86_400, 15, 0.1))
    .option('--quorum <votes>', text('cli.option.quorum'), wholeUpTo(10_000, 3, 0))
    .option('--stats <place>', text('cli.option.legion-stats'), place)
    .action(async (name: string, own: JoinFlags, command: Command) => {
      // The family has a `--valor` as well, which would win.
      const flags = { ...command.optsWithGlobals<JoinFlags>(), ...own };
      if (FAMILY_WORDS.includes(name))
        throw new CliError(EXIT.usage, [text('cli.legion.name-word', { name })]);
      const client = await find(flags, deps);
      const { legions } = await client.call('legion.list', {});
      const before = legions.find((each) => each.name === name) ?? null;
      const saved = await client.call('legion.save', await inputOf(name, flags, before));
      const role = text(`legion.role.${saved.role}`);
      say(flags, { json: saved, words: text('cli.legion.saved', { name: visible(name), role }) });
    });
};

type Kept = Pick<LegionInput, 'role' | 'valor' | 'address' | 'nodes' | 'cipher'> & { readonly port?: number };
const NEW: Kept = { role: 'watch', valor: 0, address: '', nodes: [], cipher: 'aes-256-cbc' };

/** What a known legion goes on with, where no option says otherwise. */
function keptOf({ role, valor, cipher, address, nodes }: Legion): Kept {
  const { host, port } = splitPlace(address);
  return { role, valor, cipher, address: host, port, nodes: nodes.map(splitPlace) };
}
const splitPlace = (written: string): { host: string; port: number } => {
  const cut = written.lastIndexOf(':');
  return { host: written.slice(0, cut), port: Number(written.slice(cut + 1)) };
};

async function inputOf(name: string, flags: JoinFlags, before: Legion | null): Promise<LegionInput> {
  const { freq, tolerance, quorum, iv, secretFile, stats } = flags;
  const kept = before ? keptOf(before) : NEW;
  const port = flags.port ?? kept.port;
  if (port === undefined)
    throw new CliError(EXIT.usage, [text('cli.legion.port-missing', { name: visible(name, 60) })]);
  const read =
    secretFile === undefined
      ? undefined
      : await readText(secretFile, { limit: SECRET_LIMIT, private: secretFile !== '-' });
  return {
    ...{ name, role: flags.role ?? kept.role, valor: flags.valor ?? kept.valor, port },
    ...{ address: flags.address ?? kept.address, nodes: flags.node ?? kept.nodes },
    cipher: flags.cipher ?? kept.cipher,
    ...(flags.interface !== undefined && { interface: flags.interface }),
    // A secret comes with its own iv, or with none.
    ...(read !== undefined && { secret: read.replace(/\r?\n$/, ''), iv: iv ?? null }),
    ...(iv !== undefined && { iv }),
    ...(freq !== undefined && { freqS: freq }),
    ...(tolerance !== undefined && { toleranceS: tolerance }),
    ...(quorum !== undefined && { quorum }),
    ...(stats !== undefined && { stats: [...stats] }),
  };
}

const VERBS: Readonly<Record<string, VerbOf>> = {
  async role(client, name, words, { valor }) {
    const role = LEGION_ROLES.find((known) => known === words[0]);
    if (role === undefined || words.length > 1) throw usage(`role ${LEGION_ROLES.join('|')} [--valor N]`);
    const changed = await client.call('legion.role', {
      ...{ name, role },
      ...(valor === undefined ? {} : { valor }),
    });
    return told(changed, text('cli.legion.role.done', aboutUs(changed)));
  },
  async 'step-down'(client, name, words) {
    alone('step-down', words);
    const { lord, ms } = await client.call('legion.stepDown', { name });
    const said = { lord: lord === null ? 'none' : visible(lord), ms };
    return { json: { lord, ms }, words: text('cli.legion.stepped-down', said) };
  },
  async return(client, name, words) {
    alone('return', words);
    const back = await client.call('legion.return', { name });
    return told(back, text('cli.legion.returned', aboutUs(back)));
  },
  async hook(client, name, [typed, state, ...more]) {
    if (typed === undefined || (state !== 'on' && state !== 'off') || more.length > 0)
      throw usage('hook ID on|off');
    const { hooks } = await client.call('legion.get', { name });
    const hook = hookOf(hooks, typed);
    const changed = await client.call('legion.hook', { name, id: hook.id, isOn: state === 'on' });
    return told(changed, text('cli.legion.hook.done', { hook: visible(hookName(hook), 200), state }));
  },
  async 'what-if'(client, name, words) {
    if (words.length === 0) throw usage('what-if NAME…');
    const { members } = await client.call('legion.get', { name });
    const fallen = words.flatMap((typed) => {
      const meant = members.filter(
        (member) => member.name === typed || (typed.length >= 8 && member.uuid.startsWith(typed)),
      );
      if (meant.length > 0) return meant.map(({ uuid }) => uuid);
      throw new CliError(EXIT.usage, [text('cli.legion.no-member', { typed: visible(typed, 60) })]);
    });
    const then = await client.call('legion.whatIf', { name, fallen });
    const { lord, votes, quorum, holdsQuorum } = then;
    const said = {
      lord: lord ? visible(lord.name) : 'none',
      votes,
      quorum,
      holds: holdsQuorum ? 'yes' : 'no',
    };
    return { json: then, words: text('cli.legion.what-if', said) };
  },
  async export(client, name, [file, ...more]) {
    if (file === undefined || more.length > 0) throw usage('export FILE');
    const written = await client.call('legion.export', { name, file: resolve(file) });
    return { json: written, words: text('cli.legion.exported', { file: visible(written.file, 300) }) };
  },
  async remove(client, name, words) {
    alone('remove', words);
    const answer = await client.call('legion.remove', { name });
    return { json: answer, words: text('cli.legion.removed', { name: visible(name) }) };
  },
};

function verbNamed(typed: string): VerbOf {
  const found = Object.hasOwn(VERBS, typed) ? VERBS[typed] : undefined;
  if (found) return found;
  throw new CliError(EXIT.usage, [
    text('cli.legion.verb-unknown', { typed: visible(typed, 60), choices: Object.keys(VERBS).join(', ') }),
  ]);
}

const usage = (form: string): CliError => new CliError(EXIT.usage, [text('cli.legion.usage', { form })]);
/** A word too many may be meant as another name: nothing is done then. */
const alone = (verb: string, words: readonly string[]): void => {
  if (words.length > 0) throw usage(verb);
};
const told = (legion: Legion, words: string): Said => ({ json: legion, words });
const aboutUs = ({ name, role, announcedValor }: Legion) => ({
  name: visible(name),
  role: text(`legion.role.${role}`),
  valor: announcedValor === null ? 'none' : String(announcedValor),
});

function hookOf(hooks: readonly LegionHook[], typed: string): LegionHook {
  const [hook, ...others] = hooks.filter(({ id }) => id.startsWith(typed));
  if (hook && (others.length === 0 || hook.id === typed)) return hook;
  const key = hook ? 'cli.legion.several-hooks' : 'cli.legion.no-hook';
  throw new CliError(EXIT.usage, [text(key, { typed: visible(typed, 60) })]);
}

/** A line whenever who leads, or why nobody does, is another; as JSON the whole legion then. */
async function follow(client: ConsoleClient, deps: Asker, name: string, asJson: boolean): Promise<void> {
  await client.call('legion.get', { name });
  let last = '';
  for await (const { legions, at } of client.watch('legion.watch', {})) {
    const legion = legions.find((each) => each.name === name);
    if (!legion) return;
    const { why, votes, members } = legion;
    const mark = JSON.stringify([why, votes, members.map(({ uuid }) => uuid)]);
    if (mark !== last) deps.out(asJson ? JSON.stringify(legion) : legionLine(legion, at));
    last = mark;
  }
  throw new CliError(EXIT.notConnected, [text('error.CONSOLE_NOT_RUNNING')]);
}

function node(typed: string, before: LegionInput['nodes'] = []): LegionInput['nodes'] {
  const [, host, port] = /^([^\s:]+):(\d{1,5})$/.exec(typed) ?? [];
  if (host === undefined) throw new InvalidArgumentError(text('cli.legion.not-a-node'));
  return [...before, { host, port: wholeUpTo(MAX_VALOR, 4242)(port ?? '') }];
}

function place(typed: string, before: readonly string[] = []): readonly string[] {
  if (!typed.startsWith('/')) node(typed);
  return [...before, typed];
}
