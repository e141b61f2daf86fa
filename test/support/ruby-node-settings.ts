/**
 * The settings and gems of a Ruby node, and what its Node runner does to them: the two-level merge of lex-node 0.3.2
 * with its failures, in the words that were recorded. It knows nothing of the bus; ruby-node.ts tells the results.
 */
import type { Generation } from './ruby-node-crypt.js';

type Body = Readonly<Record<string, unknown>>;
type Section = Map<string, unknown>;
export type SettingsTree = Readonly<Record<string, unknown>>;

/** Ruby's own words when settings are assigned to at the top, which they cannot be. */
export const NO_ASSIGNMENT = "undefined method `[]=' for module Legion::Settings";

const isHash = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a node has that was given no files: the sections every node of this generation begins with. */
export const defaultSettings = (
  generation: Generation,
  name: string,
  secret: string | null,
): SettingsTree => ({
  client: { hostname: 'h', address: '127.0.0.1', name, ready: false },
  cluster: generation === '1.4' ? { public_keys: {} } : {},
  crypt: {
    cluster_secret: secret,
    cluster_secret_timeout: 5,
    cs_encrypt_ready: false,
    dynamic_keys: true,
    save_private_key: true,
    read_private_key: true,
    vault: { enabled: false, protocol: 'http', address: 'localhost', port: 8200, connected: false },
    jwt: { enabled: true },
  },
  cache: { enabled: true, connected: false },
  data: { connected: false },
  extensions: { node: { enabled: true, workers: 1 } },
  logging: { level: 'info' },
  transport: {
    connection: { host: '127.0.0.1', port: 5672, user: 'guest', vhost: '/' },
    messages: { encrypt: false, persistent: false, priority: 0 },
    prefetch: generation === '1.4' ? 0 : 2,
    connection_pool_size: 1,
  },
  auto_install_missing_lex: true,
});

export type SettingsStore = {
  /** As plain data, for assertions. */
  tree(): SettingsTree;
  get(section: string, key: string): unknown;
  /** For each key in order, those of its object one by one. Throws where Ruby raises; what came before stays. */
  update(settings: unknown): void;
  /** The runner function `message`: the same, over whatever stands in the message and its headers. */
  message(body: Body): void;
  /** From the files again: what was pushed is gone. */
  reread(): void;
};

export function createSettings(files: SettingsTree): SettingsStore {
  let sections = new Map<string, unknown>();
  const reread = (): void => {
    const fresh = structuredClone(files);
    sections = new Map(
      Object.entries(fresh).map(([name, value]) => [
        name,
        isHash(value) ? new Map(Object.entries(value)) : value,
      ]),
    );
  };
  reread();

  /** A section and its values; anything that is not an object, or not there, would have to be assigned at the top. */
  function merge(name: string, value: unknown): void {
    const section = sections.get(name);
    if (!isHash(value) || !(section instanceof Map)) throw new Error(NO_ASSIGNMENT);
    for (const [key, inner] of Object.entries(value)) (section as Section).set(key, inner);
  }

  return {
    tree: () =>
      Object.fromEntries(
        [...sections].map(([name, value]) => [
          name,
          value instanceof Map ? Object.fromEntries(value as Section) : value,
        ]),
      ),
    get(name, key) {
      const section = sections.get(name);
      return section instanceof Map ? (section as Section).get(key) : undefined;
    },
    update(settings) {
      if (!isHash(settings)) throw new Error(`undefined method \`each' for ${JSON.stringify(settings)}`);
      for (const [name, value] of Object.entries(settings)) merge(name, value);
    },
    message(body) {
      for (const [name, value] of Object.entries(body)) if (name !== 'function') merge(name, value);
    },
    reread,
  };
}

export type GemInstall = { readonly ok: boolean; readonly detail: string; readonly error: string | null };

/** Gems that this node could find, oldest version first. */
export type GemSource = Readonly<Record<string, readonly string[]>>;

export const fullGemName = (extension: string): string =>
  extension.startsWith('lex-') ? extension : `lex-${extension}`;

/** What `gem` makes of it: the version that is there now, or its words. */
export function installGem(
  source: GemSource,
  installed: Map<string, string>,
  extension: string,
  version: string | null,
): GemInstall {
  const name = fullGemName(extension);
  const versions = Object.hasOwn(source, name) ? (source[name] ?? []) : [];
  const chosen = version === null ? versions.at(-1) : versions.find((known) => known === version);
  if (chosen === undefined) {
    const wanted = version === null ? '>= 0' : `= ${version}`;
    return {
      ok: false,
      detail: name,
      error: `Unable to resolve dependency: user requested '${name} (${wanted})'`,
    };
  }
  installed.set(name, chosen);
  return { ok: true, detail: `${name} ${version ?? 'latest'}`, error: null };
}
