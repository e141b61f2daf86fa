/**
 * What a person decides about keys: trust, refuse, keep, forget, one by one, many at once or from a file. Each decision
 * is in the audit and on disk before it is answered.
 */
import { PROOF_LENGTH } from '../../../shared/domain/fingerprint.js';
import type { VerifiedBy } from '../../../shared/domain/key.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { Keyring } from '../../core/keyring/keyring.js';
import type { Clock } from '../../ports/clock.js';
import { exportPins, importPins } from './pins.js';
import type { RecordEvent } from './record.js';

export type DecisionDeps = {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly record: RecordEvent;
  /** Rejects with AppError STORE_UNREADABLE. */
  readonly save: () => Promise<void>;
};

export const unknownKey = (other: string): AppError =>
  new AppError('KEY_UNKNOWN', `no such key of ${other.slice(0, 60)} was seen`);

export function createDecisions({ keyring, clock, record, save }: DecisionDeps) {
  const decided = async (
    kind: 'trusted' | 'refused' | 'kept' | 'forgotten',
    other: string,
    facts: object,
  ): Promise<void> => {
    await save();
    record(`key.${kind}`, { ...facts }, [other]);
  };
  const pairOf = (other: string, fingerprint: string) => {
    const pair = keyring.pairOf(other, fingerprint);
    if (!pair) throw unknownKey(other);
    return pair;
  };

  return {
    /** Rejects with AppError KEY_UNKNOWN, KEY_PROOF_WRONG, KEY_REFUSED or STORE_UNREADABLE. */
    async trust(
      other: string,
      fingerprint: string,
      verifiedBy: VerifiedBy,
      proof: string | undefined,
    ): Promise<void> {
      const trust = keyring.trustOf(pairOf(other, fingerprint));
      if (trust === 'refused') throw new AppError('KEY_REFUSED', other.slice(0, 60));
      if (trust === 'changed') {
        const typed = (proof ?? '').replace(/^\s*SHA-?256:/i, '').replace(/\s/g, '');
        if (typed.length < PROOF_LENGTH || !fingerprint.startsWith(typed))
          throw new AppError('KEY_PROOF_WRONG', `${typed.length} characters were given`);
      }
      const before = keyring.pinOf(other);
      const kept = before && { ...before };
      keyring.trust(other, fingerprint, verifiedBy, clock.now());
      try {
        await decided('trusted', other, { fingerprint, verifiedBy, before: trust });
      } catch (error) {
        // What is not on disk is not trusted: no secret may go out on it.
        keyring.forget(other, fingerprint);
        if (kept) keyring.restore(kept);
        throw error;
      }
    },
    async trustMany(
      pairs: readonly { readonly name: string; readonly fingerprint: string }[],
      verifiedBy: VerifiedBy,
      from: number,
      to: number,
    ): Promise<{ trusted: number; left: string[] }> {
      const left: string[] = [];
      const done: string[] = [];
      for (const { name: other, fingerprint } of pairs) {
        const pair = keyring.pairOf(other, fingerprint);
        const fits =
          pair?.decision === null &&
          keyring.trustOf(pair) === 'new' &&
          pair.firstSeenAt >= from &&
          pair.firstSeenAt <= to;
        if (!fits) left.push(other);
        else {
          keyring.trust(other, fingerprint, verifiedBy, clock.now());
          done.push(other);
          record('key.trusted', { fingerprint, verifiedBy, before: 'new' }, [other], 'many');
        }
      }
      if (done.length > 0) await save();
      return { trusted: done.length, left };
    },
    async refuse(other: string, fingerprint: string): Promise<void> {
      const before = keyring.trustOf(pairOf(other, fingerprint));
      keyring.refuse(other, fingerprint, clock.now());
      await decided('refused', other, { fingerprint, before });
    },
    async keep(other: string, fingerprint: string): Promise<void> {
      if (!keyring.keep(other, fingerprint, clock.now())) throw unknownKey(other);
      await decided('kept', other, { fingerprint });
    },
    async forget(other: string, fingerprint: string): Promise<void> {
      const before = keyring.trustOf(pairOf(other, fingerprint));
      keyring.forget(other, fingerprint);
      await decided('forgotten', other, { fingerprint, before });
    },
    exportPins: (): string => exportPins(keyring.atRest()),
    async importPins(text: string) {
      const result = await importPins(keyring, text, clock);
      record('key.imported', {
        added: result.added,
        known: result.known,
        contradicts: result.contradicts.length,
      });
      if (result.added > 0) await save();
      return result;
    },
  };
}
