/**
 * Asks the other nodes for a token, as LegionIO does it: one of them takes the question from the queue they share, and one
 * without a token swallows it, so it is put again. Only what comes while a question is open is looked at.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';
import type { RecordEvent } from '../keys/record.js';

/** VX4 */
const AGAIN_MS = 5_000;
const MAX_TIMES = 6;
/** A person may have to decide there: an answer counts for so long after the last question. */
const OPEN_MS = 60_000;
const LAST_MS = (MAX_TIMES - 1) * AGAIN_MS;
/** VX5 */
const PROVOKED_MS = 30_000;

export type AskingDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly record: RecordEvent;
  /** Puts the question once. Rejects with AppError KEY_NONE or a code of the bus. */
  readonly send: () => Promise<void>;
  /** No token is held, and only others can help. */
  readonly isWanted: () => boolean;
  /** False: this node only listens. */
  readonly speaks: boolean;
  /** May this node ask without a person. */
  readonly mayAct: () => boolean;
};

export type Asking = ReturnType<typeof createAsking>;

export function createAsking({ clock, log, record, send, isWanted, speaks, mayAct }: AskingDeps) {
  let timer: Cancel = () => undefined;
  let askedAt: number | null = null;
  let askedUp: number | null = null;
  let begunUp: number | null = null;
  let left = 0;
  let isByPerson = false;
  /** VX8 When it is said that nobody answered; null: nothing is waited for, or it was said. */
  let dueUp: number | null = null;
  let unansweredAt: number | null = null;

  const once = async (): Promise<void> => {
    left -= 1;
    await send();
    askedAt = clock.now();
    askedUp = clock.uptime();
  };
  const again = (): void => {
    timer = clock.after(AGAIN_MS, () => {
      if (left <= 0 || !isWanted()) return;
      once().catch((error: unknown) => log.debug({ error }, 'the question for a Vault token was not sent'));
      again();
    });
  };
  const begin = async (): Promise<void> => {
    if (!speaks) throw new AppError('VAULT_NO_WAY', 'this node only listens');
    timer();
    left = MAX_TIMES;
    begunUp = clock.uptime();
    await once();
    record('vault.asked');
    // Who calls for it again and again does not put it off.
    dueUp ??= clock.uptime() + LAST_MS + OPEN_MS;
    again();
  };

  return {
    /** By a person. Rejects when the first question does not go out; nothing is asked then. */
    async begin(): Promise<void> {
      await begin();
      isByPerson = true;
      dueUp = clock.uptime() + LAST_MS + OPEN_MS;
      unansweredAt = null;
    },
    /** VX8 Once a second: a question that brought no token within its time is told, once until a person asks again. */
    look(): void {
      if (!isWanted()) {
        dueUp = null;
        unansweredAt = null;
      }
      if (dueUp === null || clock.uptime() < dueUp) return;
      dueUp = null;
      if (unansweredAt === null) record('vault.unanswered');
      unansweredAt ??= clock.now();
    },
    /** Since when it is known that the last question brought nothing. */
    unansweredAt: (): number | null => (isWanted() ? unansweredAt : null),
    /** VX5 A peer calls for it: now and then, and never an error of ours. */
    provoked(): void {
      if (!mayAct() || !isWanted()) return;
      if (begunUp !== null && clock.uptime() - begunUp < PROVOKED_MS) return;
      isByPerson = false;
      begin().catch((error: unknown) => log.debug({ error }, 'the question for a Vault token was not sent'));
    },
    /** A person wanted the question that is open. */
    isByPerson: (): boolean => isByPerson,
    /** An answer would be looked at. */
    isOpen: (): boolean => askedUp !== null && clock.uptime() - askedUp < OPEN_MS && isWanted(),
    askedAt: (): number | null => askedAt,
    /** Nothing more is asked, and what is still on its way is not looked at. */
    stop(): void {
      timer();
      dueUp = null;
      askedUp = null;
      left = 0;
    },
  };
}

/** Where there are no others. */
export const NO_ASKING: Asking = {
  begin: () => Promise.reject(new AppError('VAULT_NO_WAY', 'there are no other nodes')),
  look: () => undefined,
  unansweredAt: () => null,
  provoked: () => undefined,
  isByPerson: () => false,
  isOpen: () => false,
  askedAt: () => null,
  stop: () => undefined,
};
