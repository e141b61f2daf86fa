/**
 * Tokens for consoles that ask for one of their own: made for the asker, wrapped, sealed to its pinned key, and revoked
 * when the asker says that it could not use what came. Our own token never leaves. Whether one goes out at all is the
 * gate's to say.
 */
import type { ConsoleEvent } from '../../../shared/domain/event.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { PublicKey } from '../../core/crypto/public-key.js';
import { SEAL_BYTES } from '../../core/crypto/sealed-text.js';
import { pushWrappedToken } from '../../core/protocol/bus/vault-messages.js';
import {
  createAnswered,
  Failed,
  isFailureOf,
  makeAnswer,
  OPEN_MS,
  Question,
  whyNotAnswer,
} from '../../core/vault/handover.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { Handout } from '../keys/gate.js';
import type { KeyService } from '../keys/index.js';
import type { RecordEvent } from '../keys/record.js';
import { VAULT_EVENTS } from './bus-giving.js';
import { createGiven } from './given.js';
import type { VaultService } from './index.js';

/** The other copy of a question, by the other routing key, comes within a moment. */
const COPY_MS = 2_000;
/** Who showed once that it reads this form is not answered in the older one for so long. */
const KNOWN_MS = 600_000;
const MAX_KNOWN = 1_000;
/** Vault said that our token may not make others: asked again after so long. */
const NOT_GIVER_MS = 60_000;

export type WrappedGivingDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly record: RecordEvent;
  readonly name: string;
  readonly keys: () => Pick<KeyService, 'keyring' | 'privatePem'>;
  readonly vault: () => Pick<VaultService, 'withToken' | 'handover'>;
  /** Of the one Vault at which all of this happens; null: none is configured. */
  readonly address: string | null;
  /** What was written down before, oldest first. */
  readonly story: () => readonly ConsoleEvent[];
};

/** What becomes of a message that asks: the gate's (for the first time, or again), nobody's, or somebody else's. */
export type Heard = 'asked' | 'same' | 'dropped' | 'passed';
type Why =
  NonNullable<ReturnType<typeof whyNotAnswer>> | 'form' | 'replayed' | 'often' | 'full' | 'downgrade';

const idOf = (name: string, { fingerprint }: PublicKey): string => `${fingerprint} ${name}`;
const oldestOut = <K>(map: Map<K, unknown>, limit: number): void => {
  for (const oldest of map.keys()) {
    if (map.size <= limit) return;
    map.delete(oldest);
  }
};

export type WrappedGiving = ReturnType<typeof createWrappedGiving>;

export function createWrappedGiving({ bus, clock, random, record, name: self, ...deps }: WrappedGivingDeps) {
  type Asked = { readonly question: Question; readonly up: number };
  /** Whose key is pinned, apart: a crowd of made-up names pushes none of those out. */
  const asked = { pinned: new Map<string, Asked>(), others: new Map<string, Asked>() };
  const askedBy = (id: string): Asked | undefined => asked.pinned.get(id) ?? asked.others.get(id);
  const remember = (name: string, key: PublicKey, one: Asked): void => {
    const id = idOf(name, key);
    const isPinned = deps.keys().keyring.pinOf(name)?.key.fingerprint === key.fingerprint;
    for (const map of [asked.pinned, asked.others]) map.delete(id);
    const map = isPinned ? asked.pinned : asked.others;
    map.set(id, one);
    oldestOut(map, MAX_KNOWN);
  };
  const given = createGiven({
    ...{ clock, record, address: deps.address, story: deps.story },
    revoke: (accessor) => deps.vault().handover().revoke(accessor),
  });
  const answered = createAnswered();
  let notGiver: { readonly accessor: string; readonly up: number } | null = null;

  const refuse = (why: Why, name: string, fingerprint: string | null): Heard => {
    record('vault.handover-refused', { why, fingerprint }, [name], `${why} ${name}`);
    return why === 'clock' || why === 'full' ? 'passed' : 'dropped';
  };
  const ownFacts = () => deps.vault().withToken((_, facts) => facts);

  /** VW4 Against the key that is pinned for this name now. */
  const pinnedKey = (name: string, key: PublicKey, question: Question): PublicKey => {
    const pinned = deps.keys().keyring.pinOf(name)?.key;
    const text = 'not signed with the pinned key';
    if (pinned?.fingerprint !== key.fingerprint) throw new AppError('VAULT_SIGNATURE', text);
    // How its clock stands was looked at when the question came.
    if (whyNotAnswer(question, { name, key: pinned, now: question.at }) !== null)
      throw new AppError('VAULT_SIGNATURE', text);
    return pinned;
  };

  const handout: Handout = {
    against(key, _, name) {
      const known = askedBy(idOf(name, key));
      const up = clock.uptime();
      if (!known || up - known.up > OPEN_MS)
        return new AppError('VAULT_ASKED_LATE', 'its last question is older than a minute');
      const held = ownFacts();
      if (held === null) return new AppError('VAULT_NO_TOKEN', 'no token is held');
      if (held.type === 'batch') return new AppError('VAULT_NOT_GIVER', 'a batch token makes no others');
      if (notGiver?.accessor === held.accessor && up - notGiver.up < NOT_GIVER_MS)
        return new AppError('VAULT_NOT_GIVER', 'Vault said so a moment ago');
      const why = answered.whyNot(known.question.nonce, idOf(name, key), up);
      return why === null ? null : new AppError('VAULT_REPEATED', why);
    },

    /** VW3, VW4 Gives what the audit says of it. Rejects with AppError. */
    async send(name, key) {
      const id = idOf(name, key);
      const question = askedBy(id)?.question;
      const own = deps.keys().privatePem();
      const pinned = question && pinnedKey(name, key, question);
      if (!pinned) throw new AppError('VAULT_ASKED_LATE', 'nothing is asked');
      if (!own) throw new AppError('KEY_NONE', 'our own key is not ready');
      const { nonce } = question;
      // Used before anything is made for it: what comes meanwhile must not be answered again.
      answered.add(nonce, id, clock.uptime());
      const { handover } = deps.vault();
      const inside = await handover()
        .make(name, self, nonce)
        .catch((error: unknown) => {
          answered.failed(id);
          const isOurs = error instanceof AppError && error.code === 'VAULT_NOT_GIVER';
          if (isOurs) notGiver = { accessor: ownFacts()?.accessor ?? '', up: clock.uptime() };
          throw error;
        });
      const { accessor, creationPath } = inside;
      try {
        const chance = random.bytes(SEAL_BYTES);
        const sealer = { name: self, privatePem: own.pem };
        const answer = makeAnswer(sealer, { name, key: pinned }, nonce, inside, chance);
        await bus.publish(
          pushWrappedToken(name, { name: self, pem: own.publicKey.pem }, answer, clock.now()),
        );
      } catch (error) {
        answered.failed(id);
        // Nobody got it: it need not live.
        await handover()
          .revoke(accessor)
          .catch(() => undefined);
        throw error;
      }
      given.add(accessor, name, nonce);
      return { form: 'wrapped', accessor, path: creationPath, request: nonce, address: deps.address };
    },
    facts: () => ({}),
    events: VAULT_EVENTS,
    isShared: true,
  };

  return {
    /** VW2 A question came, with or without the part that is ours. */
    heard(name: string, key: PublicKey, part: unknown): Heard {
      const [id, up] = [idOf(name, key), clock.uptime()];
      if (part === undefined || part === null) {
        const isKnown = up - (askedBy(id)?.up ?? -Infinity) < KNOWN_MS;
        return isKnown ? refuse('downgrade', name, key.fingerprint) : 'asked';
      }
      const parsed = Question.safeParse(part);
      if (!parsed.success) return refuse('form', name, key.fingerprint);
      const question = parsed.data;
      const why = whyNotAnswer(question, { name, key, now: clock.now() });
      if (why !== null) return refuse(why, name, key.fingerprint);
      const isUsed = answered.whyNot(question.nonce, id, up);
      if (isUsed === 'replayed' && answered.ago(question.nonce, up) < COPY_MS) return 'dropped';
      // It may have lost our answer; whoever has not answered it yet can.
      if (isUsed === 'often') return 'passed';
      if (isUsed !== null) return refuse(isUsed, name, key.fingerprint);
      if (askedBy(id)?.question.nonce === question.nonce) return 'same';
      remember(name, key, { question, up });
      return 'asked';
    },

    handout,
    list: given.list,
    /** VW10 By a person. Rejects with VAULT_NOT_GIVEN, VAULT_NO_TOKEN and whatever Vault says. */
    revoke: given.revoke,

    /** VW8 The asker could not use what we sent. Nothing else that comes can make us revoke. */
    failed(name: string, part: unknown): void {
      const parsed = Failed.safeParse(part);
      const pinned = deps.keys().keyring.pinOf(name)?.key;
      const known = parsed.success ? given.of(parsed.data.nonce) : undefined;
      if (!parsed.success || !pinned || known?.to !== name) return;
      const { nonce, failed: why } = parsed.data;
      if (!isFailureOf(parsed.data, { giver: self, asker: name }, pinned))
        return void refuse('signature', name, pinned.fingerprint);
      // It has nothing of us now: its next question need not wait.
      answered.failed(idOf(name, pinned));
      given.failed(nonce, why);
    },
  };
}
