/**
 * An exchange: from a routing key to the queues that are bound for it.
 * Bindings are grouped by key, so that ten thousand queues bound with `node.crypt.#` cost one comparison, and
 * keys without a wildcard cost one look-up. What a queue does with a message is not its business.
 */
import type { ExchangeOptions } from './types.js';

type Group<Q> = { readonly words: readonly string[]; readonly queues: Set<Q> };

export type Exchange<Q> = {
  readonly name: string;
  readonly options: ExchangeOptions;
  /** Idempotent: the same queue and key again is the same binding. */
  bind(queue: Q, key: string): void;
  unbind(queue: Q, key: string): void;
  /** Forgets every binding of a queue; true when there was one. */
  forget(queue: Q): boolean;
  isUnbound(): boolean;
  /** Each queue once, however many of its bindings match. */
  route(key: string): Iterable<Q>;
};

const NOTHING: readonly never[] = [];

export function createExchange<Q>(name: string, options: ExchangeOptions): Exchange<Q> {
  const exact = new Map<string, Set<Q>>();
  const patterns = new Map<string, Group<Q>>();
  const everything = new Set<Q>(); // fanout, and the topic key `#`
  const keysOf = new Map<Q, Set<string>>();
  const isTopic = options.type === 'topic';

  function bucket(key: string): Set<Q> {
    if (options.type === 'fanout' || (isTopic && key === '#')) return everything;
    if (isTopic && /[*#]/.test(key)) {
      let group = patterns.get(key);
      if (!group) patterns.set(key, (group = { words: wordsOf(key), queues: new Set() }));
      return group.queues;
    }
    let queues = exact.get(key);
    if (!queues) exact.set(key, (queues = new Set()));
    return queues;
  }

  function remove(queue: Q, key: string): void {
    const queues = bucket(key);
    // A fanout's bucket is shared by all keys: the queue leaves it with its last one.
    if (options.type !== 'fanout' || keysOf.get(queue)?.size === 0) queues.delete(queue);
    if (queues.size > 0) return;
    exact.delete(key);
    patterns.delete(key);
  }

  return {
    name,
    options,

    bind(queue, key) {
      let keys = keysOf.get(queue);
      if (!keys) keysOf.set(queue, (keys = new Set()));
      keys.add(key);
      bucket(key).add(queue);
    },

    unbind(queue, key) {
      const keys = keysOf.get(queue);
      if (!keys?.delete(key)) return;
      remove(queue, key);
      if (keys.size === 0) keysOf.delete(queue);
    },

    forget(queue) {
      const keys = keysOf.get(queue);
      if (!keys) return false;
      for (const key of [...keys]) {
        keys.delete(key);
        remove(queue, key);
      }
      keysOf.delete(queue);
      return true;
    },

    isUnbound: () => keysOf.size === 0,

    route(key) {
      const hits: Set<Q>[] = [];
      if (everything.size > 0) hits.push(everything);
      const same = exact.get(key);
      if (same) hits.push(same);
      if (patterns.size > 0) {
        const words = wordsOf(key);
        for (const group of patterns.values()) if (matches(group.words, words)) hits.push(group.queues);
      }
      if (hits.length <= 1) return hits[0] ?? NOTHING;
      const union = new Set<Q>();
      for (const queues of hits) for (const queue of queues) union.add(queue);
      return union;
    },
  };
}

/** An empty key has no word; `a.` has two, the second empty. */
export const wordsOf = (key: string): readonly string[] => (key === '' ? NOTHING : key.split('.'));

/**
 * Topic matching: `*` is exactly one word (an empty one too), `#` is any number of words, none included.
 * Greedy with one step back, so no pattern costs more than words x pattern.
 */
export function matches(pattern: readonly string[], words: readonly string[]): boolean {
  let at = 0;
  let word = 0;
  let lastHash = -1;
  let resume = 0;
  while (word < words.length) {
    const want = pattern[at];
    if (want === '#') {
      lastHash = at++;
      resume = word;
    } else if (at < pattern.length && (want === '*' || want === words[word])) {
      at += 1;
      word += 1;
    } else if (lastHash >= 0) {
      at = lastHash + 1;
      word = ++resume;
    } else return false;
  }
  while (pattern[at] === '#') at += 1;
  return at === pattern.length;
}
