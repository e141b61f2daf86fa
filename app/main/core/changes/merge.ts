/**
 * lex-node's merge of pushed settings, exactly (update_settings of 0.3.2): for each section with an object value, each
 * key in it is replaced whole; nothing deeper is merged and nothing is removed. A section must be there as an object;
 * the first that is not ends it, and what was applied before stays.
 */
import { isJsonObject } from '../../../shared/lib/json.js';

export type Tree = Readonly<Record<string, unknown>>;
export type Merged = {
  readonly after: Tree;
  /** `section.key` of what was replaced or added, with the value from before (undefined: there was none). */
  readonly changed: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
  /** The section at which a Ruby node raises; null when all went in. */
  readonly failedAt: string | null;
};

/** `makesSections`: what was meant, as our own node does it: a section that is missing is made. */
export function mergeSettings(tree: Tree, pushed: Tree, makesSections = false): Merged {
  let after = tree;
  const changed: { path: string; before: unknown; after: unknown }[] = [];
  for (const [section, values] of Object.entries(pushed)) {
    const own = Object.hasOwn(after, section) ? after[section] : undefined;
    const isThere = isJsonObject(own);
    if (!isJsonObject(values) || (!isThere && !makesSections)) return { after, changed, failedAt: section };
    const before = isThere ? own : {};
    for (const [key, value] of Object.entries(values)) {
      changed.push({
        path: `${section}.${key}`,
        before: Object.hasOwn(before, key) ? before[key] : undefined,
        after: value,
      });
    }
    after = { ...after, [section]: { ...before, ...values } };
  }
  return { after, changed, failedAt: null };
}
