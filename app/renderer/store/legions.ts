/**
 * The legions of this profile, a whole picture each time. What did not change keeps its identity, so that rows are drawn
 * again only when their member changed. Beside it: which nodes lead, and which were members a moment ago.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Legion, LegionFrame, LegionMember } from '../../shared/domain/legion.js';

export type Seen = {
  readonly legion: string;
  readonly isHeard: boolean;
  readonly isLord: boolean;
  readonly isSelf: boolean;
  readonly at: number;
};

export type LegionsState = {
  readonly live: LegionFrame | null;
  readonly shown: LegionFrame | null;
  /** By name of the node: what its legion plane says. */
  readonly nodes: Readonly<Record<string, Seen>>;
  /** Names of the nodes that lead; the same set while the same lead. */
  readonly lords: ReadonlySet<string>;
};

const NO_LORDS: ReadonlySet<string> = new Set();
const NONE: Readonly<Record<string, Seen>> = Object.freeze(Object.create(null) as Record<string, Seen>);
/** A second is as fine as an age is written. */
const GRAIN_MS = 1000;

export const legionsStore = createStore<LegionsState>()(() => ({
  ...{ live: null, shown: null, nodes: NONE, lords: NO_LORDS },
}));
export const useLegions = <T>(read: (state: LegionsState) => T): T => useStore(legionsStore, read);

const NO_LEGIONS: readonly Legion[] = [];
export const useShownLegions = (): readonly Legion[] =>
  useLegions(({ shown }) => shown?.legions ?? NO_LEGIONS);
/** The moment on screen; ages of legions are counted from it, so that they stand still with it. */
export const useLegionsAt = (): number => useLegions(({ shown }) => shown?.at ?? 0);
export const useSeen = (node: string): Seen | undefined => useLegions(({ nodes }) => nodes[node]);

export function acceptLegions(frame: LegionFrame, isPaused: boolean): boolean {
  const { live, shown, nodes, lords } = legionsStore.getState();
  const fresh = { ...frame, at: Math.floor(frame.at / GRAIN_MS) * GRAIN_MS };
  const next = live === null ? fresh : share(live, fresh);
  if (next === live) return true;
  if (isPaused && shown) legionsStore.setState({ live: next });
  else legionsStore.setState({ live: next, ...seen(next, nodes, lords) });
  return true;
}

export const showLiveLegions = (): void =>
  legionsStore.setState(({ live, nodes, lords }) => (live ? seen(live, nodes, lords) : { shown: null }));
export const clearLegions = (): void =>
  legionsStore.setState({ live: null, shown: null, nodes: NONE, lords: NO_LORDS });

function seen(
  frame: LegionFrame,
  before: LegionsState['nodes'],
  lordsBefore: LegionsState['lords'],
): Pick<LegionsState, 'shown' | 'nodes' | 'lords'> {
  const nodes = share(before, nodesOf(frame, before));
  if (nodes === before) return { shown: frame, nodes, lords: lordsBefore };
  const lords = new Set(Object.keys(nodes).filter((node) => nodes[node]?.isLord === true));
  const isSame = lords.size === lordsBefore.size && [...lords].every((node) => lordsBefore.has(node));
  return { shown: frame, nodes, lords: isSame ? lordsBefore : lords };
}

/** Members now; whoever was one before and is none any more stays known as silent. */
function nodesOf({ legions }: LegionFrame, before: Readonly<Record<string, Seen>>): Record<string, Seen> {
  const next = Object.create(null) as Record<string, Seen>;
  const heardIn = new Set(legions.filter(({ role }) => role !== 'off').map(({ name }) => name));
  for (const [node, seen] of Object.entries(before))
    if (heardIn.has(seen.legion)) next[node] = { ...seen, isHeard: false, isLord: false };
  for (const { name, lord, members } of legions)
    for (const member of members)
      if (member.node !== null) next[member.node] = seenOf(member, name, lord?.uuid === member.uuid, next);
  return next;
}

function seenOf(
  { node, isSelf, lastHeardAt }: LegionMember,
  legion: string,
  isLord: boolean,
  known: Readonly<Record<string, Seen>>,
): Seen {
  const other = known[node ?? ''];
  // In two legions: the one it leads is the one to tell.
  if (other?.isHeard === true && other.isLord) return other;
  return { legion, isHeard: true, isLord, isSelf, at: Math.floor(lastHeardAt / GRAIN_MS) * GRAIN_MS };
}

/** `next`, with every part that equals the old one replaced by the old one. */
function share<T>(old: T, next: T): T {
  if (Object.is(old, next)) return old;
  if (typeof old !== 'object' || typeof next !== 'object' || old === null || next === null) return next;
  if (Array.isArray(old) !== Array.isArray(next)) return next;
  const before = old as Record<string, unknown>;
  const after = next as Record<string, unknown>;
  const keys = Object.keys(after);
  let isSame = keys.length === Object.keys(before).length;
  for (const key of keys) {
    const part = share(before[key], after[key]);
    if (part !== after[key]) after[key] = part;
    if (part !== before[key]) isSame = false;
  }
  return isSame ? old : next;
}
