/** The roster as values for readers: one node in full, the facts of the sentence, what needs a person. */
import { TRUST_STATES } from '../../../shared/domain/key.js';
import { badgeBit, badgesOf, NODE_STATES, SEVERITY } from '../../../shared/domain/node-state.js';
import type { NodeDetail, NodeRow } from '../../../shared/domain/node.js';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import type { Need, Summary } from '../../../shared/domain/session.js';
import { gapsOf, MEMORY_SAMPLES } from './columns.js';
import { lateAfterMs } from './rules.js';
import { eachSlot, STATE, type RosterState } from './state.js';

const known = (value: number): number | null => (value < 0 || Number.isNaN(value) ? null : value);

/** The row as the filter language reads it. */
export function rowOf(state: RosterState, slot: number): RosterRow {
  const { columns } = state;
  const skew = columns.skewMs[slot]!;
  return {
    index: slot,
    name: state.names[slot]!,
    group: state.groups[slot]!,
    state: NODE_STATES[columns.state[slot]!]!,
    badges: columns.badges[slot]!,
    lastBeatAt: columns.lastAt[slot]!,
    stateSince: columns.stateAt[slot]!,
    firstSeenAt: columns.firstAt[slot]!,
    startedAt: columns.startedAt[slot]!,
    intervalMs: Math.round(columns.intervalMs[slot]!),
    jitterMs: Math.round(columns.jitterMs[slot]!),
    skewMs: Number.isNaN(skew) ? null : Math.round(skew),
    word: state.words[slot]!,
    version: state.versions[slot]!,
    pid: columns.pid[slot]!,
    memoryMb: columns.memoryMb[slot]!,
    threads: columns.threads[slot]!,
    extensions: columns.extensions[slot]!,
    workers: columns.workers[slot]!,
    changes: columns.changes[slot]!,
    key: TRUST_STATES[columns.key[slot]!]!,
  };
}

const round2 = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 100) / 100;

/** The node as lists and scripts get it. */
export function nodeRow(state: RosterState, slot: number): NodeRow {
  const { columns } = state;
  const row = rowOf(state, slot);
  const { memory } = columns;
  // The column is only touched when memory moved by 3 %, so that the stream stays small; here the last value counts.
  const last =
    columns.beats[slot]! > 0
      ? memory[slot * MEMORY_SAMPLES + ((columns.beats[slot]! - 1) % MEMORY_SAMPLES)]!
      : -1;
  return {
    name: row.name,
    group: row.group,
    state: row.state,
    stateSince: row.stateSince,
    badges: badgesOf(row.badges),
    status: row.word,
    pid: known(row.pid),
    version: row.version,
    firstSeenAt: row.firstSeenAt,
    lastBeatAt: known(row.lastBeatAt),
    key: row.key,
    intervalMs: row.intervalMs,
    jitterMs: columns.gapCount[slot]! > 2 ? row.jitterMs : null,
    skewMs: row.skewMs,
    metrics: {
      memoryMb: round2(known(last)),
      cpuUserS: round2(known(columns.cpuUserS[slot]!)),
      cpuSystemS: round2(known(columns.cpuSystemS[slot]!)),
      threads: known(row.threads),
      extensions: known(row.extensions),
      uptimeS: known(columns.uptimeS[slot]!),
      workers: known(row.workers),
    },
  };
}

/** Slots in order of severity, then name. */
export function slotsInOrder(state: RosterState): number[] {
  const slots: number[] = [];
  eachSlot(state, (slot) => slots.push(slot));
  const { compare } = new Intl.Collator('en', { numeric: true });
  const severity = NODE_STATES.map((name) => SEVERITY[name]);
  return slots.sort(
    (a, b) =>
      severity[state.columns.state[a]!]! - severity[state.columns.state[b]!]! ||
      compare(state.names[a]!, state.names[b]!),
  );
}

/** Ages of the remembered beats in ms before `now` (roster time), newest first; empty before the first beat. */
export function beatAges(state: RosterState, slot: number, now: number): number[] {
  if (state.columns.beats[slot] === 0) return [];
  const ages = [Math.max(0, Math.round(now - state.columns.lastUp[slot]!))];
  for (const gap of gapsOf(state.columns, slot).reverse()) {
    if (gap < 0) break;
    ages.push(Math.round(ages.at(-1)! + gap));
  }
  return ages;
}

/** Everything about one node but its raw message. `now` is roster time. */
export function nodeDetail(
  state: RosterState,
  slot: number,
  now: number,
): Omit<NodeDetail, 'raw' | 'broker'> {
  const { columns } = state;
  const interval = columns.intervalMs[slot]!;
  const age = now - columns.lastUp[slot]!;
  const beats = columns.beats[slot]!;
  const samples = Math.min(beats, MEMORY_SAMPLES);
  const isDown = columns.state[slot] === STATE.late || columns.state[slot] === STATE.silent;
  return {
    ...nodeRow(state, slot),
    missed: beats > 0 && isDown ? Math.max(0, Math.floor(age / interval)) : 0,
    gaps: gapsOf(columns, slot).map(Math.round),
    memory: Array.from({ length: samples }, (_, i) =>
      Math.round(columns.memory[slot * MEMORY_SAMPLES + ((beats - samples + i) % MEMORY_SAMPLES)]!),
    ).filter((value) => value >= 0),
    hostname: state.hostnames.get(slot) ?? null,
    pids: pidsOf(state, state.names[slot]!),
    commonVersion: commonVersion(state, slot),
    silentWith: silentWith(state, slot),
    changes: columns.changes[slot]!,
  };
}

function commonVersion(state: RosterState, own: number): { version: string; count: number } | null {
  const counts = new Map<string, number>();
  eachSlot(state, (slot) => {
    const version = state.versions[slot];
    if (version) counts.set(version, (counts.get(version) ?? 0) + 1);
  });
  let best: { version: string; count: number } | null = null;
  for (const [version, count] of counts) if (!best || count > best.count) best = { version, count };
  return best && best.version !== state.versions[own] ? best : null;
}

function silentWith(state: RosterState, own: number): string[] {
  const { columns } = state;
  if (columns.state[own] !== STATE.silent) return [];
  const names: string[] = [];
  eachSlot(state, (slot) => {
    if (slot === own || columns.state[slot] !== STATE.silent) return;
    if (Math.abs(columns.stateAt[slot]! - columns.stateAt[own]!) <= 2 * columns.intervalMs[own]!)
      names.push(state.names[slot]!);
  });
  return names.slice(0, 500);
}

/** RO5 and the sentence: counts of the states, and the group that most of the silent ones share. */
export function summaryOf(state: RosterState, settling: boolean): Summary {
  const counts = Object.fromEntries(
    NODE_STATES.map((name, index) => [name, state.counts[index]!]),
  ) as Summary['counts'];
  const total = state.byName.size - counts.left;
  const largest = largestGroup(state, STATE.silent);
  return {
    total,
    counts,
    silentGroup:
      largest && largest.names.length >= 2 && largest.names.length * 2 > counts.silent
        ? { group: largest.group, count: largest.names.length, since: largest.since }
        : null,
    settling,
  };
}

type Group = { group: string; names: string[]; since: number };

function groupsIn(state: RosterState, wanted: number): Group[] {
  if (state.counts[wanted] === 0) return [];
  const groups = new Map<string, Group>();
  eachSlot(state, (slot) => {
    if (state.columns.state[slot] !== wanted) return;
    const group = state.groups[slot]!;
    const entry = groups.get(group) ?? { group, names: [], since: Infinity };
    entry.names.push(state.names[slot]!);
    entry.since = Math.min(entry.since, state.columns.stateAt[slot]!);
    groups.set(group, entry);
  });
  return [...groups.values()];
}

const largestGroup = (state: RosterState, wanted: number): Group | null =>
  groupsIn(state, wanted).reduce<Group | null>(
    (best, group) => (!best || group.names.length > best.names.length ? group : best),
    null,
  );

const quote = (value: string): string => (/^[\w.-]+$/.test(value) ? value : JSON.stringify(value));

/** What needs a person, most urgent first. Each carries the filter that shows exactly its rows. */
export function needsOf(state: RosterState): Need[] {
  const silent = groupsIn(state, STATE.silent);
  const together = silent.filter((group) => group.names.length > 1);
  const needs: Need[] = together.map((group) => ({
    ...needFrom(group, 'silent-together', 'alarm'),
    id: `silent:${group.group}`,
    group: group.group,
    filter: `state:silent group:${quote(group.group)}`,
  }));
  // Nodes that fell alone are one entry: what each group has in common needs a look, not each of them.
  const alone = merge(silent.filter((group) => group.names.length === 1));
  if (alone) {
    const others = together.map((group) => ` -group:${quote(group.group)}`).join('');
    needs.push({ ...needFrom(alone, 'silent', 'warning'), filter: `state:silent${others}` });
  }
  const troubled = merge(groupsIn(state, STATE.troubled));
  if (troubled) needs.push({ ...needFrom(troubled, 'troubled', 'warning'), filter: 'state:troubled' });
  for (const badge of ['duplicate', 'flapping', 'skew'] as const) {
    const found: Group = { group: badge, names: [], since: Infinity };
    eachSlot(state, (slot) => {
      if (!(state.columns.badges[slot]! & badgeBit(badge)) || state.columns.state[slot] === STATE.left)
        return;
      found.names.push(state.names[slot]!);
      found.since = Math.min(found.since, state.columns.stateAt[slot]!);
    });
    if (found.names.length === 0) continue;
    needs.push({
      ...needFrom(found, badge, badge === 'duplicate' ? 'alarm' : 'note'),
      filter: `badge:${badge}`,
    });
  }
  const rank = { alarm: 0, warning: 1, note: 2 };
  return needs.sort((a, b) => rank[a.severity] - rank[b.severity] || b.count - a.count || a.since - b.since);
}

const needFrom = ({ names, since }: Group, kind: Need['kind'], severity: Need['severity']) => ({
  id: kind as string,
  kind,
  severity,
  since,
  count: names.length,
  names: names.slice(0, 50),
  group: null as string | null,
});

const merge = (groups: readonly Group[]): Group | null =>
  groups.length === 0
    ? null
    : {
        group: '',
        names: groups.flatMap((group) => group.names),
        since: Math.min(...groups.map((group) => group.since)),
      };

const BEATS_WELL = new Set<number>([STATE.healthy, STATE.updating]);
const BEATS_BADLY = new Set<number>([STATE.late, STATE.troubled]);

/** Names that beat, those that are well first. */
export function beatingNames(state: RosterState): string[] {
  const well: string[] = [];
  const badly: string[] = [];
  eachSlot(state, (slot) => {
    const now = state.columns.state[slot]!;
    if (BEATS_WELL.has(now)) well.push(state.names[slot]!);
    else if (BEATS_BADLY.has(now)) badly.push(state.names[slot]!);
  });
  return [...well, ...badly];
}

/** Pids lately heard under this name, newest first. */
export function pidsOf(state: RosterState, name: string): number[] {
  const slot = state.byName.get(name);
  return slot === undefined
    ? []
    : (state.pids.get(slot) ?? [state.columns.pid[slot]!].filter((pid) => pid >= 0));
}

/** RO5: nothing is called complete before every node had the time to be heard once. */
export const settleMs = (expectedIntervalMs: number): number => lateAfterMs(expectedIntervalMs);
