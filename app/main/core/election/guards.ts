/**
 * What of a well-formed packet is not believed although uWSGI would believe it: repeats that keep a dead member alive,
 * clocks that run backwards, and packets of our own kind without the seal they had before. Real nodes never send any of
 * these unless their clock is set back.
 */
import type { Announcement } from '../protocol/uwsgi/announcement.js';

export type Doubt =
  /** Its clock stood still for longer than a period: packets of before, sent again. */
  | 'replay'
  /** Its clock fell behind what it said before. */
  | 'falling'
  /** It used to seal its packets, and this one has none, or an old number. */
  | 'unsealed';

type Seen = { unix: number; seq: number; roseUp: number; isSealed: boolean };

const MAX_KNOWN = 8_192;
/** Clocks tell whole seconds, and a packet may be late. */
const SECOND_MS = 1_000;

export function createGuards(freqMs: number) {
  const known = new Map<string, Seen>();
  return {
    /** EL30-EL32. null: believed, and remembered. */
    doubt({ uuid, unix, extension, dead }: Announcement, up: number): Doubt | null {
      const before = known.get(uuid);
      if (!before) {
        if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
        known.set(uuid, { unix, roseUp: up, seq: extension?.seq ?? -1, isSealed: extension !== null });
        return null;
      }
      if (before.isSealed && (extension === null || extension.seq < before.seq)) return 'unsealed';
      if (unix < before.unix) return 'falling';
      if (before.isSealed && extension?.seq === before.seq) return dead ? null : 'replay';
      // EL32 A member whose second does not pass any more is a recording, however its packets differ.
      const isStill = unix === before.unix && up - before.roseUp > Math.max(freqMs, SECOND_MS) + SECOND_MS;
      if (isStill && !dead) return 'replay';
      if (unix > before.unix) before.roseUp = up;
      before.unix = unix;
      before.isSealed ||= extension !== null;
      before.seq = Math.max(before.seq, extension?.seq ?? -1);
      return null;
    },
  };
}
