/**
 * A token of our own from another console: the signed part of our question, and what becomes of the answer. What does not
 * open as its giver said is an alarm here, and told to the giver, who revokes it.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import { failVaultToken } from '../../core/protocol/bus/vault-messages.js';
import { readName } from '../../core/protocol/bus/name.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import {
  Answer,
  createQuestions,
  makeFailure,
  makeQuestion,
  openAnswer,
  whyNotOpen,
  type Failure,
  type Question,
} from '../../core/vault/handover.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { KeyService } from '../keys/index.js';
import type { RecordEvent } from '../keys/record.js';
import { createTurns } from '../keys/turns.js';
import type { VaultService } from './index.js';
import { HandoverAlarm } from './wrapped.js';

const NONCE_BYTES = 16;
/** Why an answer is not opened; each with the code that says it in words. */
const CODES = {
  held: 'VAULT_HELD',
  unasked: 'VAULT_UNASKED',
  form: 'VAULT_FORM',
  unpinned: 'KEY_NOT_TRUSTED',
  signature: 'VAULT_SIGNATURE',
  unreadable: 'CIPHER',
} as const;

export type WrappedTakingDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly record: RecordEvent;
  readonly name: string;
  readonly keys: () => Pick<KeyService, 'keyring' | 'privatePem'>;
  readonly vault: () => Pick<VaultService, 'isUsed' | 'isEmpty' | 'handover' | 'alarm'>;
  /** False: a person wants none any more. */
  readonly isOpen: () => boolean;
};

export function createWrappedTaking({ bus, clock, log, random, record, name, ...deps }: WrappedTakingDeps) {
  const questions = createQuestions();
  const turns = createTurns(clock);

  const ignore = (why: keyof typeof CODES | 'refused', code: string, from: string): void =>
    record('vault.ignored', { why, code, fingerprint: null }, [from], `${why} ${from}`);

  /** VW8 Never rejects: a giver that is away revokes nothing, and what it made ends by itself. */
  async function tell(giver: string, nonce: string, why: Failure, privatePem: string): Promise<void> {
    const failure = makeFailure({ giver, asker: name }, privatePem, nonce, why);
    await bus
      .publish(failVaultToken(giver, name, failure, clock.now()))
      .catch((error: unknown) => log.debug({ error, node: giver }, 'the giver was not told'));
  }

  async function take(
    answer: Answer,
    giver: string,
    askedAt: number,
    fingerprint: string,
    privatePem: string,
  ): Promise<void> {
    const { nonce } = answer;
    const between = { giver, asker: { name, fingerprint } };
    let accessor: string | null = null;
    try {
      const inside = openAnswer(answer, between, privatePem);
      accessor = inside.accessor;
      await deps.vault().handover().take(inside, name, giver, askedAt);
    } catch (error) {
      if (error instanceof ProtocolError) return ignore('unreadable', CODES.unreadable, giver);
      if (!(error instanceof AppError)) throw error;
      if (error instanceof HandoverAlarm) {
        // VW7
        deps.vault().alarm();
        record('vault.replay', { why: error.why, accessor, request: nonce }, [giver]);
        return tell(giver, nonce, error.why, privatePem);
      }
      const isHeld = error.code === CODES.held;
      ignore(isHeld ? 'held' : 'refused', error.code, giver);
      await tell(giver, nonce, isHeld ? 'held' : 'vault', privatePem);
    }
  }

  return {
    /** VW1 For one question; open from now on. Throws AppError KEY_NONE. */
    question(): Question {
      const own = deps.keys().privatePem();
      if (!own) throw new AppError('KEY_NONE', 'our own key is not ready');
      const { fingerprint } = own.publicKey;
      const at = clock.now();
      const question = makeQuestion({ name, fingerprint }, own.pem, random.bytes(NONCE_BYTES), at);
      questions.put(question.nonce, { at, fingerprint }, clock.uptime());
      return question;
    },

    /** Throws ProtocolError NAME or RATE; what else comes of it shows later. */
    received(body: Record<string, unknown>): void {
      const { isUsed, isEmpty } = deps.vault();
      const own = deps.keys().privatePem();
      if (!isUsed || !own) return;
      const giver = readName(body.node_name);
      const parsed = Answer.safeParse(body.handover);
      if (!parsed.success) return ignore('form', CODES.form, giver);
      const answer = parsed.data;
      const question = questions.find(answer.nonce, clock.uptime());
      // What its giver sent before, again: whoever sends it does not get the first one revoked.
      if (question === null || question.takenFrom === giver) return ignore('unasked', CODES.unasked, giver);
      const { at, fingerprint, takenFrom } = question;
      const pinned = deps.keys().keyring.pinOf(giver)?.key ?? null;
      const why = whyNotOpen(answer, { giver, asker: { name, fingerprint } }, pinned);
      if (why !== null) ignore(why, CODES[why], giver);
      // Whoever it is, its token is not used: it need not live. Only the one that made it can do anything with this.
      if (why === 'unpinned') {
        const told = turns.take();
        return void tell(giver, answer.nonce, why, own.pem).finally(told);
      }
      if (why !== null) return;
      // From here on it is the giver itself that speaks: a forgery does not use a question up.
      const done = turns.take();
      if (takenFrom === null) questions.take(answer.nonce, giver);
      if (takenFrom !== null || !isEmpty() || !deps.isOpen()) {
        ignore('held', CODES.held, giver);
        return void tell(giver, answer.nonce, 'held', own.pem).finally(done);
      }
      take(answer, giver, at, fingerprint, own.pem)
        .catch((error: unknown) => log.error({ error }, 'a wrapped Vault token could not be handled'))
        .finally(done);
    },
  };
}
