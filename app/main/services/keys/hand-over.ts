/**
 * The cluster secret on its way to others: encrypted to one key and put into its node's queue, or, after it was
 * replaced, to everybody whose pinned key may have it, a few per turn of the event loop.
 */
import type { ClusterSecret } from '../../../shared/domain/secret.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { encryptClusterText, ivBytes, type CipherForm } from '../../core/crypto/cluster-cipher.js';
import type { PublicKey } from '../../core/crypto/public-key.js';
import { encryptWithKey } from '../../core/crypto/rsa-cipher.js';
import type { ClusterSecretMachine } from '../../core/keyring/cluster-secret.js';
import type { Keyring, Pair } from '../../core/keyring/keyring.js';
import { whyNoSecret } from '../../core/keyring/requests.js';
import { CHECK_TEXT, pushClusterSecret } from '../../core/protocol/bus/key-messages.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Handout } from './gate.js';
import type { OwnKeyService } from './own-key.js';
import type { RecordEvent } from './record.js';

/** Keys per turn of the event loop. */
const SLICE = 50;
const MAX_AWAY = 1_000;

export type HandOverDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly own: OwnKeyService;
  readonly machine: ClusterSecretMachine;
  readonly keyring: Keyring;
  readonly record: RecordEvent;
  readonly name: string;
  readonly cipher: 'legacy' | 'modern' | 'auto';
  readonly beating: () => readonly string[];
  readonly isModern: (name: string) => boolean;
};

/** In which form this console encrypts for a peer: LegionIO's newer ones only where it reads them. */
export const formFor = (cipher: HandOverDeps['cipher'], isModern: boolean): CipherForm =>
  cipher === 'auto' ? (isModern ? 'modern' : 'legacy') : cipher;

export function createHandOver(deps: HandOverDeps) {
  const { bus, clock, log, random, own, machine, keyring, record } = deps;

  /** Rejects with AppError SECRET_MISSING, KEY_NONE, KEY_WEAK or a code of the bus. */
  const send = async (name: string, key: PublicKey, isModern: boolean): Promise<void> => {
    const held = machine.held();
    const ours = own.current();
    if (!held) throw new AppError('SECRET_MISSING', 'no cluster secret is held');
    if (!ours) throw new AppError('KEY_NONE', 'our own key is not ready');
    const form = formFor(deps.cipher, isModern);
    const check = encryptClusterText(held.key, CHECK_TEXT, form, random.bytes(ivBytes(form)));
    const message = encryptWithKey(key, held.secret, form);
    await bus.publish(pushClusterSecret(name, { message, check, ownPem: ours.publicKey.pem }, clock.now()));
  };

  /** For the gate. */
  const handout: Handout = {
    against() {
      const code = whyNoSecret({ secret: machine.state(), isSecret: machine.isSecretText() });
      return code && new AppError(code, 'the cluster secret cannot be handed out');
    },
    send: async (name, key, isModern) => {
      await send(name, key, isModern);
      return undefined;
    },
    facts: () => ({ id: machine.held()?.id ?? null }),
    events: {
      ...{ requested: 'secret.requested', elsewhere: 'secret.answered-elsewhere' },
      ...{ given: 'secret.given', failed: 'secret.give-failed', notGiven: 'secret.not-given' },
    },
    isShared: false,
  };

  return {
    handout,
    /** To every name whose present key `mayHave` it. Never rejects: who was not reached is in the answer. */
    async toAll(
      mayHave: (name: string, key: PublicKey) => boolean,
    ): Promise<NonNullable<ClusterSecret['handover']>> {
      const at = clock.now();
      const targets: Pair[] = [];
      for (const { name, current } of keyring.holders().values()) {
        const pair = current === null ? undefined : keyring.pairOf(name, current);
        if (pair && name !== deps.name && mayHave(name, pair.key)) targets.push(pair);
      }
      const away: string[] = [];
      let sent = 0;
      for (let i = 0; i < targets.length; i += SLICE) {
        await Promise.all(
          targets.slice(i, i + SLICE).map(async ({ name, key }) => {
            try {
              await send(name, key, deps.isModern(name));
              sent += 1;
              record('secret.given', { fingerprint: key.fingerprint, id: machine.held()?.id ?? null }, [
                name,
              ]);
            } catch (error) {
              if (away.length < MAX_AWAY) away.push(name);
              log.debug({ error, node: name }, 'the new secret did not arrive');
            }
          }),
        );
      }
      const reached = new Set(targets.map(({ name }) => name));
      return { at, sent, away, without: deps.beating().filter((name) => !reached.has(name)).length };
    },
  };
}
