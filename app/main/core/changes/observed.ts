/**
 * What others push, rebuilt from what is heard: results that answer nothing of ours, and pushes that go over exchange
 * `node` in the open. One line per change while its results keep coming. Bounded in every direction.
 */
import type { RunHead, RunSummary, RunTarget, ShownWhat } from '../../../shared/domain/change.js';
import type { UpdateResult } from '../protocol/bus/messages.js';
import { noCounts } from './run-state.js';
import { shownWords } from './run-views.js';

type Heard = {
  readonly at: number;
  readonly ok: boolean;
  readonly detail: string | null;
  readonly error: string | null;
};
export type Observed = {
  readonly id: string;
  readonly kind: 'settings' | 'gem';
  readonly what: ShownWhat;
  readonly by: string | null;
  readonly at: number;
  lastAt: number;
  readonly nodes: Map<string, Heard>;
  rev: number;
};

/** A result this much after the last one begins another line. */
const QUIET_MS = 600_000;
const MAX_GROUPS = 200;
const MAX_NODES = 20_000;

export type ObservedLog = ReturnType<typeof createObserved>;

/** `makeId`: fresh ids; letters, digits and hyphens. */
export function createObserved(makeId: (at: number) => string) {
  /** Oldest first. */
  const groups: Observed[] = [];
  const open = new Map<string, Observed>();
  let rev = 0;

  const group = (key: string, at: number, make: () => Pick<Observed, 'kind' | 'what' | 'by'>): Observed => {
    const known = open.get(key);
    if (known && at - known.lastAt <= QUIET_MS) return known;
    const fresh: Observed = { id: makeId(at), ...make(), at, lastAt: at, nodes: new Map(), rev: 0 };
    groups.push(fresh);
    open.set(key, fresh);
    if (groups.length > MAX_GROUPS) groups.shift();
    if (open.size > 2 * MAX_GROUPS) open.clear();
    return fresh;
  };
  const touch = (entry: Observed, at: number): void => {
    rev += 1;
    entry.rev = rev;
    entry.lastAt = Math.max(entry.lastAt, at);
  };

  return {
    rev: (): number => rev,
    list: (): readonly Observed[] => groups,
    find: (id: string): Observed | null => groups.find((entry) => entry.id === id) ?? null,

    /** A result that no open action of ours waits for. */
    result(node: string, result: UpdateResult, at: number): void {
      const kind = result.action === 'update_gem' ? 'gem' : 'settings';
      const ok = result.status === 'success';
      const key = `${result.action}\n${ok ? (result.detail ?? '') : 'failed'}`;
      const entry = group(key, at, () => ({ kind, by: null, what: whatFrom(kind, result.detail ?? '') }));
      if (!entry.nodes.has(node) && entry.nodes.size >= MAX_NODES) return;
      const { detail, error } = result;
      entry.nodes.set(node, { at, ok, detail: shownWords(detail), error: shownWords(error) });
      touch(entry, at);
    },

    /** A push of somebody else, seen on its way; `what` is masked. Results with this detail belong to it. */
    push(what: ShownWhat, detail: string, by: string | null, at: number): void {
      const key = `${what.kind === 'gem' ? 'update_gem' : 'update_settings'}\n${detail}`;
      open.delete(key);
      touch(
        group(key, at, () => ({ kind: what.kind, what, by })),
        at,
      );
    },
  };
}

function whatFrom(kind: Observed['kind'], detail: string): ShownWhat {
  if (kind === 'gem') {
    const [extension = '', version] = detail.split(' ', 2);
    return {
      ...{ kind: 'gem', extension: shownWords(extension) ?? '', reload: true },
      version: version === undefined || version === 'latest' ? null : version.slice(0, 50),
    };
  }
  const keys = /^keys: (.*)$/s.exec(detail)?.[1]?.split(', ').slice(0, 50) ?? [];
  return {
    ...{ kind: 'settings', settings: '', masked: [], restart: false },
    keys: keys.filter(Boolean).map((key) => key.slice(0, 80)),
  };
}

export function summaryOfObserved(entry: Observed, profile: string): RunSummary {
  const counts = noCounts();
  for (const { ok } of entry.nodes.values()) counts[ok ? 'success' : 'failed'] += 1;
  return {
    ...{ id: entry.id, kind: entry.kind, state: 'observed', what: entry.what, mode: 'addressed', hold: null },
    ...{ by: entry.by, profile, createdAt: entry.at, endedAt: entry.lastAt, total: entry.nodes.size, counts },
    ...{ wave: 1, waveCount: 1, rollbackOf: null, rolledBackBy: null, lastResultAt: entry.lastAt },
  };
}

export const headOfObserved = (entry: Observed, profile: string): RunHead => ({
  ...summaryOfObserved(entry, profile),
  ...{
    waves: [],
    stop: { regressed: 1, failedShare: 1 },
    atMost: 1,
    deadlineS: 0,
    inFlight: 0,
    canary: null,
  },
  ...{ errors: [], decisions: [], differ: [], approval: null, rollback: { took: 0, known: 0 } },
});

export const targetsOfObserved = (entry: Observed): RunTarget[] =>
  [...entry.nodes].map(([name, heard], index) => ({
    ...{
      index,
      name,
      wave: 1,
      state: heard.ok ? 'success' : 'failed',
      attempt: 0,
      sentAt: null,
      deadlineAt: null,
    },
    ...{
      resultAt: heard.at,
      stateAt: heard.at,
      beats: 0,
      pidBefore: null,
      pidAfter: null,
      versionBefore: null,
    },
    ...{
      versionAfter: null,
      detail: heard.detail,
      error: heard.error,
      why: null,
      unsure: false,
      late: false,
    },
    ...{ contradicted: null, shared: false, earlier: [] },
  }));
