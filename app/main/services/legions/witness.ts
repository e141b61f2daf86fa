/**
 * The bus as a second witness of a lord that missed its period. It is believed only when the queue of that machine's
 * node went together with the lord's voice, and stays gone: a connection that was lost takes its queue with it for as
 * long as it is made again, and a lord whose packets are lost just then is not dead.
 */
import type { Peer } from '../../core/election/election.js';
import type { LegionConfig, LegionDeps } from './types.js';

/** Who lives has its connection and its queue back within less, as a rule. */
const SURE_MS = 500;
/** So often the bus is asked meanwhile: a queue that was back between two answers should be seen. */
const ASKS = 8;

export function createWitness({ name, freqS }: LegionConfig, { bus, clock, log }: LegionDeps) {
  const freqMs = freqS * 1_000;
  const sureMs = Math.max(SURE_MS, freqMs / 2);
  const againMs = sureMs / ASKS;
  let seen: { readonly uuid: string; readonly up: number } | null = null;
  /** Gone in every answer of this time, of which each came soon after the one before. */
  let gone: { readonly uuid: string; readonly from: number; readonly to: number } | null = null;
  let askedUp = -Infinity;
  let asks = 0;
  let isAsking = false;

  const forget = (): void => {
    seen = null;
    gone = null;
  };
  /** From when on it should have been heard. To be sure takes longer than it may be late, so that is seen to. */
  const lateUp = ({ seenUp }: Peer): number => seenUp + freqMs;
  const dueUp = (lord: Peer): number => {
    const inPeriod = askedUp + freqMs;
    if (isAsking) return inPeriod;
    const late = lateUp(lord);
    if (gone) return Math.min(inPeriod, Math.max(late, askedUp + againMs));
    return askedUp < late ? Math.min(inPeriod, late) : inPeriod;
  };

  /** One more answer that it is gone. True when that lasts. */
  function isSure(lord: Peer, up: number): boolean {
    // While it spoke, and without the queue having been there until then, the queue says nothing of it.
    if (up < lateUp(lord) || seen?.uuid !== lord.uuid || seen.up < lord.seenUp - 2 * freqMs) {
      gone = null;
      return false;
    }
    const goesOn = gone?.uuid === lord.uuid && gone.from > lord.seenUp && up - gone.to <= 2 * againMs;
    const to = clock.uptime();
    gone = { uuid: lord.uuid, from: goesOn && gone ? gone.from : to, to };
    return up - gone.from >= sureMs;
  }

  return {
    /** When to ask next, steady ms. */
    dueUp,
    /** True: it is gone. Never rejects. */
    async isGone(lord: Peer): Promise<boolean> {
      const up = clock.uptime();
      if (up < dueUp(lord)) return false;
      // What was asked a period ago and has no answer gets none, or one that is too old.
      if (isAsking) forget();
      asks += 1;
      const ask = asks;
      isAsking = true;
      askedUp = up;
      try {
        const node = bus.nodeOn(lord.name);
        const isThere = node !== null && !(await bus.isGone(node));
        if (ask !== asks) return false;
        if (node !== null && !isThere) return isSure(lord, up);
        seen = isThere ? { uuid: lord.uuid, up } : null;
        gone = null;
        return false;
      } catch (error) {
        // After a bus that could not be asked, a queue that is not there may only not be there again.
        if (ask === asks) forget();
        log.debug({ error, legion: name }, 'the bus could not be asked about a lord');
        return false;
      } finally {
        if (ask === asks) isAsking = false;
      }
    },
  };
}
