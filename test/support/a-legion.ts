/** A legion without a network: machines that hear each other through a queue with a clock, which drops, delays, splits. */
import { createElection, type Effect, type Rules, type Self } from '../../app/main/core/election/election.js';
import type { Announcement } from '../../app/main/core/protocol/uwsgi/announcement.js';

export type Wire = {
  /** Milliseconds under way, or null: lost. */
  delay(from: string, to: string): number | null;
};

export type Seat = {
  readonly self: Self;
  election: ReturnType<typeof createElection>;
  isRunning: boolean;
  readonly story: { readonly up: number; readonly effect: Effect }[];
  /** When it announced, steady ms. */
  readonly announced: number[];
  lordHooksMs: number;
};

const RULES: Rules = {
  ...{ freqMs: 3_000, toleranceMs: 15_000, quorum: 0, deathOnLordErrorMs: 0 },
  ...{ watches: false, unlordAfterMs: 0 },
};
const INSTANT: Wire = { delay: () => 1 };
/** One look per so many ms; packets are delivered in between. */
const STEP_MS = 5;

export const uuidOf = (index: number): string =>
  `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;

export function aLegion(given: Partial<Rules> = {}, wire: Wire = INSTANT) {
  const rules = { ...RULES, ...given };
  const seats = new Map<string, Seat>();
  let queue: { readonly at: number; readonly to: string; readonly announcement: Announcement }[] = [];
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  let now = 1_000_000;
  let way = wire;

  const act = (seat: Seat, effects: readonly Effect[]): void => {
    for (const effect of effects) {
      seat.story.push({ up: now, effect });
      if (effect.type === 'won')
        timers.push({
          at: now + seat.lordHooksMs,
          run: () =>
            seat.isRunning && act(seat, seat.election.lordHooksDone(true, now, Math.floor(now / 1_000))),
        });
      if (effect.type !== 'announce') continue;
      seat.announced.push(now);
      const { hasCounted, ...said } = seat.election.saying();
      const announcement: Announcement = {
        ...{ legion: 'web', unix: Math.floor(now / 1_000), scroll: null, dead: effect.dead, extension: null },
        ...seat.self,
        ...said,
        ...(hasCounted ? {} : { lordValor: 0, lordUuid: '\0'.repeat(36) }),
      };
      for (const [name] of seats) {
        if (name === seat.self.name) continue;
        const ms = way.delay(seat.self.name, name);
        if (ms !== null) queue.push({ at: now + ms, to: name, announcement });
      }
    }
  };

  const legion = {
    rules,
    seat: (name: string): Seat => {
      const found = seats.get(name);
      if (!found) throw new Error(`no member ${name}`);
      return found;
    },
    now: () => now,
    join(name: string, valor: number, own: Partial<Rules> = {}, uuid = uuidOf(seats.size + 1)): Seat {
      const self = { name, valor, uuid, pid: 100 + seats.size };
      const seat: Seat = {
        ...{ self, election: createElection(self, { ...rules, ...own }, now) },
        ...{ isRunning: true, story: [], announced: [], lordHooksMs: 0 },
      };
      seats.set(name, seat);
      return seat;
    },
    /** kill -9, or SIGSTOP when it is to `go on` later. */
    halt: (name: string): void => void (legion.seat(name).isRunning = false),
    goOn: (name: string): void => void (legion.seat(name).isRunning = true),
    leave(name: string): void {
      const seat = legion.seat(name);
      act(seat, seat.election.leave());
      seat.isRunning = false;
    },
    use: (next: Wire): void => void (way = next),
    /** Groups that do not hear each other. */
    split(...groups: readonly (readonly string[])[]): void {
      const side = (name: string): number => groups.findIndex((group) => group.includes(name));
      way = { delay: (from, to) => (side(from) === side(to) ? wire.delay(from, to) : null) };
    },
    heal: (): void => void (way = wire),
    run(ms: number, look?: () => void): void {
      const until = now + ms;
      while (now < until) {
        now += STEP_MS;
        const due = timers.filter(({ at }) => at <= now);
        timers = timers.filter(({ at }) => at > now);
        due.forEach(({ run }) => run());
        for (const packet of queue.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
          const seat = seats.get(packet.to);
          if (seat?.isRunning)
            act(seat, seat.election.hear({ announcement: packet.announcement, skewMs: 0 }, now).effects);
        }
        queue = queue.filter(({ at }) => at > now);
        for (const seat of seats.values())
          if (seat.isRunning && seat.election.dueUp() <= now) act(seat, seat.election.tick(now));
        look?.();
      }
    },
    lords: (): string[] =>
      [...seats.values()]
        .filter(({ isRunning, election }) => isRunning && election.view().phase === 'lord')
        .map(({ self }) => self.name)
        .sort(),
    running: (): Seat[] => [...seats.values()].filter(({ isRunning }) => isRunning),
  };
  return legion;
}
