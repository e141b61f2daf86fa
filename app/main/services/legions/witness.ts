/**
 * The bus as a second witness of a lord that missed its period. It is believed only when the queues of all nodes of that
 * machine went together with the lord's voice, and stay gone: a connection that was lost takes its queue with it for as
 * long as it is made again, and a lord whose packets are lost just then is not dead. For what is said to others it takes
 * more: a node that is started anew leaves its queue for good, and one more packet may be lost.
 */
import type { Peer } from '../../core/election/election.js';
import type { LegionConfig, LegionDeps } from './types.js';

/** Who lives has its connection and its queue back within less, as a rule. */
const SURE_MS = 500;
/** So often the bus is asked meanwhile: a queue that was back between two answers should be seen. */
const ASKS = 8;
/** Of one machine so many are asked about: each start of a node leaves a name behind. */
const MAX_NODES = 16;

/** `gone`: enough for our own vote. `proven`: enough to tell others in its name. `unsure`: not for long enough yet. */
export type Testimony = 'there' | 'unsure' | 'gone' | 'proven';

export function createWitness({ name, freqS }: LegionConfig, { bus, clock, log }: LegionDeps) {
  const freqMs = freqS * 1_000;
  const sureMs = Math.max(SURE_MS, freqMs / 2);
  const againMs = sureMs / ASKS;
  let seen: { readonly uuid: string; readonly up: number; readonly nodes: readonly string[] } | null = null;
  /** Gone in every answer of this time, of which each came soon after the one before. */
  let gone: {
    readonly uuid: string;
    readonly from: number;
    readonly to: number;
    readonly nodes: readonly string[];
  } | null = null;
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

  /** One more answer that all of them are gone: what it is worth when that lasts. */
  function goneFor(lord: Peer, up: number, nodes: readonly string[]): Testimony {
    // While it spoke, and without a queue having been there until then, the queues say nothing of it; nor does a node
    // that was there and has said goodbye.
    const wasThere = seen?.uuid === lord.uuid && seen.up >= lord.seenUp - 2 * freqMs;
    if (up < lateUp(lord) || !wasThere || !seen?.nodes.every((node) => nodes.includes(node))) {
      gone = null;
      return 'there';
    }
    const goesOn =
      gone?.uuid === lord.uuid &&
      gone.from > lord.seenUp &&
      up - gone.to <= 2 * againMs &&
      nodes.every((node) => gone?.nodes.includes(node));
    const to = clock.uptime();
    gone = { uuid: lord.uuid, from: goesOn && gone ? gone.from : to, to, nodes };
    // They are looked at from when it is late: whoever is proven dead has missed two announces.
    if (up - gone.from >= freqMs + sureMs) return 'proven';
    return up - gone.from >= sureMs ? 'gone' : 'unsure';
  }

  /** All that may live, however seldom they beat, then the silent ones that were heard last; none: too many for a word. */
  function askedOn(machine: string): readonly string[] {
    const all = bus.nodesOn(machine);
    const heard = all.filter((node) => bus.isHeard(node) === true);
    const silent = all.filter((node) => bus.isHeard(node) !== true);
    if (heard.length > MAX_NODES) return [];
    return [...silent.slice(Math.max(0, silent.length + heard.length - MAX_NODES)), ...heard];
  }

  /** Those of them whose queue is there. */
  async function thereOf(nodes: readonly string[]): Promise<readonly string[]> {
    const gones = await Promise.all(nodes.map((node) => bus.isGone(node)));
    return nodes.filter((_, place) => gones[place] === false);
  }

  return {
    /** When to ask next, steady ms. */
    dueUp,
    /** Never rejects. */
    async ask(lord: Peer): Promise<Testimony> {
      const up = clock.uptime();
      if (up < dueUp(lord)) return 'unsure';
      // What was asked a period ago and has no answer gets none, or one that is too old.
      if (isAsking) forget();
      asks += 1;
      const ask = asks;
      isAsking = true;
      askedUp = up;
      try {
        const nodes = askedOn(lord.name);
        const isTold = nodes.length > 0;
        const there = isTold ? await thereOf(nodes) : [];
        if (ask !== asks) return 'unsure';
        if (isTold && there.length === 0) return goneFor(lord, up, nodes);
        seen = isTold ? { uuid: lord.uuid, up, nodes: there } : null;
        gone = null;
        return 'there';
      } catch (error) {
        // After a bus that could not be asked, a queue that is not there may only not be there again.
        if (ask === asks) forget();
        log.debug({ error, legion: name }, 'the bus could not be asked about a lord');
        return 'there';
      } finally {
        if (ask === asks) isAsking = false;
      }
    },
  };
}
