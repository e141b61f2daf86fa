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
/** It may have been taken, wholly or in part: lex-node keeps what it merged before it failed. */
const MAYBE: ReadonlySet<Target['state']> = new Set(['sent', 'no-answer', 'failed']);

/** Where the values of a node come from, newest first; nodes with the same are one group. */
type Source = {
  readonly id: string;
  readonly at: number;
  readonly tree: Readonly<Record<string, unknown>>;
  /** `maybe`: sent, and nobody knows what became of it. */
  readonly source: 'your-push' | 'observed-push' | 'maybe';
};
export type History = {
  /** The value of `section.key`. `this-machine` for other nodes is a guess. */
  value(section: string, key: string): Known;
  /** It is our own settings. */
  readonly isOwn: boolean;
};

const inTree = (tree: Readonly<Record<string, unknown>>, section: string, key: string): unknown => {
  const values = Object.hasOwn(tree, section) ? tree[section] : undefined;
  return isJsonObject(values) && Object.hasOwn(values, key) ? values[key] : undefined;
};

/** `runs` and `pushes`: newest first. `own`: our settings tree and name. */
export function createKnowledge(
  runs: readonly Run[],
  pushes: readonly ObservedPush[],
  own: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> },
  look: LookAt,
) {
  const histories = new Map<string, History>();
  const byName = new Map<string, History>();

  /** The process of this node has been started anew since; pushed values from before are gone. */
  const isGone = (name: string, at: number, pidThen: number | null | undefined): boolean => {
    const seen = look(name);
    if (!seen) return false;
    if (pidThen !== null && pidThen !== undefined && seen.pid !== null && seen.pid !== pidThen) return true;
    return seen.startedAt !== null && seen.startedAt > at + SLACK_MS;
  };

  const sourcesOf = (name: string): Source[] => {
    const found: Source[] = [];
    // A reload reads the files again in the same process: what was pushed before it is gone, and so is what came with it.
    let reloadedAt = -Infinity;
    for (const [index, run] of runs.entries()) {
      const target = run.byName.get(name);
      if (!target || target.attempt === 0) continue;
      const body = bodyFor(run, target);
      if (restarts(body) && target.why !== 'not-sent')
        reloadedAt = Math.max(reloadedAt, target.resultAt ?? target.sentAt ?? target.stateAt);
      if (body.kind !== 'settings') continue;
      const tree = body.settings;
      if (MAYBE.has(target.state) && target.why !== 'not-sent') {
        const at = target.resultAt ?? target.sentAt ?? target.stateAt;
        if (!isGone(name, at, target.before?.pid)) found.push({ id: `m${index}`, at, tree, source: 'maybe' });
      }
      if (target.resultAt === null || !TOOK.has(target.state) || restarts(body)) continue;
      if (isGone(name, target.resultAt, target.after?.pid ?? target.before?.pid)) continue;
      const id = `r${index}.${run.plan.bodyOf[target.index] ?? 0}`;
      found.push({ id, at: target.resultAt, tree, source: 'your-push' });
    }
    for (const [index, push] of pushes.entries()) {
      if ((push.target !== null && push.target !== name) || isGone(name, push.at, null)) continue;
      if (push.restart) {
        reloadedAt = Math.max(reloadedAt, push.at);
        continue;
      }
      found.push({ id: `p${index}`, at: push.at, tree: push.settings, source: 'observed-push' });
    }
    return found.filter(({ at }) => at > reloadedAt).sort((a, b) => b.at - a.at);
  };

  const makeHistory = (sources: readonly Source[], isOwn: boolean): History => {
    const values = new Map<string, Known>();
    const find = (section: string, key: string): Known => {
      for (const { tree, source, at } of sources) {
        const value = inTree(tree, section, key);
        if (value === undefined) continue;
        return source === 'maybe' ? UNKNOWN : known(value, source, at);
      }
      const ours = inTree(own.settings, section, key);
      return ours === undefined && !isOwn ? UNKNOWN : { value: ours, source: 'this-machine', at: null };
    };
    return {
      isOwn,
      value(section, key) {
        const path = `${section}\n${key}`;
        const value = values.get(path) ?? find(section, key);
        values.set(path, value);
        return value;
      },
    };
  };

  const historyOf = (name: string): History => {
    const there = byName.get(name);
    if (there) return there;
    const sources = name === own.name ? [] : sourcesOf(name);
    const id = name === own.name ? 'own' : sources.map((source) => source.id).join(' ');
    const history = histories.get(id) ?? makeHistory(sources, name === own.name);
    histories.set(id, history);
    byName.set(name, history);
    return history;
  };

  return {
    historyOf,

    /** The version of an extension that was last installed on a node by a push of ours. */
    gem(name: string, extension: string): Known {
      let best = UNKNOWN;
      for (const run of runs) {
        const target = run.byName.get(name);
        if (!target || target.attempt === 0) continue;
        const body = bodyFor(run, target);
        if (body.kind !== 'gem' || body.extension !== extension) continue;
        const at = target.resultAt ?? target.sentAt ?? -1;
        if (at <= (best.at ?? -1)) continue;
        // A failed installation leaves the version that was there; the newest one could be any.
        const isTaken = target.resultAt !== null && TOOK.has(target.state);
        if (isTaken && body.version !== null) best = { value: body.version, source: 'your-push', at };
        else if (isTaken || target.state === 'sent' || target.state === 'no-answer')
          best = { ...UNKNOWN, at };
      }
      return best;
    },
  };
}
export type Knowledge = ReturnType<typeof createKnowledge>;
