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
  readonly fingerprint: string;
  readonly pem: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** null: another key under a pinned name, about which nobody has decided yet. */
  readonly decision: Decision | null;
};

const MAX_SEEN_IN = 5;
/** Undecided keys of one name; a name that shows more loses the oldest. */
const MAX_UNDECIDED = 4;
const MAX_REMOVED = 5_000;
/** Rows show so many of the others with the same key. */
export const MAX_SHARED_SHOWN = 10;

export type Keyring = ReturnType<typeof createKeyring>;

export function createKeyring({ maxNames }: { readonly maxNames: number }) {
  const holders = new Map<string, Holder>();
  const namesByKey = new Map<string, Set<string>>();
  /** Names that may make room, in the order in which they came; checked when one has to. */
  const strays = new Set<string>();
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
  /** Rows name ten of those who share a key: with more, one more or less shows in none of them. */
  const touchSharers = (fingerprint: string): void => {
    const names = namesByKey.get(fingerprint);
    if (!names || names.size > MAX_SHARED_SHOWN + 1) return;
    for (const name of names) {
      const holder = holders.get(name);
      if (holder) touch(holder);
    }
  };

  /** KR3: names that do not beat and that nobody decided about make room, the first that came first. */
  const dropStray = (): boolean => {
    for (const name of strays) {
      strays.delete(name);
      const holder = holders.get(name);
      if (!holder || holder.beats || [...holder.pairs.values()].some((pair) => pair.decision !== null))
        continue;
      for (const fingerprint of [...holder.pairs.keys()]) drop(holder, fingerprint);
      holders.delete(name);
      return true;
    }
    return false;
  };
  const holderOf = (name: string): Holder => {
    const known = holders.get(name);
    if (known) return known;
    if (holders.size >= maxNames && !dropStray()) {
      throw new ProtocolError('KEYRING_FULL', 'more names than are kept');
    }
    const holder: Holder = { name, pairs: new Map(), current: null, beats: false, rev: 0 };
    holders.set(name, holder);
    strays.add(name);
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

  const sharersOf = (fingerprint: string, than: string, limit: number): string[] => {
    const found: string[] = [];
    for (const name of namesByKey.get(fingerprint) ?? []) {
      if (name !== than) found.push(name);
      if (found.length >= limit) break;
    }
    return found;
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

  /** null: the decision is taken back. */
  const decide = (pair: Pair, decision: Decision | null): void => {
    pair.decision = decision;
    const holder = holders.get(pair.name);
    if (holder) touch(holder);
    touchSharers(pair.key.fingerprint);
  };

  /** The pin of this name goes: "the pinned one stays" has lost its meaning. */
  const reopen = (name: string): void => {
    for (const pair of holders.get(name)?.pairs.values() ?? [])
      if (pair.decision?.what === 'kept') decide(pair, null);
  };

  return {
    rev: (): number => rev,
    holders: (): ReadonlyMap<string, Holder> => holders,
    /** Others with this key, at most `limit`. */
    sharersOf,
    namesOf: (fingerprint: string): ReadonlySet<string> => namesByKey.get(fingerprint) ?? new Set<string>(),
    pairOf,
    pinOf: (name: string): Pair | null => {
      const holder = holders.get(name);
      return holder ? pinOf(holder) : null;
    },
    trustOf,
    /** For so many new names there is room. */
    room: (): number => maxNames - holders.size,
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
      const other = sharersOf(key.fingerprint, name, 1)[0] ?? null;
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
        strays.add(name);
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
      if (!pair) return false;
      if (pair.decision?.what === 'trusted') reopen(name);
      decide(pair, { what: 'refused', at, verifiedBy: null });
      return true;
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
      const pair = holder?.pairs.get(fingerprint);
      if (!holder || !pair) return false;
      if (pair.decision?.what === 'trusted') reopen(name);
      drop(holder, fingerprint);
      return true;
    },
    /** KR7: another node asks all to forget this name's key. Decisions of a person stay. */
    forgetUndecided(name: string): number {
      const holder = holders.get(name);
      // Under a pinned name each other key is an alarm, and no peer ends that.
      if (holder && pinOf(holder)) return 0;
      const undecided = [...(holder?.pairs.values() ?? [])].filter((pair) => pair.decision === null);
      for (const pair of undecided) drop(holder!, pair.key.fingerprint);
      return undecided.length;
    },

    /** From the store or a file. A pin that contradicts one of ours is left out: false. */
    restore(
      pin: Pick<KeptPin, 'name' | 'firstSeenAt' | 'lastSeenAt' | 'decision'> & { key: PublicKey },
    ): boolean {
      const { name, key, decision } = pin;
      const holder = holderOf(name);
      const pinned = pinOf(holder);
      if (decision?.what === 'trusted' && pinned && pinned.key.fingerprint !== key.fingerprint) return false;
      const pair = holder.pairs.get(key.fingerprint) ?? add(holder, key, pin.firstSeenAt);
      pair.lastSeenAt = Math.max(pair.lastSeenAt, pin.lastSeenAt);
      if (pair.decision === null && decision) decide(pair, decision);
      else touch(holder);
      holder.current ??= decision?.what === 'trusted' ? key.fingerprint : null;
      return true;
    },
    /** What must outlive the process: decisions, and the alarms that wait for one. */
    atRest(): KeptPin[] {
      const kept: KeptPin[] = [];
      for (const holder of holders.values()) {
        const isPinned = pinOf(holder) !== null;
        for (const { name, key, firstSeenAt, lastSeenAt, decision } of holder.pairs.values()) {
          if (!decision && !isPinned) continue;
          kept.push({ name, fingerprint: key.fingerprint, pem: key.pem, firstSeenAt, lastSeenAt, decision });
        }
      }
      return kept;
    },

    /** Rows that went after this rev, or null when that is no longer known. */
    removedSince: (after: number) =>
      after < removedBefore ? null : removed.filter((row) => row.rev > after),
  };
}
