/**
 * Stats servers of real uWSGI as a second, read-only witness of a legion: read once per period, shown beside what the
 * packets say. Nothing is decided by them. One whose answer cannot be used is left in peace for a while.
 */
import type { LegionWitness } from '../../../shared/domain/legion.js';
import { readStats, type SaidStats } from '../../core/protocol/uwsgi/stats.js';
import type { Cancel } from '../../ports/clock.js';
import type { LegionConfig, LegionDeps } from './types.js';

/** A period may be shorter; nobody looks more often. */
const AT_LEAST_MS = 2_000;
const AFTER_NONSENSE_MS = 30_000;
const DIFFERS_PERIODS = 3;
const MAX_WORDS = 200;

type Seen = {
  at: number | null;
  said: SaidStats | null;
  problem: string | null;
  differsUp: number | null;
  /** Uptime before which it is not asked. */
  notBeforeUp: number;
};
/** What we ourselves make of it: the lord, and the names behind uuids. */
export type OwnView = { readonly lordUuid: string | null; nameOf(uuid: string): string | null };

export type StatsWitness = ReturnType<typeof createStatsWitness>;

export function createStatsWitness(
  config: LegionConfig,
  { clock, statsReader }: LegionDeps,
  own: () => OwnView,
) {
  const { name, freqS } = config;
  const seen = new Map<string, Seen>();
  let cancel: Cancel = () => undefined;
  let round = 0;

  function asConfigured(): void {
    for (const place of seen.keys()) if (!config.stats.includes(place)) seen.delete(place);
    for (const place of config.stats)
      if (!seen.has(place))
        seen.set(place, { at: null, said: null, problem: null, differsUp: null, notBeforeUp: 0 });
  }

  async function look(place: string, to: Seen): Promise<void> {
    if (clock.uptime() < to.notBeforeUp) return;
    try {
      const answer = await statsReader.read(place);
      // Whoever answers with nonsense costs a parse each time.
      to.notBeforeUp = clock.uptime() + AFTER_NONSENSE_MS;
      to.said = readStats(answer, name);
      to.notBeforeUp = 0;
      to.problem = null;
      to.at = clock.now();
      const { lordUuid } = own();
      if (lordUuid === null || to.said.voteUuid === lordUuid) to.differsUp = null;
      else to.differsUp ??= clock.uptime();
    } catch (error) {
      to.problem = (error instanceof Error ? error.message : String(error)).slice(0, MAX_WORDS);
      to.differsUp = null;
    }
  }

  async function lookAtAll(ours: number): Promise<void> {
    await Promise.all([...seen].map(([place, to]) => look(place, to)));
    if (ours === round)
      cancel = clock.after(Math.max(AT_LEAST_MS, freqS * 1_000), () => void lookAtAll(ours));
  }

  return {
    start(): void {
      cancel();
      round += 1;
      asConfigured();
      for (const each of seen.values()) each.notBeforeUp = 0;
      if (seen.size > 0) void lookAtAll(round);
    },
    stop(): void {
      round += 1;
      cancel();
    },
    views: (): LegionWitness[] => {
      asConfigured();
      const { lordUuid, nameOf } = own();
      return [...seen].map(([address, { at, said, problem, differsUp }]) => {
        const vote = said?.voteUuid ?? null;
        const lastsMs = differsUp === null ? 0 : clock.uptime() - differsUp;
        return {
          ...{ address, at, problem, isLord: said?.isLord ?? false, valor: said?.valor ?? null },
          ...{ quorum: said?.quorum ?? null, members: said ? said.members.size + 1 : null },
          name: said && nameOf(said.uuid),
          votesFor: vote && (nameOf(vote) ?? said?.members.get(vote) ?? vote.slice(0, 8)),
          agrees: said === null || lordUuid === null ? null : vote === lordUuid,
          differs: lastsMs > DIFFERS_PERIODS * freqS * 1_000,
        };
      });
    },
  };
}
