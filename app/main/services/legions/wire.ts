/** The packets of one legion: opened and judged, sealed and sent. What is not used is counted by kind. */
import { DROP_KINDS, type DropKind, type Legion } from '../../../shared/domain/legion.js';
import type { Election, Heard, Peer, Self } from '../../core/election/election.js';
import { createGuards } from '../../core/election/guards.js';
import { NO_MAC, NO_UUID } from '../../core/protocol/uwsgi/announcement.js';
import { createPacketCipher } from '../../core/protocol/uwsgi/cipher.js';
import { openPacket, sealPacket } from '../../core/protocol/uwsgi/packet.js';
import type { Clock } from '../../ports/clock.js';
import type { LegionConfig } from './types.js';

/** More packets than this in one slice of time are counted and not read. */
const MAX_PER_SLICE = 2_000;
const SLICE_MS = 100;
const MAX_NAME = 255;
const MAX_SCROLL = 4_096;

export type Wire = ReturnType<typeof createWire>;

export function createWire(config: LegionConfig, clock: Clock) {
  const cipher = createPacketCipher(config);
  const guards = createGuards({ freqMs: config.freqS * 1_000, toleranceMs: config.toleranceS * 1_000 });
  const drops = new Map<DropKind, { count: number; lastAt: number }>();
  let seq = 0;
  let slice = { from: 0, count: 0 };

  const drop = (kind: DropKind): null => {
    drops.set(kind, { count: (drops.get(kind)?.count ?? 0) + 1, lastAt: clock.now() });
    return null;
  };

  return {
    drop,
    drops: (): Legion['drops'] =>
      DROP_KINDS.flatMap((kind) => {
        const counted = drops.get(kind);
        return counted ? [{ kind, ...counted }] : [];
      }).sort((a, b) => b.count - a.count),

    /** `self`, and the uuids it had `formerly`: whose packets are our own when they come back. null: it was counted. */
    open(bytes: Buffer, self: Self | null, formerly?: ReadonlySet<string>): Heard | null {
      const up = clock.uptime();
      if (up - slice.from >= SLICE_MS) slice = { from: up, count: 0 };
      slice.count += 1;
      if (slice.count > MAX_PER_SLICE) return drop('flood');
      const now = clock.now();
      const opened = openPacket(bytes, {
        ...{ cipher, legion: config.name, self, ...(formerly && { formerly }) },
        ...{ nowS: Math.floor(now / 1_000), skewS: config.skewS, maxFutureS: config.skewS },
      });
      if (!opened.ok) return drop(opened.kind);
      const { announcement } = opened;
      // uWSGI sends no longer ones, and each is kept, shown and written down.
      if (Buffer.byteLength(announcement.name) > MAX_NAME) return drop('name');
      const doubt = guards.doubt(announcement, up);
      if (doubt) return drop(doubt);
      const { scroll } = announcement;
      const isLong = scroll !== null && scroll.length > MAX_SCROLL;
      return {
        announcement: isLong ? { ...announcement, scroll: null } : announcement,
        skewMs: skewOf(announcement, now),
      };
    },

    /** The death of another, in its name: who knows it drops it. uWSGI matches valor, name and uuid. */
    sealDeathOf({ valor, name, pid, uuid }: Peer): Buffer {
      const unix = Math.floor(clock.now() / 1_000);
      return sealPacket(
        cipher,
        {
          ...{ legion: config.name, valor, unix, lord: 0, name, pid, uuid, scroll: null },
          ...{ checksum: 0n, lordValor: 0, lordUuid: NO_UUID, dead: true, extension: null },
        },
        null,
      );
    },

    /** What this part says now, as a datagram. */
    seal({ valor, name, pid, uuid }: Self, election: Election, dead: boolean): Buffer {
      const { checksum, lordValor, lordUuid, lord, hasCounted } = election.saying();
      const now = clock.now();
      seq += 1;
      return sealPacket(
        cipher,
        {
          ...{ legion: config.name, valor, unix: Math.floor(now / 1_000), lord, name, pid, uuid },
          ...{ scroll: config.scroll, dead, extension: { seq, atMs: now, mac: NO_MAC } },
          ...(hasCounted
            ? { checksum, lordValor, lordUuid }
            : { checksum: 0n, lordValor: 0, lordUuid: NO_UUID }),
        },
        cipher.macKey,
      );
    },
  };
}

/** Its clock less ours. uWSGI tells whole seconds: anything within its second is none. */
function skewOf({ unix, extension }: Heard['announcement'], now: number): number {
  if (extension) return extension.atMs - now;
  const from = unix * 1_000;
  return from > now ? from - now : Math.min(0, from + 999 - now);
}
