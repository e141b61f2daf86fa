/**
 * Who asks us for a secret, the cluster's or our Vault token, and what becomes of it. Pure: asks and decisions in, entries
 * out. One entry per asker, key and wish, however often it asks; bounded. The gate (`judge`) alone says whether one is
 * answered by itself. Rules GA1-GA6 are in docs/spec/keyring.md.
 */
import type { TrustState } from '../../../shared/domain/key.js';
import type { REQUEST_STATES, SecretPolicy, SecretState, Wish } from '../../../shared/domain/secret.js';
import type { PublicKey } from '../crypto/public-key.js';

export type Request = {
  readonly id: string;
  readonly name: string;
  readonly wants: Wish;
  /** null: it asked in the form that shows no key. */
  readonly key: PublicKey | null;
  /** Every time that it asked, it showed that it reads the newer cipher forms: once older is older for good. */
  isModern: boolean;
  readonly firstAt: number;
  lastAt: number;
  count: number;
  state: (typeof REQUEST_STATES)[number];
  stateAt: number;
  why: string | null;
  answeredBy: string | null;
};

export type Verdict =
  | { readonly do: 'wait' }
  | { readonly do: 'give' }
  /** A code of the table of errors, or null: the policy says so. */
  | { readonly do: 'nothing'; readonly why: string | null };

export type Facts = {
  readonly policy: SecretPolicy;
  readonly hasKey: boolean;
  /** What stands against giving, a code of the table of errors; null: nothing. */
  readonly why: string | null;
  /** No decision of a person could change that: it is better left to others than kept waiting. */
  readonly isHopeless?: boolean;
};

const MAX_REQUESTS = 500;
/** Keys under which one name may stand in the inbox. */
const MAX_PER_NAME = 3;
/** Framework 1.4 asks twice within a moment: by exchange and directly. */
const COPY_MS = 2_000;
/** A refusal holds for so long against the same asker; then a new question is a new question. */
const REFUSAL_HOLDS_MS = 600_000;

/** GA2: what may happen without a person. An untrusted, changed or weak key is never answered by itself. */
export function judge({ policy, hasKey, why, isHopeless = false }: Facts): Verdict {
  if (policy === 'never') return { do: 'nothing', why: null };
  if (!hasKey) return { do: 'nothing', why: 'REQUEST_NO_QUEUE' };
  if (policy === 'ask') return isHopeless && why !== null ? { do: 'nothing', why } : { do: 'wait' };
  return why === null ? { do: 'give' } : { do: 'nothing', why };
}

/** GA3: what stands against giving to this key, also for a person; null: nothing. */
export function whyNotTo({
  trust,
  isWeak,
}: {
  readonly trust: TrustState | null;
  readonly isWeak: boolean;
}): 'KEY_NOT_TRUSTED' | 'KEY_WEAK' | null {
  if (trust !== 'trusted') return 'KEY_NOT_TRUSTED';
  return isWeak ? 'KEY_WEAK' : null;
}

/** GA3: what stands against handing the cluster secret out at all. */
export function whyNoSecret({
  secret,
  isSecret,
}: {
  readonly secret: SecretState;
  /** False: what is held is no secret of LegionIO's form; it may be good for reading, not for handing out. */
  readonly isSecret: boolean;
}): 'SECRET_UNDECIDED' | 'SECRET_MISSING' | 'SECRET_FORM' | null {
  if (secret === 'conflict' || secret === 'offered') return 'SECRET_UNDECIDED';
  if (secret !== 'held') return 'SECRET_MISSING';
  return isSecret ? null : 'SECRET_FORM';
}

export type Requests = ReturnType<typeof createRequests>;

/** What is known of an asker: nothing, that its name beats, that somebody decided about its key. */
const KNOWLEDGE = ['nothing', 'beats', 'decided'] as const;
export type Knowledge = (typeof KNOWLEDGE)[number];

export function createRequests(knownOf: (entry: Request) => Knowledge = () => 'nothing') {
  const entries = new Map<string, Request>();
  let nextId = 1;

  const keyOf = (wants: Wish, name: string, fingerprint: string | null): string =>
    `${wants} ${fingerprint ?? '-'} ${name}`;
  const settle = (entry: Request, state: Request['state'], at: number, why: string | null = null): void => {
    entry.state = state;
    entry.stateAt = at;
    entry.why = why;
  };
  /**
   * A name that asks with key after key has a few entries, not the whole inbox: the first, the latest, and those about
   * whose key somebody decided.
   */
  const makeRoomFor = (name: string, wants: Wish): void => {
    const own = [...entries].filter(([, entry]) => entry.name === name && entry.wants === wants);
    if (own.length < MAX_PER_NAME) return;
    const [, ...later] = own;
    const undecided = later.filter(([, entry]) => knownOf(entry) !== 'decided');
    const among = undecided.length > 0 ? undecided : later;
    entries.delete(among.reduce((a, b) => (b[1].lastAt < a[1].lastAt ? b : a))[0]);
  };
  /** Who waits for a person stays longest, and of those the ones about whom more is known. */
  const makeRoom = (): void => {
    if (entries.size < MAX_REQUESTS) return;
    const rank = (entry: Request): number =>
      (entry.state === 'waiting' ? 3 : 0) + KNOWLEDGE.indexOf(knownOf(entry));
    let worst: [string, Request, number] | null = null;
    for (const [id, entry] of entries) {
      const own = rank(entry);
      if (worst === null || own < worst[2] || (own === worst[2] && entry.lastAt < worst[1].lastAt))
        worst = [id, entry, own];
    }
    if (worst) entries.delete(worst[0]);
  };

  return {
    settle,
    all: (): Request[] =>
      [...entries.values()].sort(
        (a, b) => Number(b.state === 'waiting') - Number(a.state === 'waiting') || b.lastAt - a.lastAt,
      ),
    get: (id: string): Request | undefined => [...entries.values()].find((entry) => entry.id === id),
    waiting: (): Request[] => [...entries.values()].filter((entry) => entry.state === 'waiting'),

    /**
     * GA1: somebody asks. `isOpen`: the verdict on it is still to come; else it was only counted. `isSame`: it is the
     * very message that was looked at before, which is no new question.
     */
    ask(
      name: string,
      key: PublicKey | null,
      isModern: boolean,
      at: number,
      wants: Wish = 'cluster-secret',
      isSame = false,
    ): { entry: Request; isOpen: boolean; isFirst: boolean } {
      const id = keyOf(wants, name, key?.fingerprint ?? null);
      const known = entries.get(id);
      if (!known) {
        makeRoomFor(name, wants);
        makeRoom();
        const entry: Request = {
          id: `r${nextId++}`,
          name,
          wants,
          key,
          isModern,
          firstAt: at,
          lastAt: at,
          count: 1,
          state: 'unanswered',
          stateAt: at,
          why: null,
          answeredBy: null,
        };
        entries.set(id, entry);
        return { entry, isOpen: true, isFirst: true };
      }
      known.isModern &&= isModern;
      known.count += isSame ? 0 : 1;
      known.lastAt = at;
      const isCopy = at - known.stateAt < COPY_MS && known.state === 'given';
      const isHeld = known.state === 'refused' && at - known.stateAt < REFUSAL_HOLDS_MS;
      return { entry: known, isOpen: !isCopy && !isHeld && known.state !== 'waiting', isFirst: false };
    },

    /** GA6: somebody sent this name an answer. Anybody can claim that, so what waits for a person goes on waiting. */
    answeredElsewhere(
      name: string,
      by: string | null,
      at: number,
      wants: Wish = 'cluster-secret',
    ): Request[] {
      const found = [...entries.values()].filter(
        (entry) =>
          entry.name === name &&
          entry.wants === wants &&
          (entry.state === 'waiting' || entry.state === 'unanswered'),
      );
      for (const entry of found) {
        if (entry.state === 'unanswered') settle(entry, 'elsewhere', at, entry.why);
        entry.answeredBy = by;
      }
      return found;
    },
  };
}
