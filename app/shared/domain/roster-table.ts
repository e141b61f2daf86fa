/**
 * A roster as seen by whoever receives its frames: `applyFrame` over a mutable table of rows by slot.
 * Snapshot plus all deltas equals the roster in the main process; a property test holds that.
 * It computes nothing about the cluster: states and badges arrive ready.
 */
import { TRUST_STATES, type TrustState } from './key.js';
import { NODE_STATES, type NodeState } from './node-state.js';
import type { RosterColumns, RosterFrame } from './roster-frame.js';

/** One node, times in epoch ms; -1 where a number is unknown. A changed node is a new object. */
export type RosterRow = {
  readonly index: number;
  readonly name: string;
  readonly group: string;
  readonly state: NodeState;
  readonly badges: number;
  readonly lastBeatAt: number;
  readonly stateSince: number;
  readonly firstSeenAt: number;
  readonly startedAt: number;
  readonly intervalMs: number;
  readonly jitterMs: number;
  readonly skewMs: number | null;
  readonly word: string | null;
  readonly version: string | null;
  readonly pid: number;
  readonly memoryMb: number;
  readonly threads: number;
  readonly extensions: number;
  readonly workers: number;
  readonly changes: number;
  /** What is known of its key; the most urgent when it showed several. */
  readonly key: TrustState;
};

export type RosterTable = {
  /** By slot; `undefined` where no node is. */
  rows: (RosterRow | undefined)[];
  byName: Map<string, number>;
  seq: number;
  at: number;
  /** Grows when names come or go, so that lists of names know when to rebuild. */
  names: number;
};

export const emptyTable = (): RosterTable => ({ rows: [], byName: new Map(), seq: 0, at: 0, names: 0 });

/** What a frame did: the slots it touched, or null when the stream must be opened again (a gap in `seq`). */
export type Applied = { readonly touched: readonly number[]; readonly namesChanged: boolean } | null;

export function applyFrame(table: RosterTable, frame: RosterFrame): Applied {
  const namesBefore = table.names;
  if (frame.type === 'snapshot') {
    table.rows = [];
    table.byName = new Map();
    table.names += 1;
    table.seq = frame.seq;
    table.at = frame.at;
    putRows(table, frame.rows, frame.at);
    return { touched: frame.rows.index, namesChanged: true };
  }
  if (frame.seq !== table.seq + 1) return null;
  table.seq = frame.seq;
  table.at = frame.at;

  const { index, lastBeatAgo, state, stateAgo } = frame.beats;
  for (let i = 0; i < index.length; i += 1) {
    const row = table.rows[index[i]!];
    if (!row) continue;
    table.rows[row.index] = {
      ...row,
      lastBeatAt: at(frame.at, lastBeatAgo[i]!),
      state: NODE_STATES[state[i]!] ?? 'unheard',
      stateSince: at(frame.at, stateAgo[i]!),
    };
  }
  for (const slot of frame.gone) {
    const row = table.rows[slot];
    if (!row) continue;
    table.byName.delete(row.name);
    table.rows[slot] = undefined;
    table.names += 1;
  }
  putRows(table, frame.rows, frame.at);
  return {
    touched: [...index, ...frame.rows.index, ...frame.gone],
    namesChanged: table.names !== namesBefore,
  };
}

const at = (frameAt: number, ago: number): number => (ago < 0 ? -1 : frameAt - ago);

function putRows(table: RosterTable, rows: RosterColumns, frameAt: number): void {
  for (let i = 0; i < rows.index.length; i += 1) {
    const index = rows.index[i]!;
    const name = rows.name[i]!;
    if (table.rows[index]?.name !== name) {
      table.byName.set(name, index);
      table.names += 1;
    }
    table.rows[index] = {
      index,
      name,
      group: rows.group[i]!,
      state: NODE_STATES[rows.state[i]!] ?? 'unheard',
      badges: rows.badges[i]!,
      lastBeatAt: at(frameAt, rows.lastBeatAgo[i]!),
      stateSince: at(frameAt, rows.stateAgo[i]!),
      firstSeenAt: at(frameAt, rows.firstSeenAgo[i]!),
      startedAt: at(frameAt, rows.startedAgo[i]!),
      intervalMs: rows.intervalMs[i]!,
      jitterMs: rows.jitterMs[i]!,
      skewMs: rows.skewMs[i]!,
      word: rows.word[i]!,
      version: rows.version[i]!,
      pid: rows.pid[i]!,
      memoryMb: rows.memoryMb[i]!,
      threads: rows.threads[i]!,
      extensions: rows.extensions[i]!,
      workers: rows.workers[i]!,
      changes: rows.changes[i]!,
      key: TRUST_STATES[rows.key[i]!] ?? 'missing',
    };
  }
}
