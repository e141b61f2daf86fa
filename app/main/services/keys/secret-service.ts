/**
 * The cluster secret on the wire: asks for it, opens what is sent to us, keeps it, replaces it. The machine in
 * core/keyring decides; this sends, decrypts and writes down. Who asks us is the gate's.
 */
import * as z from 'zod';
import { SECRET_POLICIES, type SecretPolicy, type Secrets } from '../../../shared/domain/secret.js';
import { AppError } from '../../../shared/errors/app-error.js';
import {
  encryptClusterText,
  generateSecret,
  isModernText,
  isSecretText,
  ivBytes,
  secretId,
  type CipherForm,
} from '../../core/crypto/cluster-cipher.js';
import type { PublicKey } from '../../core/crypto/public-key.js';
import { encryptWithKey } from '../../core/crypto/rsa-cipher.js';
import { COLLECT_MS, createClusterSecret, type Offer } from '../../core/keyring/cluster-secret.js';
import type { Keyring, Pair } from '../../core/keyring/keyring.js';
import { CHECK_TEXT, pushClusterSecret, requestClusterSecret } from '../../core/protocol/bus/key-messages.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';
import { createGate } from './gate.js';
import type { OwnKeyService } from './own-key.js';
import type { RecordEvent } from './record.js';

/** Of all nodes so many are asked directly per question; the next question goes on where this ended. */
const ASK_DIRECTLY = 50;
/** Decryptions at a time and per second: a flood costs no more than this. */
const MAX_OPENING = 8;
const MAX_PER_SECOND = 20;
/** Keys per turn of the event loop when everybody gets the new secret. */
const HANDOVER_SLICE = 50;
/** While encrypted messages are heard that we cannot read, the question is asked again, ever more rarely. */
const FIRST_AGAIN_MS = 60_000;
const LONGEST_AGAIN_MS = 900_000;

const KeptSecret = z.object({
  secret: z.string(),
  at: z.number(),
  /** The id of the secret that it took the place of. */
  replaces: z.string().nullable(),
});

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
  /** False while the store could not be read: it is not written over. */
  readonly mayWrite: () => boolean;
  /** Where a choice made at run time is kept; null: the configuration says. */
  readonly policyStoreKey: string | null;
  readonly cipher: 'legacy' | 'modern' | 'auto';
  /** Beating nodes but ours, those that are well first. */
  readonly beating: () => readonly string[];
  readonly isModern: (name: string) => boolean;
  /** What form this node writes. */
  readonly noteForm: (name: string, isModern: boolean) => void;
  /** Counts what turned out unusable after the delivery was done. */
  readonly refuseLate: (code: ProtocolError['code'], from: string | null, at: number) => void;
};

export type SecretService = ReturnType<typeof createSecretService>;

export function createSecretService(deps: SecretServiceDeps) {
  const { bus, clock, log, random, own, keyring, record } = deps;
  const machine = createClusterSecret(clock.now());
  let policy = deps.policy;
  let opening = 0;
  let openedInSecond = 0;
  let second = 0;
  let askFrom = 0;
  let againAfterMs = FIRST_AGAIN_MS;
  let unreadSince: number | null = null;
  let lastAskUp: number | null = null;
  let isWriting: Promise<void> = Promise.resolve();

  const formFor = (name: string): CipherForm =>
    deps.cipher === 'auto' ? (deps.isModern(name) ? 'modern' : 'legacy') : deps.cipher;

  /** Writes what is held, so that a secret only we have is not lost with the process. */
  const keep = (replaces: string | null): Promise<void> => {
    const held = machine.held();
    if (!held || !deps.mayWrite()) return isWriting;
    const kept: z.infer<typeof KeptSecret> = { secret: held.secret, at: held.at, replaces };
    const write = (): Promise<void> => deps.store.write(deps.storeKey, kept);
    isWriting = isWriting.then(write, write).catch((error: unknown) => {
      log.error({ error }, 'the cluster secret could not be kept');
    });
    return isWriting;
  };
  const becameHeld = (replaces: string | null): void => {
    unreadSince = null;
    againAfterMs = FIRST_AGAIN_MS;
    void keep(replaces);
    record('secret.held', { source: machine.held()?.source ?? null, id: machine.held()?.id ?? null });
  };

  /** The held secret, encrypted to this key, into the queue of this node. Rejects with AppError. */
  const send = async (name: string, key: PublicKey): Promise<void> => {
    const held = machine.held();
    const ours = own.current();
    if (!held) throw new AppError('SECRET_MISSING', 'no cluster secret is held');
    if (!ours) throw new AppError('KEY_NONE', 'our own key is not ready');
    const form = formFor(name);
    const check = encryptClusterText(held.key, CHECK_TEXT, form, random.bytes(ivBytes(form)));
    const message = encryptWithKey(key, held.secret, form);
    await bus.publish(pushClusterSecret(name, { message, check, ownPem: ours.publicKey.pem }, clock.now()));
  };

  const gate = createGate({ clock, log, keyring, machine, record, policy: () => policy, send });

  /** Counts one decryption against the bound. Throws ProtocolError RATE. */
  const takeTurn = (): void => {
    const now = Math.floor(clock.uptime() / 1_000);
    if (now !== second) [second, openedInSecond] = [now, 0];
    if (opening >= MAX_OPENING || openedInSecond >= MAX_PER_SECOND)
      throw new ProtocolError('RATE', 'more secrets are sent than are looked at');
    openedInSecond += 1;
  };

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

  const handOver = async (): Promise<void> => {
    const at = clock.now();
    const targets: Pair[] = [];
    for (const { name, current } of keyring.holders().values()) {
      const pair = current === null ? undefined : keyring.pairOf(name, current);
      if (pair && name !== deps.name && gate.whyNot(name, pair.key) === null) targets.push(pair);
    }
    const away: string[] = [];
    let sent = 0;
    for (let i = 0; i < targets.length; i += HANDOVER_SLICE) {
      await Promise.all(
        targets.slice(i, i + HANDOVER_SLICE).map(async ({ name, key }) => {
          try {
            await send(name, key);
            sent += 1;
            record('secret.given', { fingerprint: key.fingerprint, id: machine.held()?.id ?? null }, [name]);
          } catch (error) {
            if (away.length < 1_000) away.push(name);
            log.debug({ error, node: name }, 'the new secret did not arrive');
          }
        }),
      );
    }
    const reached = new Set(targets.map(({ name }) => name));
    const without = deps.beating().filter((name) => !reached.has(name)).length;
    machine.handedOver({ at, sent, away, without });
  };

  const tick = (): void => {
    const news = machine.tick(clock.now());
    if (news === 'held') becameHeld(null);
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
      const kept = KeptSecret.safeParse(await deps.store.read(deps.storeKey));
      const { configured } = deps;
      const replaced = kept.success && configured !== '' && kept.data.replaces === secretId(configured);
      if (configured !== '' && !replaced) machine.hold(configured, 'configuration', clock.now());
      else if (kept.success) machine.hold(kept.data.secret, 'kept', clock.now());
    },

    /** Asks everybody. How many directly; rejects with AppError KEY_NONE or a code of the bus. */
    ask,
    /** Whether to ask without being told to: at the start, and while messages cannot be read. */
    wantsToAsk(): boolean {
      const held = machine.held();
      if (lastAskUp === null) return held === null || held.source === 'kept';
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
      takeTurn();
      opening += 1;
      const take = async (): Promise<void> => {
        const { plain, isOld } = await own.open(message);
        if (sender.name !== null) own.usedBy(sender.name, isOld);
        const result = machine.offer({ secret: plain, validation, ...sender }, clock.now());
        // Who holds the very secret that we hold is one of us: what it writes, it reads.
        if (result === 'same' && sender.name !== null) deps.noteForm(sender.name, isModernText(message));
        if (result === 'collecting') clock.after(COLLECT_MS, tick);
        else if (result !== 'same')
          record('secret.conflict', {
            id: secretId(plain),
            fingerprint: sender.fingerprint,
            name: sender.name,
          });
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
        .finally(() => (opening -= 1));
    },

    /** Throws AppError SECRET_UNKNOWN. */
    adopt(id: string): void {
      const before = machine.held()?.id ?? null;
      if (!machine.adopt(id, clock.now())) throw new AppError('SECRET_UNKNOWN', 'no such offer');
      record('secret.adopted', { id, before });
      becameHeld(before);
    },
    dismiss(id: string): void {
      if (!machine.dismiss(id, clock.now())) throw new AppError('SECRET_UNKNOWN', 'no such offer');
      record('secret.dismissed', { id });
    },
    /** Throws AppError SECRET_FORM. */
    set(typed: string): void {
      const secret = typed.trim();
      if (!isSecretText(secret)) throw new AppError('SECRET_FORM', `${secret.length} characters`);
      const before = machine.held()?.id ?? null;
      machine.hold(secret, 'file', clock.now());
      record('secret.set', { id: machine.held()?.id ?? null, before });
      becameHeld(before);
    },
    /** Rejects with AppError SECRET_MISSING, SECRET_OTHERS_BEAT, SECRET_UNDECIDED or KEY_NONE. */
    async rotate(first: boolean): Promise<void> {
      const before = machine.held()?.id ?? null;
      if (before === null && !first) throw new AppError('SECRET_MISSING', 'there is none to replace');
      if (before === null && deps.beating().length > 0)
        throw new AppError('SECRET_OTHERS_BEAT', `${deps.beating().length} others beat`);
      if (machine.state() === 'conflict' || machine.state() === 'offered')
        throw new AppError('SECRET_UNDECIDED', 'an offer waits for a decision');
      if (!own.current()) throw new AppError('KEY_NONE', 'our own key is not ready');
      machine.hold(generateSecret(random.bytes(32)), 'made', clock.now());
      record('secret.rotated', { id: machine.held()?.id ?? null, before });
      // On disk before the first peer has it: nobody else could give it back to us.
      becameHeld(before);
      await isWriting;
      handOver().catch((error: unknown) => log.error({ error }, 'the new secret was not handed over'));
    },
    async setPolicy(next: SecretPolicy): Promise<void> {
      policy = next;
      record('secret.policy', { policy: next });
      if (deps.policyStoreKey !== null) await deps.store.write(deps.policyStoreKey, next);
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
