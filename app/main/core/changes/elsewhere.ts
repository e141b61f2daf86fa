/**
 * What others did to nodes, as far as it was heard: pushes that go over exchange `node` in the open, and results of
 * changes that were sent to a node alone, which nobody else sees. Of the latter only the words of the node are known,
 * so they end what was known before rather than tell what is there now. Bounded in every direction; what is forgotten
 * ends what was known, too.
 */
import { detailOf, type Sections } from './what.js';

/** A push by somebody else, heard on exchange `node`; its values masked. */
export type ObservedPush = {
  readonly at: number;
  /** null: to all. */
  readonly target: string | null;
  readonly settings: Sections;
  readonly restart: boolean;
  /** By the function `message`, which LegionIO breaks off somewhere: it may have been taken, and nobody answers it. */
  readonly unsure?: boolean | undefined;
};

/** A result that answers nothing of ours. */
export type ObservedResult = {
  readonly at: number;
  readonly node: string;
  readonly kind: 'settings' | 'gem';
  readonly ok: boolean;
  readonly detail: string | null;
  /** It did not beat when it said so. */
  readonly stranger?: boolean | undefined;
  /** It heard nothing that was said in the open. */
  readonly deaf?: boolean | undefined;
};

/** What such results leave of a node. */
export type Traces = {
  /** Nothing from before this is known: a change nobody saw may have brought anything, or made it read its files. */
  wallAt: number;
  /** Failed ones, which may have applied some of these sections (null: of any), newest first. */
  readonly maybe: { readonly at: number; readonly sections: ReadonlySet<string> | null }[];
  /** Versions that were installed; null: the newest, or one that was not told. */
  readonly gems: Map<string, { readonly at: number; readonly version: string | null }>;
  touchedAt: number;
};

const MAX_PUSHES = 100;
const MAX_NODES = 20_000;
const MAX_MAYBE = 10;
const MAX_GEMS = 50;
/** A result so long after a push in the open is its answer. */
export const ANSWERED_MS = 60_000;

export type Elsewhere = ReturnType<typeof createElsewhere>;

/**
 * `isHeard`: a node that beats. What strangers say is kept apart, so that a flood of names costs no other its past.
 * `isDeaf`: one that hears nothing of what is said in the open.
 */
export function createElsewhere(isHeard: (node: string) => boolean, isDeaf: (node: string) => boolean) {
  /** Newest first. */
  const pushes: ObservedPush[] = [];
  /** Least lately touched first. */
  const nodes = new Map<string, Traces>();
  const strangers = new Map<string, Traces>();
  /** Who answered each of the pushes: once. */
  const answers = new WeakMap<ObservedPush, Set<string>>();
  /** Of all nodes: what was forgotten about some of them. */
  let wallAt = -Infinity;

  const find = (node: string): Traces | null => nodes.get(node) ?? strangers.get(node) ?? null;
  const tracesOf = (node: string, isStranger = !isHeard(node)): Traces => {
    const known = find(node) ?? { wallAt: -Infinity, maybe: [], gems: new Map(), touchedAt: -Infinity };
    // Whoever has beaten once is no stranger any more.
    const among = nodes.delete(node) || !isStranger ? nodes : strangers;
    strangers.delete(node);
    among.set(node, known);
    if (among.size > MAX_NODES) {
      const [oldest, { touchedAt }] = among.entries().next().value!;
      among.delete(oldest);
      if (among === nodes) wallAt = Math.max(wallAt, touchedAt);
    }
    return known;
  };
  const isAnswer = ({ at, node, kind, detail, deaf }: ObservedResult): boolean => {
    if (deaf === true) return false;
    const asked = pushes.find(
      (push) =>
        kind === 'settings' &&
        push.unsure !== true &&
        push.at <= at &&
        at - push.at < ANSWERED_MS &&
        (push.target === null || push.target === node) &&
        answers.get(push)?.has(node) !== true &&
        detail === detailOf({ kind: 'settings', settings: push.settings, restart: push.restart }),
    );
    if (asked) answers.set(asked, (answers.get(asked) ?? new Set()).add(node));
    return asked !== undefined;
  };
  const forget = ({ target, at }: ObservedPush): void => {
    if (target === null) wallAt = Math.max(wallAt, at);
    else {
      const traces = tracesOf(target);
      traces.wallAt = Math.max(traces.wallAt, at);
    }
  };

  return {
    pushes: (): readonly ObservedPush[] => pushes,
    /** Those that this node may have heard. */
    pushesTo: (node: string): readonly ObservedPush[] =>
      isDeaf(node) ? [] : pushes.filter(({ target }) => target === null || target === node),
    wallAt: (): number => wallAt,
    of: find,

    push(push: ObservedPush): void {
      pushes.unshift(push);
      if (pushes.length > MAX_PUSHES) forget(pushes.pop()!);
    },

    /** Something that nobody else sees has changed it. */
    touch(node: string, at: number): void {
      const traces = tracesOf(node);
      traces.wallAt = Math.max(traces.wallAt, at);
      traces.touchedAt = Math.max(traces.touchedAt, at);
    },

    result(heard: ObservedResult): void {
      // What it answers was seen, and tells more.
      if (isAnswer(heard)) return;
      const { at, node, kind, ok, detail, stranger } = heard;
      const traces = tracesOf(node, stranger);
      traces.touchedAt = Math.max(traces.touchedAt, at);
      if (ok) traces.wallAt = Math.max(traces.wallAt, at);
      else if (kind === 'settings') {
        traces.maybe.unshift({ at, sections: sectionsOf(detail) });
        if (traces.maybe.length > MAX_MAYBE) traces.wallAt = Math.max(traces.wallAt, traces.maybe.pop()!.at);
      }
      if (!ok || kind !== 'gem') return;
      const [extension = '', version] = (detail ?? '').split(' ', 2);
      traces.gems.delete(extension);
      traces.gems.set(extension, { at, version: version === 'latest' ? null : (version ?? null) });
      if (traces.gems.size > MAX_GEMS) traces.gems.delete(traces.gems.keys().next().value!);
    },

    /** Somebody may have changed it at or after this. */
    isTouched: (node: string, since: number): boolean =>
      (find(node)?.touchedAt ?? -Infinity) >= since ||
      (!isDeaf(node) &&
        pushes.some((push) => push.at >= since && (push.target === null || push.target === node))),
  };
}

function sectionsOf(detail: string | null): ReadonlySet<string> | null {
  const keys = /^keys: (.+)$/s.exec(detail ?? '')?.[1];
  return keys === undefined ? null : new Set(keys.split(', '));
}
