/**
 * What of a well-formed packet is not believed although uWSGI would believe it: repeats that keep a dead member alive,
 * clocks that run backwards, and packets of our own kind without the seal they had before. A clock that was set back is
 * told apart from a recording: it goes on passing, from a moment after what it said before.
 */
import type { Announcement } from '../protocol/uwsgi/announcement.js';

export type Doubt =
  /** Its clock stood still for longer than a period: packets of before, sent again. */
  | 'replay'
  /** Its clock fell behind what it said before. */
  | 'falling'
  /** It used to seal its packets, and this one has none, or an old number. */
  | 'unsealed';

/** What came after a clock fell: its first and last second, and when those were heard. */
type Fallen = { readonly first: number; readonly firstUp: number; last: number };
type Seen = {
  unix: number;
  seq: number;
  roseUp: number;
  isSealed: boolean;
  heardUp: number;
  fallen: Fallen | null;
};

const MAX_KNOWN = 8_192;
/** Clocks tell whole seconds, and a packet may be late. */
const SECOND_MS = 1_000;
/** A clock that was set back passes as steadily as before; whole seconds and late packets make it look uneven. */
const UNEVEN_MS = 2 * SECOND_MS;

export function createGuards({
  freqMs,
  toleranceMs,
}: {
  readonly freqMs: number;
  readonly toleranceMs: number;
}) {
  const known = new Map<string, Seen>();

  /** EL31 Whether what fell is a living clock: then its new time counts from now on. */
  function isSetBack(before: Seen, unix: number, up: number): boolean {
    const { fallen } = before;
    if (fallen === null || unix < fallen.last) {
      // Who was silent for the tolerance is no member any more: what comes of before that is a recording.
      before.fallen = up - before.heardUp <= toleranceMs ? { first: unix, firstUp: up, last: unix } : null;
      return false;
    }
    const passedMs = up - fallen.firstUp;
    const isSteady = Math.abs((unix - fallen.first) * SECOND_MS - passedMs) < UNEVEN_MS;
    if (!isSteady) before.fallen = null;
    else fallen.last = unix;
    return isSteady && unix > fallen.first && passedMs >= freqMs * 0.75;
  }

  return {
    /** EL30-EL32. null: believed, and remembered. */
    doubt({ uuid, unix, extension, dead }: Announcement, up: number): Doubt | null {
      const before = known.get(uuid);
      if (!before) {
        if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
        const isSealed = extension !== null;
        known.set(uuid, {
          ...{ unix, roseUp: up, seq: extension?.seq ?? -1, isSealed, heardUp: up, fallen: null },
        });
        return null;
      }
      if (before.isSealed && (extension === null || extension.seq < before.seq)) return 'unsealed';
      // Nobody else can seal the next number: whatever its clock says, this is the member itself.
      const isNext = extension !== null && extension.seq > before.seq;
      if (unix < before.unix && !isNext && !isSetBack(before, unix, up)) return 'falling';
      if (before.isSealed && extension?.seq === before.seq) return dead ? null : 'replay';
      // EL32 A member whose second does not pass any more is a recording, however its packets differ.
      const isStill = unix === before.unix && up - before.roseUp > Math.max(freqMs, SECOND_MS) + SECOND_MS;
      if (isStill && !dead) return 'replay';
      if (unix !== before.unix) before.roseUp = up;
      before.unix = unix;
      before.heardUp = up;
      before.fallen = null;
      before.isSealed ||= extension !== null;
      before.seq = Math.max(before.seq, extension?.seq ?? -1);
      return null;
    },
  };
}
