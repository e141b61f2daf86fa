/**
 * What the palette offers for a query: nodes, pages and commands, recent ones first. `>` asks for commands
 * only, `@` for nodes, `#` for keys, `!` for changes. Pure apart from reading the roster; ten thousand names take a few milliseconds.
 */
import { keyId, TRUST_STATES, type KeyRow } from '../../shared/domain/key.js';
import type { RunSummary } from '../../shared/domain/change.js';
import { SEVERITY } from '../../shared/domain/node-state.js';
import type { RosterRow } from '../../shared/domain/roster-table.js';
import { runName } from '../parts/run-words.js';
import { compareNatural } from '../store/natural.js';
import { COMMANDS, legionCommands, type Command } from './commands.js';

export type PaletteItem =
  | { readonly kind: 'node'; readonly id: string; readonly row: RosterRow }
  | { readonly kind: 'command'; readonly id: string; readonly command: Command }
  | { readonly kind: 'key'; readonly id: string; readonly row: KeyRow }
  | { readonly kind: 'run'; readonly id: string; readonly run: RunSummary }
  | { readonly kind: 'peek' | 'open' | 'copy'; readonly id: string; readonly name: string };

export type PaletteSection = {
  readonly id: 'recent' | 'nodes' | 'keys' | 'runs' | 'pages' | 'commands' | 'commandsFor';
  readonly items: readonly PaletteItem[];
  /** How many match in all, where not all are listed. */
  readonly total?: number;
};

const MAX_NODES = 6;
const MAX_KEYS = 12;
const MODES: Readonly<Record<string, 'commands' | 'nodes' | 'keys' | 'runs'>> = {
  '>': 'commands',
  '@': 'nodes',
  '#': 'keys',
  '!': 'runs',
};

export function paletteSections(
  query: string,
  rows: readonly (RosterRow | undefined)[],
  recent: readonly string[],
  keys: Iterable<KeyRow> = [],
  runs: readonly RunSummary[] = [],
): readonly PaletteSection[] {
  const mode = MODES[query.charAt(0)] ?? 'all';
  const wanted = (mode === 'all' ? query : query.slice(1)).trim().toLowerCase();
  if (mode === 'keys') return [findKeys(keys, query.slice(1).trim())].filter(isFull);
  if (mode === 'runs') return [findRuns(runs, wanted)].filter(isFull);
  const there = [...COMMANDS, ...legionCommands()].filter((command) => command.isThere?.() ?? true);
  const commands = there
    .filter((command) => fits(command.label.toLowerCase(), wanted))
    .sort((a, b) => Number(begins(b.label, wanted)) - Number(begins(a.label, wanted)))
    .map((command): PaletteItem => ({ kind: 'command', id: command.id, command }));

  if (mode === 'commands') return [section('commands', commands)];
  if (mode === 'all' && wanted === '') {
    const known = recent.flatMap((id) => commands.filter((item) => item.id === id)).slice(0, 5);
    const rest = commands.filter((item) => !known.includes(item));
    return [section('recent', known), section('commands', rest)].filter((part) => part.items.length > 0);
  }
  const { found, total } = findNodes(rows, wanted);
  const nodes: PaletteItem[] = found.map((row) => ({ kind: 'node', id: `node-${row.name}`, row }));
  const [best] = found;
  const forBest: PaletteItem[] = best
    ? (['peek', 'open', 'copy'] as const).map((kind) => ({
        kind,
        id: `${kind}-${best.name}`,
        name: best.name,
      }))
    : [];
  const sections: PaletteSection[] = [{ id: 'nodes', items: nodes, total }];
  if (mode === 'all') sections.push(section('commands', commands.slice(0, 6)));
  sections.push(section('commandsFor', forBest));
  if (mode === 'all') sections.splice(1, 0, ...likelyKeys(keys, query.trim()), findRuns(runs, wanted));
  return sections.filter(isFull);
}

const isFull = (part: PaletteSection): boolean => part.items.length > 0;

/** Unasked, keys are offered only for a piece of a fingerprint: names are nodes first. */
const likelyKeys = (keys: Iterable<KeyRow>, wanted: string): readonly PaletteSection[] =>
  /^[A-Za-z0-9+/ ]{6,}$/.test(wanted) && /[A-Z+/]/.test(wanted) ? [findKeys(keys, wanted)] : [];

/** By name, or by a fingerprint as it is written in groups or without; what needs a decision first. */
function findKeys(keys: Iterable<KeyRow>, wanted: string): PaletteSection {
  const name = wanted.toLowerCase();
  const piece = wanted.replace(/\s/g, '');
  const hits: KeyRow[] = [];
  for (const row of keys) {
    if (row.name.toLowerCase().includes(name) || (piece !== '' && row.fingerprint?.includes(piece)))
      hits.push(row);
  }
  const rank = (row: KeyRow): number => TRUST_STATES.indexOf(row.trust);
  hits.sort((a, b) => rank(a) - rank(b) || compareNatural(a.name, b.name));
  return {
    id: 'keys',
    items: hits.slice(0, MAX_KEYS).map((row) => ({ kind: 'key', id: `key-${keyId(row)}`, row })),
    total: hits.length,
  };
}

/** Newest first; by what is sent, or the first letters of the number. */
function findRuns(runs: readonly RunSummary[], wanted: string): PaletteSection {
  const hits = runs.filter(
    (run) => runName(run).toLowerCase().includes(wanted) || run.id.toLowerCase().startsWith(wanted),
  );
  return {
    id: 'runs',
    items: hits.slice(0, MAX_NODES).map((run) => ({ kind: 'run', id: `run-${run.id}`, run })),
    total: hits.length,
  };
}

const section = (id: PaletteSection['id'], items: readonly PaletteItem[]): PaletteSection => ({ id, items });

const begins = (label: string, wanted: string): boolean => label.toLowerCase().startsWith(wanted);

/** Every word of the query begins a word of the label. */
const fits = (label: string, wanted: string): boolean =>
  wanted
    .split(/\s+/)
    .every((word) => label.startsWith(word) || label.includes(` ${word}`) || label.includes(`(${word}`));

/**
 * Names that begin with the query before names that hold it; shorter before longer, then in natural order.
 * Nothing typed: the most urgent first.
 */
function findNodes(
  rows: readonly (RosterRow | undefined)[],
  wanted: string,
): { found: readonly RosterRow[]; total: number } {
  const hits: { row: RosterRow; rank: number }[] = [];
  for (const row of rows) {
    if (!row) continue;
    const at = row.name.toLowerCase().indexOf(wanted);
    if (at >= 0)
      hits.push({ row, rank: wanted === '' ? SEVERITY[row.state] : (at === 0 ? 0 : 1000) + row.name.length });
  }
  hits.sort((a, b) => a.rank - b.rank || compareNatural(a.row.name, b.row.name));
  return { found: hits.slice(0, MAX_NODES).map((hit) => hit.row), total: hits.length };
}
