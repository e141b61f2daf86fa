/** The session, profiles and events, for windows, scripts and the command line. */
import type { Api } from '../../shared/contract/contract.js';
import { AppError } from '../../shared/errors/app-error.js';
import { EVENT_AREAS } from '../../shared/domain/event.js';
import type { ConnectInput, Session } from '../../shared/domain/session.js';
import { toSaved, type Profiles } from '../services/profiles.js';
import type { Joined, SessionService } from '../services/session-service.js';
import { watchPaced } from '../services/watch.js';
import type { Clock } from '../ports/clock.js';

type SessionApi = Pick<
  Api,
  | 'session.watch'
  | 'session.get'
  | 'session.connect'
  | 'session.demo'
  | 'session.leave'
  | 'session.reconnect'
  | 'profile.list'
  | 'profile.check'
  | 'profile.forget'
  | 'event.watch'
  | 'event.list'
>;

export type Doors = {
  readonly cluster: (input: ConnectInput) => Promise<Joined>;
  readonly demo: (size: number) => Joined;
};

const DEFAULT_EVENTS = 1_000;

export function sessionApi(
  session: SessionService,
  profiles: Profiles,
  doors: Doors,
  clock: Clock,
): SessionApi {
  return {
    'session.watch': (_input, signal) => {
      let last = '';
      return watchPaced<Session>(clock, signal, () => {
        const now = session.current();
        const text = JSON.stringify({ ...now, at: 0 });
        if (text === last) return null;
        last = text;
        return now;
      });
    },
    'session.get': async () => session.current(),
    'session.connect': async (input) => {
      await session.join(() => doors.cluster(input));
      if (input.remember) await profiles.remember(toSaved(input));
      return { ok: true };
    },
    'session.demo': async ({ size }) => {
      await session.join(() => doors.demo(size));
      return { ok: true };
    },
    'session.leave': async () => {
      await session.leave();
      return { ok: true };
    },
    'session.reconnect': async () => {
      const node = session.node();
      if (!node) throw new AppError('BUS_NOT_CONNECTED', 'connected to nothing');
      node.reconnect();
      return { ok: true };
    },

    'profile.list': async () => ({ profiles: await profiles.list() }),
    'profile.check': async ({ text }) => profiles.check(text),
    'profile.forget': async ({ profileName }) => {
      await profiles.forget(profileName);
      return { ok: true };
    },

    'event.watch': ({ limit }, signal) => {
      let rev = -1;
      let seq = 0;
      return watchPaced(clock, signal, () => {
        const frame =
          rev === -1
            ? session.events.snapshot(1, limit ?? DEFAULT_EVENTS)
            : session.events.since(rev, seq + 1);
        if (frame) {
          rev = session.events.rev();
          seq = frame.seq;
        }
        return frame;
      });
    },
    'event.list': async ({ limit, area }) => {
      if (area !== undefined && !EVENT_AREAS.some((known) => known === area)) {
        throw new AppError('CONTRACT_INPUT_INVALID', `area: one of ${EVENT_AREAS.join(', ')}`);
      }
      return { events: session.events.list(limit ?? DEFAULT_EVENTS, area) };
    },
  };
}
