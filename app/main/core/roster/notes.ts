/**
 * What a beat tells beside "I live": the rhythm it keeps, the process behind it, its clock, its words, its figures.
 * Written into the columns; a row counts as changed only when a person could see the difference.
 */
import { badgeBit } from '../../../shared/domain/node-state.js';
import type { Beat } from '../protocol/bus/beat.js';
import { GAPS, gapDeviation, medianGap, MEMORY_SAMPLES } from './columns.js';
import type { RosterEffect, RosterOptions } from './roster.js';
import { clampInterval, lateAfterMs, SKEW_MS, TICK_MS } from './rules.js';
import { intern, touchCold, type RosterState } from './state.js';

type Context = {
  readonly state: RosterState;
  readonly options: RosterOptions;
  readonly emit: (type: RosterEffect['type'], slot: number, at: number, from: number, ms: number) => void;
  readonly setBadge: (slot: number, bit: number, on: boolean) => void;
  readonly schedule: (slot: number, due: number) => void;
  /** Roster time from which silence counts; a gap that began earlier was our own outage. */
  readonly floor: () => number;
};

export function createNotes({ state, options, emit, setBadge, schedule, floor }: Context) {
  const { columns } = state;

  /** RO1. Every beat at first, every fourth later: a median moves slowly. */
  const learn = (slot: number): void => {
    const count = columns.gapCount[slot]!;
    if (count > 16 && (count & 3) !== 0) return;
    const median = medianGap(columns, slot);
    if (median === null) return;
    const interval = clampInterval(median);
    // Noise below 2 % is not news to anybody.
    if (Math.abs(interval - columns.intervalMs[slot]!) > 0.02 * interval) {
      columns.intervalMs[slot] = interval;
      touchCold(state, slot);
      const late = columns.lastUp[slot]! + lateAfterMs(interval) + 1;
      if (late < columns.dueUp[slot]! - TICK_MS) schedule(slot, late);
    }
    const jitter = gapDeviation(columns, slot, median);
    if (Math.abs(jitter - columns.jitterMs[slot]!) > Math.max(50, 0.2 * columns.jitterMs[slot]!)) {
      columns.jitterMs[slot] = jitter;
      touchCold(state, slot);
    }
  };

  const gap = (slot: number, now: number): void => {
    const since = now - columns.lastUp[slot]!;
    const ring = slot * GAPS + (columns.gapCount[slot]! % GAPS);
    columns.gapCount[slot]! += 1;
    if (columns.lastUp[slot]! < floor()) {
      columns.gaps[ring] = -1;
      return;
    }
    columns.gaps[ring] = since;
    options.onDelay?.(Math.max(0, since - columns.intervalMs[slot]!));
  };

  /** RO6, RO9: another pid is a restart, unless it is one that we heard before: then two processes take turns. */
  const pid = (slot: number, heard: number, at: number, now: number): void => {
    const before = columns.pid[slot]!;
    columns.pid[slot] = heard;
    touchCold(state, slot);
    if (options.self?.name === state.names[slot] && heard !== options.self?.pid) {
      emit('name-taken', slot, at, columns.state[slot]!, 0);
    }
    if (before === -1) return;
    const known = state.pids.get(slot) ?? [before];
    const isTurn = known.includes(heard);
    state.pids.set(slot, [heard, ...known.filter((other) => other !== heard)].slice(0, 16));
    const wasDuplicate = state.duplicates.has(slot);
    if (isTurn) {
      state.duplicates.set(slot, now);
      setBadge(slot, badgeBit('duplicate'), true);
      if (!wasDuplicate) emit('duplicate', slot, at, columns.state[slot]!, 0);
    } else if (!wasDuplicate) emit('restarted', slot, at, columns.state[slot]!, 0);
  };

  /** RO8 */
  const skew = (slot: number, sentAt: number, at: number): void => {
    const off = sentAt - at;
    const before = columns.skewMs[slot]!;
    columns.skewMs[slot] = off;
    const is = Math.abs(off) > SKEW_MS;
    const was = (columns.badges[slot]! & badgeBit('skew')) !== 0;
    if (is !== was) {
      setBadge(slot, badgeBit('skew'), is);
      if (is) emit('skew', slot, at, columns.state[slot]!, off);
    } else if (!(Math.abs(off - before) < 2_000)) touchCold(state, slot);
  };

  const metrics = (slot: number, beat: Beat, at: number): void => {
    const uptime = beat.uptimeS ?? -1;
    if (uptime >= 0) {
      const started = at - uptime * 1_000;
      if (Math.abs(started - columns.startedAt[slot]!) > 3_000) {
        columns.startedAt[slot] = started;
        touchCold(state, slot);
      }
    }
    columns.uptimeS[slot] = uptime;
    const memory = beat.memoryMb ?? -1;
    columns.memory[slot * MEMORY_SAMPLES + ((columns.beats[slot]! - 1) % MEMORY_SAMPLES)] = memory;
    if (Math.abs(memory - columns.memoryMb[slot]!) > Math.max(1, 0.03 * memory)) {
      columns.memoryMb[slot] = memory;
      touchCold(state, slot);
    }
    columns.cpuUserS[slot] = beat.cpuUserS ?? -1;
    columns.cpuSystemS[slot] = beat.cpuSystemS ?? -1;
    const threads = beat.threads ?? -1;
    const extensions = beat.extensions ?? -1;
    const workers = beat.workers ?? -1;
    if (
      threads !== columns.threads[slot] ||
      extensions !== columns.extensions[slot] ||
      workers !== columns.workers[slot]
    ) {
      columns.threads[slot] = threads;
      columns.extensions[slot] = extensions;
      columns.workers[slot] = workers;
      touchCold(state, slot);
    }
  };

  const texts = (slot: number, beat: Beat): void => {
    if (beat.status !== state.words[slot]) {
      state.words[slot] = beat.status === null ? null : intern(beat.status);
      touchCold(state, slot);
    }
    if (beat.version !== state.versions[slot]) {
      state.versions[slot] = beat.version === null ? null : intern(beat.version);
      touchCold(state, slot);
    }
    if (beat.hostname !== null && beat.hostname !== state.hostnames.get(slot)) {
      state.hostnames.set(slot, beat.hostname);
      // No Ruby node of either generation sends a host name beside its name; a console does.
      setBadge(slot, badgeBit('console'), true);
    }
  };

  return { learn, gap, pid, skew, metrics, texts };
}
