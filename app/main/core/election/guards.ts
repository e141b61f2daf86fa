/**
 * What of a well-formed packet is not believed although uWSGI would believe it: repeats that keep a dead member alive,
 * clocks that run backwards, and packets of our own kind without the seal they had before. A clock that was set back is
 * told apart from a recording: it goes on passing, from a moment after what it said before, and does so seldom.
 */
import type { Announcement } from '../protocol/uwsgi/announcement.js';
import { graceOf, type Rules } from './election.js';

export type Doubt =
  /** Its clock stood still for longer than a period: packets of before, sent again. */
  | 'replay'
  /** Its clock fell behind what it said before. */
  | 'falling'
  /** It used to seal its packets, and this one has none, or an old number. */
  | 'unsealed';

/** A clock that may have been set back: its first and last second, and when the first was heard. */
type Fallen = { readonly first: number; readonly firstUp: number; last: number };
type Seen = {
  unix: number;
  /** The latest that it ever said. */
  high: number;
  seq: number;
  roseUp: number;
  isSealed: boolean;
  /** When it was believed last, or may have been it with another clock. */
  lastUp: number;
  /** Its last word was that it is dead. */
  isOver: boolean;
  fallen: readonly Fallen[];
  /** When its clock was found to be set back. */
  setBackUp: readonly number[];
};

const MAX_KNOWN = 8_192;
/** Clocks tell whole seconds, and a packet may be late. */
const SECOND_MS = 1_000;
/** A clock that was set back passes as steadily as before; whole seconds and late packets make it look uneven. */
const UNEVEN_MS = 2 * SECOND_MS;
const MAX_FALLEN = 4;
/** Who sends a recording again and again has a clock that falls each time. */
const MAX_SET_BACK = 2;
const SET_BACK_WITHIN_MS = 60 * SECOND_MS;

export function createGuards({ freqMs, toleranceMs }: Pick<Rules, 'freqMs' | 'toleranceMs'>) {
  const known = new Map<string, Seen>();

  /** EL31 Whether what fell is a living clock: then its new time counts from now on. */
  function isSetBack(before: Seen, unix: number, up: number, isSilent: boolean): boolean {
    // What comes of one that was silent, from before that, is a recording.
    if (isSilent) return false;
    before.lastUp = up;
    const lately = before.setBackUp.filter((each) => up - each < SET_BACK_WITHIN_MS);
    if (lately.length >= MAX_SET_BACK) return false;
    const same = before.fallen.find(
      ({ first, firstUp, last }) =>
        unix >= last && Math.abs((unix - first) * SECOND_MS - (up - firstUp)) < UNEVEN_MS,
    );
    if (!same) {
      before.fallen = [...before.fallen, { first: unix, firstUp: up, last: unix }].slice(-MAX_FALLEN);
      return false;
    }
    same.last = unix;
    if (unix === same.first || up - same.firstUp < freqMs * 0.75) return false;
    before.setBackUp = [...lately, up];
    return true;
  }

  return {
    /** EL30-EL32. null: believed, and remembered. */
    doubt({ uuid, unix, extension, dead }: Announcement, up: number): Doubt | null {
      const before = known.get(uuid);
      if (!before) {
        if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
        const isSealed = extension !== null;
        known.set(uuid, {
          ...{ unix, high: unix, roseUp: up, seq: extension?.seq ?? -1, isSealed, lastUp: up, isOver: dead },
          ...{ fallen: [], setBackUp: [] },
        });
        return null;
      }
      const isSilent = up - before.lastUp > toleranceMs + graceOf(freqMs);
      if (before.isSealed && (extension === null || extension.seq < before.seq)) return 'unsealed';
      // Nobody else can seal the next number: whatever its clock says, this is the member itself.
      const isNext = extension !== null && extension.seq > before.seq;
      // Nothing follows a goodbye; it can be that somebody else said it, and the member goes on from there.
      if (before.isOver && !dead && !isNext && unix <= before.high) return 'falling';
      if (unix < before.unix && !isNext && !isSetBack(before, unix, up, isSilent)) return 'falling';
      if (before.isSealed && extension?.seq === before.seq) return dead ? null : 'replay';
      // EL32 A member whose second does not pass any more is a recording, however its packets differ.
      const isStill = unix === before.unix && up - before.roseUp > Math.max(freqMs, SECOND_MS) + SECOND_MS;
      if (isStill && !dead) return 'replay';
      if (unix !== before.unix) before.roseUp = up;
      before.isOver = dead;
      before.unix = unix;
      before.high = Math.max(before.high, unix);
      before.lastUp = up;
      before.fallen = [];
      before.isSealed ||= extension !== null;
      before.seq = Math.max(before.seq, extension?.seq ?? -1);
      return null;
    },
  };
}
