/**
 * The gate before what this node could hand out, the cluster secret and its Vault token: who asked, what becomes of it,
 * and every hand-over written down. The rules are in core/keyring/requests.ts; what stands against giving a thing, and
 * how it is sent, is handed in.
 */
import type { ConsoleEvent, EventKind } from '../../../shared/domain/event.js';
import type { SecretPolicy, SecretRequest, Wish } from '../../../shared/domain/secret.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { PublicKey } from '../../core/crypto/public-key.js';
import type { Keyring } from '../../core/keyring/keyring.js';
import { createRequests, judge, whyNotTo, type Request } from '../../core/keyring/requests.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { RecordEvent } from './record.js';

/** One thing that others may ask for. */
export type Handout = {
  /** What stands against giving it to this key, whatever anybody decides about that; null: nothing. */
  readonly against: (key: PublicKey, isModern: boolean, name: string) => AppError | null;
  /** Encrypted to this key, into the queue of this node; gives what the audit says besides. Rejects with AppError. */
  readonly send: (
    name: string,
    key: PublicKey,
    isModern: boolean,
  ) => Promise<ConsoleEvent['facts'] | undefined>;
  /** What tells this very one from others in the audit; never itself. */
  readonly facts: () => ConsoleEvent['facts'];
  readonly events: Readonly<Record<'requested' | 'elsewhere' | 'given' | 'failed' | 'notGiven', EventKind>>;
  /** Others can answer as well: what we cannot answer does not wait here for a person. */
  readonly isShared: boolean;
};

export type GateDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Keyring;
  readonly record: RecordEvent;
  readonly policy: () => SecretPolicy;
  /** False: nothing leaves without a person. */
  readonly mayAct: () => boolean;
  readonly handouts: Readonly<Record<Wish, Handout>>;
};

export function createGate({ clock, log, keyring, record, policy, mayAct, handouts }: GateDeps) {
  const requests = createRequests(({ name, key }) => {
    const pair = key ? keyring.pairOf(name, key.fingerprint) : undefined;
    if (pair?.decision) return 'decided';
    return keyring.holders().get(name)?.beats ? 'beats' : 'nothing';
  });

  const trustIn = ({ name, key }: Pick<Request, 'name' | 'key'>) => {
    const pair = key ? (keyring.pairOf(name, key.fingerprint) ?? null) : null;
    return {
      trust: pair ? keyring.trustOf(pair) : null,
      isWeak: pair ? keyring.isWeak(pair) : false,
    };
  };
  /** GA3: what stands against giving, also for a person. */
  const obstacle = (entry: Pick<Request, 'name' | 'key' | 'wants' | 'isModern'>): AppError | null => {
    const { name, key } = entry;
    if (!key) return new AppError('REQUEST_NO_QUEUE', 'the request shows no key');
    const why = whyNotTo(trustIn(entry));
    if (why !== null) return new AppError(why, `${name}: ${key.fingerprint.slice(0, 12)}`);
    return handouts[entry.wants].against(key, entry.isModern, name);
  };
  const entryOf = (id: string): Request => {
    const entry = requests.get(id);
    if (!entry) throw new AppError('REQUEST_UNKNOWN', id.slice(0, 40));
    if (entry.state === 'given') throw new AppError('REQUEST_ANSWERED', entry.name.slice(0, 60));
    return entry;
  };

  /** One hand-over, written down either way. Rejects with AppError. */
  const give = async (entry: Request, byPolicy: boolean): Promise<void> => {
    const { name, key } = entry;
    const against = obstacle(entry);
    if (against) throw against;
    if (!key) return;
    const { send, events, ...handout } = handouts[entry.wants];
    // Settled before it is sent: the copy of the question that comes meanwhile must not be answered again.
    requests.settle(entry, 'given', clock.now());
    const facts = {
      fingerprint: key.fingerprint,
      ...handout.facts(),
      policy: byPolicy ? 'trusted' : null,
    };
    let more: ConsoleEvent['facts'] | undefined;
    try {
      more = await send(name, key, entry.isModern);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      requests.settle(entry, 'failed', clock.now(), code);
      record(events.failed, { ...facts, code }, [name]);
      throw error;
    }
    record(events.given, { ...facts, ...more }, [name]);
  };

  /** Where nothing may leave by itself, what the policy would have answered waits for a person. */
  const policyNow = (): SecretPolicy => (policy() === 'trusted' && !mayAct() ? 'ask' : policy());

  const judgeRequest = (entry: Request): void => {
    const { key, wants, isModern, name } = entry;
    const { isShared, against } = handouts[wants];
    // A key that nobody has decided about is a person's to decide; that we have nothing to give is not.
    const hopeless =
      isShared && key
        ? ((trustIn(entry).isWeak ? 'KEY_WEAK' : against(key, isModern, name)?.code) ?? null)
        : null;
    const why = hopeless ?? obstacle(entry)?.code ?? null;
    const verdict = judge({
      policy: policyNow(),
      hasKey: key !== null,
      why,
      isHopeless: hopeless !== null,
    });
    const at = clock.now();
    if (verdict.do === 'wait') return requests.settle(entry, 'waiting', at);
    if (verdict.do === 'nothing') return requests.settle(entry, 'unanswered', at, verdict.why);
    give(entry, true).catch((error: unknown) =>
      log.warn({ error, node: entry.name, wants }, 'what was asked for was not handed over'),
    );
  };

  return {
    waiting: requests.waiting,
    /** What stands against giving this to this key of this name, or null. */
    whyNot: (wants: Wish, name: string, key: PublicKey): string | null =>
      obstacle({ name, key, wants, isModern: false })?.code ?? null,

    /**
     * GA1: somebody asks. True: it is ours now, answered or waiting for a person. `isSame`: this very message was looked
     * at before.
     */
    requested(wants: Wish, name: string, key: PublicKey | null, isModern: boolean, isSame = false): boolean {
      const { entry, isOpen, isFirst } = requests.ask(name, key, isModern, clock.now(), wants, isSame);
      if (isOpen) judgeRequest(entry);
      const facts = { fingerprint: key?.fingerprint ?? null, state: entry.state };
      if (isFirst || (isOpen && !isSame)) record(handouts[wants].events.requested, facts, [name], name);
      return entry.state === 'waiting' || entry.state === 'given';
    },
    /** What came before this node might answer by itself is answered now. */
    tick(): void {
      if (policy() !== 'trusted' || !mayAct()) return;
      for (const entry of requests.waiting()) if (obstacle(entry) === null) judgeRequest(entry);
    },
    /** GA6: another node sent its answer to this name. */
    answeredElsewhere(wants: Wish, name: string, by: string | null): void {
      for (const entry of requests.answeredElsewhere(name, by, clock.now(), wants))
        record(handouts[wants].events.elsewhere, { by, fingerprint: entry.key?.fingerprint ?? null }, [name]);
    },

    /** By a person. Rejects with AppError: REQUEST_UNKNOWN and whatever stands against it. */
    give: async (id: string): Promise<void> => give(entryOf(id), false),
    /** Throws AppError REQUEST_UNKNOWN. */
    refuse(id: string): void {
      const entry = entryOf(id);
      requests.settle(entry, 'refused', clock.now());
      const facts = { fingerprint: entry.key?.fingerprint ?? null };
      record(handouts[entry.wants].events.notGiven, facts, [entry.name]);
    },

    view: (beating: ReadonlySet<string>): SecretRequest[] =>
      requests.all().map((entry) => {
        const { id, name, wants, firstAt, lastAt, count, state, stateAt, why, answeredBy } = entry;
        const { trust, isWeak } = trustIn(entry);
        return {
          ...{ id, name, wants, firstAt, lastAt, count, state, stateAt, why, answeredBy, trust },
          fingerprint: entry.key?.fingerprint ?? null,
          weak: isWeak,
          beating: beating.has(name),
        };
      }),
  };
}
