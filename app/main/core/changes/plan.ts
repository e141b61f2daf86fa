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

export type PlannedWave = {
  readonly size: number;
  readonly begins: 'auto' | 'ask';
  readonly minVerified: number;
  readonly watchS: number;
};

/** The waves with their sizes in nodes. Empty ones fall away; without any wish there is one. */
export function planWaves(specs: readonly WaveSpec[] = WAVE_PRESETS.once, total: number): PlannedWave[] {
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

export type Spread = {
  readonly names: string[];
  readonly waves: PlannedWave[];
  /** So many waves were added. */
  readonly added: number;
};

/** Before a wave that was added so many of the one before must be well: those that fell have to be back. */
const BACK = 0.95;

/** So many of its members may be away at a time: one where none may. */
export const mayFall = ({ members, quorum }: LegionNodes): number => Math.max(1, members - quorum);

/**
 * In no wave more members of a legion than may fall without its quorum. Who is too many waits for a later wave; where
 * the last is full of them, waves are added. The first name stays first; lords go when all others have gone.
 */
export function spreadLegions(
  names: readonly string[],
  waves: readonly PlannedWave[],
  around: { readonly legions: readonly LegionNodes[]; readonly lords: ReadonlySet<string> },
): Spread {
  const legions = around.legions.filter(({ quorum }) => quorum > 0);
  if (!legions.some(({ nodes }) => names.some((name) => nodes.has(name))))
    return { names: [...names], waves: [...waves], added: 0 };
  const of = new Map(names.map((name) => [name, legions.filter(({ nodes }) => nodes.has(name))]));
  const plain = fill(names, waves, of, around.lords);
  if (plain.added === 0) return plain;
  // Members first in each wave: fewer are left over for the last.
  const [first = '', ...rest] = names;
  const members = rest.filter((name) => of.get(name)!.length > 0);
  const others = rest.filter((name) => of.get(name)!.length === 0);
  const eager = fill([first, ...members, ...others], waves, of, around.lords);
  return eager.added < plain.added ? eager : plain;
}

function fill(
  names: readonly string[],
  waves: readonly PlannedWave[],
  of: ReadonlyMap<string, readonly LegionNodes[]>,
  lords: ReadonlySet<string>,
): Spread {
  const rest = new Set(names);
  let others = names.filter((name) => !lords.has(name)).length;
  const placed: string[] = [];
  const sizes: number[] = [];
  while (rest.size > 0) {
    // What the waves before could not take comes in the last; whoever does not fit there gets waves more.
    const room = sizes.length < waves.length - 1 ? waves[sizes.length]!.size : rest.size;
    const taken = new Map<LegionNodes, number>();
    let size = 0;
    for (const name of rest) {
      if (size >= room) break;
      const its = of.get(name)!;
      const isEarly = lords.has(name) && others > 0 && placed.length > 0;
      if (isEarly || its.some((legion) => (taken.get(legion) ?? 0) >= mayFall(legion))) continue;
      for (const legion of its) taken.set(legion, (taken.get(legion) ?? 0) + 1);
      rest.delete(name);
      placed.push(name);
      size += 1;
      if (!lords.has(name)) others -= 1;
    }
    sizes.push(size);
  }
  const last = waves.at(-1)!;
  const made = sizes.map((size, index): PlannedWave => {
    const isAdded = index >= waves.length;
    const { begins, minVerified, watchS } = isAdded ? { ...last, begins: 'auto' as const } : waves[index]!;
    const isBeforeAdded = index >= waves.length - 1 && index < sizes.length - 1;
    return { size, begins, minVerified: isBeforeAdded ? Math.max(minVerified, BACK) : minVerified, watchS };
  });
  return { names: placed, waves: made, added: Math.max(0, sizes.length - waves.length) };
}

/** Legions whose quorum falls with this change, however it is spread; `together`: all get it at once. */
export function fallingLegions(
  names: readonly string[],
  legions: readonly LegionNodes[],
  together: boolean,
): string[] {
  return legions
    .filter(({ nodes, quorum, members }) => {
      const count = names.filter((name) => nodes.has(name)).length;
      return quorum > 0 && members >= quorum && (together ? count : Math.min(1, count)) > members - quorum;
    })
    .map(({ name }) => name);
}
