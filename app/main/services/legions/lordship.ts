/** What the hooks of a lord set up, and that it is taken down once, and before another takes it. */
import type { Hooks, HookFacts } from './hooks.js';
import type { LegionConfig } from './types.js';

const MAX_AWAY_MS = 3_600_000;

export function createLordship(config: LegionConfig, hooks: Hooks, host: string, facts: () => HookFacts) {
  /** What lord hooks did, or may be doing, was not undone yet. */
  let isSetUp = false;
  let wins = 0;
  /** Lord hooks in a row that went wrong. */
  let failures = 0;

  /** Unlord hooks, where lord hooks ran. Never rejects. */
  async function undo(): Promise<void> {
    if (!isSetUp) return;
    isSetUp = false;
    await hooks.run('unlord', facts);
  }

  return {
    undo,
    /**
     * Lord hooks of a vote that was won. Resolves with whether they went well, or null when they are nobody's business
     * any more. Never rejects.
     * @param isStill the part that won is in the legion still
     * @param isTaking and its vote still stands: looked at when its turn has come
     */
    async takeOver(isStill: () => boolean, isTaking: () => boolean): Promise<boolean | null> {
      wins += 1;
      const win = wins;
      const isWanted = (): boolean => isStill() && win === wins;
      // What an earlier win set up while another led is taken down first: an address is not set up twice.
      void hooks.run('unlord', facts, {
        isWanted: () => {
          const wasSetUp = isSetUp;
          isSetUp = false;
          return wasSetUp;
        },
      });
      // Nobody else may call us lord yet; to our hooks we are.
      const isWell = await hooks.run('lord', () => ({ ...facts(), lord: host }), {
        stops: config.deathOnLordErrorS > 0,
        isWanted: () => {
          const wanted = isWanted() && isTaking();
          if (wanted) isSetUp = true;
          return wanted;
        },
      });
      if (!isWanted()) return null;
      failures = isWell ? 0 : failures + 1;
      if (!isWell && config.deathOnLordErrorS > 0) await undo();
      return isWanted() ? isWell : null;
    },
    /** Each return takes the lord from whoever is well: after each failure we stay away twice as long, an hour at most. */
    awayMs(): number {
      const leastMs = config.deathOnLordErrorS * 1_000;
      return Math.max(leastMs, Math.min(leastMs * 2 ** (failures - 1), MAX_AWAY_MS));
    },
  };
}
