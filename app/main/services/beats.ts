/**
 * Our own sign of life. Listens for its name first, so that it never fights for it; then beats at once and every
 * interval for as long as the link lives; says goodbye at the end.
 */
import { GOODBYE_WORD } from '../../shared/domain/node-state.js';
import { encodeBeat } from '../core/protocol/bus/beat.js';
import type { Bus } from '../ports/bus.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Vitals } from '../ports/vitals.js';

export type Identity = {
  readonly name: string;
  readonly hostname: string;
  readonly pid: number;
  readonly version: string;
};

type Deps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly vitals: Vitals;
  readonly log: Log;
  readonly identity: Identity;
  /** May change while it runs. */
  readonly intervalMs: () => number;
  readonly extensions: number;
};

export function createBeats({ bus, clock, vitals, log, identity, intervalMs, extensions }: Deps) {
  let timer: Cancel | null = null;
  let lastBeatAt: number | null = null;
  let nextBeatAt: number | null = null;
  let sentUp: number | null = null;
  let lagMs: number | null = null;

  const envelope = (status: string) => {
    const now = vitals.read();
    return encodeBeat(
      {
        ...identity,
        status,
        memoryMb: now.memoryMb,
        cpuUserS: now.cpuUserS,
        cpuSystemS: now.cpuSystemS,
        threads: now.threads,
        extensions,
        uptimeS: now.uptimeS,
      },
      clock.now(),
    );
  };

  const beat = (): void => {
    nextBeatAt = clock.now() + intervalMs();
    timer = clock.after(intervalMs(), beat);
    sentUp = clock.uptime();
    bus.publish(envelope('active')).then(
      () => {
        lastBeatAt = clock.now();
      },
      (error: unknown) => log.debug({ error }, 'beat not sent'),
    );
  };

  const pause = (): void => {
    timer?.();
    timer = null;
    nextBeatAt = null;
  };

  return {
    pause,
    /** Beats now, and on. Called again after a reconnect, it beats at once and keeps one rhythm. */
    start(): void {
      timer?.();
      beat();
    },
    /** The last beat, with the word that means goodbye. Never rejects. */
    async goodbye(): Promise<void> {
      const wasBeating = timer !== null;
      pause();
      if (wasBeating)
        await bus
          .publish(envelope(GOODBYE_WORD))
          .catch((error: unknown) => log.debug({ error }, 'no goodbye'));
    },
    /** Our own beat came back to us. */
    heardBack(): void {
      if (sentUp === null) return;
      lagMs = Math.max(0, Math.round(clock.uptime() - sentUp));
      sentUp = null;
    },
    isBeating: (): boolean => timer !== null,
    view: () => ({ lastBeatAt, nextBeatAt, lagMs }),
  };
}
