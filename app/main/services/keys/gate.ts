/**
 * The gate before the cluster secret: who asked, what becomes of it, and every hand-over written down. The rules are in
 * core/keyring/requests.ts; how a secret is sent is handed in.
 */
import type { SecretPolicy, SecretRequest } from '../../../shared/domain/secret.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { isErrorCode } from '../../../shared/errors/codes.js';
import type { PublicKey } from '../../core/crypto/public-key.js';
import type { ClusterSecretMachine } from '../../core/keyring/cluster-secret.js';
import type { Keyring } from '../../core/keyring/keyring.js';
import { createRequests, judge, whyNot, type Request } from '../../core/keyring/requests.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { RecordEvent } from './record.js';

export type GateDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Keyring;
  readonly machine: ClusterSecretMachine;
  readonly record: RecordEvent;
  readonly policy: () => SecretPolicy;
  /** False: nothing leaves without a person. */
  readonly mayAct: () => boolean;
  /** The held secret, encrypted to this key, into the queue of this node. Rejects with AppError. */
  readonly send: (name: string, key: PublicKey, isModern: boolean) => Promise<void>;
};

export function createGate({ clock, log, keyring, machine, record, policy, mayAct, send }: GateDeps) {
  const requests = createRequests(({ name, key }) => {
    const pair = key ? keyring.pairOf(name, key.fingerprint) : undefined;
    if (pair?.decision) return 'decided';
    return keyring.holders().get(name)?.beats ? 'beats' : 'nothing';
  });

  const factsOf = ({ name, key }: Pick<Request, 'name' | 'key'>) => {
    const pair = key ? (keyring.pairOf(name, key.fingerprint) ?? null) : null;
    return {
      secret: machine.state(),
      trust: pair ? keyring.trustOf(pair) : null,
      isWeak: pair ? keyring.isWeak(pair) : false,
      isSecret: machine.isSecretText(),
    };
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
    if (!key) throw new AppError('REQUEST_NO_QUEUE', 'the request shows no key');
    const why = whyNot(factsOf(entry));
    if (why !== null && isErrorCode(why)) throw new AppError(why, `${name}: ${key.fingerprint.slice(0, 12)}`);
    // Settled before it is sent: the copy of the question that comes meanwhile must not be answered again.
    requests.settle(entry, 'given', clock.now());
    const id = machine.held()?.id ?? null;
    const facts = { fingerprint: key.fingerprint, id, policy: byPolicy ? 'trusted' : null };
    try {
      await send(name, key, entry.isModern);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      requests.settle(entry, 'failed', clock.now(), code);
      record('secret.give-failed', { ...facts, code }, [name]);
      throw error;
    }
    record('secret.given', facts, [name]);
  };

  /** Where nothing may leave by itself, what the policy would have answered waits for a person. */
  const policyNow = (): SecretPolicy => (policy() === 'trusted' && !mayAct() ? 'ask' : policy());

  const judgeRequest = (entry: Request): void => {
    const verdict = judge({
      policy: policyNow(),
      hasKey: entry.key !== null,
      ...factsOf(entry),
    });
    const at = clock.now();
    if (verdict.do === 'wait') return requests.settle(entry, 'waiting', at);
    if (verdict.do === 'nothing') return requests.settle(entry, 'unanswered', at, verdict.why);
    give(entry, true).catch((error: unknown) =>
      log.warn({ error, node: entry.name }, 'the secret was not handed over'),
    );
  };

  return {
    waiting: requests.waiting,
    /** What stands against giving to this key of this name, or null. */
    whyNot: (name: string, key: PublicKey): string | null => whyNot(factsOf({ name, key })),

    /** GA1: somebody asks. */
    requested(name: string, key: PublicKey | null, isModern: boolean): void {
      const { entry, isOpen, isFirst } = requests.ask(name, key, isModern, clock.now());
      if (isOpen) judgeRequest(entry);
      const facts = { fingerprint: key?.fingerprint ?? null, state: entry.state };
      if (isOpen || isFirst) record('secret.requested', facts, [name], name);
    },
    /** What came before this node might answer by itself is answered now. */
    tick(): void {
      if (policy() !== 'trusted' || !mayAct()) return;
      for (const entry of requests.waiting())
        if (entry.key && whyNot(factsOf(entry)) === null) judgeRequest(entry);
    },
    /** GA6: another node sent its answer to this name. */
    answeredElsewhere(name: string, by: string | null): void {
      for (const entry of requests.answeredElsewhere(name, by, clock.now()))
        record('secret.answered-elsewhere', { by, fingerprint: entry.key?.fingerprint ?? null }, [name]);
    },

    /** By a person. Rejects with AppError: REQUEST_UNKNOWN and whatever stands against it. */
    give: async (id: string): Promise<void> => give(entryOf(id), false),
    /** Throws AppError REQUEST_UNKNOWN. */
    refuse(id: string): void {
      const entry = entryOf(id);
      requests.settle(entry, 'refused', clock.now());
      record('secret.not-given', { fingerprint: entry.key?.fingerprint ?? null }, [entry.name]);
    },

    view: (beating: ReadonlySet<string>): SecretRequest[] =>
      requests.all().map((entry) => {
        const { id, name, firstAt, lastAt, count, state, stateAt, why, answeredBy } = entry;
        const { trust, isWeak } = factsOf(entry);
        return {
          ...{ id, name, firstAt, lastAt, count, state, stateAt, why, answeredBy, trust },
          wants: 'cluster-secret',
          fingerprint: entry.key?.fingerprint ?? null,
          weak: isWeak,
          beating: beating.has(name),
        };
      }),
  };
}
