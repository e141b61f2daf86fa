/**
 * Who is the lord? A pure machine, exact where uWSGI 2.0.21 is watched by others (candidate, checksum, unanimous vote,
 * quorum, expiry before reading, the first two periods), and safer where that cannot be told from outside. Inputs in,
 * effects out, time as an argument; it opens no socket and starts no timer. Rules EL1-EL33 are in docs/spec/legion.md.
 */
import type { Announcement } from '../protocol/uwsgi/announcement.js';
import { createPace, type Extra } from './pace.js';
import { outranks, weightOf, type Ranked } from './rank.js';

export type Self = Ranked & { readonly name: string; readonly pid: number };

export type Rules = {
  readonly freqMs: number;
  readonly toleranceMs: number;
  /** 0: none. */
  readonly quorum: number;
  /** After a lord hook failed we are dead for so long. 0: such a failure is only told. */
  readonly deathOnLordErrorMs: number;
  /** A watcher hears and computes, is in no vote and never announces. */
  readonly watches: boolean;
  /** As lord without any unanimous vote for so long, we step down. 0: we stay, as uWSGI does. */
  readonly unlordAfterMs: number;
};

export type Peer = Ranked & {
  readonly name: string;
  readonly pid: number;
  readonly joinedUp: number;
  readonly scroll: string | null;
  /** Its part in the checksum. */
  readonly weight: number;
  checksum: bigint;
  lordValor: number;
  lordUuid: string;
  /** What it last said of its own lordship, unix seconds; 0: it is none. */
  lord: number;
  /** Its clock less ours, ms, when it last spoke. */
  skewMs: number;
  seenUp: number;
  /** When its sum was last the same as ours. */
  agreedUp: number;
  isOurs: boolean;
};

export type Unlorded = 'outvoted' | 'quorum' | 'sleep' | 'blind' | 'left';
export type Effect =
  | { readonly type: 'announce'; readonly dead: boolean }
  | { readonly type: 'joined'; readonly peer: Peer }
  | { readonly type: 'left'; readonly peer: Peer; readonly how: 'dead' | 'silent' | 'witness' }
  /** The first unanimous vote of our life: join hooks. */
  | { readonly type: 'voted' }
  /** We won: run the lord hooks, then tell `lordHooksDone`. */
  | { readonly type: 'won' }
  | { readonly type: 'lorded' }
  | { readonly type: 'unlorded'; readonly why: Unlorded };

export type Heard = { readonly announcement: Announcement; readonly skewMs: number };

/** More cannot be members: a flood of made-up names ends here, while each packet is still counted over all in time. */
export const MAX_PEERS = 1_024;
/** Timers drift: a packet that is late by less has not missed the tolerance. */
const GRACE_MS = 250;
export const graceOf = (freqMs: number): number => Math.min(GRACE_MS, freqMs / 4);
/** We look at the clock at least so often. */
const LOOK_MS = 1_000;

const keyOf = (one: Ranked & { readonly name: string }): string => `${one.valor} ${one.uuid} ${one.name}`;

export type Election = ReturnType<typeof createElection>;

export function createElection(self: Self, rules: Rules, startUp: number) {
  const { freqMs, toleranceMs, quorum, watches } = rules;
  const peers = new Map<string, Peer>();
  const ownWeight = weightOf(self);
  const pace = createPace(rules, startUp);
  const grace = graceOf(freqMs);
  let lastUp = startUp;
  /** EL9 No election before two periods, so that we have heard whoever is there. */
  let electsUp = startUp + 2 * freqMs;
  let vote: Ranked = self;
  let best: Ranked | null = null;
  let checksum = 0n;
  /** Sum and vote as the others last heard them of us. */
  let told = { checksum, uuid: vote.uuid };
  let votes = 0;
  let phase: 'member' | 'taking' | 'lord' = 'member';
  /** EL13 Our own hooks gave up on us: no candidate, and not a word more, until we come back with another uuid. */
  let isSuspended = false;
  let lordUnix = 0;
  let hasVoted = false;
  let hasAnnounced = false;
  let isGone = false;
  let blindUp = startUp;

  function unlord(why: Unlorded, effects: Effect[]): void {
    if (phase === 'lord') effects.push({ type: 'unlorded', why });
    phase = 'member';
    lordUnix = 0;
  }

  function announce(up: number, how: 'following' | 'alone' | Extra, effects: Effect[]): void {
    if (watches || isGone || isSuspended) return;
    if (how === 'following' || how === 'alone') pace.sent(up, how);
    // EL22 Until the first announce of our period there is nothing to answer with.
    else if (!hasAnnounced || !pace.mayAnswer(up, how)) return;
    hasAnnounced = true;
    told = { checksum, uuid: vote.uuid };
    effects.push({ type: 'announce', dead: false });
  }

  /** EL23 The others need our new sum to agree: not in a period, now. Who came and went between has changed nothing. */
  function answer(up: number, effects: Effect[]): void {
    if (checksum === told.checksum && vote.uuid === told.uuid) return;
    announce(up, vote.uuid === told.uuid ? 'other' : 'loss', effects);
  }

  /** EL1-EL4: our vote and our sum, as the next announce shows them. One pass: each packet comes through here. */
  function count(): void {
    let first: Ranked | null = watches || isSuspended || self.valor === 0 ? null : self;
    let sum = watches ? 0 : ownWeight;
    for (const peer of peers.values()) {
      sum += peer.weight;
      if (peer.valor > 0 && (first === null || outranks(peer, first))) first = peer;
    }
    best = first;
    vote = first ?? self;
    checksum = BigInt(sum);
    votes = watches ? 0 : 1;
    let isUnanimous = true;
    for (const peer of peers.values()) {
      if (peer.checksum === checksum) peer.agreedUp = peer.seenUp;
      // EL5 Unanimous over all that are known, or nothing.
      if (peer.checksum !== checksum || peer.lordUuid !== vote.uuid || peer.lordValor !== vote.valor)
        isUnanimous = false;
      votes += 1;
    }
    if (!isUnanimous) votes = 0;
  }

  function evaluate(up: number, effects: Effect[]): void {
    count();
    if (votes > 0) blindUp = up;
    if (up < electsUp || watches || isGone || isSuspended) return;
    // EL6 Without unanimity nothing changes hands.
    if (votes === 0) {
      // EL12 A lord that sees no agreement for long may stand alone on its side.
      if (phase === 'lord' && rules.unlordAfterMs > 0 && up - blindUp > rules.unlordAfterMs)
        unlord('blind', effects);
      return;
    }
    // EL8 Below the quorum nobody leads; we go at once, where uWSGI may wait for a minute.
    if (votes < quorum) return unlord('quorum', effects);
    if (!hasVoted) {
      hasVoted = true;
      effects.push({ type: 'voted' });
    }
    if (best?.uuid === self.uuid) {
      if (phase !== 'member') return;
      phase = 'taking';
      effects.push({ type: 'won' });
    } else unlord('outvoted', effects);
  }

  /** EL10 Silent for longer than the tolerance: no member any more. Comes before anything is read. */
  function expire(up: number, effects: Effect[]): boolean {
    const before = peers.size;
    for (const [key, peer] of peers) {
      if (up - peer.seenUp <= toleranceMs + grace) continue;
      peers.delete(key);
      effects.push({ type: 'left', peer, how: 'silent' });
    }
    return peers.size < before;
  }

  /** EL14 After a sleep nobody was silent, it was us who did not listen; and we lead nothing until we have listened. */
  function sleepCheck(up: number, effects: Effect[]): void {
    const gap = up - lastUp;
    lastUp = up;
    if (gap > Math.min(toleranceMs, Math.max(2 * freqMs, toleranceMs / 2))) wake(up, effects);
  }

  function wake(up: number, effects: Effect[]): void {
    for (const peer of peers.values()) peer.seenUp = up;
    unlord('sleep', effects);
    electsUp = up + 2 * freqMs;
    blindUp = up;
    pace.restart(up);
  }

  function drop(gone: readonly Peer[], how: 'dead' | 'witness', up: number, effects: Effect[]): void {
    for (const peer of gone) {
      peers.delete(keyOf(peer));
      effects.push({ type: 'left', peer, how });
    }
    evaluate(up, effects);
    answer(up, effects);
  }

  return {
    self,
    rules,
    peers: (): ReadonlyMap<string, Peer> => peers,

    /** A packet that passed every check. `false` as first: it was not used (a stranger's death, a crowd). */
    hear(
      { announcement, skewMs }: Heard,
      up: number,
    ): { readonly isUsed: boolean; readonly effects: Effect[] } {
      const effects: Effect[] = [];
      sleepCheck(up, effects);
      const hasExpired = expire(up, effects);
      const { valor, uuid, name, pid, scroll, dead, checksum: sum, lordValor, lordUuid, lord } = announcement;
      const key = keyOf(announcement);
      const known = peers.get(key);
      if (dead) {
        if (known || hasExpired) drop(known ? [known] : [], 'dead', up, effects);
        return { isUsed: known !== undefined, effects };
      }
      // None has expired then, or there would be room.
      if (!known && peers.size >= MAX_PEERS) return { isUsed: false, effects };
      const isOurs = announcement.extension !== null;
      const said = { checksum: sum, lordValor, lordUuid, lord, skewMs, seenUp: up };
      if (known) Object.assign(known, said, { isOurs });
      else {
        // EL11 The scroll is taken when a member is new; a later one is not looked at.
        const weight = weightOf(announcement);
        const peer: Peer = {
          valor,
          uuid,
          name,
          pid,
          scroll,
          weight,
          joinedUp: up,
          agreedUp: up,
          isOurs,
          ...said,
        };
        peers.set(key, peer);
        effects.push({ type: 'joined', peer });
      }
      const isTurn = pace.follows(up, isOurs) || !hasAnnounced;
      evaluate(up, effects);
      if (isTurn) announce(up, 'following', effects);
      else if (hasExpired) answer(up, effects);
      return { isUsed: true, effects };
    },

    /** What time brings: expiry, our own announce. Call at `dueUp`, or more often. */
    tick(up: number): Effect[] {
      const effects: Effect[] = [];
      sleepCheck(up, effects);
      if (expire(up, effects)) {
        evaluate(up, effects);
        answer(up, effects);
      }
      if (pace.isDue(up)) {
        // EL7 What a vote is worth shows with the announce that comes after it.
        count();
        announce(up, 'alone', effects);
      }
      evaluate(up, effects);
      return effects;
    },

    /** When something will have to be done, steady ms. */
    dueUp(): number {
      let due = watches || isSuspended ? Infinity : pace.dueUp();
      for (const { seenUp } of peers.values()) due = Math.min(due, seenUp + toleranceMs + grace + 1);
      return Math.min(due, lastUp + Math.min(freqMs, LOOK_MS));
    },

    /** EL15 `unix`: seconds. We lead when our hooks are done, and say so at once. */
    lordHooksDone(isWell: boolean, up: number, unix: number): Effect[] {
      const effects: Effect[] = [];
      if (phase !== 'taking' || isGone) return effects;
      if (!isWell && rules.deathOnLordErrorMs > 0) {
        // EL16 We said we could and we could not: dead for a while, then back under a new name of ours (the service).
        phase = 'member';
        isSuspended = true;
        effects.push({ type: 'announce', dead: true });
        count();
        return effects;
      }
      phase = 'lord';
      lordUnix = unix;
      effects.push({ type: 'lorded' });
      announce(up, 'lord', effects);
      evaluate(up, effects);
      return effects;
    },

    /** EL17 A second witness says that this member is gone, and it has missed its period. */
    witnessed(uuid: string, up: number): Effect[] {
      const effects: Effect[] = [];
      const gone = [...peers.values()].filter(
        (peer) => peer.uuid === uuid && up - peer.seenUp > freqMs + grace,
      );
      if (gone.length > 0) drop(gone, 'witness', up, effects);
      return effects;
    },

    /** EL33 What the others wait for after a death that they were told of: who evaluates with each packet agrees now. */
    say(up: number): Effect[] {
      const effects: Effect[] = [];
      announce(up, 'loss', effects);
      return effects;
    },

    /** The machine woke up, and somebody told us. */
    wake(up: number): Effect[] {
      const effects: Effect[] = [];
      lastUp = up;
      wake(up, effects);
      return effects;
    },

    /** EL18 The last word under this uuid. Call when the unlord and death hooks are done. */
    leave(): Effect[] {
      const effects: Effect[] = [];
      unlord('left', effects);
      if (!watches && hasAnnounced && !isGone && !isSuspended) effects.push({ type: 'announce', dead: true });
      isGone = true;
      return effects;
    },

    /** What the next announce says, less name and time. */
    saying: () => ({
      ...{ checksum, lordValor: vote.valor, lordUuid: vote.uuid, lord: lordUnix },
      // EL9 A vote for ourselves would take the lord from the others before we may lead.
      hasCounted: checksum > 0n && !(lastUp < electsUp && vote.uuid === self.uuid),
    }),

    view: () => ({
      ...{ phase, votes, best, vote, checksum, isSettling: lastUp < electsUp, lordUnix },
      isSuspended,
      blindMs: lastUp - blindUp,
    }),
  };
}
