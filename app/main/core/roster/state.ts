/**
 * The roster's memory and the few ways to change it that keep its counts and revisions right.
 * The rules are in roster.ts; readers (frames, views) take this object and change nothing.
 */
import { TRUST_STATES } from '../../../shared/domain/key.js';
import { NODE_STATES, type NodeState } from '../../../shared/domain/node-state.js';
import { groupOf } from '../protocol/bus/name.js';
import { clearSlot, createColumns, growColumns, type Columns } from './columns.js';

export const STATE = Object.fromEntries(NODE_STATES.map((state, index) => [state, index])) as Record<
  NodeState,
  number
>;

type Gone = { readonly rev: number; readonly slot: number };

export type RosterState = {
  readonly columns: Columns;
  readonly names: (string | undefined)[];
  readonly groups: string[];
  readonly words: (string | null)[];
  readonly versions: (string | null)[];
  readonly byName: Map<string, number>;
  readonly counts: number[];
  /** Sent by few nodes. */
  readonly hostnames: Map<number, string>;
  /** Pids heard under a name that had more than one, newest first. */
  readonly pids: Map<number, number[]>;
  /** When (roster time) the two pids of a duplicate last took turns. */
  readonly duplicates: Map<number, number>;
  /** Roster times of the last state changes of nodes that had any within the flapping window. */
  readonly flaps: Map<number, number[]>;
  /** Until when (roster time) a reload is expected. */
  readonly reloads: Map<number, number>;
  readonly free: number[];
  gone: Gone[];
  /** Grows with every change of anything; frames tell what came after a revision. */
  rev: number;
  /** Below this revision `gone` is no longer complete. */
  goneSince: number;
  used: number;
};

export function createState(): RosterState {
  return {
    columns: createColumns(64),
    names: [],
    groups: [],
    words: [],
    versions: [],
    byName: new Map(),
    counts: NODE_STATES.map(() => 0),
    hostnames: new Map(),
    pids: new Map(),
    duplicates: new Map(),
    flaps: new Map(),
    reloads: new Map(),
    free: [],
    gone: [],
    rev: 0,
    goneSince: 0,
    used: 0,
  };
}

/** Gives a name a slot, in state `unheard`. The caller fills the rest. */
export function addSlot(state: RosterState, name: string, at: number): number {
  const slot = state.free.pop() ?? state.used++;
  if (slot >= state.columns.capacity) growColumns(state.columns, state.columns.capacity * 2);
  state.names[slot] = name;
  state.groups[slot] = intern(groupOf(name));
  state.words[slot] = null;
  state.versions[slot] = null;
  state.byName.set(name, slot);
  const { columns } = state;
  columns.state[slot] = STATE.unheard;
  columns.stateAt[slot] = at;
  columns.firstAt[slot] = at;
  columns.lastAt[slot] = -1;
  columns.startedAt[slot] = -1;
  columns.pid[slot] = -1;
  columns.skewMs[slot] = NaN;
  for (const key of [
    'memoryMb',
    'cpuUserS',
    'cpuSystemS',
    'uptimeS',
    'threads',
    'extensions',
    'workers',
  ] as const) {
    columns[key][slot] = -1;
  }
  columns.key[slot] = TRUST_STATES.indexOf('missing');
  columns.dueUp[slot] = Infinity;
  state.counts[STATE.unheard]! += 1;
  touchCold(state, slot);
  return slot;
}

export function removeSlot(state: RosterState, slot: number): void {
  const name = state.names[slot];
  if (name === undefined) return;
  state.byName.delete(name);
  state.names[slot] = undefined;
  state.counts[state.columns.state[slot]!]! -= 1;
  for (const map of [state.hostnames, state.pids, state.duplicates, state.flaps, state.reloads]) {
    map.delete(slot);
  }
  clearSlot(state.columns, slot);
  state.free.push(slot);
  state.rev += 1;
  state.gone.push({ rev: state.rev, slot });
  if (state.gone.length > 4_096) {
    state.goneSince = state.gone[2_047]!.rev;
    state.gone = state.gone.slice(2_048);
  }
}

export function touchCold(state: RosterState, slot: number): void {
  state.columns.coldRev[slot] = ++state.rev;
}

/** Runs `visit` for each slot in use. */
export function eachSlot(state: RosterState, visit: (slot: number) => void): void {
  for (let slot = 0; slot < state.used; slot += 1) if (state.names[slot] !== undefined) visit(slot);
}

const MAX_INTERNED = 2_000;
const interned = new Map<string, string>();

/** One copy of a text that many nodes share. Peers choose these, so the table is bounded. */
export function intern(text: string): string {
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (interned.size >= MAX_INTERNED) interned.clear();
  interned.set(text, text);
  return text;
}
