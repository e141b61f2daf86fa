/**
 * What a change sends: read from what a person wrote, checked against what nodes can take, and shown with its secrets
 * masked. Sources of the rules: lex-node 0.3.2 on LegionIO 1.4.122 and 1.9.43, as seen on running nodes.
 */
import type { ChangeWhat, CheckNote, ShownWhat } from '../../../shared/domain/change.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import { looksSecret } from '../../../shared/lib/looks-secret.js';
import { maskText, secretsIn } from '../../../shared/lib/mask-text.js';
import { scanJson } from './json-scan.js';

/** Sections, in the order in which they are sent, each with its keys. */
export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type What =
  | { readonly kind: 'settings'; readonly settings: Sections; readonly restart: boolean }
  | {
      readonly kind: 'gem';
      /** With `lex-`. */
      readonly extension: string;
      readonly version: string | null;
      readonly reload: boolean;
    };

export type WhatRead = { readonly what: What | null; readonly notes: CheckNote[] };

/** What a Ruby node of transport 1.4 takes at most, less the rest of the message. */
export const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_DEPTH = 64;
/** Sections that a node of either generation has without any file of its own. */
export const KNOWN_SECTIONS = ['client', 'cluster', 'crypt', 'extensions', 'transport'] as const;
/** LegionIO has these too, where the part is installed. */
const USUAL_SECTIONS: ReadonlySet<string> = new Set([
  ...KNOWN_SECTIONS,
  ...['cache', 'data', 'logging', 'role', 'region', 'process'],
]);
const GEM_NAME = /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/;
const GEM_VERSION = /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z.-]+)?$/;
/** Stands for a value that looks secret. */
export const MASK = '•••';

const note = (severity: CheckNote['severity'], code: string, facts: CheckNote['facts'] = {}): CheckNote => ({
  severity,
  code,
  facts,
});
const wordFor = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;

/** Never throws: what stands against sending is a note of severity `error`, and `what` is null then if it cannot be read. */
export function readWhat(input: ChangeWhat): WhatRead {
  return input.kind === 'settings'
    ? readSettings(input.settings, input.restart ?? false)
    : readGem(input.extension, input.version ?? null, input.reload ?? true);
}

function readSettings(text: string, restart: boolean): WhatRead {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SETTINGS_BYTES)
    return { what: null, notes: [note('error', 'too-large', { bytes, limit: MAX_SETTINGS_BYTES })] };
  const faults = scanJson(text, MAX_DEPTH);
  if (faults.length > 0)
    return { what: null, notes: faults.map(({ code, ...facts }) => note('error', code, facts)) };
  const parsed: unknown = JSON.parse(text);
  if (!isJsonObject(parsed)) {
    const example = '{"extensions":{"node":{"beat_interval":10}}}';
    return { what: null, notes: [note('error', 'not-object', { example })] };
  }
  const notes = checkSections(parsed);
  if (restart) notes.push(note('warning', 'restart-loses'));
  if (notes.some(({ severity, code }) => severity === 'error' && code === 'not-section'))
    return { what: null, notes };
  return { what: { kind: 'settings', settings: parsed as Sections, restart }, notes };
}

function checkSections(settings: Record<string, unknown>): CheckNote[] {
  const notes: CheckNote[] = [];
  const sections = Object.entries(settings);
  let keys = 0;
  for (const [section, value] of sections) {
    if (!isJsonObject(value)) {
      notes.push(note('error', 'not-section', { path: section, word: wordFor(value) }));
      continue;
    }
    if (!USUAL_SECTIONS.has(section)) {
      const known = KNOWN_SECTIONS.join(', ');
      notes.push(note('warning', 'unknown-section', { path: section, known }));
      if (sections[0]![0] !== section) notes.push(note('warning', 'section-order', { path: section }));
    }
    for (const [key, inner] of Object.entries(value)) {
      const path = `${section}.${key}`;
      keys += 1;
      if (path === 'client.name') notes.push(note('error', 'client-name'));
      if (path === 'crypt.cluster_secret') notes.push(note('error', 'self-secret'));
      if (isSecretPath(section, key, inner)) notes.push(note('warning', 'looks-secret', { path }));
    }
  }
  if (keys === 0 && notes.length === 0) notes.push(note('error', 'empty'));
  return notes;
}

function readGem(name: string, version: string | null, reload: boolean): WhatRead {
  const bare = name.startsWith('lex-') ? name.slice(4) : name;
  const notes: CheckNote[] = [];
  if (name.length > 100 || !GEM_NAME.test(bare))
    notes.push(note('error', 'gem-name', { word: name.slice(0, 120) }));
  if (version !== null && (version.length > 50 || !GEM_VERSION.test(version)))
    notes.push(note('error', 'gem-version', { word: version.slice(0, 120) }));
  if (notes.length > 0) return { what: null, notes };
  if (version === null) notes.push(note('warning', 'gem-newest'));
  if (!reload) notes.push(note('note', 'gem-not-reloaded'));
  return { what: { kind: 'gem', extension: `lex-${bare}`, version, reload }, notes };
}

/** What it changes takes effect by a restart of the node's parts, or of the whole node. */
export const restarts = (what: What): boolean => (what.kind === 'settings' ? what.restart : what.reload);

/** `section.key` of everything that is sent, in order. */
export const pathsOf = (settings: Sections): string[] =>
  Object.entries(settings).flatMap(([section, keys]) => Object.keys(keys).map((key) => `${section}.${key}`));

/** The path itself, or something inside its value, is masked when shown. */
export const isSecretPath = (section: string, key: string, value: unknown): boolean =>
  JSON.stringify(maskAt(section, key, value)) !== JSON.stringify(value);

/** The value of a key as it may be shown: a section that looks secret masks all that is in it. */
export const maskAt = (section: string, key: string, value: unknown): unknown =>
  maskValue(looksSecret(section) ? section : key, value);

/** The value with whatever looks secret in it masked; an object keeps its shape. */
export function maskValue(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => maskValue(key, item));
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([inner, each]) => [inner, maskValue(looksSecret(key) ? key : inner, each)]),
    );
  if (looksSecret(key) && value !== null && typeof value !== 'boolean') return MASK;
  return typeof value === 'string' ? maskText(value) : value;
}

export const maskSettings = (settings: Sections): Sections =>
  Object.fromEntries(
    Object.entries(settings).map(([section, keys]) => [
      section,
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, maskAt(section, key, value)])),
    ]),
  );

/** Shorter ones stand in any text by chance. */
const MIN_SECRET = 4;
const secretWords = new WeakMap<Sections, readonly string[]>();

/** Words of others about a change, which may quote it: each of its masked values in them is masked. */
export function wordsWithout(words: string, settings: Sections): string {
  let secrets = secretWords.get(settings);
  if (!secrets) {
    const found = Object.entries(settings).flatMap(([section, keys]) =>
      Object.entries(keys).flatMap(([key, value]) => secretsOf(looksSecret(section) ? section : key, value)),
    );
    // As written and as quoted; of several lines also each alone. The longest first: one may hold another.
    const forms = found.flatMap((each) => [each, JSON.stringify(each).slice(1, -1), ...each.split(/\r?\n/)]);
    secrets = [...new Set(forms)]
      .filter(({ length }) => length >= MIN_SECRET)
      .sort((a, b) => b.length - a.length);
    secretWords.set(settings, secrets);
  }
  return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), words);
}

/** What `maskValue` takes out, as texts. */
function secretsOf(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => secretsOf(key, item));
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([inner, each]) => secretsOf(looksSecret(key) ? key : inner, each));
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  if (looksSecret(key)) return [String(value)];
  return typeof value === 'string' ? secretsIn(value) : [];
}

/** Whether anything in it is masked when shown: then its values are kept apart from the journal. */
export const hasSecrets = (what: What): boolean =>
  what.kind === 'settings' && JSON.stringify(maskSettings(what.settings)) !== JSON.stringify(what.settings);

export function shownWhat(what: What): ShownWhat {
  if (what.kind === 'gem') return what;
  const { settings, restart } = what;
  return {
    kind: 'settings',
    settings: JSON.stringify(maskSettings(settings), null, 2),
    keys: pathsOf(settings),
    masked: Object.entries(settings).flatMap(([section, keys]) =>
      Object.entries(keys)
        .filter(([key, value]) => isSecretPath(section, key, value))
        .map(([key]) => `${section}.${key}`),
    ),
    restart,
  };
}

/** The detail with which a node reports this change (lex-node 0.3.2). */
export function detailOf(what: What): string {
  return what.kind === 'settings'
    ? `keys: ${Object.keys(what.settings).join(', ')}`
    : `${what.extension} ${what.version ?? 'latest'}`;
}
