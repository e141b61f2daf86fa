/**
 * The keys on screen: one row per pair of name and fingerprint, known by its id. A row of a view listens to its own
 * id only; lists listen to `order`. While paused, `view` is a copy and frames go on beneath. Decides nothing.
 */
import { useCallback, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { keyId, type KeyFrame, type KeyRow } from '../../shared/domain/key.js';

export type KeysState = {
  /** Grows with every frame in view. */
  readonly frame: number;
  /** Grows when rows come, go or change in what lists are sorted and filtered by (but for when a key was last seen). */
  readonly order: number;
  readonly isFilled: boolean;
};
type Listener = () => void;
type Table = { readonly rows: Map<string, KeyRow>; readonly byName: Map<string, Set<string>> };

const EMPTY: KeysState = { frame: 0, order: 0, isFilled: false };
const emptyTable = (): Table => ({ rows: new Map(), byName: new Map() });

export const keysStore = createStore<KeysState>()(() => EMPTY);
export const useKeys = <T>(read: (state: KeysState) => T): T => useStore(keysStore, read);

let live = emptyTable();
let view = live;
let seq = 0;
let isHeld = false;
const byId = new Map<string, Set<Listener>>();
const byNameListeners = new Map<string, Set<Listener>>();

/** All rows in view, in no order. */
export const keyRows = (): Iterable<KeyRow> => view.rows.values();
export const keyCount = (): number => view.rows.size;
export const keyAt = (id: string): KeyRow | undefined => view.rows.get(id);

/** Every row of a name, the key it showed last first. */
export function keysOfName(name: string): readonly KeyRow[] {
  const rows = [...(view.byName.get(name) ?? [])].flatMap((id) => view.rows.get(id) ?? []);
  return rows.sort((a, b) => Number(b.current) - Number(a.current));
}

/** The row that says how a name stands: the key it shows now. */
export const keyOfName = (name: string): KeyRow | undefined => {
  let first: KeyRow | undefined;
  for (const id of view.byName.get(name) ?? []) {
    const row = view.rows.get(id);
    if (row?.current) return row;
    first ??= row;
  }
  return first;
};

/** Takes one frame; false when a frame is missing and the stream must be opened again. */
export function acceptKeys(frame: KeyFrame): boolean {
  if (frame.type === 'delta' && frame.seq !== seq + 1) return false;
  seq = frame.seq;
  const isSnapshot = frame.type === 'snapshot';
  if (isSnapshot) {
    const shown = isHeld ? view : null;
    live = emptyTable();
    view = shown ?? live;
  }
  let reorders = isSnapshot;
  const names = new Set<string>();
  for (const id of frame.gone) {
    const old = live.rows.get(id);
    if (!old) continue;
    reorders = true;
    names.add(old.name);
    live.rows.delete(id);
    live.byName.get(old.name)?.delete(id);
  }
  for (const row of frame.rows) {
    const id = keyId(row);
    reorders ||= isElsewhere(live.rows.get(id), row);
    names.add(row.name);
    live.rows.set(id, row);
    const ids = live.byName.get(row.name) ?? new Set();
    live.byName.set(row.name, ids.add(id));
  }
  if (!isHeld) tell(isSnapshot ? null : [...frame.gone, ...frame.rows.map(keyId)], names, reorders);
  return true;
}

export function pauseKeys(): void {
  isHeld = true;
  view = {
    rows: new Map(live.rows),
    byName: new Map([...live.byName].map(([name, ids]) => [name, new Set(ids)])),
  };
}

export function resumeKeys(): void {
  isHeld = false;
  view = live;
  tell(null, new Set(), true);
}

/** Forgets everything, as when another cluster is joined. */
export function clearKeys(): void {
  live = emptyTable();
  view = live;
  seq = 0;
  isHeld = false;
  keysStore.setState(EMPTY);
}

/** One row; the component draws again only when this row changed. */
export function useKeyRow(id: string): KeyRow | undefined {
  const subscribe = useCallback((listener: Listener) => listenTo(byId, id, listener), [id]);
  return useSyncExternalStore(subscribe, () => view.rows.get(id));
}

/** How a name stands; draws again only when a key of this name changed. */
export function useKeyOfName(name: string): KeyRow | undefined {
  const subscribe = useCallback((listener: Listener) => listenTo(byNameListeners, name, listener), [name]);
  return useSyncExternalStore(subscribe, () => keyOfName(name));
}

/** The key of this name among these fingerprints, the shown one first; undefined when the name has none of them. */
export function useKeyAmong(name: string, fingerprints: readonly string[]): KeyRow | undefined {
  const subscribe = useCallback((listener: Listener) => listenTo(byNameListeners, name, listener), [name]);
  return useSyncExternalStore(subscribe, () =>
    keysOfName(name).find((row) => row.fingerprint !== null && fingerprints.includes(row.fingerprint)),
  );
}

/** What a list's order or filter may rest on. */
function isElsewhere(old: KeyRow | undefined, row: KeyRow): boolean {
  return (
    !old ||
    old.trust !== row.trust ||
    old.pinned !== row.pinned ||
    old.kept !== row.kept ||
    old.current !== row.current ||
    old.verifiedBy !== row.verifiedBy ||
    old.firstSeenAt !== row.firstSeenAt
  );
}

function listenTo(map: Map<string, Set<Listener>>, key: string, listener: Listener): () => void {
  const listeners = map.get(key) ?? new Set<Listener>();
  map.set(key, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && map.get(key) === listeners) map.delete(key);
  };
}

/** `ids` null: everything may have changed. */
function tell(ids: readonly string[] | null, names: ReadonlySet<string>, reorders: boolean): void {
  keysStore.setState((state) => ({
    frame: state.frame + 1,
    order: state.order + (reorders ? 1 : 0),
    isFilled: true,
  }));
  const run = (listeners: Iterable<Listener> | undefined): void => {
    for (const listener of [...(listeners ?? [])]) listener();
  };
  if (ids === null) {
    for (const map of [byId, byNameListeners]) for (const listeners of [...map.values()]) run(listeners);
    return;
  }
  for (const id of ids) run(byId.get(id));
  for (const name of names) run(byNameListeners.get(name));
}
