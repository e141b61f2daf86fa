/**
 * The cluster secret: wanted, asked for, offered, checked, held, replaced. A pure machine; time comes with each input.
 * It never takes a secret that nobody asked for, and never chooses between two: a person does.
 * Rules CS1-CS9 are in docs/spec/keyring.md. Encrypting, sending and storing are the service's.
 */
import type {
  ClusterSecret,
  SECRET_HOLDERS,
  SecretCandidate,
  SecretSource,
  SecretState,
} from '../../../shared/domain/secret.js';
import {
  decryptClusterText,
  deriveClusterKey,
  isSecretText,
  secretId,
  type ClusterKey,
} from '../crypto/cluster-cipher.js';
import { ProtocolError } from '../protocol/protocol-error.js';

/** LegionIO waits 5 s for an answer (`crypt.cluster_secret_timeout`). */
export const ANSWER_MS = 5_000;
/** The first answer is held back for so long, so that a second, different one is seen before anything is taken. */
export const COLLECT_MS = 500;
/** The one before is still read for so long after a change. */
export const PREVIOUS_KEPT_MS = 86_400_000;
const MAX_CANDIDATES = 5;
const MAX_SAMPLES = 8;
const MAX_HOLDERS = 1_000;
const MAX_DISMISSED = 100;

type Held = {
  readonly secret: string;
  readonly id: string;
  readonly key: ClusterKey;
  readonly source: SecretSource;
  readonly from: string | null;
  readonly fingerprint: string | null;
  readonly check: 'verified' | 'absent' | null;
  readonly at: number;
};
type Candidate = Omit<SecretCandidate, 'reads' | 'from' | 'fingerprints'> & {
  readonly secret: string;
  readonly from: Set<string>;
  readonly fingerprints: Set<string>;
};

/** What PushClusterSecret carried, decrypted. */
export type Offer = {
  readonly secret: string;
  /** The text and its encryption with the sender's key (spec: `validation_string`, `encrypted_string`). */
  readonly validation: { readonly plain: string; readonly text: string; readonly iv: string } | null;
  /** Of the key that came with it, and whose that is. */
  readonly fingerprint: string | null;
  readonly name: string | null;
  /** The sender's key was refused, or contradicts a pin. */
  readonly isSuspect: boolean;
};

/** `collecting`: taken when nothing else comes within COLLECT_MS; call `tick` then. */
export type OfferResult = 'collecting' | 'same' | 'offered' | 'conflict';
export type Outcome = NonNullable<ClusterSecret['outcome']>;

/** As the store keeps it. */
export type SecretAtRest = {
  readonly held: Omit<Held, 'key' | 'id'> | null;
  readonly previous: (Omit<Held, 'key' | 'id'> & { readonly until: number }) | null;
  readonly candidates: readonly (Omit<SecretCandidate, 'reads'> & { readonly secret: string })[];
  readonly dismissed: readonly string[];
};

const keyed = (secret: string) => ({ id: secretId(secret), key: deriveClusterKey(secret) });
const strip = ({ secret, source, from, fingerprint, check, at }: Held): Omit<Held, 'key' | 'id'> => ({
  ...{ secret, source, from, fingerprint, check, at },
});
const plain = ({ from, fingerprints, ...rest }: Candidate): SecretAtRest['candidates'][number] => ({
  ...rest,
  from: [...from],
  fingerprints: [...fingerprints],
});

export type ClusterSecretMachine = ReturnType<typeof createClusterSecret>;

export function createClusterSecret(startedAt: number) {
  let held: Held | null = null;
  let previous: (Held & { readonly until: number }) | null = null;
  let since = startedAt;
  let askedAt: number | null = null;
  let askedCount = 0;
  let answerBy: number | null = null;
  let outcome: Outcome | null = null;
  let outcomeAt: number | null = null;
  /** CS5: there is one answer; it is held from then on, unless another one comes before. */
  let takeAt: number | null = null;
  const candidates = new Map<string, Candidate>();
  const dismissed = new Set<string>();
  const samples: { text: string; iv: string }[] = [];
  const holders = new Map<
    string,
    { name: string | null; fingerprint: string | null; id: string; at: number }
  >();
  let handover: ClusterSecret['handover'] = null;
  let keys: readonly ClusterKey[] = [];
  let lastState: SecretState = 'wanted';
  let isKept = false;

  const state = (): SecretState => {
    if (held) return candidates.size > 0 ? 'conflict' : 'held';
    if (candidates.size > 1) return 'conflict';
    if (candidates.size === 1 && takeAt === null) return 'offered';
    return answerBy === null && takeAt === null ? 'wanted' : 'asked';
  };
  const settle = (at: number): void => {
    keys = [held, previous].flatMap((entry) => (entry ? [entry.key] : []));
    const now = state();
    if (now !== lastState) since = at;
    lastState = now;
  };
  const note = (name: string | null, fingerprint: string | null, id: string, at: number): void => {
    const who = name ?? fingerprint;
    if (who === null) return;
    holders.delete(who);
    holders.set(who, { name, fingerprint, id, at });
    if (holders.size > MAX_HOLDERS) holders.delete(holders.keys().next().value!);
  };
  const hold = (
    secret: string,
    source: SecretSource,
    at: number,
    by: Pick<Held, 'from' | 'fingerprint' | 'check'> = { from: null, fingerprint: null, check: null },
  ): void => {
    const id = secretId(secret);
    if (held && held.id !== id) previous = { ...held, until: at + PREVIOUS_KEPT_MS };
    if (previous?.id === id) previous = null;
    isKept = false;
    held = { secret, id, key: deriveClusterKey(secret), source, ...by, at };
    candidates.delete(id);
    answerBy = null;
    takeAt = null;
    outcome = null;
    outcomeAt = null;
    since = at;
    settle(at);
  };
  const propose = (
    offer: Offer,
    id: string,
    check: 'verified' | 'absent',
    unasked: boolean,
    at: number,
  ): void => {
    const known = candidates.get(id);
    if (!known && candidates.size >= MAX_CANDIDATES) {
      const stray = unasked ? undefined : [...candidates.values()].find((other) => other.unasked);
      if (!stray) throw new ProtocolError('RATE', 'more different secrets than are looked at');
      // CS9: what was asked for pushes out what was not.
      candidates.delete(stray.id);
    }
    const candidate: Candidate = known ?? {
      id,
      secret: offer.secret,
      from: new Set(),
      fingerprints: new Set(),
      firstAt: at,
      count: 0,
      check,
      unasked,
    };
    candidate.count += 1;
    if (offer.name !== null && candidate.from.size < 20) candidate.from.add(offer.name);
    if (offer.fingerprint !== null && candidate.fingerprints.size < 20)
      candidate.fingerprints.add(offer.fingerprint);
    candidates.set(id, candidate);
    settle(at);
  };

  const turnDownAll = (): void => {
    for (const id of candidates.keys()) dismissed.add(id);
    candidates.clear();
  };
  const take = ({ secret, from, fingerprints, check }: Candidate, at: number): void => {
    takeAt = null;
    hold(secret, 'peer', at, {
      from: [...from][0] ?? null,
      fingerprint: [...fingerprints][0] ?? null,
      check,
    });
  };

  /** CS3: the text is a secret and opens its own check string. Throws ProtocolError SECRET_FORM or SECRET_CHECK. */
  const checked = ({ secret, validation }: Offer): 'verified' | 'absent' => {
    if (!isSecretText(secret)) throw new ProtocolError('SECRET_FORM', 'not 64 hexadecimal digits');
    if (!validation) return 'absent';
    const fails = (): ProtocolError =>
      new ProtocolError('SECRET_CHECK', 'the check string does not fit the secret');
    let plain: string;
    try {
      plain = decryptClusterText(deriveClusterKey(secret), validation.text, validation.iv).toString('utf8');
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw fails();
    }
    if (plain !== validation.plain) throw fails();
    return 'verified';
  };

  /** Whether a candidate opens what was heard lately and could not be read. */
  const reads = (secret: string): boolean | null => {
    if (samples.length === 0) return null;
    const key = deriveClusterKey(secret);
    // Most of them: one message that somebody made to fit proves nothing.
    const opened = samples.filter(({ text, iv }) => {
      try {
        return decryptClusterText(key, text, iv).toString('utf8').startsWith('{');
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return false;
      }
    });
    return opened.length * 2 > samples.length;
  };

  return {
    state,
    /** Newest first: the one held, and the one before while it is kept. */
    keys: (): readonly ClusterKey[] => keys,
    held: (): Held | null => held,
    isHeld: (): boolean => held !== null,
    /** Whether what is held has the form of a cluster secret; a configured text may have another. */
    isSecretText: (): boolean => held !== null && isSecretText(held.secret),

    /** All that must outlive the process: what is held, the one before, what waits for a person and what was put away. */
    atRest: (): SecretAtRest => ({
      held: held && strip(held),
      previous: previous && { ...strip(previous), until: previous.until },
      candidates: takeAt === null ? [...candidates.values()].map(plain) : [],
      dismissed: [...dismissed],
    }),
    restore(kept: SecretAtRest, at: number): void {
      if (kept.held) held = { ...kept.held, ...keyed(kept.held.secret) };
      if (kept.previous && kept.previous.until > at)
        previous = { ...kept.previous, ...keyed(kept.previous.secret) };
      for (const { from, fingerprints, ...candidate } of kept.candidates.slice(0, MAX_CANDIDATES))
        candidates.set(candidate.id, {
          ...candidate,
          from: new Set(from),
          fingerprints: new Set(fingerprints),
        });
      for (const id of kept.dismissed.slice(0, MAX_DISMISSED)) dismissed.add(id);
      isKept = held !== null;
      settle(at);
    },
    /** It is from before this process, and nobody has confirmed it since. */
    isKept: (): boolean => isKept,

    /** From the configuration, or by a person, who has decided against every other one then. */
    hold(secret: string, source: Exclude<SecretSource, 'peer'>, at: number): void {
      candidates.delete(secretId(secret));
      if (source !== 'configuration') turnDownAll();
      hold(secret, source, at);
    },

    /** CS1: the question goes out now, so many nodes directly. */
    ask(count: number, at: number): void {
      askedAt = at;
      askedCount = count;
      answerBy = at + ANSWER_MS;
      outcome = null;
      outcomeAt = null;
      settle(at);
    },

    /** An answer, or somebody's own idea. Throws ProtocolError SECRET_FORM, SECRET_CHECK, REPLAY or RATE. */
    offer(offer: Offer, at: number): OfferResult {
      const check = checked(offer);
      const id = secretId(offer.secret);
      note(offer.name, offer.fingerprint, id, at);
      if (held?.id === id) {
        isKept = false;
        return 'same';
      }
      const isAnswer = answerBy !== null || (askedAt !== null && at - askedAt <= ANSWER_MS);
      // CS7: an old one that comes back is never a new proposal.
      if (previous?.id === id || dismissed.has(id))
        throw new ProtocolError('REPLAY', 'a secret put away before');
      const isAlone = held === null && [...candidates.keys()].every((known) => known === id);
      if (isAnswer && !offer.isSuspect && isAlone) takeAt ??= at + COLLECT_MS;
      // CS5: two answers to one question differ, so neither is taken.
      else takeAt = null;
      propose(offer, id, check, !isAnswer, at);
      if (takeAt !== null) return 'collecting';
      return state() === 'conflict' ? 'conflict' : 'offered';
    },

    /** An answer came and could not be used, or the question did not leave. */
    failed(how: Outcome, at: number): void {
      outcome = how;
      outcomeAt = at;
    },

    /** What time has brought: the answer is held now; or (CS2) the time for answers has run out without one. */
    tick(at: number): 'held' | 'no-answer' | null {
      if (previous && at >= previous.until) {
        previous = null;
        settle(at);
      }
      const [only] = candidates.values();
      if (takeAt !== null && at >= takeAt && only && held === null) {
        takeAt = null;
        take(only, at);
        return 'held';
      }
      if (answerBy === null || at < answerBy || takeAt !== null) return null;
      answerBy = null;
      const isEmpty = held === null && candidates.size === 0;
      if (isEmpty) {
        outcome ??= 'no-answer';
        outcomeAt ??= at;
      }
      settle(at);
      return isEmpty ? 'no-answer' : null;
    },

    /** CS6: a person chose. False: no such candidate. */
    adopt(id: string, at: number): boolean {
      const candidate = candidates.get(id);
      if (!candidate) return false;
      candidates.delete(id);
      turnDownAll();
      take(candidate, at);
      return true;
    },
    dismiss(id: string, at: number): boolean {
      if (!candidates.delete(id)) return false;
      takeAt = null;
      if (dismissed.size >= MAX_DISMISSED) dismissed.clear();
      dismissed.add(id);
      settle(at);
      return true;
    },

    handedOver(result: NonNullable<ClusterSecret['handover']>): void {
      handover = result;
    },
    /** Somebody used this of our keys (0: the present one) in a message that we read. */
    used(name: string | null, keyIndex: number, at: number): void {
      const id = keyIndex === 0 ? held?.id : previous?.id;
      if (id !== undefined) note(name, null, id, at);
    },
    /** A message that no key of ours opens. */
    unread(text: string, iv: string): void {
      samples.push({ text, iv });
      if (samples.length > MAX_SAMPLES) samples.shift();
    },

    view(trustOf: (name: string, fingerprint: string) => ClusterSecret['fromTrust']): ClusterSecret {
      const usesOf = (id: string): (typeof SECRET_HOLDERS)[number] =>
        id === held?.id ? 'current' : id === previous?.id ? 'previous' : 'other';
      return {
        state: state(),
        since,
        id: held?.id ?? null,
        source: held?.source ?? null,
        from: held?.from ?? null,
        fromFingerprint: held?.fingerprint ?? null,
        fromTrust: held?.from && held.fingerprint ? trustOf(held.from, held.fingerprint) : null,
        check: held?.check ?? null,
        askedAt,
        askedCount,
        answerBy,
        outcome,
        outcomeAt,
        // One that is about to be held is no question to a person.
        candidates: (takeAt === null ? [...candidates.values()] : []).map(
          ({ secret, from, fingerprints, ...rest }) => ({
            ...rest,
            from: [...from],
            fingerprints: [...fingerprints],
            reads: reads(secret),
          }),
        ),
        previous: previous ? { id: previous.id, until: previous.until } : null,
        holders: [...holders.values()]
          .reverse()
          .map(({ name, fingerprint, id, at }) => ({ name, fingerprint, uses: usesOf(id), at })),
        handover,
      };
    },
  };
}
