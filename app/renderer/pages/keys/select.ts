/**
 * Which keys the list shows and in which order. Pure: ten thousand rows in some ten milliseconds, since names are
 * compared by keys made once. A claimant stands above the pinned row of its name, whatever the order.
 */
import { readFingerprint } from '../../../shared/domain/fingerprint.js';
import { keyId, TRUST_STATES, type KeyRow, type TrustState } from '../../../shared/domain/key.js';
import { naturalKey } from '../../store/natural.js';

export type KeySort = 'trust' | 'name' | 'firstSeen' | 'lastSeen' | 'verified';
export type Sort = { readonly by: KeySort; readonly down: boolean };

export type KeyFilter = {
  /** null: any. */
  readonly states: ReadonlySet<TrustState> | null;
  readonly flags: ReadonlySet<'weak' | 'own' | 'kept'>;
  readonly words: readonly string[];
  readonly fingerprint: string | null;
  /** A condition that means nothing, as it was typed. */
  readonly mistake: string | null;
};

const FLAGS = ['weak', 'own', 'kept'] as const;
const isTrust = (word: string): word is TrustState => TRUST_STATES.some((state) => state === word);
const isFlag = (word: string): word is (typeof FLAGS)[number] => FLAGS.some((flag) => flag === word);

/** `key:changed,new`, `key:weak`, a whole fingerprint in any form, or words that a name or a fingerprint holds. */
export function readKeyFilter(source: string): KeyFilter {
  const states = new Set<TrustState>();
  const flags = new Set<(typeof FLAGS)[number]>();
  const words: string[] = [];
  let mistake: string | null = null;
  const fingerprint = readFingerprint(source);
  if (fingerprint !== null) return { states: null, flags, words, fingerprint, mistake };
  for (const word of source.split(/\s+/).filter(Boolean)) {
    const [, list] = /^key:(.*)$/i.exec(word) ?? [];
    if (list === undefined) words.push(word);
    else
      for (const value of list.toLowerCase().split(',').filter(Boolean)) {
        if (isTrust(value)) states.add(value);
        else if (isFlag(value)) flags.add(value);
        else mistake ??= word;
      }
  }
  return { states: states.size > 0 ? states : null, flags, words, fingerprint, mistake };
}

/** Fingerprints are compared letter by letter, names without regard to case. */
function fits(row: KeyRow, filter: KeyFilter): boolean {
  if (filter.fingerprint !== null) return row.fingerprint === filter.fingerprint;
  if (filter.states && !filter.states.has(row.trust)) return false;
  // What was decided asks for nobody: `key:changed` shows what needs a decision.
  if (filter.states?.has('changed') && row.kept && !filter.flags.has('kept')) return false;
  if (filter.flags.has('weak') && !row.weak) return false;
  if (filter.flags.has('own') && !row.own) return false;
  if (filter.flags.has('kept') && !row.kept) return false;
  const name = row.name.toLowerCase();
  return filter.words.every(
    (word) => name.includes(word.toLowerCase()) || (row.fingerprint?.includes(word) ?? false),
  );
}

export type Listed = {
  readonly id: string;
  /** The pinned key under its claimant: drawn as part of it. */
  readonly isCompanion: boolean;
};

/** As urgent as in TRUST_STATES, but a name without any key before keys that nobody looked at. */
const PLACES: Readonly<Record<TrustState, number>> = {
  changed: 0,
  shared: 1,
  missing: 2,
  new: 3,
  quiet: 4,
  refused: 5,
  trusted: 6,
};

const known = (at: number | null): number => (at === null ? Number.POSITIVE_INFINITY : -at);

const READERS: Readonly<Record<KeySort, (row: KeyRow) => number>> = {
  trust: (row) => PLACES[row.kept ? 'refused' : row.trust],
  name: () => 0,
  firstSeen: (row) => known(row.firstSeenAt),
  lastSeen: (row) => known(row.lastSeenAt),
  verified: (row) =>
    row.verifiedBy === null ? 9 : ['unverified', 'voice', 'file', 'machine'].indexOf(row.verifiedBy),
};

/** Ids in order; unknown values come last either way. */
export function orderKeys(rows: Iterable<KeyRow>, filter: KeyFilter, sort: Sort): Listed[] {
  const companions = new Map<string, KeyRow[]>();
  const heads: { row: KeyRow; place: number; name: string }[] = [];
  const all = [...rows];
  const claimed = new Set(all.filter((row) => row.trust === 'changed').map((row) => row.name));
  const read = READERS[sort.by];
  for (const row of all) {
    const isCompanion = row.trust !== 'changed' && row.pinned && claimed.has(row.name);
    if (isCompanion) companions.set(row.name, [...(companions.get(row.name) ?? []), row]);
    else if (fits(row, filter)) {
      const place = read(row);
      heads.push({
        row,
        place: sort.down && Number.isFinite(place) ? -place : place,
        name: naturalKey(row.name),
      });
    }
  }
  const sign = sort.by === 'name' && sort.down ? -1 : 1;
  heads.sort((a, b) =>
    a.place !== b.place ? (a.place < b.place ? -1 : 1) : a.name < b.name ? -sign : a.name > b.name ? sign : 0,
  );
  const placed = new Set<string>();
  const out: Listed[] = [];
  const put = (row: KeyRow, isCompanion: boolean): void => void out.push({ id: keyId(row), isCompanion });
  for (const { row } of heads) {
    put(row, false);
    if (row.trust !== 'changed' || placed.has(row.name)) continue;
    placed.add(row.name);
    for (const pinned of companions.get(row.name) ?? []) put(pinned, true);
  }
  // Asked for by itself, a pinned key is listed without its claimant.
  for (const [name, pinned] of companions) {
    if (!placed.has(name)) for (const row of pinned) if (fits(row, filter)) put(row, false);
  }
  return out;
}

export const sameKeys = (a: readonly Listed[], b: readonly Listed[]): boolean =>
  a.length === b.length && a.every((one, i) => one.id === b[i]?.id && one.isCompanion === b[i]?.isCompanion);

export type KeyCounts = Readonly<Record<TrustState, number>>;

/** What needs a decision and what does not; a claimant that was decided about counts nowhere. */
export function countKeys(rows: Iterable<KeyRow>): KeyCounts {
  const counts = { changed: 0, shared: 0, new: 0, missing: 0, quiet: 0, refused: 0, trusted: 0 };
  for (const row of rows) if (!row.kept) counts[row.trust] += 1;
  return counts;
}
