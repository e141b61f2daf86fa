/**
 * The cluster secret on the wire: asks for it, opens what is sent to us, keeps it, replaces it. The machine in
 * core/keyring decides; this sends, decrypts and writes down. Who asks us is the gate's.
 */
import * as z from 'zod';
import { SECRET_POLICIES, type SecretPolicy, type Secrets } from '../../../shared/domain/secret.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { generateSecret, isModernText, isSecretText, secretId } from '../../core/crypto/cluster-cipher.js';
import { COLLECT_MS, createClusterSecret, type Offer } from '../../core/keyring/cluster-secret.js';
import type { Keyring } from '../../core/keyring/keyring.js';
import { requestClusterSecret } from '../../core/protocol/bus/key-messages.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';
import { createGate, type Handout } from './gate.js';
import { createHandOver } from './hand-over.js';
import { createKeptSecret } from './kept-secret.js';
import type { OwnKeyService } from './own-key.js';
import type { RecordEvent } from './record.js';
import { toStoreError } from './store-error.js';
import { createTurns } from './turns.js';

/** Of all nodes so many are asked directly per question; the next question goes on where this ended. */
const ASK_DIRECTLY = 50;
/** While encrypted messages are heard that we cannot read, the question is asked again, ever more rarely. */
const FIRST_AGAIN_MS = 60_000;
const LONGEST_AGAIN_MS = 900_000;

export type SecretServiceDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly store: Store;
  readonly storeKey: string;
  readonly own: OwnKeyService;
  readonly keyring: Keyring;
  readonly name: string;
  readonly record: RecordEvent;
  readonly configured: string;
  readonly policy: SecretPolicy;
  /** Why the store could not be read: it is not written over then. */
  readonly problem: () => AppError | null;
  /** May this node answer by itself: not in a profile that only watches. */
  readonly mayAct: () => boolean;
  /** Where a choice made at run time is kept; null: the configuration says. */
  readonly policyStoreKey: string | null;
  readonly cipher: 'legacy' | 'modern' | 'auto';
  /** Beating nodes but ours, those that are well first. */
  readonly beating: () => readonly string[];
  /** The link lives, and whoever beats has been heard. */
  readonly hasWholePicture: () => boolean;
  readonly isModern: (name: string) => boolean;
  /** What form this node writes. */
  readonly noteForm: (name: string, isModern: boolean) => void;
  /** Counts what turned out unusable after the delivery was done. */
  readonly refuseLate: (code: ProtocolError['code'], from: string | null, at: number) => void;
  /** What others may ask us for besides, behind the same gate. */
  readonly vaultToken: Handout;
  readonly wrappedToken: Handout;
};

export type SecretService = ReturnType<typeof createSecretService>;

export function createSecretService(deps: SecretServiceDeps) {
  const { bus, clock, log, random, own, keyring, record } = deps;
  const machine = createClusterSecret(clock.now());
  let policy = deps.policy;
  const turns = createTurns(clock);
  let askFrom = 0;
  let againAfterMs = FIRST_AGAIN_MS;
  let unreadSince: number | null = null;
  let lastAskUp: number | null = null;

  const kept = createKeptSecret({
    store: deps.store,
    storeKey: deps.storeKey,
    configured: deps.configured,
    problem: deps.problem,
  });
  const handOver = createHandOver({ ...deps, machine });
  const keep = (): void => {
    kept
      .write(machine.atRest())
      .catch((error: unknown) => log.error({ error }, 'the cluster secret could not be kept'));
  };
  const becameHeld = (): void => {
    unreadSince = null;
    againAfterMs = FIRST_AGAIN_MS;
    keep();
    record('secret.held', { source: machine.held()?.source ?? null, id: machine.held()?.id ?? null });
  };

  const gate = createGate({
    clock,
    log,
    keyring,
    record,
    policy: () => policy,
    mayAct: deps.mayAct,
    handouts: {
      'cluster-secret': handOver.handout,
      'vault-token': deps.vaultToken,
      'vault-wrapped': deps.wrappedToken,
    },
  });

  const ask = async (): Promise<number> => {
    const ours = own.current();
    if (!ours) throw new AppError('KEY_NONE', 'our own key is not ready');
    const self = { name: deps.name, pem: ours.publicKey.pem };
    const all = deps.beating();
    const from = all.length === 0 ? 0 : askFrom % all.length;
    const directly = [...all.slice(from), ...all.slice(0, from)].slice(0, ASK_DIRECTLY);
    askFrom = from + directly.length;
    machine.ask(directly.length, clock.now());
    lastAskUp = clock.uptime();
    record('secret.asked', { count: directly.length });
    try {
      await bus.publish(requestClusterSecret(self, null, clock.now()));
    } catch (error) {
      machine.failed('not-sent', clock.now());
      throw error;
    }
    // A node that is away is no failure of the question; the broker hands it back, and that is all.
    await Promise.allSettled(
      directly.map((name) => bus.publish(requestClusterSecret(self, name, clock.now()))),
    );
    return directly.length;
  };

  const tick = (): void => {
    gate.tick();
    const news = machine.tick(clock.now());
    if (news === 'held') becameHeld();
    if (news === 'no-answer') record('secret.no-answer', { outcome: machine.view(() => null).outcome });
  };

  return {
    keys: machine.keys,
    state: machine.state,
    isHeld: machine.isHeld,
    policy: (): SecretPolicy => policy,
    waiting: gate.waiting,
    /** Encrypted messages are heard that we cannot read for want of a secret. */
    isMissing: (): boolean => unreadSince !== null && !machine.isHeld(),
    missingSince: (): number | null => unreadSince,
    candidatesSince: (): number =>
      Math.min(Infinity, ...machine.view(() => null).candidates.map(({ firstAt }) => firstAt)),

    /** What is held from before: the configuration, unless a secret that replaced it was kept here. */
    async start(): Promise<void> {
      const { policyStoreKey } = deps;
      if (policyStoreKey !== null) {
        const chosen = z.enum(SECRET_POLICIES).safeParse(await deps.store.read(policyStoreKey));
        if (chosen.success) policy = chosen.data;
      }
      const { configured } = deps;
      const before = await kept.read();
      if (before) machine.restore(before, clock.now());
      if (configured !== '' && !machine.isHeld()) machine.hold(configured, 'configuration', clock.now());
      if (configured !== '' && !isSecretText(configured))
        log.warn(
          {},
          'the configured cluster secret is no text of 64 hexadecimal digits: it is not handed out',
        );
    },

    /** Asks everybody. How many directly; rejects with AppError KEY_NONE or a code of the bus. */
    ask,
    /** Whether to ask without being told to: at the start, and while messages cannot be read. */
    wantsToAsk(): boolean {
      const held = machine.held();
      if (lastAskUp === null) return held === null || machine.isKept();
      if (held || machine.state() !== 'wanted' || unreadSince === null) return false;
      return clock.uptime() - lastAskUp >= againAfterMs;
    },
    askAgain(): void {
      if (lastAskUp !== null) againAfterMs = Math.min(LONGEST_AGAIN_MS, againAfterMs * 2);
      ask().catch((error: unknown) => log.warn({ error }, 'could not ask for the cluster secret'));
    },

    tick,

    /** A message that no key of ours opens. */
    unread(text: string, iv: string): void {
      machine.unread(text, iv);
      if (!machine.isHeld()) unreadSince ??= clock.now();
    },
    used: machine.used,

    requested: gate.requested,
    answeredElsewhere: gate.answeredElsewhere,
    give: gate.give,
    refuse: gate.refuse,

    /** A secret was sent to us. Throws ProtocolError RATE; what comes of it shows later. */
    received(
      message: string,
      validation: Offer['validation'],
      sender: Pick<Offer, 'fingerprint' | 'name' | 'isSuspect'>,
    ): void {
      const done = turns.take();
      const take = async (): Promise<void> => {
        const { plain, isOld } = await own.open(message);
        if (sender.name !== null) own.usedBy(sender.name, isOld);
        const result = machine.offer({ secret: plain, validation, ...sender }, clock.now());
        // Who holds the very secret that we hold is one of us: what it writes, it reads.
        if (result === 'same' && sender.name !== null) deps.noteForm(sender.name, isModernText(message));
        if (result === 'collecting') clock.after(COLLECT_MS, tick);
        else if (result !== 'same') {
          keep();
          record('secret.conflict', {
            id: secretId(plain),
            fingerprint: sender.fingerprint,
            name: sender.name,
          });
        }
      };
      take()
        .catch((error: unknown) => {
          const at = clock.now();
          if (!(error instanceof ProtocolError))
            return log.error({ error }, 'an offered secret could not be handled');
          deps.refuseLate(error.code, sender.name ?? sender.fingerprint, at);
          if (error.code === 'CIPHER') machine.failed('unreadable', at);
          else if (error.code === 'SECRET_CHECK') machine.failed('check-failed', at);
          else if (error.code === 'SECRET_FORM') machine.failed('not-a-secret', at);
          record(
            'secret.refused-offer',
            { code: error.code, fingerprint: sender.fingerprint },
            [],
            error.code,
          );
        })
        .finally(done);
    },

    /** Throws AppError SECRET_UNKNOWN. */
    adopt(id: string): void {
      const before = machine.held()?.id ?? null;
      if (!machine.adopt(id, clock.now())) throw new AppError('SECRET_UNKNOWN', 'no such offer');
      record('secret.adopted', { id, before });
      becameHeld();
    },
    dismiss(id: string): void {
      if (!machine.dismiss(id, clock.now())) throw new AppError('SECRET_UNKNOWN', 'no such offer');
      record('secret.dismissed', { id });
      keep();
    },
    /**
     * What Vault keeps as the cluster secret: held where there is none; another one than ours is a person's to decide.
     * Throws AppError SECRET_FORM.
     */
    foundInVault(secret: string): void {
      if (!isSecretText(secret)) throw new AppError('SECRET_FORM', `${secret.length} characters`);
      if (machine.state() === 'wanted' || machine.state() === 'asked') {
        machine.hold(secret, 'vault', clock.now());
        return becameHeld();
      }
      try {
        const offer = { secret, validation: null, fingerprint: null, name: null, isSuspect: true };
        if (machine.offer(offer, clock.now()) === 'same') return;
      } catch (error) {
        // A person has put it away before.
        if (error instanceof ProtocolError) return;
        throw error;
      }
      keep();
      record('secret.conflict', { id: secretId(secret), fingerprint: null, name: null });
    },
    /** Throws AppError SECRET_FORM. */
    set(typed: string): void {
      const secret = typed.trim();
      if (!isSecretText(secret)) throw new AppError('SECRET_FORM', `${secret.length} characters`);
      const before = machine.held()?.id ?? null;
      machine.hold(secret, 'file', clock.now());
      record('secret.set', { id: machine.held()?.id ?? null, before });
      becameHeld();
    },
    /** Rejects with AppError SECRET_MISSING, SECRET_OTHERS_BEAT, SECRET_UNDECIDED or KEY_NONE. */
    async rotate(first: boolean): Promise<void> {
      const before = machine.held()?.id ?? null;
      if (before === null && !first) throw new AppError('SECRET_MISSING', 'there is none to replace');
      // Nobody heard is only nobody there once the link lives and every node has had the time to beat.
      const others = deps.beating().length;
      if (before === null && (others > 0 || !deps.hasWholePicture() || unreadSince !== null))
        throw new AppError(
          'SECRET_OTHERS_BEAT',
          others > 0 ? `${others} others beat` : 'others may be there',
        );
      if (machine.state() === 'conflict' || machine.state() === 'offered')
        throw new AppError('SECRET_UNDECIDED', 'an offer waits for a decision');
      if (!own.current()) throw new AppError('KEY_NONE', 'our own key is not ready');
      // On disk before it is held and before the first peer has it: nobody else could give it back to us.
      const secret = generateSecret(random.bytes(32));
      const made = {
        secret,
        source: 'made',
        from: null,
        fingerprint: null,
        check: null,
        at: clock.now(),
      } as const;
      await kept.write({ ...machine.atRest(), held: made });
      machine.hold(secret, 'made', clock.now());
      record('secret.rotated', { id: machine.held()?.id ?? null, before });
      becameHeld();
      handOver
        .toAll((name, key) => gate.whyNot('cluster-secret', name, key) === null)
        .then(machine.handedOver, (error: unknown) =>
          log.error({ error }, 'the new secret was not handed over'),
        );
    },
    async setPolicy(next: SecretPolicy): Promise<void> {
      // To answer fewer is in force at once; to answer more only when it is kept as well.
      if (SECRET_POLICIES.indexOf(next) < SECRET_POLICIES.indexOf(policy)) policy = next;
      const { policyStoreKey, store } = deps;
      if (policyStoreKey !== null)
        await store.write(policyStoreKey, next).catch((cause: unknown) => {
          throw toStoreError(cause);
        });
      policy = next;
      record('secret.policy', { policy: next });
    },

    view(): Secrets {
      const beating = new Set(deps.beating());
      return {
        at: clock.now(),
        policy,
        secret: machine.view((name, fingerprint) => {
          const pair = keyring.pairOf(name, fingerprint);
          return pair ? keyring.trustOf(pair) : null;
        }),
        requests: gate.view(beating),
      };
    },
  };
}
