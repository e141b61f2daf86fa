/** To whom and in which order: a canary that was chosen, not drawn by lot; lords last; waves by number or share. */
import type { WaveSpec } from '../../../shared/domain/change.js';
import { WAVE_PRESETS, waveSizes } from '../../../shared/domain/waves.js';
import type { LookAt } from './run-state.js';

export type Ordered = { readonly names: string[]; readonly canary: string | null };

/**
 * The order of sending. With more than one wave the first begins with the canary: the chosen one, else the healthy node
 * that runs longest and is no lord.
 */
export function orderTargets(
  names: readonly string[],
  around: { readonly look: LookAt; readonly lords: ReadonlySet<string> },
  wish: { readonly waves: number; readonly canary?: string | undefined },
): Ordered {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const sorted = [...names].sort(
    (a, b) => Number(around.lords.has(a)) - Number(around.lords.has(b)) || compare(a, b),
  );
  if (wish.waves < 2) return { names: sorted, canary: null };
  const canary = wish.canary ?? longestRunning(sorted, around);
  return canary === null
    ? { names: sorted, canary }
    : { names: [canary, ...sorted.filter((name) => name !== canary)], canary };
}

function longestRunning(
  names: readonly string[],
  { look, lords }: { readonly look: LookAt; readonly lords: ReadonlySet<string> },
): string | null {
  let best: string | null = null;
  let since = Infinity;
  for (const name of names) {
    const seen = look(name);
    if (seen?.state !== 'healthy' || lords.has(name)) continue;
    const startedAt = seen.startedAt ?? Number.MAX_SAFE_INTEGER;
    if (startedAt < since) [best, since] = [name, startedAt];
  }
  return best;
}

/** The waves with their sizes in nodes. Empty ones fall away; without any wish there is one. */
export function planWaves(
  specs: readonly WaveSpec[] = WAVE_PRESETS.once,
  total: number,
): { size: number; begins: 'auto' | 'ask'; minVerified: number; watchS: number }[] {
  const sizes = waveSizes(specs, total);
  return specs
    .map(({ begins, minVerified, watchS }, index) => ({ size: sizes[index]!, begins, minVerified, watchS }))
    .filter(({ size }) => size > 0);
}

/** Nodes on machines of one legion, and how many of its members have to stay for its quorum. */
export type LegionNodes = {
  readonly name: string;
  readonly nodes: ReadonlySet<string>;
  readonly members: number;
  /** 0: none. */
  readonly quorum: number;
};

/**
 * The same names in waves of the same sizes, with no more members of a legion in one wave than may fall without its
 * quorum, and one where none may. Who is too many waits for a later wave; in the last one, who is too many changes
 * places with a node of an earlier wave, not with the canary. `crowded`: legions for which that cannot be done.
 */
export function spreadLegions(
  names: readonly string[],
  sizes: readonly number[],
  legions: readonly LegionNodes[],
): { readonly names: string[]; readonly crowded: string[] } {
  const watched = legions.filter(({ quorum }) => quorum > 0);
  const of = (name: string): LegionNodes[] => watched.filter(({ nodes }) => nodes.has(name));
  const isFull = (wave: readonly string[], legion: LegionNodes): boolean =>
    wave.filter((name) => legion.nodes.has(name)).length >= Math.max(1, legion.members - legion.quorum);
  const crowded = new Set<string>();
  const waves: string[][] = [];
  const rest = new Set(names);
  for (const size of sizes) {
    const wave: string[] = [];
    const late: string[] = [];
    for (const name of rest) {
      if (wave.length >= size) break;
      (of(name).some((legion) => isFull(wave, legion)) ? late : wave).push(name);
    }
    const forced = late.slice(0, size - wave.length);
    for (const name of [...wave, ...forced]) rest.delete(name);
    waves.push(wave);
    for (const name of forced) {
      // Lords stand last: the first of its legion goes to an earlier wave in its stead.
      const its = of(name);
      const moved = wave.find((member) => its.some(({ nodes }) => nodes.has(member))) ?? name;
      const free = waves
        .slice(1, -1)
        .findLast((earlier) => of(moved).every((each) => !isFull(earlier, each)) && earlier.some(isOfNone));
      wave.push(name);
      if (free) wave[wave.indexOf(moved)] = free.splice(free.findLastIndex(isOfNone), 1, moved)[0]!;
      else for (const legion of its) crowded.add(legion.name);
    }
  }
  return { names: [...waves.flat(), ...rest], crowded: [...crowded].sort() };

  function isOfNone(name: string): boolean {
    return of(name).length === 0;
  }
}
