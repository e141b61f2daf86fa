/** The story of a legion: who leads, who comes and goes, and who calls itself dead. For the timeline and the bell. */
import type { Why } from '../../core/election/why.js';
import type { Lords } from './lords.js';
import type { LegionConfig, LegionDeps } from './types.js';

/** Who calls itself dead with each packet is told of; of so many at most. */
const MAX_MARKED = 100;
const MARKED_MS = 60_000;
const FOLD_MS = 5_000;

export function createStory(
  config: LegionConfig,
  { clock, record }: Pick<LegionDeps, 'clock' | 'record'>,
  lords: Lords,
) {
  const deadMarked = new Map<string, { readonly first: number; readonly last: number }>();
  /** Since when nobody leads and since when for this reason; told when it lasts. */
  let lordless: { at: number; kind: Why['kind']; kindUp: number; kindAt: number; isTold: boolean } | null =
    null;
  let told: string | null = null;

  const tellOf = (kind: 'legion.joined' | 'legion.left' | 'legion.death-told', name: string): void =>
    record({
      ...{ kind, names: [name], facts: { legion: config.name } },
      ...{ foldMs: FOLD_MS, foldKey: config.name },
    });

  return {
    /** The uuid of the lord that was told of last, or the reason why there is none. */
    told: (): string | null => told,
    /** We no longer look. */
    away(): void {
      told = null;
      lords.away();
    },
    came(name: string): void {
      lords.mark(name, 'joined', false);
      tellOf('legion.joined', name);
    },
    went(name: string, saidGoodbye: boolean): void {
      lords.mark(name, saidGoodbye ? 'left' : 'died', false);
      tellOf('legion.left', name);
    },
    deathTold: (name: string): void => tellOf('legion.death-told', name),

    /** Twice, and more than a period apart: one goodbye of a stranger is nothing. */
    saidDead(name: string): void {
      const now = clock.now();
      const before = deadMarked.get(name);
      for (const [other, { last }] of deadMarked) if (now - last > MARKED_MS) deadMarked.delete(other);
      if (before) deadMarked.set(name, { first: before.first, last: now });
      else if (deadMarked.size < MAX_MARKED) deadMarked.set(name, { first: now, last: now });
    },
    /** Who calls itself dead again and again. */
    deadMarked: (): string[] =>
      [...deadMarked].flatMap(([name, { first, last }]) =>
        last - first > config.freqS * 1_000 && clock.now() - last < MARKED_MS ? [name] : [],
      ),

    /** Who leads now: told when it is another, and nobody only when that lasts longer than a change of hands. */
    look(now: Why): void {
      if (now.kind === 'settling') return;
      const up = clock.uptime();
      if (now.kind === 'lord' || now.kind === 'disputed') {
        lordless = null;
        if (told === now.lord.uuid) return;
        told = now.lord.uuid;
        lords.lord(now.lord.name, null);
        record({ kind: 'legion.lord', names: [now.lord.name], facts: { legion: config.name } });
        return;
      }
      const at = clock.now();
      if (lordless?.kind !== now.kind)
        lordless = {
          ...{ at: lordless?.at ?? at, kind: now.kind, kindUp: up, kindAt: at },
          isTold: lordless?.isTold ?? false,
        };
      if (told === now.kind || up - lordless.kindUp < 2 * config.freqS * 1_000) return;
      // The first reason counts from when the last lord went; another from when it became the reason.
      lords.lord(null, now.kind, lordless.isTold ? lordless.kindAt : lordless.at);
      lordless.isTold = true;
      told = now.kind;
      record({
        kind: now.kind === 'split' ? 'legion.split' : 'legion.no-lord',
        facts: { legion: config.name, why: now.kind },
      });
    },
  };
}
