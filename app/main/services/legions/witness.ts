/**
 * The bus as a second witness of a lord that missed its period. It is believed only when the queue of that machine's
 * node went together with the lord's voice: it was there while the lord spoke, and is gone now that it is silent.
 */
import type { Peer } from '../../core/election/election.js';
import type { LegionConfig, LegionDeps } from './types.js';

export function createWitness({ name, freqS }: LegionConfig, { bus, clock, log }: LegionDeps) {
  const freqMs = freqS * 1_000;
  let seen: { readonly uuid: string; readonly up: number } | null = null;
  let askedUp = -Infinity;
  let isAsking = false;
  const dueUp = (doubtedUp: number): number => {
    const inPeriod = askedUp + freqMs;
    return askedUp < doubtedUp ? Math.min(inPeriod, Math.max(doubtedUp, askedUp)) : inPeriod;
  };
  return {
    /** When to ask next, steady ms; `doubtedUp`: when the lord will have missed its period. */
    dueUp,
    /** True: it is gone. Never rejects. */
    async isGone(lord: Peer, doubtedUp: () => number): Promise<boolean> {
      const up = clock.uptime();
      if (isAsking || up < dueUp(doubtedUp())) return false;
      isAsking = true;
      askedUp = up;
      try {
        const node = bus.nodeOn(lord.name);
        if (node === null) return false;
        if (!(await bus.isGone(node))) {
          seen = { uuid: lord.uuid, up };
          return false;
        }
        const isSilent = clock.uptime() >= doubtedUp();
        return isSilent && seen?.uuid === lord.uuid && seen.up >= lord.seenUp - 2 * freqMs;
      } catch (error) {
        log.debug({ error, legion: name }, 'the bus could not be asked about a lord');
        return false;
      } finally {
        isAsking = false;
      }
    },
  };
}
