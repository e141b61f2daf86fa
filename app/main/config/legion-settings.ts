/**
 * A LegionIO settings directory, in its own layout: every *.json below it is merged, objects key by key, arrays
 * united, later files (by path) over earlier ones; file names mean nothing (legion-settings 1.3.10 and 1.4.0).
 * Only what this node uses is taken; the rest belongs to Ruby and is left alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../../shared/lib/json.js';
import type { SettingKey } from './schema.js';

export type Found = { readonly key: SettingKey; readonly value: unknown; readonly origin: string };
export type Problem = string;

type Tree = Record<string, unknown>;

function jsonFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** `origins` remembers, per dotted path, the file that said it last. */
function merge(into: Tree, from: Tree, file: string, origins: Map<string, string>, path = ''): void {
  for (const [key, value] of Object.entries(from)) {
    if (key === '__proto__') continue;
    const here = path === '' ? key : `${path}.${key}`;
    const before = Object.hasOwn(into, key) ? into[key] : undefined;
    origins.set(here, file);
    if (isJsonObject(before) && isJsonObject(value)) merge(before, value, file, origins, here);
    else if (Array.isArray(before) && Array.isArray(value))
      into[key] = [...new Set<unknown>([...(before as unknown[]), ...(value as unknown[])])];
    else if (isJsonObject(value)) {
      const copy: Tree = {};
      into[key] = copy;
      merge(copy, value, file, origins, here);
    } else into[key] = value;
  }
}

const at = (tree: Tree, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (node, key) => (isJsonObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
      tree,
    );

/** Reads the directory. Throws nothing: what is wrong is in `problems`. */
export function readLegionSettings(
  dir: string,
  env: NodeJS.ProcessEnv,
): { found: Found[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const found: Found[] = [];
  const tree: Tree = {};
  const origins = new Map<string, string>();
  let files: string[];
  try {
    files = jsonFiles(dir);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { found, problems: [`settings.dir: the directory ${dir} cannot be read (${reason})`] };
  }
  for (const file of files) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (isJsonObject(parsed)) merge(tree, parsed, file, origins);
      else problems.push(`${file}: the top of the file must be an object`);
    } catch (error) {
      problems.push(`${file}: ${error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read'}`);
    }
  }

  /** The value at a LegionIO path with its references resolved, and where it was said. */
  const take = (path: string): { value: unknown; origin: string } => {
    const value = at(tree, path);
    const file = origins.get(path);
    const origin = file === undefined ? `default of LegionIO (${path})` : `settings ${file} (${path})`;
    return { value: resolve(value, path, env, problems), origin };
  };
  const put = (key: SettingKey, path: string): void => {
    const { value, origin } = take(path);
    if (value !== undefined && value !== null) found.push({ key, value, origin });
  };

  put('node.name', 'client.name');
  put('node.enabled', 'extensions.node.enabled');
  put('node.beatIntervalS', 'extensions.node.beat_interval');
  put('crypt.clusterSecret', 'crypt.cluster_secret');
  put('crypt.encryptMessages', 'transport.messages.encrypt');
  takeConnection(take, found);
  return { found, problems };
}

/** LegionIO's defaults apply (127.0.0.1, guest, /): a directory without a transport section still names a broker. */
function takeConnection(take: (path: string) => { value: unknown; origin: string }, found: Found[]): void {
  const connection = (name: string) => take(`transport.connection.${name}`);
  const tls = (...names: string[]) =>
    names
      .map((name) => take(`transport.tls.${name}`))
      .find(({ value }) => value !== undefined && value !== null);
  const text = (value: unknown, fallback: string): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : fallback;

  const listed = ['hosts', 'servers', 'server']
    .map(connection)
    .find(({ value }) => (Array.isArray(value) ? value.length > 0 : typeof value === 'string'));
  const first: unknown = Array.isArray(listed?.value) ? listed.value[0] : listed?.value;
  const [listedHost, listedPort] = typeof first === 'string' ? first.split(':') : [];
  const host = connection('host');
  const port = connection('port');
  const vhost = connection('vhost');
  const user = connection('user');
  const password = connection('password');
  const portNumber = listedPort ?? text(port.value, '5672');
  const enabled = tls('enabled', 'use_tls')?.value;
  const isTls = enabled === true || (enabled === undefined && portNumber === '5671');
  const hostName = listedHost ?? text(host.value, '127.0.0.1');
  const address = `${isTls ? 'amqps' : 'amqp'}://${hostName.includes(':') ? `[${hostName}]` : hostName}:${portNumber}/${encodeURIComponent(text(vhost.value, '/'))}`;
  found.push({ key: 'bus.url', value: address, origin: listed ? listed.origin : host.origin });
  found.push({ key: 'bus.user', value: text(user.value, 'guest'), origin: user.origin });
  found.push({ key: 'bus.password', value: text(password.value, 'guest'), origin: password.origin });
  for (const [key, names] of [
    ['bus.caFile', ['ca', 'ca_certs']],
    ['bus.certFile', ['cert', 'tls_cert']],
    ['bus.keyFile', ['key', 'tls_key']],
  ] as const) {
    const value = tls(...names);
    if (value) found.push({ key, value: value.value, origin: value.origin });
  }
  const verify = tls('verify', 'verify_peer');
  if (verify)
    found.push({
      key: 'bus.verify',
      value: verify.value !== 'none' && verify.value !== false,
      origin: verify.origin,
    });
}

function resolve(value: unknown, path: string, env: NodeJS.ProcessEnv, problems: Problem[]): unknown {
  if (typeof value !== 'string') return value;
  if (value.startsWith('env://')) {
    const name = value.slice('env://'.length);
    if (env[name] === undefined)
      problems.push(`${path}: refers to the environment variable ${name}, which is not set`);
    return env[name];
  }
  if (value.startsWith('file://')) {
    try {
      return readFileSync(value.slice('file://'.length), 'utf8').trim();
    } catch {
      problems.push(`${path}: refers to the file ${value.slice('file://'.length)}, which cannot be read`);
      return undefined;
    }
  }
  if (/^(vault|lease):\/\//.test(value)) {
    problems.push(
      `${path}: refers to Vault (${value.split(':')[0]}://), which this console cannot resolve; give the value by flag, variable or file`,
    );
    return undefined;
  }
  return value;
}
