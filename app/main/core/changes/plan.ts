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
 * The same names in the same waves' sizes, with no more members of a legion in one wave than may fall without its
 * quorum, and one where none may. `crowded`: legions for which that cannot be done.
 */
export function spreadLegions(
  names: readonly string[],
  sizes: readonly number[],
  legions: readonly LegionNodes[],
): { readonly names: string[]; readonly crowded: string[] } {
  const watched = legions.filter(({ quorum }) => quorum > 0);
  const mayFall = new Map(watched.map((legion) => [legion, Math.max(1, legion.members - legion.quorum)]));
  const crowded = new Set<string>();
  const placed: string[] = [];
  let rest = [...names];
  for (const size of sizes) {
    const taken = new Map<LegionNodes, number>();
    const wave: string[] = [];
    const left: string[] = [];
    for (const name of rest) {
      const its = watched.filter(({ nodes }) => nodes.has(name));
      const isFull = its.some((legion) => (taken.get(legion) ?? 0) >= mayFall.get(legion)!);
      if (wave.length >= size || isFull) left.push(name);
      else {
        wave.push(name);
        for (const legion of its) taken.set(legion, (taken.get(legion) ?? 0) + 1);
      }
    }
    // Nobody else is there to fill it.
    const forced = left.splice(0, size - wave.length);
    for (const name of forced)
      for (const legion of watched) if (legion.nodes.has(name)) crowded.add(legion.name);
    placed.push(...wave, ...forced);
    rest = left;
  }
  return { names: [...placed, ...rest], crowded: [...crowded].sort() };
}
