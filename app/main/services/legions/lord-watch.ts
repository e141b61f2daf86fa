/**
 * What the bus knows of a silent lord, carried to where it counts: to our own vote, and with `proxyDeath` on to the others
 * as its last word. One that fell is asked about on, until its death is proven or it was seen again.
 */
import type { Effect, Election, Peer } from '../../core/election/election.js';
import type { LegionConfig, LegionDeps } from './types.js';
import { createWitness } from './witness.js';

/** Our part, as far as it matters here. */
type Watching = { readonly election: Election; readonly isLeaving: boolean };

type Around<P extends Watching> = {
  isCurrent(from: P): boolean;
  isVoter(): boolean;
  /** Uuid of whom the story told of as lord. */
  told(): string | null;
  act(from: P, effects: readonly Effect[]): void;
  /** The times to come have changed. */
  arm(): void;
  /** Says to all, in the name of this one, that it is dead. */
  tellDeathOf(peer: Peer): void;
};

export function createLordWatch<P extends Watching>(
  config: LegionConfig,
  deps: LegionDeps,
  { isCurrent, isVoter, told, act, arm, tellDeathOf }: Around<P>,
) {
  const { clock } = deps;
  const witness = createWitness(config, deps);
  /** EL33 The lord that our own vote let go of, until its death is proven for the others too. */
  let fallen: Peer | null = null;

  const find = ({ election }: P, uuid: string | null): Peer | null => {
    for (const peer of election.peers().values()) if (peer.uuid === uuid) return peer;
    return null;
  };

  /** Whom the bus is asked about: one that fell comes before one that leads, for moments. */
  function asked(from: P): Peer | null {
    if (!config.busWitness) return null;
    const mayTell = config.proxyDeath && isVoter() && !from.isLeaving;
    const isBack = fallen !== null && find(from, fallen.uuid) !== null;
    const isOver = fallen !== null && clock.uptime() - fallen.seenUp > config.toleranceS * 1_000;
    if (!mayTell || isBack || isOver) fallen = null;
    return fallen ?? find(from, told());
  }

  return {
    forget(): void {
      fallen = null;
    },
    /** When there is something to ask next, steady ms. */
    dueUp(from: P): number {
      const lord = asked(from);
      return lord ? witness.dueUp(lord) : Infinity;
    },
    /** Asks, when it is time to. Never rejects. */
    async ask(from: P): Promise<void> {
      const lord = asked(from);
      if (!lord) return;
      const testimony = await witness.ask(lord);
      // Whoever spoke while the bus was asked lives.
      if (!isCurrent(from) || asked(from) !== lord) return;
      const isSure = testimony === 'gone' || testimony === 'proven';
      if (lord !== fallen) {
        const effects = isSure ? from.election.witnessed(lord.uuid, clock.uptime()) : [];
        if (effects.length > 0) fallen = lord;
        if (isSure) return act(from, effects);
      } else if (testimony === 'proven') {
        fallen = null;
        tellDeathOf(lord);
        // With our own announce after it they can agree at once.
        return act(from, from.election.say(clock.uptime()));
      } else if (testimony === 'there') fallen = null;
      // An answer may call for the next question sooner than anything else is due.
      arm();
    },
  };
}
