/**
 * What one can filter nodes by: the words of the language and how each reads a row.
 * Three kinds: a closed set of words, free text (with patterns), and numbers that are compared.
 */
import { TRUST_STATES } from '../domain/key.js';
import { BADGES, badgesOf, NODE_STATES } from '../domain/node-state.js';
import type { RosterRow } from '../domain/roster-table.js';

type Chosen = {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly has: (row: RosterRow, value: string) => boolean;
};
type Text = {
  readonly kind: 'text';
  readonly read: (row: RosterRow) => string;
  readonly fits?: (text: string, value: string) => boolean;
};
/** `read` answers null where the row does not know; such a row matches no comparison. */
type Compared = {
  readonly kind: 'duration' | 'size' | 'number';
  readonly read: (row: RosterRow, now: number) => number | null;
};

const known = (value: number): number | null => (value < 0 ? null : value);
const since = (at: number, now: number): number | null => (at < 0 ? null : now - at);

export const FIELDS = {
  state: { kind: 'choice', choices: NODE_STATES, has: (row, value) => row.state === value },
  name: { kind: 'text', read: (row) => row.name },
  group: { kind: 'text', read: (row) => row.group },
  /** `version:1.4` takes 1.4.2 along, but not 1.40. */
  version: {
    kind: 'text',
    read: (row) => row.version ?? 'none',
    fits: (text, value) =>
      text === value || (text.startsWith(value) && /[.\-+]/.test(text.charAt(value.length))),
  },
  badge: {
    kind: 'choice',
    choices: BADGES,
    has: (row, value) => badgesOf(row.badges).some((badge) => badge === value),
  },
  key: { kind: 'choice', choices: TRUST_STATES, has: (row, value) => row.key === value },
  word: { kind: 'text', read: (row) => row.word ?? 'none' },
  pid: { kind: 'text', read: (row) => (row.pid < 0 ? 'none' : String(row.pid)) },
  /** Never heard is older than anything. */
  seen: { kind: 'duration', read: (row, now) => since(row.lastBeatAt, now) ?? Number.POSITIVE_INFINITY },
  first: { kind: 'duration', read: (row, now) => since(row.firstSeenAt, now) },
  interval: { kind: 'duration', read: (row) => known(row.intervalMs) },
  jitter: { kind: 'duration', read: (row) => known(row.jitterMs) },
  skew: { kind: 'duration', read: (row) => (row.skewMs === null ? null : Math.abs(row.skewMs)) },
  uptime: { kind: 'duration', read: (row, now) => since(row.startedAt, now) },
  memory: { kind: 'size', read: (row) => known(row.memoryMb) },
  threads: { kind: 'number', read: (row) => known(row.threads) },
  extensions: { kind: 'number', read: (row) => known(row.extensions) },
  workers: { kind: 'number', read: (row) => known(row.workers) },
  changes: { kind: 'number', read: (row) => known(row.changes) },
} as const satisfies Record<string, Chosen | Text | Compared>;

export type FieldName = keyof typeof FIELDS;
export type Field = Chosen | Text | Compared;

export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];
export const isFieldName = (name: string): name is FieldName => Object.hasOwn(FIELDS, name);
export const fieldOf = (name: FieldName): Field => FIELDS[name];

/** Milliseconds per unit of time, megabytes per unit of size; the empty unit is the usual one. */
export const UNITS: Readonly<Record<'duration' | 'size' | 'number', Readonly<Record<string, number>>>> = {
  duration: { ms: 1, s: 1000, '': 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 },
  size: { kb: 1 / 1024, mb: 1, m: 1, '': 1, gb: 1024, g: 1024 },
  number: { '': 1 },
};
