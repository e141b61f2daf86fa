/**
 * What is known of the values on other machines. Settings cannot be read from afar: what we pushed and was confirmed,
 * what others pushed in the open, and our own. Each answer names its source; a node that was started anew since, or
 * that reported a change which nobody saw, is known no more (LegionIO keeps pushed settings in memory only).
 */
import type { ValueSource } from '../../../shared/domain/change.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import type { Elsewhere, ObservedPush } from './elsewhere.js';
import { bodyFor, type LookAt, type Run, type Target } from './run-state.js';
import { isUnanswered } from './took.js';
import { MASK, restarts } from './what.js';

export type Known = {
  /** undefined: there was none, or it looked secret and was not kept (`isMasked`). */
  readonly value: unknown;
  readonly isMasked?: boolean;
  readonly source: ValueSource;
  readonly at: number | null;
};
export const UNKNOWN: Known = { value: undefined, source: 'unknown', at: null };

const isMasked = (value: unknown): boolean => JSON.stringify(value).includes(MASK);
const known = (value: unknown, source: ValueSource, at: number): Known =>
  isMasked(value) ? { value: undefined, isMasked: true, source, at } : { value, source, at };

const SLACK_MS = 5_000;
const TOOK: ReadonlySet<Target['state']> = new Set(['success', 'verified', 'no-change', 'regressed']);
/** It may have been taken, wholly or in part: lex-node keeps what it merged before it failed. */
const mayHaveIt = (run: Run, target: Target): boolean =>
  isUnanswered(run, target) || (target.state === 'failed' && target.why !== 'not-sent');
/** It may have read its files anew since. Whoever could not install a gem says so before that. */
const mayHaveRestarted = (run: Run, target: Target): boolean =>
  TOOK.has(target.state) ||
  (mayHaveIt(run, target) &&
    (target.state !== 'failed' || run.plan.kind !== 'gem' || target.contradicted === 'success'));

/** Where the values of a node come from, newest first; nodes with the same are one group. */
type Source = {
  readonly id: string;
  readonly at: number;
  /** UNKNOWN: it may have changed this; null: it says nothing of it. */
  find(section: string, key: string): Known | null;
};
export type History = {
  /** The value of `section.key`. `this-machine` for other nodes is a guess. */
  value(section: string, key: string): Known;
  /** It is our own settings. */
  readonly isOwn: boolean;
};

/** Nobody knows whether it was taken. */
const maybe = (id: string, at: number, isAbout: (section: string, key: string) => boolean): Source => ({
  ...{ id, at },
  find: (section, key) => (isAbout(section, key) ? UNKNOWN : null),
});
const pushed = (
  id: string,
  at: number,
  tree: Readonly<Record<string, unknown>>,
  source: ValueSource,
): Source => ({
  ...{ id, at },
  find(section, key) {
    const value = inTree(tree, section, key);
    return value === undefined ? null : known(value, source, at);
  },
});

const inTree = (tree: Readonly<Record<string, unknown>>, section: string, key: string): unknown => {
  const values = Object.hasOwn(tree, section) ? tree[section] : undefined;
  return isJsonObject(values) && Object.hasOwn(values, key) ? values[key] : undefined;
};

export type KnowledgeOf = {
  /** Those that may say something of it, newest first. */
  readonly runs: readonly Run[];
  readonly elsewhere: Pick<Elsewhere, 'pushesTo' | 'of' | 'wallAt'>;
  /** Our settings tree and name. */
  readonly own: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly look: LookAt;
  /**
   * Of the values that a node had just before this run came to it first, as far as it still has what came then; null:
   * as of now.
   */
  readonly of: Run | null;
};

export function createKnowledge({ runs, elsewhere, own, look, of }: KnowledgeOf) {
  const histories = new Map<string, History>();
  const byName = new Map<string, History>();
  const until = (name: string): number => of?.byName.get(name)?.firstAt ?? Infinity;

  /** The process of this node has been started anew since; pushed values from before are gone. */
  const isGone = (name: string, at: number, pidThen: number | null | undefined): boolean => {
    const seen = look(name);
    if (!seen) return false;
    if (pidThen !== null && pidThen !== undefined && seen.pid !== null && seen.pid !== pidThen) return true;
    return seen.startedAt !== null && seen.startedAt > at + SLACK_MS;
  };

  const pushIds = new Map<ObservedPush, string>();
  const sources = new Map<string, readonly Source[]>();
  const allSourcesOf = (name: string): readonly Source[] => {
    const there = sources.get(name) ?? findSources(name);
    sources.set(name, there);
    return there;
  };
  const findSources = (name: string): Source[] => {
    const found: Source[] = [];
    const traces = elsewhere.of(name);
    // A reload reads the files again in the same process: what was pushed before it is gone, and so is what came with it.
    let wallAt = Math.max(elsewhere.wallAt(), traces?.wallAt ?? -Infinity);
    for (const [index, run] of runs.entries()) {
      const target = run.byName.get(name);
      if (!target || target.attempt === 0) continue;
      const body = bodyFor(run, target);
      const at = target.resultAt ?? target.sentAt ?? target.stateAt;
      if (restarts(body)) {
        if (mayHaveRestarted(run, target)) wallAt = Math.max(wallAt, at);
        for (const past of target.past) wallAt = Math.max(wallAt, past.at);
      }
      if (body.kind !== 'settings') continue;
      const tree = body.settings;
      const mayHave = (when: number): Source =>
        maybe(`m${index}`, when, (...path) => inTree(tree, ...path) !== undefined);
      const id = `r${index}.${run.plan.bodyOf[target.index] ?? 0}`;
      // Attempts before the last were taken whatever became of that.
      for (const { at: when, isSure } of target.past) {
        if (isGone(name, when, null)) continue;
        found.push(isSure && !restarts(body) ? pushed(id, when, tree, 'your-push') : mayHave(when));
      }
      if (mayHaveIt(run, target) && !isGone(name, at, target.before?.pid)) found.push(mayHave(at));
      if (target.resultAt === null || !TOOK.has(target.state) || restarts(body)) continue;
      if (isGone(name, target.resultAt, target.after?.pid ?? target.before?.pid)) continue;
      // Which of two that were on their way at the same time came first, a late word does not tell.
      if (
        target.late &&
        [...runs, ...(of ? [of] : [])].some((other) => other !== run && isBetween(other, target))
      )
        found.push(mayHave(at), mayHave(target.sentAt ?? at));
      else found.push(pushed(id, target.resultAt, tree, 'your-push'));
    }
    for (const push of elsewhere.pushesTo(name)) {
      if (isGone(name, push.at, null)) continue;
      const id = pushIds.get(push) ?? `p${pushIds.size}`;
      pushIds.set(push, id);
      if (push.restart) {
        wallAt = Math.max(wallAt, push.at);
        continue;
      }
      found.push(
        push.unsure === true
          ? maybe(id, push.at, (...path) => inTree(push.settings, ...path) !== undefined)
          : pushed(id, push.at, push.settings, 'observed-push'),
      );
    }
    for (const [index, { at, sections }] of (traces?.maybe ?? []).entries())
      found.push(maybe(`t${index} ${name}`, at, (section) => sections === null || sections.has(section)));
    return found.filter(({ at }) => at > wallAt).sort((a, b) => b.at - a.at);
  };
  const isBetween = ({ byName }: Run, { name, firstAt, resultAt }: Target): boolean => {
    const sent = byName.get(name)?.sentAt ?? -1;
    return sent >= (firstAt ?? 0) && sent <= (resultAt ?? 0);
  };
  const sourcesOf = (name: string): Source[] => {
    const end = until(name);
    return allSourcesOf(name).filter(({ at }) => at < end);
  };

  const makeHistory = (sources: readonly Source[], isOwn: boolean): History => {
    const values = new Map<string, Known>();
    const find = (section: string, key: string): Known => {
      for (const source of sources) {
        const found = source.find(section, key);
        if (found) return found;
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
    // What we have ourselves is known as it is now, not as it was.
    const isOwn = name === own.name && of === null;
    const sources = isOwn ? [] : sourcesOf(name);
    const id = isOwn ? 'own' : sources.map((source) => source.id).join(' ');
    const history = histories.get(id) ?? makeHistory(sources, isOwn);
    histories.set(id, history);
    byName.set(name, history);
    return history;
  };

  return {
    historyOf,

    /** Something that came after what is asked about has set this key since, or may have. */
    isNewer: (name: string, section: string, key: string): boolean =>
      allSourcesOf(name).some((source) => source.at >= until(name) && source.find(section, key) !== null),

    /** The version of an extension that was last installed on a node, as far as it was heard. */
    gem: (name: string, extension: string): Known => gemAt(name, extension, until(name)),
    isNewerGem: (name: string, extension: string): boolean =>
      (gemAt(name, extension, Infinity).at ?? -Infinity) >= until(name),
  };

  function gemAt(name: string, extension: string, end: number): Known {
    let best = UNKNOWN;
    for (const run of runs) {
      const target = run.byName.get(name);
      if (!target || target.attempt === 0) continue;
      const body = bodyFor(run, target);
      if (body.kind !== 'gem' || body.extension !== extension) continue;
      const at = target.resultAt ?? target.sentAt ?? -1;
      if (at >= end || at <= (best.at ?? -1)) continue;
      // A failed installation leaves the version that was there; the newest one could be any.
      const isTaken = target.resultAt !== null && TOOK.has(target.state);
      if (isTaken && body.version !== null) best = { value: body.version, source: 'your-push', at };
      else if (isTaken || target.past.length > 0 || isUnanswered(run, target)) best = { ...UNKNOWN, at };
    }
    const other = elsewhere.of(name)?.gems.get(extension);
    if (!other || other.at >= end || other.at <= (best.at ?? -1)) return best;
    return other.version === null
      ? { ...UNKNOWN, at: other.at }
      : { value: other.version, source: 'observed-push', at: other.at };
  }
}
export type Knowledge = ReturnType<typeof createKnowledge>;
