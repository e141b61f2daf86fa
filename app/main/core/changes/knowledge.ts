/**
 * What is known of the values on other machines. Settings cannot be read from afar: what we pushed and was confirmed,
 * what others pushed in the open, and our own. Each answer names its source; a node that was started anew since has
 * read its files again, so nothing is known of it any more (LegionIO keeps pushed settings in memory only).
 */
import type { ValueSource } from '../../../shared/domain/change.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import { bodyFor, type LookAt, type Run, type Target } from './run-state.js';
import { MASK, restarts, type Sections } from './what.js';

export type Known = {
  /** undefined: there was none, or it looked secret and was not kept (`isMasked`). */
  readonly value: unknown;
  readonly isMasked?: boolean;
  readonly source: ValueSource;
  readonly at: number | null;
};
export const UNKNOWN: Known = { value: undefined, source: 'unknown', at: null };

/** A push by somebody else, heard on exchange `node`. */
export type ObservedPush = {
  readonly at: number;
  /** null: to all. */
  readonly target: string | null;
  readonly settings: Sections;
  readonly restart: boolean;
};

const isMasked = (value: unknown): boolean => JSON.stringify(value).includes(MASK);
const known = (value: unknown, source: ValueSource, at: number): Known =>
  isMasked(value) ? { value: undefined, isMasked: true, source, at } : { value, source, at };

const SLACK_MS = 5_000;
const TOOK: ReadonlySet<Target['state']> = new Set(['success', 'verified', 'no-change', 'regressed']);

/** `runs` and `pushes`: newest first. `own`: our settings tree and name. */
export function createKnowledge(
  runs: readonly Run[],
  pushes: readonly ObservedPush[],
  own: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> },
  look: LookAt,
) {
  /** Since when the process of this node has been running; pushed values from before are gone. */
  const isGone = (name: string, at: number, pidThen: number | null | undefined): boolean => {
    const seen = look(name);
    if (!seen) return false;
    if (pidThen !== null && pidThen !== undefined && seen.pid !== null && seen.pid !== pidThen) return true;
    return seen.startedAt !== null && seen.startedAt > at + SLACK_MS;
  };
  const inTree = (tree: Readonly<Record<string, unknown>>, section: string, key: string): unknown => {
    const values = Object.hasOwn(tree, section) ? tree[section] : undefined;
    return isJsonObject(values) && Object.hasOwn(values, key) ? values[key] : undefined;
  };

  return {
    self: own.name,
    /** The value of `section.key` on a node. `this-machine` for other nodes is a guess. */
    setting(name: string, section: string, key: string): Known {
      const ours = inTree(own.settings, section, key);
      if (name === own.name) return { value: ours, source: 'this-machine', at: null };
      let best: Known = ours === undefined ? UNKNOWN : { value: ours, source: 'this-machine', at: null };
      let bestAt = -1;
      for (const run of runs) {
        const target = run.byName.get(name);
        if (!target || target.resultAt === null || !TOOK.has(target.state)) continue;
        const body = bodyFor(run, target);
        if (body.kind !== 'settings' || target.resultAt <= bestAt) continue;
        const value = inTree(body.settings, section, key);
        if (value === undefined || restarts(body)) continue;
        if (isGone(name, target.resultAt, target.after?.pid ?? target.before?.pid)) continue;
        best = known(value, 'your-push', target.resultAt);
        bestAt = target.resultAt;
      }
      for (const push of pushes) {
        if ((push.target !== null && push.target !== name) || push.at <= bestAt || push.restart) continue;
        const value = inTree(push.settings, section, key);
        if (value === undefined || isGone(name, push.at, null)) continue;
        best = known(value, 'observed-push', push.at);
        bestAt = push.at;
      }
      return best;
    },

    /** The version of an extension that was last installed on a node by a push of ours; null: not known. */
    gem(name: string, extension: string, exceptRun: string | null): Known {
      let best = UNKNOWN;
      for (const run of runs) {
        if (run.plan.id === exceptRun) continue;
        const target = run.byName.get(name);
        if (!target || target.resultAt === null || !TOOK.has(target.state)) continue;
        const body = bodyFor(run, target);
        if (body.kind !== 'gem' || body.extension !== extension || body.version === null) continue;
        if (target.resultAt > (best.at ?? -1))
          best = { value: body.version, source: 'your-push', at: target.resultAt };
      }
      return best;
    },
  };
}
export type Knowledge = ReturnType<typeof createKnowledge>;
