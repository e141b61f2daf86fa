/**
 * The roster on screen. Rows live in one mutable table by slot and are replaced when they change, so a row of
 * the view listens to its own slot only; lists listen to `names`, whole-fleet views to frames.
 * Nothing here decides anything about a node. While paused, `view` is a frozen copy and frames go on beneath.
 */
import { useCallback, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { RosterFrame } from '../../shared/domain/roster-frame.js';
import {
  applyFrame,
  emptyTable,
  type RosterRow,
  type RosterTable,
} from '../../shared/domain/roster-table.js';

export type RosterState = {
  /** Grows with every frame in view. */
  readonly frame: number;
  /** Grows when names come or go in view. */
  readonly names: number;
  /** False until the first snapshot has arrived. */
  readonly isFilled: boolean;
  readonly pausedAt: number | null;
  /** Rows that changed since the pause. */
  readonly changesSince: number;
};

/** Slots that changed in view; null means all of them. */
export type Touched = readonly number[] | null;
type Listener = () => void;

const EMPTY: RosterState = { frame: 0, names: 0, isFilled: false, pausedAt: null, changesSince: 0 };

export const rosterStore = createStore<RosterState>()(() => EMPTY);
export const useRoster = <T>(read: (state: RosterState) => T): T => useStore(rosterStore, read);

let live: RosterTable = emptyTable();
let view: Pick<RosterTable, 'rows' | 'byName'> = live;
const bySlot = new Map<number, Set<Listener>>();
const frameListeners = new Set<(touched: Touched, namesChanged: boolean) => void>();

/** Rows by slot, with holes. The array changes in place: read it, do not keep it. */
export const rosterRows = (): readonly (RosterRow | undefined)[] => view.rows;
export const rowAt = (slot: number): RosterRow | undefined => view.rows[slot];
export const slotOf = (name: string): number => view.byName.get(name) ?? -1;

/** Takes one frame; false when a frame is missing and the stream must be opened again. */
export function acceptFrame(frame: RosterFrame): boolean {
  const applied = applyFrame(live, frame);
  if (!applied) return false;
  const { pausedAt, changesSince } = rosterStore.getState();
  if (pausedAt !== null) {
    rosterStore.setState({ changesSince: changesSince + applied.touched.length });
    return true;
  }
  view = live;
  tell(frame.type === 'snapshot' ? null : applied.touched, applied.namesChanged);
  return true;
}

export function pauseRoster(at: number): void {
  view = { rows: live.rows.slice(), byName: new Map(live.byName) };
  rosterStore.setState({ pausedAt: at, changesSince: 0 });
}

export function resumeRoster(): void {
  view = live;
  rosterStore.setState({ pausedAt: null, changesSince: 0 });
  tell(null, true);
}

/** Forgets everything, as when another cluster is joined. */
export function clearRoster(): void {
  live = emptyTable();
  view = live;
  rosterStore.setState(EMPTY);
  tell(null, true);
}

/** For views of the whole fleet: told of each frame in view and what it touched. */
export function onRosterFrame(handle: (touched: Touched, namesChanged: boolean) => void): () => void {
  frameListeners.add(handle);
  return () => void frameListeners.delete(handle);
}

/** One node's row; the component draws again only when this row changed. */
export function useRow(slot: number): RosterRow | undefined {
  const subscribe = useCallback((listener: Listener) => listenTo(slot, listener), [slot]);
  return useSyncExternalStore(subscribe, () => view.rows[slot]);
}

/** As `useRow`, by name; follows the node when its slot changes. */
export function useNamedRow(name: string): RosterRow | undefined {
  const slot = useRoster(() => slotOf(name));
  return useRow(slot);
}

function listenTo(slot: number, listener: Listener): () => void {
  const listeners = bySlot.get(slot) ?? new Set<Listener>();
  bySlot.set(slot, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) bySlot.delete(slot);
  };
}

function tell(touched: Touched, namesChanged: boolean): void {
  rosterStore.setState((state) => ({
    frame: state.frame + 1,
    names: state.names + (namesChanged || touched === null ? 1 : 0),
    isFilled: state.isFilled || live.seq > 0 || live.rows.length > 0 || live.at > 0,
  }));
  if (touched === null) {
    for (const listeners of [...bySlot.values()]) for (const listener of listeners) listener();
  } else {
    for (const slot of touched) bySlot.get(slot)?.forEach((listener) => listener());
  }
  for (const handle of frameListeners) handle(touched, namesChanged);
}
