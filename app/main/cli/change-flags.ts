/**
 * To whom a change goes and how, read from flags. What the words amount to is decided by the console that sends; here
 * only the form of a flag can be wrong.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { ChangeHow, ChangeWhere, WaveSpec } from '../../shared/domain/change.js';
import { readWaves } from '../../shared/domain/waves.js';
import { FIELDS } from '../../shared/filter/fields.js';
import { checkText, text, visible } from '../../shared/i18n/index.js';
import { CliError, EXIT } from './exit.js';
import { numberUpTo, readText, wholeUpTo } from './input.js';

const NAMES_LIMIT = 16_000_000;
/** `state:silent`, `-group:eu`: a field of the filter language before the first colon. */
const FILTER_FORM = new RegExp(`^-?(${Object.keys(FIELDS).join('|')}):`, 'i');

export type ChangeFlags = {
  to?: readonly string[];
  filter?: string;
  waves?: string;
  watch?: number;
  deadline?: number;
  atMost?: number;
  stopRegressed?: number;
  stopFailed?: number;
  askBeforeLast?: boolean;
  canary?: string;
  broadcast?: boolean;
  includeSelf?: boolean;
  silent?: 'skip' | 'send';
  sendUnknown?: boolean;
};

/** `--to` may stand there several times. */
export const collect = (one: string, before: readonly string[] = []): readonly string[] => [...before, one];

export const whoFlag = (command: Command): Command =>
  command
    .option('--to <who>', text('cli.option.to'), collect)
    .option('--filter <filter>', text('cli.option.filter'));

export const howFlags = (command: Command): Command =>
  command
    .option('--waves <waves>', text('cli.option.waves'))
    .option('--watch <seconds>', text('cli.option.watch'), numberUpTo(86_400, 30, 0))
    .option('--deadline <seconds>', text('cli.option.deadline'), numberUpTo(86_400, 60))
    .option('--at-most <number>', text('cli.option.at-most'), wholeUpTo(10_000, 20))
    .option('--stop-regressed <number>', text('cli.option.stop-regressed'), wholeUpTo(1_000_000, 2))
    .option('--stop-failed <percent>', text('cli.option.stop-failed'), numberUpTo(100, 5, 0))
    .option('--ask-before-last', text('cli.option.ask-before-last'))
    .option('--canary <name>', text('cli.option.canary'))
    .option('--broadcast', text('cli.option.broadcast'))
    .option('--include-self', text('cli.option.include-self'))
    .option('--silent <skip|send>', text('cli.option.silent'), skipOrSend)
    .option('--send-unknown', text('cli.option.send-unknown'));

/** Throws CliError unless it is said to whom, in one way. */
export async function whereOf(flags: ChangeFlags): Promise<ChangeWhere> {
  const { includeSelf, silent, sendUnknown } = flags;
  return {
    ...(await whoOf(flags)),
    ...(includeSelf && { includeSelf }),
    ...(silent && { silent }),
    ...(sendUnknown && { unknown: 'send' as const }),
  };
}

async function whoOf({
  to = [],
  filter,
}: ChangeFlags): Promise<Pick<ChangeWhere, 'names' | 'filter' | 'all'>> {
  const all = to.includes('all');
  const filters = [
    ...(filter === undefined ? [] : [filter]),
    ...to.filter((word) => FILTER_FORM.test(word.trim())),
  ];
  const named = to.filter((word) => word !== 'all' && !FILTER_FORM.test(word.trim()));
  const ways = Number(all) + filters.length + Number(named.length > 0);
  if (ways !== 1) {
    throw new CliError(EXIT.usage, [checkText({ code: 'where', facts: {} }), text('cli.push.where.next')]);
  }
  if (all) return { all };
  if (filters[0] !== undefined) return { filter: filters[0] };
  return { names: await namesOf(named) };
}

/** Names with commas, and files with one name per line. */
export async function namesOf(words: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const word of words) {
    const isFile = word.startsWith('@');
    const found = isFile
      ? (await readText(word.slice(1), { limit: NAMES_LIMIT })).split('\n')
      : word.split(',');
    for (const name of found) if (name.trim() !== '') names.add(name.trim());
  }
  return [...names];
}

export function howOf(flags: ChangeFlags): ChangeHow {
  const { watch, deadline, atMost, stopRegressed, stopFailed, askBeforeLast, canary, broadcast } = flags;
  const waves = wavesOf(flags.waves, watch, askBeforeLast);
  const stops = stopRegressed !== undefined || stopFailed !== undefined;
  return {
    ...(broadcast && { mode: 'broadcast' as const }),
    ...(waves && { waves }),
    ...(stops && { stop: { regressed: stopRegressed ?? 2, failedShare: (stopFailed ?? 5) / 100 } }),
    ...(atMost !== undefined && { atMost }),
    ...(deadline !== undefined && { deadlineS: deadline }),
    ...(canary !== undefined && { canary }),
  };
}

function wavesOf(typed: string | undefined, watch: number | undefined, asks = false): WaveSpec[] | undefined {
  if (typed === undefined && watch === undefined && !asks) return undefined;
  const read = readWaves(typed ?? 'once', watch ?? 0);
  if (!read.ok) {
    throw new CliError(EXIT.usage, [checkText({ code: read.code, facts: { word: visible(read.word, 60) } })]);
  }
  const last = read.waves.length - 1;
  return read.waves.map((wave, index) => ({
    ...wave,
    watchS: watch ?? wave.watchS,
    begins: asks && index === last && last > 0 ? 'ask' : wave.begins,
  }));
}

function skipOrSend(typed: string): 'skip' | 'send' {
  if (typed === 'skip' || typed === 'send') return typed;
  throw new InvalidArgumentError('skip, send');
}
