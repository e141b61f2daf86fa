/**
 * What of a well-formed packet is not believed although uWSGI would believe it: repeats that keep a dead member alive,
 * clocks that run backwards, and packets of our own kind without the seal they had before. Real nodes never send any of
 * these unless their clock is set back.
 */
import type { Announcement } from '../protocol/uwsgi/announcement.js';

export type Doubt =
  /** The same bytes again, after more than a period. */
  | 'replay'
  /** Its clock fell behind what it said before. */
  | 'falling'
  /** It used to seal its packets, and this one has none, or an old number. */
  | 'unsealed';

type Seen = { unix: number; seq: number; print: string; printUp: number; isSealed: boolean };

const MAX_KNOWN = 8_192;

export function createGuards(freqMs: number) {
  const known = new Map<string, Seen>();
  return {
    /** EL30-EL32. `print`: the bytes, or a digest of them. null: believed, and remembered. */
    doubt({ uuid, unix, extension, dead }: Announcement, print: string, up: number): Doubt | null {
      const before = known.get(uuid);
      if (!before) {
        if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
        known.set(uuid, {
          ...{ unix, print, printUp: up },
          ...{ seq: extension?.seq ?? -1, isSealed: extension !== null },
        });
        return null;
      }
      if (before.isSealed && (extension === null || extension.seq < before.seq)) return 'unsealed';
      if (unix < before.unix) return 'falling';
      // EL32 A death may come twice; an announce that comes again later proves nobody alive.
      if (print === before.print && up - before.printUp > freqMs && !dead) return 'replay';
      if (print !== before.print) Object.assign(before, { print, printUp: up });
      before.unix = unix;
      before.isSealed ||= extension !== null;
      before.seq = Math.max(before.seq, extension?.seq ?? -1);
      return null;
    },
    forget: (uuid: string): void => void known.delete(uuid),
  };
}
