/**
 * The effective configuration and where each value came from. Lowest first: defaults, a LegionIO settings directory,
 * file, environment, flags. All mistakes are reported at once, each with its origin and the nearest valid key.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import envPaths from 'env-paths';
import type { ConfigReport } from '../../shared/domain/health.js';
import { isJsonObject } from '../../shared/lib/json.js';
import { readLegionSettings, type Found } from './legion-settings.js';
import {
  ALIASES,
  flagOf,
  fromText,
  isSecretKey,
  isSettingKey,
  nearestKey,
  SETTING_KEYS,
  SETTINGS,
  variableOf,
  type SettingKey,
  type Values,
} from './schema.js';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

export type Config = {
  readonly values: Values;
  readonly origins: Readonly<Record<SettingKey, string>>;
  readonly web: {
    readonly port: number;
    /** False: the default, so the next free port will do. */ readonly portIsChosen: boolean;
  };
  readonly dataDir: string;
  readonly tokenFile: string | null;
  readonly log: { readonly level: Values['log.level'] };
};

const paths = envPaths('legion-console', { suffix: '' });

/** Declares a flag for every setting, its aliases and --config on a commander command. */
export function addConfigFlags(command: Command): Command {
  command.option(
    '--config <file>',
    `configuration file (JSON); default ${join(paths.config, 'config.json')}`,
  );
  for (const key of SETTING_KEYS) {
    const placeholder =
      typeof SETTINGS[key].fallback === 'number'
        ? '<number>'
        : typeof SETTINGS[key].fallback === 'boolean'
          ? '<true|false>'
          : '<text>';
    const alias = Object.entries(ALIASES).find(([, target]) => target === key)?.[0];
    // commander allows one long name per option, so an alias is an option of its own.
    if (alias) command.addOption(new Option(`${alias} ${placeholder}`, SETTINGS[key].description));
    command.addOption(
      new Option(`${flagOf(key)} ${placeholder}`, SETTINGS[key].description).hideHelp(alias !== undefined),
    );
  }
  return command;
}

/** Throws ConfigError with every problem at once. `argv` holds flags only. */
export function loadConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  const flags = readFlags(argv, problems);
  const found: Found[] = [];

  const variables = readVariables(env, problems);
  const file = flags.configFile ?? env.LEGION_CONSOLE_CONFIG;
  const fromFile = readConfigFile(file, env, problems);
  const last = (key: SettingKey): unknown =>
    [...fromFile, ...variables, ...flags.found].filter((entry) => entry.key === key).at(-1)?.value;

  const own = last('settings.dir');
  const directories =
    typeof own === 'string' && own !== ''
      ? [own]
      : (env.LEGION_SETTINGS_DIRS ?? '').split(delimiter).filter(Boolean);
  for (const directory of directories) {
    const settings = readLegionSettings(resolve(directory), env);
    found.push(...settings.found);
    problems.push(...settings.problems);
  }
  found.push(...fromFile, ...variables, ...flags.found);

  const values: Record<string, unknown> = {};
  const origins = {} as Record<SettingKey, string>;
  for (const key of SETTING_KEYS) {
    values[key] = SETTINGS[key].fallback;
    origins[key] = 'default';
  }
  for (const { key, value, origin } of found) {
    const checked = SETTINGS[key].schema.safeParse(value);
    if (checked.success) {
      values[key] = checked.data;
      origins[key] = origin;
    } else {
      const shown = isSecretKey(key) ? 'the value' : `${JSON.stringify(value)?.slice(0, 80)}`;
      problems.push(
        `${key} (${origin}): ${shown} ${checked.error.issues[0]?.message.toLowerCase() ?? 'is not valid'}`,
      );
    }
  }
  problems.push(...contradictions(values as Values));
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return assemble(values as Values, origins);
}

function assemble(values: Values, origins: Record<SettingKey, string>): Config {
  const dataDir = values['data.dir'] === '' ? paths.data : resolve(values['data.dir']);
  return {
    values,
    origins,
    web: { port: values['web.port'], portIsChosen: origins['web.port'] !== 'default' },
    dataDir,
    tokenFile: values['web.tokenFile'] === '' ? null : resolve(values['web.tokenFile']),
    log: { level: values['log.level'] },
  };
}

function contradictions(values: Values): string[] {
  const problems: string[] = [];
  const { 'bus.url': url, 'bus.verify': verify, 'profile.kind': kind } = values;
  if (url !== '' && !URL.canParse(url))
    problems.push('bus.url: is not an address; write amqp://user@host:5672/vhost');
  if (!verify && kind === 'production') problems.push('bus.verify: cannot be off for a production profile');
  const name = nameProblem(values['node.name']);
  if (name) problems.push(`node.name: ${name}`);
  for (const key of ['bus.caFile', 'bus.certFile', 'bus.keyFile'] as const) {
    if (values[key] !== '' && !isReadable(values[key]))
      problems.push(`${key}: the file ${values[key]} cannot be read`);
  }
  if ((values['bus.certFile'] === '') !== (values['bus.keyFile'] === ''))
    problems.push('bus.certFile and bus.keyFile: one without the other; give both');
  return problems;
}

function readFlags(
  argv: readonly string[],
  problems: string[],
): { configFile: string | undefined; found: Found[] } {
  const command = addConfigFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    // Not `parse`: that stops at the first flag it does not know, and the other mistakes would stay untold.
    const { operands, unknown } = command.parseOptions([...argv]);
    for (const word of unknown.filter((each) => each.startsWith('-'))) {
      const flag = word.split('=', 1)[0]!;
      problems.push(
        `${flag}: no such flag; nearest is ${flagOf(nearestKey(flag.slice(2).replaceAll('-', '.')))}`,
      );
    }
    for (const word of operands) problems.push(`${word}: a word without a flag before it`);
  } catch (error) {
    problems.push(error instanceof Error ? error.message.replace(/^error: /, '') : 'flags cannot be read');
  }
  const options: Record<string, unknown> = command.opts();
  const found: Found[] = [];
  const nameOf = (flag: string): string =>
    flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const flagNames: [string, SettingKey][] = [
    ...SETTING_KEYS.map((key): [string, SettingKey] => [flagOf(key), key]),
    ...Object.entries(ALIASES),
  ];
  for (const [flag, key] of flagNames) {
    const value = options[nameOf(flag)];
    if (typeof value === 'string') found.push({ key, value: fromText(key, value), origin: `flag ${flag}` });
  }
  return { configFile: typeof options.config === 'string' ? options.config : undefined, found };
}

function readVariables(env: NodeJS.ProcessEnv, problems: string[]): Found[] {
  const names = new Map(SETTING_KEYS.map((key) => [variableOf(key), key]));
  const found: Found[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('LEGION_CONSOLE_') || name === 'LEGION_CONSOLE_CONFIG' || value === undefined)
      continue;
    const key = names.get(name);
    if (key) found.push({ key, value: fromText(key, value), origin: `env ${name}` });
    else
      problems.push(
        `${name}: no such variable; nearest is ${variableOf(nearestKey(name.slice(15).toLowerCase().replaceAll('_', '.')))}`,
      );
  }
  return found;
}

function readConfigFile(chosen: string | undefined, env: NodeJS.ProcessEnv, problems: string[]): Found[] {
  const file = resolve(chosen ?? join(paths.config, 'config.json'));
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (chosen !== undefined || code !== 'ENOENT')
      problems.push(`${file}: cannot be read (${code ?? 'unknown reason'})`);
    return [];
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    problems.push(
      `${file}: is not valid JSON (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    );
    return [];
  }
  if (!isJsonObject(parsed)) {
    problems.push(`${file}: the top of the file must be an object`);
    return [];
  }
  const isWorldReadable = process.platform !== 'win32' && (statSync(file).mode & 0o004) !== 0;
  const found: Found[] = [];
  for (const [key, value] of leaves(parsed)) {
    const origin = `file ${file}`;
    if (key === 'version') continue;
    if (!isSettingKey(key)) {
      problems.push(`${key} (${origin}): no such setting; nearest is ${nearestKey(key)}`);
      continue;
    }
    if (!isSecretKey(key)) found.push({ key, value, origin });
    else if (isJsonObject(value)) {
      const secret = dereference(key, value, env, problems);
      if (secret !== undefined) found.push({ key, value: secret, origin: `${origin} by reference` });
    } else if (isWorldReadable) {
      problems.push(
        `${key} (${origin}): a secret in a file that everybody can read; refer to it as { "file": "…" } or { "env": "…" }, or chmod 600 the file`,
      );
    } else found.push({ key, value, origin });
  }
  return found;
}

/** A reference counts as a leaf, so that `{ "file": … }` is not taken for a section. */
function* leaves(tree: Record<string, unknown>, path = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(tree)) {
    const key = path === '' ? name : `${path}.${name}`;
    if (isJsonObject(value) && !isSettingKey(key)) yield* leaves(value, key);
    else yield [key, value];
  }
}

function dereference(
  key: SettingKey,
  reference: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
  problems: string[],
): string | undefined {
  const { file, env: variable } = reference;
  if (typeof file === 'string') {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      problems.push(`${key}: refers to the file ${file}, which cannot be read`);
    }
  } else if (typeof variable === 'string') {
    if (env[variable] !== undefined) return env[variable];
    problems.push(`${key}: refers to the environment variable ${variable}, which is not set`);
  } else problems.push(`${key}: a reference is { "file": "…" } or { "env": "…" }`);
  return undefined;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The name becomes part of a queue name (255 bytes at most) and of a binding, where * and # are patterns. */
export function nameProblem(name: string): string | null {
  if (Buffer.byteLength(name) > 220) return 'is longer than 220 bytes';

  return /[\s*#\u0000-\u001f\u007f]/.test(name) ? 'must not hold spaces, control characters, * or #' : null;
}

/** The default of LegionIO: host name with dots as underscores, a dot, the process id. */
export const defaultNodeName = (): string => `${hostname().replaceAll('.', '_')}.${process.pid}`;

/** For `legion-console config` and the Settings page: secrets masked, also inside the broker's address. */
export function reportConfig(config: Config): ConfigReport {
  return {
    values: SETTING_KEYS.map((key) => ({
      key,
      value: isSecretKey(key)
        ? config.values[key] === ''
          ? '""'
          : '"•••"'
        : JSON.stringify(maskAddress(config.values[key])),
      origin: config.origins[key],
      description: SETTINGS[key].description,
    })),
  };
}

const maskAddress = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^(amqps?:\/\/[^:@/]*):.*@/i, '$1:•••@') : value;
