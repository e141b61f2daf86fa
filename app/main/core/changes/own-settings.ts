/**
 * Our own settings in LegionIO's layout, and what is pushed to them: lex-node's merge with what it meant (a section that
 * is missing is made, nothing is applied when a part is refused), an allow list, and a way back. What is live is always
 * the configuration with what is kept merged over it in order, so that a restart gives the same.
 */
import * as z from 'zod';
import { isJsonObject } from '../../../shared/lib/json.js';
import { mergeSettings, type Merged, type Tree } from './merge.js';
import type { Sections } from './what.js';

const Pushed = z.record(z.string(), z.record(z.string(), z.unknown()));
/** `base`: what can no longer be taken back, merged. `applied`: changes that can, oldest first. */
export const KeptSettings = z.object({
  base: Pushed,
  applied: z.array(z.object({ id: z.string(), at: z.number(), settings: Pushed })),
});
export type KeptSettings = {
  readonly base: Sections;
  readonly applied: readonly { readonly id: string; readonly at: number; readonly settings: Sections }[];
};
/** `before` undefined: there was nothing. */
export type Step = {
  readonly section: string;
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
};
/** To be kept first, then made live. Nothing else may change the settings in between. */
export type Plan = { readonly kept: KeptSettings; readonly commit: () => void };
export type AppliedChange = KeptSettings['applied'][number] & { readonly steps: readonly Step[] };

const MAX_APPLIED = 200;
/** Of the texts of the changes that can be taken back, and of all settings: two limits. */
const MAX_LENGTH = 8_000_000;

/** What changes something here; the rest is kept, and shown as without effect. */
const EFFECTIVE: ReadonlySet<string> = new Set(['extensions.node', 'transport.messages']);
export const takesEffect = ({ section, key }: Pick<Step, 'section' | 'key'>): boolean =>
  EFFECTIVE.has(`${section}.${key}`);

export type OwnSettings = ReturnType<typeof createOwnSettings>;

/** `allow`: patterns `section.key`, with `*` for any key. */
export function createOwnSettings(configured: Tree, allow: readonly string[]) {
  let kept: KeptSettings = { base: {}, applied: [] };
  let tree: Tree = configured;
  let changes: AppliedChange[] = [];
  /** The change that set a value last, by section and key. */
  let lastBy = new Map<string, string>();
  const lengths = new WeakMap<Sections, number>();

  const placeOf = (section: string, key: string): string => JSON.stringify([section, key]);
  const lengthOf = (settings: Sections): number => {
    const length = lengths.get(settings) ?? JSON.stringify(settings).length;
    lengths.set(settings, length);
    return length;
  };
  const read = (section: string, key: string): unknown => {
    const own = Object.hasOwn(tree, section) ? tree[section] : undefined;
    return isJsonObject(own) && Object.hasOwn(own, key) ? own[key] : undefined;
  };
  const canUndo = (id: string): boolean =>
    changes
      .find((change) => change.id === id)
      ?.steps.some(({ section, key }) => lastBy.get(placeOf(section, key)) === id) ?? false;
  const preview = (settings: Sections): Step[] => stepsOf(settings, mergeSettings(tree, settings, true));
  const put = (change: KeptSettings['applied'][number]): void => {
    const merged = mergeSettings(tree, change.settings, true);
    const steps = stepsOf(change.settings, merged);
    tree = merged.after;
    for (const { section, key } of steps) lastBy.set(placeOf(section, key), change.id);
    changes.push({ ...change, steps });
  };
  const restore = (next: KeptSettings): void => {
    kept = folded(next, lengthOf);
    tree = mergeSettings(configured, kept.base, true).after;
    changes = [];
    lastBy = new Map();
    for (const change of kept.applied) put(change);
  };

  return {
    tree: (): Tree => tree,
    applied: (): readonly AppliedChange[] => changes,
    kept: (): KeptSettings => kept,

    /** Why these settings are not taken, in words for the sender; null: they are. */
    objection(settings: Sections): string | null {
      for (const [section, values] of Object.entries(settings)) {
        if (section.includes('.')) return `${section} is no name of a section: it holds a dot`;
        if (!isJsonObject(values))
          return `${section} is not an object; only keys inside a section can be changed`;
        if (allow.includes(`${section}.*`)) continue;
        const refused = Object.keys(values).find((key) => !allow.includes(`${section}.${key}`));
        if (refused !== undefined)
          return `${section}.${refused} may not be changed from the network here (allowed: ${allow.join(', ')})`;
      }
      if (JSON.stringify(mergeSettings(tree, settings, true).after).length > MAX_LENGTH)
        return `the settings of this console would grow beyond ${MAX_LENGTH} characters`;
      return problemOf(settings);
    },

    /** What it would do. */
    preview,
    /** The oldest changes become permanent when there are too many. */
    planApply(id: string, settings: Sections, at: number): Plan {
      if (preview(settings).length === 0) return { kept, commit: () => undefined };
      const change = { id, at, settings };
      const next = folded({ base: kept.base, applied: [...kept.applied, change] }, lengthOf);
      return {
        kept: next,
        commit: () => {
          put(change);
          kept = next;
          changes = changes.slice(-next.applied.length);
        },
      };
    },
    /** Whether it did anything that no later change has replaced. */
    canUndo,
    /** Later changes stay. null: there is nothing to take back. */
    planUndo(id: string): Plan | null {
      if (!canUndo(id)) return null;
      const next = { ...kept, applied: kept.applied.filter((change) => change.id !== id) };
      return { kept: next, commit: () => restore(next) };
    },
    /** What was kept by an earlier process. */
    restore,

    /** Seconds between our beats as pushed; null: nobody has. */
    beatIntervalS(): number | null {
      const node = read('extensions', 'node');
      const value = isJsonObject(node) ? node['beat_interval'] : undefined;
      return typeof value === 'number' ? value : null;
    },
    encrypts(): boolean | null {
      const messages = read('transport', 'messages');
      const value = isJsonObject(messages) ? messages['encrypt'] : undefined;
      return typeof value === 'boolean' ? value : null;
    },
  };
}

/** The merge tells its changes in the order of what was pushed. */
const stepsOf = (settings: Sections, { changed }: Merged): Step[] =>
  Object.entries(settings)
    .flatMap(([section, keys]) => Object.keys(keys).map((key) => ({ section, key })))
    .map((place, index) => ({ ...place, before: changed[index]?.before, after: changed[index]?.after }));

function folded({ base, applied }: KeptSettings, lengthOf: (settings: Sections) => number): KeptSettings {
  let count = 0;
  let length = 0;
  for (const { settings } of applied.toReversed()) {
    length += lengthOf(settings);
    if (count === MAX_APPLIED || length > MAX_LENGTH) break;
    count += 1;
  }
  const old = applied.slice(0, applied.length - count);
  const merged = old.reduce<Tree>((tree, { settings }) => mergeSettings(tree, settings, true).after, base);
  return { base: merged as Sections, applied: applied.slice(applied.length - count) };
}

/** Values that would take effect here and cannot. */
function problemOf(settings: Sections): string | null {
  const node = settings['extensions']?.['node'];
  const interval = isJsonObject(node) ? node['beat_interval'] : undefined;
  if (interval !== undefined && (typeof interval !== 'number' || !(interval >= 0.2 && interval <= 3_600)))
    return 'extensions.node.beat_interval must be a number from 0.2 to 3600';
  const messages = settings['transport']?.['messages'];
  const encrypt = isJsonObject(messages) ? messages['encrypt'] : undefined;
  if (encrypt !== undefined && typeof encrypt !== 'boolean')
    return 'transport.messages.encrypt must be true or false';
  return null;
}
