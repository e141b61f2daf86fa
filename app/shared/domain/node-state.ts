/**
 * What we conclude about a node, in the words used everywhere: window, log, command line, tests.
 * The rules that choose a state live in main/core/roster; here are only the words and their order.
 */

/** The index of a state in this list is its number in roster frames. Never reorder. */
export const NODE_STATES = ['healthy', 'late', 'silent', 'troubled', 'updating', 'unheard', 'left'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** Smaller is more urgent; the default order of the node table. */
export const SEVERITY: Readonly<Record<NodeState, number>> = {
  silent: 0,
  late: 1,
  troubled: 2,
  updating: 3,
  unheard: 4,
  healthy: 5,
  left: 6,
};

/** The bit of a badge in a roster frame is `1 << index`. Never reorder. */
export const BADGES = ['flapping', 'duplicate', 'skew', 'self', 'console'] as const;
export type Badge = (typeof BADGES)[number];

export const badgeBit = (badge: Badge): number => 1 << BADGES.indexOf(badge);
export const badgesOf = (bits: number): Badge[] => BADGES.filter((_, index) => bits & (1 << index));

/** Status words with which a node says that it is well (LegionIO sends `active`, its message class `healthy`). */
const GOOD_WORDS: ReadonlySet<string> = new Set(['healthy', 'active', 'ok']);

/** The word with which a Legion Console says goodbye in its last beat. */
export const GOODBYE_WORD = 'left';

/** A beat without a status word is well: nodes before lex-node 0.2.3 send none. */
export const isGoodWord = (word: string | null): boolean =>
  word === null || GOOD_WORDS.has(word.toLowerCase());
