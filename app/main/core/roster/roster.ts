/**
 * Which nodes exist and how they are. A pure machine: beats, knowledge and time in, changed rows and effects out.
 * It never reads a clock: `at` is wall time for stamps, `up` is steady time for silence.
 * Rules RO1-RO12 are in docs/spec/roster.md; frames and views for readers are beside this file.
 */
import {
  badgeBit,
  GOODBYE_WORD,
  isGoodWord,
  NODE_STATES,
  type NodeState,
} from '../../../shared/domain/node-state.js';
import { createDeadlineWheel } from '../deadlines.js';
import type { Beat } from '../protocol/bus/beat.js';
import { createNotes } from './notes.js';
import {
  clampInterval,
  duplicateForMs,
  FLAP_CHANGES,
  FLAP_QUIET_MS,
  FLAP_WINDOW_MS,
  lateAfterMs,
  MAX_STRAYS,
  reloadGraceMs,
  silentAfterMs,
  STALL_MS,
  TICK_MS,
} from './rules.js';
import { addSlot, createState, eachSlot, removeSlot, STATE, touchCold, type RosterState } from './state.js';

export type RosterEffect = {
  readonly type:
    'joined' | 'state' | 'restarted' | 'duplicate' | 'flapping' | 'skew' | 'name-taken' | 'forgotten';
  readonly name: string;
  readonly group: string;
  readonly at: number;
  readonly from: NodeState;
  readonly to: NodeState;
  /** For `state`: how long it was quiet when it comes back from silence, else how long it was in `from`; for `skew`: the skew; else 0. */
  readonly ms: number;
  readonly intervalMs: number;
  readonly word: string | null;
};

export type RosterOptions = {
  /** Our own name and pid: they carry the badge `self`, and another pid under the name is reported. */
  readonly self: { readonly name: string; readonly pid: number } | null;
  /** The interval to expect of a node before its fourth beat, ms. */
  readonly expectedIntervalMs: number;
  readonly maxNodes: number;
  /** Called with how much later than its interval each beat came, ms. */
  readonly onDelay?: (delayMs: number) => void;
};

export type Roster = ReturnType<typeof createRoster>;

export function createRoster(options: RosterOptions, startUp: number) {
  const state: RosterState = createState();
  const { columns } = state;
  const wheel = createDeadlineWheel(TICK_MS, startUp);
  let effects: RosterEffect[] = [];
  /** RO11: time in which we ourselves were stopped; roster time is steady time less this. */
  let lostMs = 0;
  let lastTickUp = startUp;
  let frozen = false;
  /** RO10: silence counts from here at the earliest: when we joined, or when our link came back. */
  let floor = startUp;
  let beforeOutage: Uint8Array | null = null;
  let strays = 0;

  const emit = (type: RosterEffect['type'], slot: number, at: number, from: number, ms: number): void => {
    effects.push({
      type,
      name: state.names[slot]!,
      group: state.groups[slot]!,
      at,
      from: NODE_STATES[from]!,
      to: NODE_STATES[columns.state[slot]!]!,
      ms,
      intervalMs: columns.intervalMs[slot]!,
      word: state.words[slot] ?? null,
    });
  };

  const setBadge = (slot: number, bit: number, on: boolean): void => {
    const bits = on ? columns.badges[slot]! | bit : columns.badges[slot]! & ~bit;
    if (bits === columns.badges[slot]) return;
    columns.badges[slot] = bits;
    touchCold(state, slot);
  };

  const moveTo = (slot: number, to: number, at: number, now: number, quietMs = 0): void => {
    const from = columns.state[slot]!;
    if (from === to) return;
    state.counts[from]! -= 1;
    state.counts[to]! += 1;
    const lasted = Math.max(0, at - columns.stateAt[slot]!);
    columns.state[slot] = to;
    columns.stateAt[slot] = at;
    const isNew = from === STATE.unheard;
    if (!isNew) {
      columns.changes[slot] = Math.min(65_535, columns.changes[slot]! + 1);
      noteFlap(slot, now, at);
      touchCold(state, slot);
    }
    emit(
      isNew && to !== STATE.left ? 'joined' : 'state',
      slot,
      at,
      from,
      from === STATE.silent ? quietMs : lasted,
    );
  };

  /** RO7 */
  const noteFlap = (slot: number, now: number, at: number): void => {
    const recent = (state.flaps.get(slot) ?? []).filter((when) => now - when < FLAP_WINDOW_MS);
    recent.push(now);
    state.flaps.set(slot, recent);
    if (recent.length < FLAP_CHANGES || columns.badges[slot]! & badgeBit('flapping')) return;
    setBadge(slot, badgeBit('flapping'), true);
    emit('flapping', slot, at, columns.state[slot]!, 0);
  };

  const schedule = (slot: number, due: number): void => {
    columns.dueUp[slot] = due;
    wheel.set(slot, due);
  };

  /** RO2-RO4: what age makes of a node, and when to look again. */
  const look = (slot: number, now: number, at: number): void => {
    if (state.names[slot] === undefined || now < columns.dueUp[slot]!) return;
    columns.dueUp[slot] = Infinity;
    const current = columns.state[slot]!;
    if (current === STATE.unheard || current === STATE.left || current === STATE.silent) return;
    const reload = state.reloads.get(slot);
    if (reload !== undefined && now < reload) return schedule(slot, reload);
    if (reload !== undefined) state.reloads.delete(slot);
    const since = Math.max(columns.lastUp[slot]!, floor);
    const late = since + lateAfterMs(columns.intervalMs[slot]!);
    const silent = since + silentAfterMs(columns.intervalMs[slot]!);
    if (now > silent) moveTo(slot, STATE.silent, at, now);
    else if (now > late) {
      moveTo(slot, STATE.late, at, now);
      schedule(slot, silent + 1);
    } else {
      if (current === STATE.updating)
        moveTo(slot, isGoodWord(state.words[slot]!) ? STATE.healthy : STATE.troubled, at, now);
      schedule(slot, late + 1);
    }
  };

  const notes = createNotes({ state, options, emit, setBadge, schedule, floor: () => floor });

  /** RO12: names that were heard at most once and are silent make room, the oldest first. */
  const dropStrays = (): void => {
    const found: number[] = [];
    eachSlot(state, (slot) => {
      const current = columns.state[slot]!;
      if (columns.beats[slot]! <= 1 && (current === STATE.silent || current === STATE.unheard))
        found.push(slot);
    });
    found.sort((a, b) => columns.stateAt[a]! - columns.stateAt[b]!);
    for (const slot of found.slice(0, Math.max(0, found.length - MAX_STRAYS))) removeSlot(state, slot);
    strays = 0;
  };

  /** A slot for a name, or null when the roster is full. */
  const slotFor = (name: string, at: number): number | null => {
    const known = state.byName.get(name);
    if (known !== undefined) return known;
    if (state.byName.size >= options.maxNodes) return null;
    const slot = addSlot(state, name, at);
    columns.intervalMs[slot] = clampInterval(options.expectedIntervalMs);
    strays += 1;
    return slot;
  };

  return {
    state,

    /** A beat was heard. False: the roster is full, and the name is new. */
    hear(beat: Beat, at: number, up: number): boolean {
      const slot = slotFor(beat.name, at);
      if (slot === null) return false;
      const now = up - lostMs;
      const isFirst = columns.beats[slot] === 0;
      if (!isFirst) notes.gap(slot, now);
      const uptimeBefore = columns.uptimeS[slot]!;
      const quietMs = at - columns.lastAt[slot]!;
      columns.lastUp[slot] = now;
      columns.lastAt[slot] = at;
      columns.beats[slot]! += 1;
      columns.hotRev[slot] = ++state.rev;
      // A deadline may lie further away than this beat's: it was set when the node was late or updating.
      const due = now + lateAfterMs(columns.intervalMs[slot]!) + 1;
      if (columns.dueUp[slot]! > due + TICK_MS) schedule(slot, due);

      const pid = beat.pid ?? -1;
      const pidChanged = pid !== columns.pid[slot];
      if (pidChanged) notes.pid(slot, pid, at, now);
      notes.texts(slot, beat);
      if (beat.sentAt !== null) notes.skew(slot, beat.sentAt, at);
      notes.metrics(slot, beat, at);
      if (!isFirst) notes.learn(slot);
      if (options.self?.name === beat.name) setBadge(slot, badgeBit('self'), pid === options.self.pid);

      const reloaded = pidChanged || (beat.uptimeS ?? -1) < uptimeBefore;
      if (state.reloads.has(slot) && reloaded) state.reloads.delete(slot);
      const next =
        beat.status === GOODBYE_WORD
          ? STATE.left
          : state.reloads.has(slot)
            ? STATE.updating
            : isGoodWord(beat.status)
              ? STATE.healthy
              : STATE.troubled;
      moveTo(slot, next, at, now, quietMs);
      return true;
    },

    /** A name was read elsewhere (a key, a request): it is listed as unheard until it beats. */
    know(name: string, at: number): void {
      slotFor(name, at);
    },

    /** What is known of this name's key, as an index into TRUST_STATES. */
    setKey(name: string, trust: number): void {
      const slot = state.byName.get(name);
      if (slot === undefined || columns.key[slot] === trust) return;
      columns.key[slot] = trust;
      touchCold(state, slot);
    },

    /** RO4: a change that reloads this node was heard on its way. */
    expectReload(name: string, at: number, up: number): void {
      const slot = state.byName.get(name);
      if (slot === undefined || columns.state[slot] === STATE.unheard || columns.state[slot] === STATE.left)
        return;
      const now = up - lostMs;
      const until = now + reloadGraceMs(columns.intervalMs[slot]!);
      state.reloads.set(slot, until);
      moveTo(slot, STATE.updating, at, now);
      schedule(slot, until);
    },

    /** RO4: it told what became of the change, which it does after a reload; its next beat says how it is. */
    endReload(name: string, up: number): void {
      const slot = state.byName.get(name);
      if (slot === undefined || !state.reloads.delete(slot)) return;
      schedule(slot, up - lostMs + lateAfterMs(columns.intervalMs[slot]!) + 1);
    },

    forget(name: string, at: number): boolean {
      const slot = state.byName.get(name);
      if (slot === undefined) return false;
      emit('forgotten', slot, at, columns.state[slot]!, 0);
      removeSlot(state, slot);
      return true;
    },

    /** RO10: our link is down. Nobody changes state until `thaw`. */
    freeze(): void {
      if (!frozen) beforeOutage = columns.state.slice();
      frozen = true;
    },

    thaw(up: number): void {
      if (!frozen) return;
      frozen = false;
      floor = up - lostMs;
      lastTickUp = up;
      eachSlot(state, (slot) => {
        if (columns.dueUp[slot] !== Infinity)
          schedule(slot, floor + lateAfterMs(columns.intervalMs[slot]!) + 1);
      });
    },

    /** Names whose state is another than before the last outage. */
    differSinceOutage(): string[] {
      const before = beforeOutage;
      if (!before) return [];
      const names: string[] = [];
      eachSlot(state, (slot) => {
        if (slot < before.length && before[slot] !== columns.state[slot]) names.push(state.names[slot]!);
      });
      return names;
    },

    /** Call every TICK_MS. Turns silence into states. */
    tick(at: number, up: number): void {
      const lateness = up - lastTickUp - TICK_MS;
      lastTickUp = up;
      if (frozen) return;
      if (lateness > STALL_MS) lostMs += lateness;
      const now = up - lostMs;
      wheel.advance(now, (slot) => look(slot, now, at));
      if (strays > MAX_STRAYS) dropStrays();
    },

    /** Call now and then (10 s): takes back badges whose time is over. */
    sweep(up: number): void {
      const now = up - lostMs;
      for (const [slot, turned] of state.duplicates) {
        if (now - turned < duplicateForMs(columns.intervalMs[slot]!)) continue;
        state.duplicates.delete(slot);
        setBadge(slot, badgeBit('duplicate'), false);
      }
      for (const [slot, changes] of state.flaps) {
        if (now - changes.at(-1)! < FLAP_QUIET_MS) continue;
        state.flaps.delete(slot);
        setBadge(slot, badgeBit('flapping'), false);
      }
    },

    isFrozen: (): boolean => frozen,
    /** Roster time at which silence began to count; for "just joined". */
    floorUp: (): number => floor + lostMs,
    rosterTime: (up: number): number => up - lostMs,

    takeEffects(): RosterEffect[] {
      const taken = effects;
      effects = [];
      return taken;
    },
  };
}
