/**
 * Who has which public key, and what a person decided about it. A pure machine: keys seen, beats and decisions in,
 * rows and news out. Trust is always of a pair (name, fingerprint); a name has at most one pinned key.
 * Rules KR1-KR9 are in docs/spec/keyring.md; rows and frames for readers are beside this file.
 */
import { WEAK_BELOW_BITS, type TrustState, type VerifiedBy } from '../../../shared/domain/key.js';
import type { PublicKey } from '../crypto/public-key.js';
import { ProtocolError } from '../protocol/protocol-error.js';

export type Decision = {
  readonly what: 'trusted' | 'refused' | 'kept';
  readonly at: number;
  readonly verifiedBy: VerifiedBy | null;
};

/** One key of one name. */
export type Pair = {
  readonly name: string;
  readonly key: PublicKey;
  readonly firstSeenAt: number;
  lastSeenAt: number;
  decision: Decision | null;
  /** Messages it was seen in, newest first. */
  seenIn: { message: string; at: number }[];
};

/** A name: its keys, which it showed last, which is pinned, whether it has beaten. */
export type Holder = {
  readonly name: string;
  readonly pairs: Map<string, Pair>;
  current: string | null;
  beats: boolean;
  rev: number;
};

/** What of a key that was seen is news. */
export type KeyNews = {
  readonly type: 'new' | 'changed' | 'back' | 'shared';
  readonly name: string;
  readonly fingerprint: string;
  /** Another name with the same key. */
  readonly other: string | null;
};

/** A pin as it is kept and exported. */
export type KeptPin = {
  readonly name: string;
  readonly pem: string;
  readonly decision: Decision;
};

const MAX_SEEN_IN = 5;
/** Undecided keys of one name; a name that shows more loses the oldest. */
const MAX_UNDECIDED = 4;
const MAX_REMOVED = 5_000;

export type Keyring = ReturnType<typeof createKeyring>;

export function createKeyring({ maxNames }: { readonly maxNames: number }) {
  const holders = new Map<string, Holder>();
  const namesByKey = new Map<string, Set<string>>();
  let rev = 0;
  /** Ids of rows that are gone, for deltas; older ones are forgotten, and whoever is behind starts anew. */
  let removed: { rev: number; name: string; fingerprint: string | null }[] = [];
  let removedBefore = 0;

  const touch = (holder: Holder): void => {
    rev += 1;
    holder.rev = rev;
  };
  const removeRow = (name: string, fingerprint: string | null): void => {
    rev += 1;
    removed.push({ rev, name, fingerprint });
    if (removed.length <= MAX_REMOVED) return;
    removed = removed.slice(-MAX_REMOVED / 2);
    removedBefore = removed[0]!.rev;
  };
  const touchSharers = (fingerprint: string): void => {
    for (const name of namesByKey.get(fingerprint) ?? []) {
      const holder = holders.get(name);
      if (holder) touch(holder);
    }
  };

  const holderOf = (name: string): Holder => {
    const known = holders.get(name);
    if (known) return known;
    if (holders.size >= maxNames) throw new ProtocolError('KEYRING_FULL', 'more names than are kept');
    const holder: Holder = { name, pairs: new Map(), current: null, beats: false, rev: 0 };
    holders.set(name, holder);
    return holder;
  };

  const drop = (holder: Holder, fingerprint: string): void => {
    if (!holder.pairs.delete(fingerprint)) return;
    if (holder.current === fingerprint) holder.current = null;
    const names = namesByKey.get(fingerprint);
    names?.delete(holder.name);
    if (names?.size === 0) namesByKey.delete(fingerprint);
    removeRow(holder.name, fingerprint);
    touchSharers(fingerprint);
    touch(holder);
    if (holder.pairs.size === 0 && !holder.beats) holders.delete(holder.name);
  };

  const pairOf = (name: string, fingerprint: string): Pair | undefined =>
    holders.get(name)?.pairs.get(fingerprint);

  const add = (holder: Holder, key: PublicKey, at: number): Pair => {
    const pair: Pair = {
      name: holder.name,
      key,
      firstSeenAt: at,
      lastSeenAt: at,
      decision: null,
      seenIn: [],
    };
    // The row of a name without a key makes way for its first key.
    if (holder.pairs.size === 0 && holder.beats) removeRow(holder.name, null);
    holder.pairs.set(key.fingerprint, pair);
    const names = namesByKey.get(key.fingerprint) ?? new Set();
    namesByKey.set(key.fingerprint, names.add(holder.name));
    touchSharers(key.fingerprint);
    return pair;
  };

  /** KR3: whoever shows key after key pushes out only its own undecided ones. */
  const makeRoom = (holder: Holder): void => {
    const undecided = [...holder.pairs.values()].filter(
      (pair) => pair.decision === null && pair.key.fingerprint !== holder.current,
    );
    if (undecided.length < MAX_UNDECIDED) return;
    const oldest = undecided.reduce((a, b) => (b.lastSeenAt < a.lastSeenAt ? b : a));
    drop(holder, oldest.key.fingerprint);
  };

  const pinOf = (holder: Holder): Pair | null => {
    for (const pair of holder.pairs.values()) if (pair.decision?.what === 'trusted') return pair;
    return null;
  };

  const trustOf = (pair: Pair): TrustState => {
    if (pair.decision?.what === 'refused') return 'refused';
    if (pair.decision?.what === 'trusted') return 'trusted';
    const holder = holders.get(pair.name);
    if (holder && pinOf(holder)) return 'changed';
    if ((namesByKey.get(pair.key.fingerprint)?.size ?? 0) > 1) return 'shared';
    return holder?.beats ? 'new' : 'quiet';
  };

  /** The pair, or a throw of what `missing` makes. */
  const decide = (pair: Pair, decision: Decision | null): void => {
    pair.decision = decision;
    const holder = holders.get(pair.name);
    if (holder) touch(holder);
    touchSharers(pair.key.fingerprint);
  };

  return {
    rev: (): number => rev,
    holders: (): ReadonlyMap<string, Holder> => holders,
    namesOf: (fingerprint: string): ReadonlySet<string> => namesByKey.get(fingerprint) ?? new Set<string>(),
    pairOf,
    pinOf: (name: string): Pair | null => {
      const holder = holders.get(name);
      return holder ? pinOf(holder) : null;
    },
    /** The key that the name showed last. */
    currentOf(name: string): Pair | null {
      const holder = holders.get(name);
      return (holder?.current && holder.pairs.get(holder.current)) || null;
    },
    trustOf,
    isWeak: (pair: Pair): boolean => pair.key.bits < WEAK_BELOW_BITS,

    /** KR1: a key came under a name. Throws ProtocolError KEYRING_FULL. */
    see(name: string, key: PublicKey, message: string, at: number): KeyNews | null {
      const holder = holderOf(name);
      const known = holder.pairs.get(key.fingerprint);
      if (!known) makeRoom(holder);
      const pair = known ?? add(holder, key, at);
      const before = holder.current;
      const wasBefore = pair.lastSeenAt;
      holder.current = key.fingerprint;
      pair.lastSeenAt = at;
      pair.seenIn = [{ message, at }, ...pair.seenIn.filter((seen) => seen.message !== message)].slice(
        0,
        MAX_SEEN_IN,
      );
      // The same key a hundred times a second changes nothing that a person would see.
      if (!known || before !== key.fingerprint || at - wasBefore >= 1_000) touch(holder);
      const other = [...(namesByKey.get(key.fingerprint) ?? [])].find((another) => another !== name) ?? null;
      const news = { name, fingerprint: key.fingerprint, other };
      const trust = trustOf(pair);
      // KR4: a person is told once of each other key under a pinned name, not with each message.
      if (!known) {
        if (trust === 'changed') return { ...news, type: 'changed' };
        return { ...news, type: other === null ? 'new' : 'shared' };
      }
      return before !== null && before !== key.fingerprint && trust === 'trusted'
        ? { ...news, type: 'back' }
        : null;
    },

    /** KR2: the name beats, so a key is expected of it; or it is gone from the roster. */
    beats(name: string, is: boolean): void {
      const known = holders.get(name);
      if (!is) {
        if (!known?.beats) return;
        known.beats = false;
        touch(known);
        if (known.pairs.size === 0) {
          holders.delete(name);
          removeRow(name, null);
        }
        return;
      }
      if (known?.beats || (!known && holders.size >= maxNames)) return;
      const holder = known ?? holderOf(name);
      holder.beats = true;
      touch(holder);
    },

    /** KR5: pins the pair; an earlier pin of the name makes way. False: the pair was never seen. */
    trust(name: string, fingerprint: string, verifiedBy: VerifiedBy, at: number): boolean {
      const holder = holders.get(name);
      const pair = holder?.pairs.get(fingerprint);
      if (!holder || !pair) return false;
      const pinned = pinOf(holder);
      if (pinned && pinned !== pair) drop(holder, pinned.key.fingerprint);
      decide(pair, { what: 'trusted', at, verifiedBy });
      return true;
    },
    refuse(name: string, fingerprint: string, at: number): boolean {
      const pair = pairOf(name, fingerprint);
      if (pair) decide(pair, { what: 'refused', at, verifiedBy: null });
      return pair !== undefined;
    },
    /** KR6: the pinned key stays. False: this is no other key of a pinned name. */
    keep(name: string, fingerprint: string, at: number): boolean {
      const pair = pairOf(name, fingerprint);
      if (!pair || trustOf(pair) !== 'changed') return false;
      decide(pair, { what: 'kept', at, verifiedBy: null });
      return true;
    },
    /** Forgets the decision, and the pair with it; it is new when it is shown again. */
    forget(name: string, fingerprint: string): boolean {
      const holder = holders.get(name);
      if (!holder?.pairs.has(fingerprint)) return false;
      drop(holder, fingerprint);
      return true;
    },
    /** KR7: another node asks all to forget this name's key. Decisions of a person stay. */
    forgetUndecided(name: string): number {
      const holder = holders.get(name);
      const undecided = [...(holder?.pairs.values() ?? [])].filter((pair) => pair.decision === null);
      for (const pair of undecided) drop(holder!, pair.key.fingerprint);
      return undecided.length;
    },

    /** A decision from the store or a file. A pin that contradicts one of ours is left out: false. */
    restore(pin: { name: string; key: PublicKey; decision: Decision }): boolean {
      const holder = holderOf(pin.name);
      const pinned = pinOf(holder);
      if (pin.decision.what === 'trusted' && pinned && pinned.key.fingerprint !== pin.key.fingerprint)
        return false;
      const pair = holder.pairs.get(pin.key.fingerprint) ?? add(holder, pin.key, pin.decision.at);
      if (pair.decision === null) decide(pair, pin.decision);
      holder.current ??= pin.decision.what === 'trusted' ? pin.key.fingerprint : null;
      return true;
    },
    decisions(): KeptPin[] {
      const kept: KeptPin[] = [];
      for (const { pairs } of holders.values()) {
        for (const { name, key, decision } of pairs.values())
          if (decision) kept.push({ name, pem: key.pem, decision });
      }
      return kept;
    },

    /** Rows that went after this rev, or null when that is no longer known. */
    removedSince: (after: number) =>
      after < removedBefore ? null : removed.filter((row) => row.rev > after),
  };
}
