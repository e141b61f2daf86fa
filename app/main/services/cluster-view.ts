/** The roster as pushing changes sees it: who is there, how each one is, whom a filter finds. */
import { asksForLeft, compileFilter, parseFilter } from '../../shared/filter/index.js';
import { NODE_STATES } from '../../shared/domain/node-state.js';
import { STATE } from '../core/roster/state.js';
import type { Roster } from '../core/roster/roster.js';
import { rowOf, slotsInOrder } from '../core/roster/views.js';
import type { Clock } from '../ports/clock.js';
import type { Cluster } from './changes/types.js';

const known = (value: number): number | null => (value < 0 ? null : value);

/** How long the index of machines is good for. */
const HOSTS_MS = 2_000;

export type HostView = {
  /** The node that beats on the machine of this host name: LegionIO names itself by host and process. */
  nodeOn(host: string): string | null;
  /** All that may be on it: of hosts whose names cannot be told apart (`a.b` and `a_b`) the nodes of both. */
  nodesOn(host: string): readonly string[];
  /** null: no node of this name, or it left. */
  isHeard(name: string): boolean | null;
};

export function createClusterView(
  roster: Roster,
  clock: Clock,
): Omit<Cluster, 'lords' | 'legions'> & HostView {
  const { state } = roster;
  const { columns } = state;
  const slotOf = (name: string): number | undefined => state.byName.get(name);
  const named = (slots: readonly number[]): string[] => slots.map((slot) => state.names[slot]!);
  let hosts = new Map<string, string[]>();
  let hostsUp = -Infinity;
  let hostsOf = 0;
  const keyOf = (host: string): string => host.replaceAll('.', '_').toLowerCase();
  const withoutPid = (name: string): string => name.replace(/\.\d+$/, '');
  /** One that beats comes after those that fell silent. */
  const indexHosts = (): void => {
    hostsUp = clock.uptime();
    hostsOf = state.byName.size;
    hosts = new Map();
    for (const slot of slotsInOrder(state)) {
      const name = state.names[slot]!;
      const key = keyOf(withoutPid(name));
      const found = hosts.get(key);
      if (found) found.push(name);
      else hosts.set(key, [name]);
    }
  };
  const isMember = (name: string): boolean => {
    const slot = slotOf(name);
    return slot !== undefined && columns.state[slot] !== STATE.left;
  };
  const heardUp = (name: string): number => columns.lastUp[slotOf(name) ?? -1] ?? -Infinity;
  const under = (key: string): readonly string[] => (hosts.get(key) ?? []).filter(isMember);

  return {
    nodeOn(host) {
      if (clock.uptime() - hostsUp > HOSTS_MS) indexHosts();
      if (slotOf(host) !== undefined) return host;
      return under(keyOf(host)).at(-1) ?? under(keyOf(withoutPid(host))).at(-1) ?? null;
    },
    nodesOn(host) {
      // A node that came since is the one that counts.
      if (hostsOf !== state.byName.size || clock.uptime() - hostsUp > HOSTS_MS) indexHosts();
      const own = isMember(host) ? [host] : [];
      const found = new Set([...own, ...under(keyOf(host)), ...under(keyOf(withoutPid(host)))]);
      return [...found].sort((a, b) => heardUp(a) - heardUp(b));
    },
    isHeard(name) {
      const slot = slotOf(name);
      if (slot === undefined || columns.state[slot] === STATE.left) return null;
      return columns.state[slot] !== STATE.silent;
    },
    isKnown: (name) => slotOf(name) !== undefined,
    look(name) {
      const slot = slotOf(name);
      if (slot === undefined) return null;
      return {
        state: NODE_STATES[columns.state[slot]!]!,
        beats: columns.beats[slot]!,
        pid: known(columns.pid[slot]!),
        startedAt: known(columns.startedAt[slot]!),
        version: state.versions[slot] ?? null,
        intervalMs: columns.intervalMs[slot]!,
        jitterMs: known(columns.jitterMs[slot]!),
      };
    },
    find(filter) {
      const parsed = parseFilter(filter);
      if (!parsed.ok) return { problem: parsed.message };
      const test = compileFilter(parsed.filter, clock.now());
      const showLeft = asksForLeft(parsed.filter);
      return named(
        slotsInOrder(state).filter(
          (slot) => (showLeft || columns.state[slot] !== STATE.left) && test(rowOf(state, slot)),
        ),
      );
    },
    names: () => named(slotsInOrder(state).filter((slot) => columns.state[slot] !== STATE.left)),
    skewMs(name) {
      const slot = slotOf(name);
      const skew = slot === undefined ? NaN : columns.skewMs[slot]!;
      return Number.isNaN(skew) ? null : skew;
    },
    expectReload: (name) => roster.expectReload(name, clock.now(), clock.uptime()),
    differ: () => roster.differSinceOutage(),
  };
}
