/**
 * The legions of a uWSGI .ini file, and an .ini file of a legion. What uWSGI would stop at is an error with its line and
 * is left out; the rest is taken over. Hooks are read as data: nothing here runs them, and an import switches none on.
 */
import {
  HOOK_EVENTS,
  IMPORT_ERRORS,
  LEGION_DEFAULTS,
  LegionOptions,
  type ImportIgnored,
  type ImportProblem,
  type LegionHook,
} from '../../../shared/domain/legion-options.js';
import { text, type Values } from '../../../shared/i18n/text.js';
import { visible } from '../../../shared/i18n/visible.js';
import { firstOnes } from './first-ones.js';
import { iniLine, OWN_MARK, readLines, replacedByUwsgi, type IniLine } from './ini-lines.js';
import { firstWord, readAddress, readHook, readLegion, readNumber } from './ini-values.js';

export type IniRead = {
  readonly legions: LegionOptions[];
  readonly problems: ImportProblem[];
  readonly ignored: ImportIgnored[];
};

const FORMS = {
  legion: '<name> <address> <valor> <cipher>:<secret>[ <iv>]',
  named: '<name> <value>',
} as const;

/** Process-wide options: where they go, and what 0 means. */
const SECONDS: Readonly<Record<string, 'freqS' | 'toleranceS' | 'skewS' | 'deathOnLordErrorS'>> = {
  'legion-freq': 'freqS',
  'legion-tolerance': 'toleranceS',
  'legion-skew-tolerance': 'skewS',
  'legion-death-on-lord-error': 'deathOnLordErrorS',
};
const HOOK_OPTIONS = new Map(HOOK_EVENTS.map((event) => [`legion-${event}`, event] as const));

const IGNORED: readonly (readonly [RegExp, RegExp, ImportIgnored['kind']])[] = [
  [/^(unique-)?(legion-cron|cron-legion|legion-curl-cron|curl-cron-legion)$/, /^/, 'cron'],
  [/^cron2$/, /\blegion=/, 'cron'],
  [/^legion-(smart-)?attach-daemon2?$/, /^/, 'daemon'],
  [/^attach-daemon2$/, /\blegion=/, 'daemon'],
  [/^legion-scroll(-list)?-max-size$/, /^/, 'size'],
  [/^multicast-(ttl|loop)$/, /^/, 'multicast'],
  [/^(error-|response-|final-)?route-if(-not)?$/, /^lord:/, 'route'],
  [/^(ini|include|inherit|yaml|yml|json|xml)$/, /^/, 'include'],
  [/^legion-/, /^/, 'other'],
];
const LOGIC = /^(if|for|else|end)(-|$)|^(endif|endfor)$/;
const LEGION = /^legion(-mcast)?$/;
const AT_MOST = 1000;

type Draft = { -readonly [Key in keyof LegionOptions]: LegionOptions[Key] };

export function readIni(file: string): IniRead {
  const lines = readLines(file);
  const drafts = new Map<string, Draft>();
  const problems = importProblems();
  const ignored = firstOnes<ImportIgnored>(({ line, count }) => ({
    ...{ line, option: '', kind: 'more', text: text('legion.import.ignored.more', { count }) },
  }));
  const upcoming = definitionsIn(lines);
  const shared: Pick<Draft, 'freqS' | 'toleranceS' | 'skewS' | 'deathOnLordErrorS'> = {
    freqS: LEGION_DEFAULTS.freqS,
    toleranceS: LEGION_DEFAULTS.toleranceS,
    skewS: LEGION_DEFAULTS.skewS,
    deathOnLordErrorS: LEGION_DEFAULTS.deathOnLordErrorS,
  };
  const say = ({ line }: IniLine, kind: ImportProblem['kind'], values: Values = {}): void => {
    const isError = IMPORT_ERRORS.some((error) => error === kind);
    problems.add(line, isError, () => ({
      ...{ line, kind, isError, text: text(`legion.import.${kind}`, values) },
    }));
  };

  function define(one: IniLine): void {
    const read = readLegion(one.value);
    if (!read.ok) {
      if (read.kind === 'cipher') say(one, 'cipher', { why: text(`legion.cipher.${read.why}`) });
      else if (read.kind === 'valor') say(one, 'valor', { valor: read.valor });
      else say(one, read.kind, { option: one.key, form: FORMS.legion });
      return;
    }
    const { listen, ...rest } = read.legion;
    const draft = LegionOptions.safeParse({
      ...LEGION_DEFAULTS,
      ...rest,
      listen: { address: listen.host, port: listen.port },
      multicast: one.key === 'legion-mcast',
    });
    if (!draft.success) {
      const isAddress = draft.error.issues.some(({ path }) => path[0] === 'listen');
      return say(one, isAddress ? 'address' : 'value', { option: one.key });
    }
    const { name } = draft.data;
    if (drafts.has(name)) return say(one, 'twice', { legion: shown(name) });
    if (drafts.size >= AT_MOST) return say(one, 'too-many');
    if (!read.isValorWhole) say(one, 'rubbish', { option: one.key, read: read.legion.valor });
    drafts.set(name, { ...draft.data, nodes: [], hooks: [] });
  }

  function addTo(one: IniLine, event: LegionHook['event'] | undefined): void {
    const named = firstWord(one.value);
    if (!named) return say(one, 'syntax', { option: one.key, form: FORMS.named });
    const draft = drafts.get(named.word);
    if (!draft) return sayUnknown(one, named.word);
    if (event) {
      const hook = readHook(event, named.rest);
      if (typeof hook === 'string') return say(one, hook, { option: one.key });
      if (draft.hooks.length >= AT_MOST) return say(one, 'too-many');
      draft.hooks.push(hook);
      if (hook.action === 'alarm') ignore(one, 'alarm');
    } else if (one.key === 'legion-node') {
      const node = readAddress(named.rest);
      const whole = LegionOptions.shape.nodes.safeParse([node]);
      if (!whole.success || /^:/.test(named.rest)) return say(one, 'address');
      if (draft.nodes.length >= AT_MOST) return say(one, 'too-many');
      draft.nodes.push(...whole.data);
    } else if (one.key === 'legion-quorum') {
      draft.quorum = numberOf(one, named.rest, 0, 65_535, LEGION_DEFAULTS.quorum);
    } else {
      const scroll = LegionOptions.shape.scroll.safeParse(named.rest);
      if (!scroll.success) return say(one, 'value', { option: one.key });
      draft.scroll = scroll.data;
    }
  }

  /** As uWSGI reads it, with a remark when that is not what stands there; `fallback` for what it cannot use. */
  function numberOf(one: IniLine, given: string, min: number, max: number, fallback: number): number {
    const { value, isWhole } = readNumber(given);
    if (value < min || value > max || (!isWhole && value === 0)) {
      say(one, 'number', { option: one.key, used: fallback });
      return fallback;
    }
    if (!isWhole) say(one, 'rubbish', { option: one.key, read: value });
    return value;
  }

  function ignore({ line, key }: IniLine, kind: ImportIgnored['kind']): void {
    ignored.add(line, false, () => ({
      ...{ line, option: shown(key), kind, text: text(`legion.import.ignored.${kind}`) },
    }));
  }

  function sayUnknown(one: IniLine, legion: string): void {
    const later = upcoming.get(legion) ?? [];
    // Lines are read in their order: what is passed is never asked for again.
    while ((later.at(-1) ?? Infinity) <= one.line) later.pop();
    const defined = later.at(-1);
    if (defined !== undefined) say(one, 'order', { legion: shown(legion), defined });
    else say(one, 'unknown-legion', { legion: shown(legion) });
  }

  for (const one of lines) {
    const { key, value } = one;
    const seconds = Object.hasOwn(SECONDS, key) ? SECONDS[key] : undefined;
    const event = HOOK_OPTIONS.get(key as `legion-${LegionHook['event']}`);
    const isNamed = event !== undefined || /^legion-(node|quorum|scroll)$/.test(key);
    const isOurs = isNamed || seconds !== undefined || LEGION.test(key);
    if (!one.isRead) {
      if (isOurs) say(one, 'section');
      continue;
    }
    if (LOGIC.test(key)) {
      say(one, 'logic');
      continue;
    }
    if (isOurs && one.hasPlaceholder) say(one, 'placeholder');
    if (LEGION.test(key)) define(one);
    else if (isNamed) addTo(one, event);
    else if (seconds !== undefined) {
      // 0 means the default, and for the last one that it is off.
      shared[seconds] = numberOf(one, value, 0, 86_400, LEGION_DEFAULTS[seconds]) || LEGION_DEFAULTS[seconds];
    } else {
      const kind = IGNORED.find(([ofKey, ofValue]) => ofKey.test(key) && ofValue.test(value))?.[2];
      if (!kind) continue;
      if (kind === 'size' && drafts.size > 0) say(one, 'size-late');
      ignore(one, kind);
    }
  }
  return {
    legions: [...drafts.values()].map((draft) => ({ ...draft, ...shared })),
    problems: problems.all(),
    ignored: ignored.all(),
  };
}

export const importProblems = () =>
  firstOnes<ImportProblem>(({ line, count, isError }) => ({
    ...{ line, kind: 'more', isError, text: text('legion.import.more', { count }) },
  }));

/** By legion the lines that define it, the last one first. */
function definitionsIn(lines: readonly IniLine[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { line, key, value } of lines.toReversed()) {
    const name = LEGION.test(key) ? firstWord(value)?.word : undefined;
    if (name === undefined) continue;
    const known = found.get(name);
    if (known) known.push(line);
    else found.set(name, [line]);
  }
  return found;
}

const shown = (foreign: string): string => visible(foreign, 80);

/** The first field that uWSGI would not read as `writeIni` writes it, and what it would put something else in for. */
export function replacedIn(options: LegionOptions): { field: string; form: string } | null {
  const { name, secret, iv, scroll, hooks } = options;
  const fields: readonly (readonly [string, string])[] = [
    // What it leaves open is closed further on in its lines.
    ['name', `${name} )`],
    ['secret', secret],
    ['iv', `${secret} ${iv ?? ''}`],
    ['scroll', scroll ?? ''],
    // Those of our own are comments to uWSGI.
    ...hooks.map(
      (hook, at) => [`hooks.${at}.argument`, isOwn(hook) ? '' : `${hook.action}:${hook.argument}`] as const,
    ),
  ];
  for (const [field, value] of fields) {
    const form = replacedByUwsgi(value);
    if (form) return { field, form };
  }
  return null;
}

const isOwn = ({ action }: LegionHook): boolean => action === 'notify' || action === 'http';

/** An .ini file that `readIni` reads as the same legion, and uWSGI too, unless something is `replacedIn` it. */
export function writeIni(options: LegionOptions): string {
  const { name, listen, cipher, secret, iv, scroll } = options;
  const value = `${name} ${listen.address}:${listen.port} ${options.valor} ${cipher}:${secret}`;
  const named = (key: string, rest: string | number): string => iniLine(key, `${name} ${rest}`);
  return [
    '[uwsgi]\n',
    iniLine(options.multicast ? 'legion-mcast' : 'legion', iv === null ? value : `${value} ${iv}`),
    ...options.nodes.map(({ host, port }) => named('legion-node', `${host}:${port}`)),
    named('legion-quorum', options.quorum),
    iniLine('legion-freq', String(options.freqS)),
    iniLine('legion-tolerance', String(options.toleranceS)),
    iniLine('legion-skew-tolerance', String(options.skewS)),
    iniLine('legion-death-on-lord-error', String(options.deathOnLordErrorS)),
    ...(scroll === null ? [] : [named('legion-scroll', scroll)]),
    ...options.hooks.map((hook) => {
      const { event, action, argument } = hook;
      return `${isOwn(hook) ? OWN_MARK : ''}${named(`legion-${event}`, `${action}:${argument}`)}`;
    }),
  ].join('');
}
