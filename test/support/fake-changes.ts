/**
 * Answers of a node to somebody who makes a change, for component tests and for looking at pages: a rehearsal that
 * follows the roster, and what others pushed to this console.
 */
import type { In, Out } from '../../app/shared/contract/contract.js';
import type {
  ChangeCheck,
  ChangeInput,
  CheckNote,
  DiffRow,
  ShownWhat,
} from '../../app/shared/domain/change.js';
import { confirmFor } from '../../app/shared/domain/reach.js';
import type { Receive, Received } from '../../app/shared/domain/received.js';
import type { RosterRow } from '../../app/shared/domain/roster-table.js';
import type { Session } from '../../app/shared/domain/session.js';
import { WAVE_PRESETS, waveSizes } from '../../app/shared/domain/waves.js';
import { compileFilter, parseFilter } from '../../app/shared/filter/index.js';
import { looksSecret } from '../../app/shared/lib/looks-secret.js';

type World = {
  readonly rows: readonly RosterRow[];
  readonly profile?: Session['profile'];
  readonly self?: string;
  readonly now?: number;
};
const PROFILE: Session['profile'] = { name: 'desk', kind: 'staging', readOnly: false };
const note = (severity: CheckNote['severity'], code: string, facts: CheckNote['facts'] = {}): CheckNote => ({
  severity,
  code,
  facts,
});

/** What a node would find; of its rules only what the pages need to be seen at work. */
export function fakeCheck({ rows, profile = PROFILE, self = 'console-7', now = Date.now() }: World) {
  return (input: ChangeInput): ChangeCheck => {
    const { what, notes } = readWhat(input.what);
    const where = readWhere(input, rows, self, now);
    const all = [...notes, ...where.notes];
    if (where.names.length === 0 && !where.notes.some(({ severity }) => severity === 'error'))
      all.push(note('error', 'nobody'));
    const specs = input.how?.waves ?? WAVE_PRESETS.once;
    const waves = waveSizes(specs, where.names.length).flatMap((size, index) => {
      const spec = specs[index];
      return size === 0 || !spec ? [] : [{ ...spec, size }];
    });
    const isBroadcast = input.how?.mode === 'broadcast';
    if (isBroadcast) all.push(note('warning', 'broadcast', { count: 3 }));
    const count = where.names.length;
    return {
      at: now,
      what,
      notes: all,
      diff: what?.kind === 'settings' ? diffOf(what, count, now) : [],
      targets: {
        names: where.names,
        unknown: where.unknown,
        excluded: where.excluded,
        silent: [],
        lords: [],
        change: Math.max(0, count - 1),
        noChange: 0,
        unknownBefore: Math.min(1, count),
      },
      waves: isBroadcast ? [] : waves,
      canary: input.how?.canary ?? where.names[0] ?? null,
      rollback: { possible: Math.max(0, count - 1), partly: 0, of: count },
      atMost: input.how?.atMost ?? 1000,
      deadlineS: input.how?.deadlineS ?? 60,
      confirm: confirmFor({
        nodes: count,
        profile,
        isBroadcast,
        restarts: what?.kind === 'settings' && what.restart,
        hasLord: false,
        secondPerson: false,
      }),
      bytes: 200,
    };
  };
}

function readWhat(what: ChangeInput['what']): { what: ShownWhat | null; notes: CheckNote[] } {
  if (what.kind === 'gem') {
    const bare = what.extension.replace(/^lex-/, '');
    const isGood = /^[A-Za-z0-9_-]+$/.test(bare) && what.version !== '';
    if (!isGood) return { what: null, notes: [note('error', 'gem-name', { word: what.extension })] };
    const notes = (what.version ?? null) === null ? [note('warning', 'gem-newest')] : [];
    const { version = null, reload = true } = what;
    return { what: { kind: 'gem', extension: `lex-${bare}`, version, reload }, notes };
  }
  let tree: Record<string, Record<string, unknown>>;
  try {
    tree = JSON.parse(what.settings) as typeof tree;
  } catch {
    const line = what.settings.split('\n').length;
    return { what: null, notes: [note('error', 'json', { line, column: 1, word: 'the text ends' })] };
  }
  const pairs = Object.entries(tree).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ path: `${section}.${key}`, key, value })),
  );
  if (pairs.length === 0) return { what: null, notes: [note('error', 'empty')] };
  const masked = pairs.filter(({ key }) => looksSecret(key)).map(({ path }) => path);
  const notes = masked.map((path) => note('warning', 'looks-secret', { path }));
  if (what.restart) notes.push(note('warning', 'restart-loses'));
  for (const { path, value } of pairs)
    if (typeof value === 'object')
      notes.push(note('warning', 'replaces-object', { path, lost: 'heartbeat' }));
  const settings = JSON.stringify(
    tree,
    (key, value: unknown) => (looksSecret(key) && typeof value !== 'object' ? '•••' : value),
    2,
  );
  return {
    what: {
      kind: 'settings',
      settings,
      keys: pairs.map(({ path }) => path),
      masked,
      restart: what.restart ?? false,
    },
    notes,
  };
}

function readWhere({ where }: ChangeInput, rows: readonly RosterRow[], self: string, now: number) {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const parsed = parseFilter(where.filter ?? '');
  const test = parsed.ok ? compileFilter(parsed.filter, now) : () => false;
  const asked =
    where.names ??
    rows.filter((row) => row.state !== 'left' && (where.all === true || test(row))).map(({ name }) => name);
  const notes: CheckNote[] = [];
  const unknown = asked.filter((name) => !byName.has(name));
  const tries = where.unknown === 'send';
  if (unknown.length > 0) {
    const facts = { count: unknown.length, name: unknown[0] ?? '', names: unknown.join(', ') };
    notes.push(note(tries ? 'warning' : 'error', tries ? 'names-unknown-sent' : 'names-unknown', facts));
  }
  const excluded: { name: string; why: 'self' | 'silent' | 'left' }[] = [];
  const skips = (where.silent ?? (where.names ? 'send' : 'skip')) === 'skip';
  const names = asked.filter((name) => {
    if (unknown.includes(name)) return tries;
    const isSelf = name === self && where.includeSelf !== true;
    const isSilent = skips && byName.get(name)?.state === 'silent';
    if (isSelf || isSilent) excluded.push({ name, why: isSelf ? 'self' : 'silent' });
    return !isSelf && !isSilent;
  });
  return { names, unknown, excluded, notes };
}

const diffOf = (what: Extract<ShownWhat, { kind: 'settings' }>, nodes: number, now: number): DiffRow[] => {
  const tree = JSON.parse(what.settings) as Record<string, Record<string, unknown>>;
  return what.keys.map((path) => {
    const [section = '', key = ''] = path.split(/\.(.*)/s);
    const known = {
      value: '10',
      source: 'your-push' as const,
      at: now - 86_400_000,
      nodes: Math.max(1, nodes - 1),
    };
    const never = { value: null, source: 'unknown' as const, at: null, nodes: 1 };
    return {
      path,
      before: nodes > 1 ? [known, never] : [known],
      after: JSON.stringify(tree[section]?.[key]),
      effect: 'change' as const,
      lost: typeof tree[section]?.[key] === 'object' ? ['heartbeat'] : [],
      masked: what.masked.includes(path),
    };
  });
};

export const aReceived = (id: string, over: Partial<Received> = {}): Received => ({
  id,
  kind: 'settings',
  at: Date.now() - 60_000,
  from: 'console-2',
  audience: 'us',
  what: {
    kind: 'settings',
    settings: '{"extensions":{"node":{"beat_interval":5}}}',
    keys: ['extensions.node'],
    masked: [],
    restart: false,
  },
  state: 'waiting',
  stateAt: Date.now() - 60_000,
  detail: null,
  error: null,
  changes: [
    {
      path: 'extensions.node',
      before: '{"beat_interval":10}',
      after: '{"beat_interval":5}',
      takesEffect: true,
    },
  ],
  canUndo: false,
  output: null,
  ...over,
});

export const aReceive = (items: readonly Received[] = [], over: Partial<Receive> = {}): Receive => ({
  at: Date.now(),
  modes: { settings: 'ask', gem: 'ask', message: 'off' },
  allow: ['extensions.*', 'transport.pool'],
  installer: { available: true, about: 'gem 3.3.15' },
  settings: JSON.stringify(
    { client: { name: 'console-7' }, extensions: { node: { beat_interval: 10 } }, transport: { pool: 10 } },
    null,
    2,
  ),
  items: [...items],
  ...over,
});

export const aRequestToApprove = (): Out<'approval.read'> => ({
  runId: 'r-1',
  profile: 'prod-eu',
  by: 'ada',
  console: 'console-2',
  hash: 'ab'.repeat(32),
  what: { kind: 'gem', extension: 'lex-http', version: '0.9.1', reload: true },
  nodes: 212,
  firstNames: ['w-001', 'w-002'],
  broadcast: false,
  createdAt: Date.now() - 60_000,
  until: Date.now() + 3_600_000,
});

export type StartInput = In<'run.start'>;
