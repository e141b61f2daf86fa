/**
 * Our own settings in LegionIO's layout, and what is pushed to them: lex-node's merge with what it meant (a section that
 * is missing is made, nothing is applied when a part is refused), an allow list, and the values from before, so that
 * each change can be taken back.
 */
import * as z from 'zod';
import { isJsonObject } from '../../../shared/lib/json.js';
import { mergeSettings, type Tree } from './merge.js';
import type { Sections } from './what.js';

/** `before` absent: there was nothing. */
const Step = z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown() });
export const AppliedChange = z.object({ id: z.string(), at: z.number(), steps: z.array(Step) });
export type AppliedChange = z.infer<typeof AppliedChange>;

/** What changes something here; the rest is kept, and shown as without effect. */
const EFFECTIVE: ReadonlySet<string> = new Set(['extensions.node', 'transport.messages']);
export const takesEffect = (path: string): boolean => EFFECTIVE.has(path);

export type OwnSettings = ReturnType<typeof createOwnSettings>;

/** `allow`: patterns `section.key`, with `*` for any key. */
export function createOwnSettings(base: Tree, allow: readonly string[]) {
  let applied: AppliedChange[] = [];
  let tree: Tree = base;

  const isAllowed = (path: string): boolean => {
    const [section] = path.split('.', 1);
    return allow.includes(path) || allow.includes(`${section}.*`);
  };
  const set = (path: string, value: unknown): void => {
    const dot = path.indexOf('.');
    const [section, key] = [path.slice(0, dot), path.slice(dot + 1)];
    const own = Object.hasOwn(tree, section) ? tree[section] : undefined;
    const values = isJsonObject(own) ? { ...own } : {};
    if (value === undefined) delete values[key];
    else values[key] = value;
    tree = { ...tree, [section]: values };
  };
  const read = (path: string): unknown => {
    const dot = path.indexOf('.');
    const own = Object.hasOwn(tree, path.slice(0, dot)) ? tree[path.slice(0, dot)] : undefined;
    const key = path.slice(dot + 1);
    return isJsonObject(own) && Object.hasOwn(own, key) ? own[key] : undefined;
  };
  const still = ({ path, after }: AppliedChange['steps'][number]): boolean =>
    JSON.stringify(read(path)) === JSON.stringify(after);

  return {
    tree: (): Tree => tree,
    applied: (): readonly AppliedChange[] => applied,

    /** Why these settings are not taken, in words for the sender; null: they are. */
    objection(settings: Sections): string | null {
      for (const [section, values] of Object.entries(settings)) {
        if (!isJsonObject(values))
          return `${section} is not an object; only keys inside a section can be changed`;
        const refused = Object.keys(values).find((key) => !isAllowed(`${section}.${key}`));
        if (refused !== undefined)
          return `${section}.${refused} may not be changed from the network here (allowed: ${allow.join(', ')})`;
      }
      return problemOf(settings);
    },

    /** What it would do, without doing it. */
    preview: (settings: Sections) => mergeSettings(tree, settings, true).changed,

    apply(id: string, settings: Sections, at: number): AppliedChange {
      const merged = mergeSettings(tree, settings, true);
      tree = merged.after;
      const steps = merged.changed.map(({ path, before, after }) =>
        before === undefined ? { path, after } : { path, before, after },
      );
      const change = { id, at, steps };
      applied = [...applied, change];
      return change;
    },

    canUndo: (id: string): boolean => applied.find((change) => change.id === id)?.steps.some(still) ?? false,
    /** Takes back what it did and nothing has changed since. False: there is nothing to take back. */
    undo(id: string): boolean {
      const change = applied.find((each) => each.id === id);
      if (!change) return false;
      const steps = change.steps.filter(still);
      for (const { path, before } of steps) set(path, before);
      applied = applied.filter((each) => each !== change);
      return steps.length > 0;
    },

    /** From before this process: applied again, in order. */
    restore(changes: readonly AppliedChange[]): void {
      for (const change of changes) for (const { path, after } of change.steps) set(path, after);
      applied = [...changes];
    },

    /** Seconds between our beats as pushed; null: nobody has. */
    beatIntervalS(): number | null {
      const node = read('extensions.node');
      const value = isJsonObject(node) ? node['beat_interval'] : undefined;
      return typeof value === 'number' ? value : null;
    },
    encrypts(): boolean | null {
      const messages = read('transport.messages');
      const value = isJsonObject(messages) ? messages['encrypt'] : undefined;
      return typeof value === 'boolean' ? value : null;
    },
  };
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
