/**
 * What others push, rebuilt from what is heard: results that answer nothing of ours, and pushes that go over exchange
 * `node` in the open. One line per change while its results keep coming. Bounded in every direction.
 */
import type { RunHead, RunSummary, RunTarget, ShownWhat } from '../../../shared/domain/change.js';
import type { UpdateResult } from '../protocol/bus/messages.js';
import { noCounts } from './run-state.js';
import { shownWords } from './run-views.js';

type Heard = {
  /** Its place among the rows, and when it last moved. */
  readonly index: number;
  readonly rev: number;
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
  /** Of the nodes: how many said so. */
  readonly said: { success: number; failed: number };
  rev: number;
};

/** A result this much after the last one begins another line. */
const QUIET_MS = 600_000;
const MAX_GROUPS = 200;
const MAX_NODES = 20_000;
const MAX_ALL_NODES = 100_000;

export type ObservedLog = ReturnType<typeof createObserved>;

/** `makeId`: fresh ids; letters, digits and hyphens. */
export function createObserved(makeId: (at: number) => string) {
  /** Oldest first. */
  const groups: Observed[] = [];
  const open = new Map<string, Observed>();
  let rev = 0;
  let total = 0;

  const group = (key: string, at: number, make: () => Pick<Observed, 'kind' | 'what' | 'by'>): Observed => {
    const known = open.get(key);
    if (known && at - known.lastAt <= QUIET_MS) return known;
    const fresh: Observed = {
      id: makeId(at),
      ...make(),
      at,
      lastAt: at,
      nodes: new Map(),
      said: { success: 0, failed: 0 },
      rev: 0,
    };
    groups.push(fresh);
    open.set(key, fresh);
    while (groups.length > MAX_GROUPS || (total > MAX_ALL_NODES && groups.length > 1))
      total -= groups.shift()?.nodes.size ?? 0;
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
      const known = entry.nodes.get(node);
      if (!known && entry.nodes.size >= MAX_NODES) return;
      if (known) entry.said[known.ok ? 'success' : 'failed'] -= 1;
      else total += 1;
      entry.said[ok ? 'success' : 'failed'] += 1;
      const { detail, error } = result;
      touch(entry, at);
      const index = known?.index ?? entry.nodes.size;
      const words = { detail: shownWords(detail), error: shownWords(error) };
      entry.nodes.set(node, { index, rev: entry.rev, at, ok, ...words });
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
  const counts = { ...noCounts(), ...entry.said };
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

/** Those that moved after a revision; -1: all. */
export const targetsOfObserved = (entry: Observed, after = -1): RunTarget[] =>
  [...entry.nodes]
    .filter(([, { rev }]) => rev > after)
    .map(([name, heard]) => ({
      ...{
        index: heard.index,
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
