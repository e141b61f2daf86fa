/** The changes of this console and those heard of, newest first. `shown` stands still while the view is paused. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import {
  FINAL_STATES,
  type ResultCounts,
  type ResultState,
  type RunList,
  type RunSummary,
} from '../../shared/domain/change.js';

export type RunsState = {
  readonly live: readonly RunSummary[];
  readonly shown: readonly RunSummary[];
  readonly isFilled: boolean;
};

const EMPTY: RunsState = { live: [], shown: [], isFilled: false };

export const runsStore = createStore<RunsState>()(() => EMPTY);
export const useRuns = <T>(read: (state: RunsState) => T): T => useStore(runsStore, read);

export function acceptRuns({ runs }: RunList, isPaused: boolean): boolean {
  runsStore.setState(({ shown }) => ({ live: runs, shown: isPaused ? shown : runs, isFilled: true }));
  return true;
}

export const showLiveRuns = (): void => runsStore.setState(({ live }) => ({ shown: live }));

/** Targets that nothing but a late result moves any more. */
export function finished(counts: ResultCounts): number {
  let sum = 0;
  for (const state of FINAL_STATES) sum += counts[state];
  return sum;
}
/** What came out well: proven, or with nothing to change. */
export const proven = (counts: ResultCounts): number => counts.verified + counts['no-change'];

/** What went wrong on nodes, most urgent first. */
export const BAD_STATES: readonly ResultState[] = ['regressed', 'failed', 'undeliverable', 'no-answer'];
/** The worst that came of it on any node; null where nothing went wrong. */
export const worstOf = (counts: ResultCounts): ResultState | null =>
  BAD_STATES.find((state) => counts[state] > 0) ?? null;

/** Whether something of it may still be decided or awaited. */
export const isOpenRun = ({ state }: Pick<RunSummary, 'state'>): boolean =>
  state === 'running' || state === 'held' || state === 'waiting';
