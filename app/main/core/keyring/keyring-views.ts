/** The keyring as values for readers: rows in the order of their urgency, counts, frames of the stream. */
import {
  keyId,
  TRUST_STATES,
  type KeyFrame,
  type KeyRow,
  type TrustCounts,
} from '../../../shared/domain/key.js';
import type { PublicKey } from '../crypto/public-key.js';
import { MAX_SHARED_SHOWN, type Holder, type Keyring, type Pair } from './keyring.js';

/** Our own pair is a row as well, always trusted; it is no entry of the keyring. */
export type Own = { readonly name: string; readonly key: PublicKey; readonly madeAt: number } | null;

function rowOf(keyring: Keyring, holder: Holder, pair: Pair): KeyRow {
  const { decision, key } = pair;
  return {
    name: pair.name,
    fingerprint: key.fingerprint,
    trust: keyring.trustOf(pair),
    pinned: decision?.what === 'trusted',
    current: holder.current === key.fingerprint,
    kept: decision?.what === 'kept',
    bits: key.bits,
    weak: keyring.isWeak(pair),
    firstSeenAt: pair.firstSeenAt,
    lastSeenAt: pair.lastSeenAt,
    decidedAt: decision?.at ?? null,
    verifiedBy: decision?.verifiedBy ?? null,
    sharedWith: keyring.sharersOf(key.fingerprint, pair.name, MAX_SHARED_SHOWN),
    own: false,
  };
}

const withoutKey = (name: string): KeyRow => ({
  name,
  fingerprint: null,
  trust: 'missing',
  pinned: false,
  current: false,
  kept: false,
  bits: null,
  weak: false,
  firstSeenAt: null,
  lastSeenAt: null,
  decidedAt: null,
  verifiedBy: null,
  sharedWith: [],
  own: false,
});

export const ownRow = (own: NonNullable<Own>): KeyRow => ({
  ...withoutKey(own.name),
  fingerprint: own.key.fingerprint,
  trust: 'trusted',
  pinned: true,
  current: true,
  bits: own.key.bits,
  firstSeenAt: own.madeAt,
  lastSeenAt: own.madeAt,
  own: true,
});

/** All rows of one name; our own name has only ours. */
export function rowsOf(keyring: Keyring, name: string, own: Own): KeyRow[] {
  if (own?.name === name) return [ownRow(own)];
  const holder = keyring.holders().get(name);
  if (!holder) return [];
  if (holder.pairs.size === 0) return holder.beats ? [withoutKey(name)] : [];
  return [...holder.pairs.values()].map((pair) => rowOf(keyring, holder, pair));
}

/** Every row, the most urgent first, then by name; a claimant stands before the pinned key of its name. */
export function allRows(keyring: Keyring, own: Own): KeyRow[] {
  const rows = own ? [ownRow(own)] : [];
  for (const name of keyring.holders().keys())
    if (name !== own?.name) rows.push(...rowsOf(keyring, name, own));
  const { compare } = new Intl.Collator('en', { numeric: true });
  const rank = (row: KeyRow): number => TRUST_STATES.indexOf(row.trust);
  const urgency = new Map<string, number>();
  for (const row of rows) urgency.set(row.name, Math.min(urgency.get(row.name) ?? Infinity, rank(row)));
  return rows.sort(
    (a, b) => urgency.get(a.name)! - urgency.get(b.name)! || compare(a.name, b.name) || rank(a) - rank(b),
  );
}

/** A claimant about which a person said that the pinned key stays: listed, and nobody's business any more. */
const isSettled = (pair: Pair): boolean => pair.decision?.what === 'kept';

/** Rows by state, less those that are settled. */
export function countsOf(keyring: Keyring, own: Own): TrustCounts {
  const counts = Object.fromEntries(TRUST_STATES.map((state) => [state, 0])) as TrustCounts;
  if (own) counts.trusted += 1;
  for (const holder of keyring.holders().values()) {
    if (holder.name === own?.name) continue;
    if (holder.pairs.size === 0 && holder.beats) counts.missing += 1;
    for (const pair of holder.pairs.values()) if (!isSettled(pair)) counts[keyring.trustOf(pair)] += 1;
  }
  return counts;
}

/** The most urgent state of each name whose keys changed after this rev, as indices into TRUST_STATES. */
export function urgentSince(keyring: Keyring, after: number): [name: string, trust: number][] {
  const found: [string, number][] = [];
  for (const holder of keyring.holders().values()) {
    if (holder.rev <= after) continue;
    let trust = TRUST_STATES.length - 1;
    if (holder.pairs.size === 0) trust = TRUST_STATES.indexOf('missing');
    for (const pair of holder.pairs.values())
      if (!isSettled(pair)) trust = Math.min(trust, TRUST_STATES.indexOf(keyring.trustOf(pair)));
    found.push([holder.name, trust]);
  }
  return found;
}

/** Other keys under pinned names that nobody decided about yet. */
export function alarmsOf(keyring: Keyring): Pair[] {
  const found: Pair[] = [];
  for (const { pairs } of keyring.holders().values()) {
    if (pairs.size < 2) continue;
    for (const pair of pairs.values())
      if (pair.decision === null && keyring.trustOf(pair) === 'changed') found.push(pair);
  }
  return found;
}

export const keySnapshot = (keyring: Keyring, own: Own, seq: number, at: number): KeyFrame => ({
  type: 'snapshot',
  seq,
  at,
  rows: allRows(keyring, own),
  gone: [],
});

/** What changed after this rev; null when nothing did. Falls back to a snapshot when too much went in between. */
export function keyFrameSince(
  keyring: Keyring,
  own: Own,
  after: number,
  seq: number,
  at: number,
): KeyFrame | null {
  if (keyring.rev() === after) return null;
  const removed = keyring.removedSince(after);
  if (removed === null) return keySnapshot(keyring, own, seq, at);
  const rows: KeyRow[] = [];
  for (const holder of keyring.holders().values()) {
    if (holder.rev > after && holder.name !== own?.name) rows.push(...rowsOf(keyring, holder.name, own));
  }
  const present = new Set(rows.map(keyId));
  // What went and came back is in `rows`.
  const gone = removed.map(keyId).filter((id) => !present.has(id));
  return { type: 'delta', seq, at, rows, gone: [...new Set(gone)] };
}
