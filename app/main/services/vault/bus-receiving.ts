/**
 * What another node sends as a token: opened with our key, and held only when it was asked for, Vault knows it at the
 * address that is configured here, and it is not root's. Whatever else the message says of a Vault is not read.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { Sender } from '../keys/exchange.js';
import type { KeyService } from '../keys/index.js';
import type { RecordEvent } from '../keys/record.js';
import { createTurns } from '../keys/turns.js';
import type { Asking } from './bus-asking.js';
import type { VaultService } from './index.js';

/** Why a token that was sent is not used; each with the code that says it in words. */
const CODES = {
  held: 'VAULT_HELD',
  unasked: 'VAULT_UNASKED',
  sender: 'VAULT_SENDER',
  unpinned: 'KEY_NOT_TRUSTED',
  unreadable: 'CIPHER',
  root: 'VAULT_ROOT',
} as const;
type Why = keyof typeof CODES;

export type ReceivingDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly record: RecordEvent;
  readonly vault: () => Pick<VaultService, 'isUsed' | 'isEmpty' | 'receive'>;
  readonly asking: Pick<Asking, 'isOpen' | 'isByPerson'>;
  readonly keys: Pick<KeyService, 'open' | 'usedBy'>;
};

export function createReceiving({ clock, log, record, vault, asking, keys }: ReceivingDeps) {
  const turns = createTurns(clock);

  const ignore = ({ fingerprint, name }: Sender, why: Why | 'refused', code: string): void =>
    record('vault.ignored', { why, code, fingerprint }, name === null ? [] : [name], `${why} ${name ?? ''}`);

  /** VX6 */
  const take = async (message: string, sender: Sender): Promise<void> => {
    try {
      const { plain, isOld } = await keys.open(message);
      if (sender.name !== null) keys.usedBy(sender.name, isOld);
      await vault().receive(plain, sender.name);
    } catch (error) {
      if (error instanceof ProtocolError) return ignore(sender, 'unreadable', CODES.unreadable);
      if (!(error instanceof AppError)) throw error;
      const why = (['held', 'root'] as const).find((one) => CODES[one] === error.code) ?? 'refused';
      ignore(sender, why, error.code);
    }
  };

  const whyNot = (sender: Sender): Why | null => {
    if (!vault().isEmpty()) return 'held';
    if (sender.isSuspect) return 'sender';
    if (!asking.isOpen()) return 'unasked';
    // Whoever made us ask could answer as well: only where a person asked may the giver be a stranger.
    return sender.isTrusted || asking.isByPerson() ? null : 'unpinned';
  };

  return {
    /** Throws ProtocolError RATE; what else comes of it shows later. */
    received(message: unknown, sender: Sender): void {
      if (!vault().isUsed) return;
      const refusal = whyNot(sender);
      if (refusal !== null) return ignore(sender, refusal, CODES[refusal]);
      // One that is not encrypted was for everybody to read: it is no secret any more.
      if (typeof message !== 'string' || message === '')
        return ignore(sender, 'unreadable', CODES.unreadable);
      const done = turns.take();
      take(message, sender)
        .catch((error: unknown) => log.error({ error }, 'a sent Vault token could not be handled'))
        .finally(done);
    },
  };
}
