/** What outlives the process: the modes a person chose, and the settings that were pushed. One writer at a time. */
import * as z from 'zod';
import { RECEIVE_MODES, type ReceivedKind, type ReceiveMode } from '../../../shared/domain/received.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { KeptSettings } from '../../core/changes/own-settings.js';
import type { Store } from '../../ports/store.js';
import { WaitingItem } from './items.js';
import { toStoreError } from '../keys/store-error.js';

const Kept = z.object({
  version: z.literal(2),
  modes: z.record(z.string(), z.enum(RECEIVE_MODES)),
  settings: KeptSettings,
  /** Pushed, and waiting for a person. */
  waiting: z.array(WaitingItem).max(200).optional(),
});
type Kept = z.infer<typeof Kept>;

export function createKept(key: string, store: Store) {
  let isBroken = false;
  let last: Promise<unknown> = Promise.resolve();

  return {
    /** null: nothing is kept. Rejects when it cannot be read; then it is not written over either. */
    async load(): Promise<Kept | null> {
      try {
        const kept = await store.read(key);
        return kept === undefined || kept === null ? null : Kept.parse(kept);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    },
    /** Rejects with AppError STORE_UNREADABLE. */
    async save(
      settings: KeptSettings,
      modes: Partial<Record<ReceivedKind, ReceiveMode>>,
      waiting: readonly WaitingItem[],
    ): Promise<void> {
      if (isBroken) throw new AppError('STORE_UNREADABLE', 'what was pushed before cannot be read');
      try {
        await store.write(key, { version: 2, modes, settings, waiting });
      } catch (cause) {
        throw toStoreError(cause);
      }
    },
    /** One after the other: what was planned is kept, and then made live, before the next is planned. */
    alone<T>(work: () => Promise<T>): Promise<T> {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
