/**
 * The one run in view: its head, and its targets by index. Rows live in one table and are replaced when they change, so
 * that a row of the view listens to its own index only; counts are kept beside them. However fast frames come, views
 * are told at most four times a second. While paused, views keep a copy and frames go on beneath.
 */
import { useCallback, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import {
  RESULT_STATES,
  type ResultCounts,
  type RunFrame,
  type RunHead,
  type RunTarget,
} from '../../shared/domain/change.js';
import type { AppError } from '../../shared/errors/app-error.js';

export type RunState = {
  readonly id: string;
  readonly head: RunHead | null;
  /** Of the rows in view, once all are here; of the head before. */
  readonly counts: ResultCounts | null;
  /** Per wave, the first at 0. */
  readonly waves: readonly ResultCounts[];
  /** Grows with every picture of the rows. */
  readonly frame: number;
  readonly isFull: boolean;
  readonly error: AppError | null;
};
type Listener = () => void;
/** Indices that changed in view; null means all of them. */
export type Touched = ReadonlySet<number> | null;

const EVERY_MS = 250;
const EMPTY: RunState = {
  id: '',
  head: null,
  counts: null,
  waves: [],
  frame: 0,
  isFull: false,
  error: null,
};

export const runStore = createStore<RunState>()(() => EMPTY);
export const useRun = <T>(read: (state: RunState) => T): T => useStore(runStore, read);

let live: (RunTarget | undefined)[] = [];
let view: readonly (RunTarget | undefined)[] = live;
let liveHead: RunHead | null = null;
/** How many rows are in each state, by wave; kept with every row that comes. */
let tally: number[][] = [];
let held = 0;
let seq = 0;
let isHeld = false;
let touched: Set<number> | null = new Set();
let toldAt = -Infinity;
let timer: ReturnType<typeof setTimeout> | undefined;
const byIndex = new Map<number, Set<Listener>>();
const frameListeners = new Set<(touched: Touched) => void>();

const STATE_AT = Object.fromEntries(RESULT_STATES.map((state, at) => [state, at])) as Readonly<
  Record<RunTarget['state'], number>
>;
export const stateRank = (state: RunTarget['state']): number => STATE_AT[state];

/** Rows by index, with holes while they are on their way. The array changes in place: read it, do not keep it. */
export const runRows = (): readonly (RunTarget | undefined)[] => view;
export const targetAt = (index: number): RunTarget | undefined => view[index];

/** Forgets the run in view and begins with another; '' for none. */
export function openRun(id: string): void {
  clearTimeout(timer);
  timer = undefined;
  live = [];
  view = live;
  liveHead = null;
  tally = [];
  held = 0;
  seq = 0;
  isHeld = false;
  touched = new Set();
  toldAt = -Infinity;
  runStore.setState({ ...EMPTY, id });
}

/** Takes one frame; false when a frame is missing and the stream must be opened again. */
export function acceptRun(frame: RunFrame): boolean {
  if (frame.type === 'delta' && frame.seq !== seq + 1) return false;
  seq = frame.seq;
  liveHead = frame.run;
  if (frame.type === 'snapshot') {
    const isShown = view === live;
    live = [];
    tally = [];
    held = 0;
    touched = null;
    if (isShown) view = live;
  }
  for (const row of frame.rows) put(row);
  if (!isHeld) schedule();
  return true;
}

function put(row: RunTarget): void {
  const old = live[row.index];
  if (old) count(old, -1);
  else held += 1;
  count(row, 1);
  live[row.index] = row;
  touched?.add(row.index);
}

function count(row: RunTarget, by: number): void {
  const wave = (tally[row.wave] ??= RESULT_STATES.map(() => 0));
  const at = STATE_AT[row.state];
  wave[at] = (wave[at] ?? 0) + by;
}

export function failRun(error: AppError | null): void {
  runStore.setState({ error });
}

export function pauseRun(): void {
  if (isHeld) return;
  flush();
  isHeld = true;
  view = live.slice();
}

export function resumeRun(): void {
  if (!isHeld) return;
  isHeld = false;
  view = live;
  touched = null;
  flush();
}

/** One row; the component draws again only when this row changed. */
export function useTarget(index: number): RunTarget | undefined {
  const subscribe = useCallback((listener: Listener) => listenTo(index, listener), [index]);
  return useSyncExternalStore(subscribe, () => view[index]);
}

/** For views of all rows: told of each picture and what it touched. */
export function onRunFrame(handle: (touched: Touched) => void): () => void {
  frameListeners.add(handle);
  return () => void frameListeners.delete(handle);
}

function listenTo(index: number, listener: Listener): () => void {
  const listeners = byIndex.get(index) ?? new Set<Listener>();
  byIndex.set(index, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && byIndex.get(index) === listeners) byIndex.delete(index);
  };
}

function schedule(): void {
  if (timer !== undefined) return;
  const wait = EVERY_MS - (performance.now() - toldAt);
  if (wait <= 0) flush();
  else timer = setTimeout(flush, wait);
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  toldAt = performance.now();
  if (!liveHead) return;
  const changed = touched;
  touched = new Set();
  const waves = Array.from({ length: liveHead.waves.length }, (_, i) => countsOf([tally[i + 1]]));
  const isFull = held === liveHead.total;
  runStore.setState((state) => ({
    head: liveHead,
    counts: isFull ? countsOf(tally) : (liveHead?.counts ?? null),
    waves: isFull ? waves : (liveHead?.waves.map(({ counts }) => counts) ?? []),
    frame: state.frame + 1,
    isFull,
    error: null,
  }));
  const run = (listeners: Iterable<Listener> | undefined): void => {
    for (const listener of [...(listeners ?? [])]) listener();
  };
  if (changed === null) for (const listeners of [...byIndex.values()]) run(listeners);
  else if (byIndex.size < changed.size) {
    for (const [index, listeners] of [...byIndex]) if (changed.has(index)) run(listeners);
  } else for (const index of changed) run(byIndex.get(index));
  for (const handle of [...frameListeners]) handle(changed);
}

function countsOf(tallies: readonly (readonly number[] | undefined)[]): ResultCounts {
  const out = Object.fromEntries(RESULT_STATES.map((state) => [state, 0])) as ResultCounts;
  for (const one of tallies) one?.forEach((number, at) => (out[RESULT_STATES[at] ?? 'queued'] += number));
  return out;
}
