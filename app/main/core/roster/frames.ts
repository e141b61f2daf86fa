/**
 * The roster as frames for a window: a snapshot, then what changed after a revision.
 * Scanning 10,000 revisions costs some 20 µs, so nobody keeps lists of who needs what.
 */
import { emptyColumns, type RosterColumns, type RosterFrame } from '../../../shared/domain/roster-frame.js';
import { eachSlot, type RosterState } from './state.js';

const ago = (at: number, then: number): number => (then < 0 ? -1 : Math.round(at - then));

function pushRow(state: RosterState, rows: RosterColumns, slot: number, at: number): void {
  const { columns } = state;
  rows.index.push(slot);
  rows.name.push(state.names[slot]!);
  rows.group.push(state.groups[slot]!);
  rows.state.push(columns.state[slot]!);
  rows.badges.push(columns.badges[slot]!);
  rows.lastBeatAgo.push(ago(at, columns.lastAt[slot]!));
  rows.stateAgo.push(ago(at, columns.stateAt[slot]!));
  rows.firstSeenAgo.push(ago(at, columns.firstAt[slot]!));
  rows.startedAgo.push(ago(at, columns.startedAt[slot]!));
  rows.intervalMs.push(Math.round(columns.intervalMs[slot]!));
  rows.jitterMs.push(Math.round(columns.jitterMs[slot]!));
  const skew = columns.skewMs[slot]!;
  rows.skewMs.push(Number.isNaN(skew) ? null : Math.round(skew));
  rows.word.push(state.words[slot]!);
  rows.version.push(state.versions[slot]!);
  rows.pid.push(columns.pid[slot]!);
  rows.memoryMb.push(Math.round(columns.memoryMb[slot]! * 10) / 10);
  rows.threads.push(columns.threads[slot]!);
  rows.extensions.push(columns.extensions[slot]!);
  rows.workers.push(columns.workers[slot]!);
  rows.changes.push(columns.changes[slot]!);
  rows.key.push(columns.key[slot]!);
}

/** Everything, as of `at` (epoch ms). */
export function snapshotFrame(state: RosterState, seq: number, at: number): RosterFrame {
  const rows = emptyColumns();
  eachSlot(state, (slot) => pushRow(state, rows, slot, at));
  return { type: 'snapshot', seq, at, rows };
}

/**
 * What changed after revision `since`, or null when nothing did.
 * When too much went since then to know it all, it is a snapshot again.
 */
export function frameSince(state: RosterState, since: number, seq: number, at: number): RosterFrame | null {
  if (state.rev === since) return null;
  if (state.goneSince > since) return snapshotFrame(state, seq, at);
  const { columns } = state;
  const rows = emptyColumns();
  const beats = {
    index: [] as number[],
    lastBeatAgo: [] as number[],
    state: [] as number[],
    stateAgo: [] as number[],
  };
  eachSlot(state, (slot) => {
    if (columns.coldRev[slot]! > since) pushRow(state, rows, slot, at);
    else if (columns.hotRev[slot]! > since) {
      beats.index.push(slot);
      beats.lastBeatAgo.push(ago(at, columns.lastAt[slot]!));
      beats.state.push(columns.state[slot]!);
      beats.stateAgo.push(ago(at, columns.stateAt[slot]!));
    }
  });
  const gone = state.gone.filter((entry) => entry.rev > since).map((entry) => entry.slot);
  return { type: 'delta', seq, at, beats, rows, gone };
}
