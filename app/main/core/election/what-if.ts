/** What would happen if these members fell: the same election, run among those that stay until nothing changes. */
import type { Announcement } from '../protocol/uwsgi/announcement.js';
import { createElection } from './election.js';
import type { Ranked } from './rank.js';

export type Seat = Ranked & { readonly name: string };

export type Outcome = {
  /** null: nobody would lead. */
  readonly lord: Seat | null;
  readonly votes: number;
  readonly holdsQuorum: boolean;
};

/** One to join, one to exchange sums and votes, one to hold the vote. */
const ROUNDS = 3;
const FREQ_MS = 1_000;

/** EL24. `seats`: all members, ours too. A quorum is counted by each of those that stay, as it is configured here. */
export function whatIf(seats: readonly Seat[], fallen: ReadonlySet<string>, quorum: number): Outcome {
  const stay = seats.filter(({ uuid }) => !fallen.has(uuid));
  if (stay.length === 0) return { lord: null, votes: 0, holdsQuorum: quorum === 0 };
  const rules = {
    ...{ freqMs: FREQ_MS, toleranceMs: 100 * FREQ_MS, quorum, watches: false },
    ...{ deathOnLordErrorMs: 0, unlordAfterMs: 0 },
  };
  // One sees for all: each says what the rules make it say of those that stay.
  const first = stay[0]!;
  const election = createElection({ ...first, pid: 1 }, rules, 0);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const up = round * FREQ_MS;
    election.tick(up);
    for (const { name, uuid, valor } of stay.slice(1)) {
      const { checksum } = election.saying();
      // Where nobody can lead each shows itself, so arbiters alone never agree.
      const { valor: lordValor, uuid: lordUuid } = election.view().best ?? { valor, uuid };
      const announcement: Announcement = {
        ...{ legion: '', pid: 1, unix: round, lord: 0, scroll: null, dead: false, extension: null },
        ...{ name, uuid, valor, checksum, lordValor, lordUuid },
      };
      election.hear({ announcement, skewMs: 0 }, up);
    }
  }
  const { votes, best } = election.view();
  const holdsQuorum = votes >= quorum && votes > 0;
  const lord = holdsQuorum && best ? (stay.find(({ uuid }) => uuid === best.uuid) ?? null) : null;
  return { lord, votes, holdsQuorum };
}

/** How many may fall, the best first, until the quorum no longer holds. null: no quorum is asked. */
export const fallsUntilLost = (members: number, quorum: number): number | null =>
  quorum === 0 ? null : Math.max(0, members - quorum + 1);
