/**
 * Our token for a node that asks, as LegionIO does it: our own one, encrypted to the key of the asker. Whether it goes out
 * is the gate's to say; what stands against that here is no matter of trust. For consoles there is bus-wrapped-giving.ts.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import { encryptWithKey, roomIn } from '../../core/crypto/rsa-cipher.js';
import { pushVaultToken } from '../../core/protocol/bus/vault-messages.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Handout } from '../keys/gate.js';
import { formFor, type HandOverDeps } from '../keys/hand-over.js';
import type { VaultService } from './index.js';

export type GivingDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly cipher: HandOverDeps['cipher'];
  /** Throws AppError KEY_NONE. */
  readonly ownPem: () => string;
  readonly vault: () => Pick<VaultService, 'withToken'>;
};

/** Of either form. */
export const VAULT_EVENTS: Handout['events'] = {
  ...{ requested: 'vault.requested', elsewhere: 'vault.answered-elsewhere' },
  ...{ given: 'vault.given', failed: 'vault.give-failed', notGiven: 'vault.not-given' },
};

export function createGiving({ bus, clock, cipher, ownPem, vault }: GivingDeps): Handout {
  const against: Handout['against'] = ({ bits }, isModern) => {
    const found = vault().withToken((token, { policies }) => {
      if (policies.includes('root')) return new AppError('VAULT_ROOT', 'a root token is never given');
      const [size, room] = [Buffer.byteLength(token), roomIn(bits, formFor(cipher, isModern))];
      if (size <= room) return 'fits';
      return new AppError('VAULT_TOO_LONG', `${size} bytes, where ${room} have room`, {
        details: { expect: String(room), size },
      });
    });
    if (found === null) return new AppError('VAULT_NO_TOKEN', 'no token is held');
    return found === 'fits' ? null : found;
  };

  return {
    against,
    async send(name, key, isModern) {
      const message = vault().withToken((token) => encryptWithKey(key, token, formFor(cipher, isModern)));
      if (message === null) throw new AppError('VAULT_NO_TOKEN', 'no token is held');
      await bus.publish(pushVaultToken(name, { message, ownPem: ownPem() }, clock.now()));
      return undefined;
    },
    facts: () => ({ accessor: vault().withToken((_, { accessor }) => accessor || null) }),
    events: VAULT_EVENTS,
    isShared: true,
  };
}
