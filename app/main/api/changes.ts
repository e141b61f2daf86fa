/** Changes: rehearsed, pushed, watched; and what others push to us. For windows, scripts and the command line. */
import type { Api } from '../../shared/contract/contract.js';
import type { Run as RunView, RunFrame, RunHead, RunList, RunTarget } from '../../shared/domain/change.js';
import type { Receive } from '../../shared/domain/received.js';
import { AppError } from '../../shared/errors/app-error.js';
import type { Run } from '../core/changes/run-state.js';
import { viewOfTarget } from '../core/changes/run-views.js';
import type { Clock } from '../ports/clock.js';
import type { ChangeService } from '../services/changes/index.js';
import type { NodeService } from '../services/node-service.js';
import type { SessionService } from '../services/session-service.js';
import { watchPaced } from '../services/watch.js';

type ChangesApi = Pick<
  Api,
  Extract<keyof Api, `change.${string}` | `run.${string}` | `approval.${string}` | `receive.${string}`>
>;

const OK = { ok: true } as const;
/** A picture begins with so many rows; the rest follows in as many steps, so that no step is long. */
const ROWS_PER_FRAME = 2_000;

export function changesApi(session: SessionService, clock: Clock): ChangesApi {
  const nodeNow = (): NodeService => {
    const node = session.node();
    if (!node) throw new AppError('BUS_NOT_CONNECTED', 'connected to nothing');
    return node;
  };
  const changes = (): ChangeService => nodeNow().changes;
  const receiverToChange = () => {
    const node = nodeNow();
    if (session.current().profile.readOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
    return node.receiver;
  };
  const whole = (service: ChangeService, run: Run): RunView => ({
    ...service.head(run),
    targets: run.targets.map((target) => viewOfTarget(run, target)),
  });
  const done = async (work: Promise<unknown>): Promise<typeof OK> => {
    await work;
    return OK;
  };
  const nothing = (): Receive => ({
    ...{ at: clock.now(), modes: { settings: 'off', gem: 'off', message: 'off' }, allow: [] },
    ...{ installer: { available: false, about: '' }, settings: '{}', items: [] },
  });
  const received = (): Receive => session.node()?.receiver.view() ?? nothing();
  const list = (limit?: number): RunList =>
    session.node()?.changes.list(limit) ?? { at: clock.now(), runs: [] };

  return {
    'change.check': (input) => changes().check(input),
    'run.start': async (input) => {
      const service = changes();
      return whole(service, await service.start(input));
    },
    'run.list': async ({ limit }) => {
      await session.node()?.changes.loaded();
      return list(limit);
    },
    'run.watchList': (_input, signal) => {
      let last = '';
      return watchPaced<RunList>(clock, signal, () => {
        const now = list();
        const text = JSON.stringify(now.runs);
        if (text === last) return null;
        last = text;
        return now;
      });
    },
    'run.get': async ({ id }) => {
      const service = changes();
      const seen = service.observedRun(id);
      if (seen) return { ...seen.head, targets: seen.targets() };
      const run = await service.get(id);
      if (!run) throw new AppError('RUN_UNKNOWN', 'there is no run of this id');
      return whole(service, run);
    },
    'run.watch': ({ id }, signal) => watchRun(id, signal),
    'run.hold': ({ id }) => changes().hold(id),
    'run.resume': ({ id, reason }) => changes().goOn(id, 'resumed', reason),
    'run.continue': ({ id, reason }) => changes().goOn(id, 'continued', reason),
    'run.stop': ({ id }) => changes().end(id),
    'run.retry': ({ id, ...wish }) => changes().retry(id, wish),
    'run.rollback.check': ({ id, ...given }) => changes().rollbackCheck(id, given),
    'run.rollback': async ({ id, confirm, ...given }) => {
      const service = changes();
      return whole(service, await service.rollback(id, given, confirm));
    },
    'run.input': ({ id }) => changes().input(id),
    'run.ofNode': async ({ name }) => ({ runs: (await session.node()?.changes.ofNode(name)) ?? [] }),
    'run.approval': async ({ id }) => ({ text: await changes().approvalText(id) }),
    'run.approve': ({ id, text }) => changes().approve(id, text),
    'approval.read': async ({ text }) => changes().readRequest(text),
    'approval.sign': async ({ text }) => {
      if (session.current().profile.readOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
      return { text: changes().signRequest(text) };
    },

    'receive.get': async () => received(),
    'receive.watch': (_input, signal) => {
      let rev = -1;
      let generation = -1;
      return watchPaced<Receive>(clock, signal, () => {
        const now = session.node()?.receiver.rev() ?? 0;
        if (rev === now && generation === session.generation()) return null;
        [rev, generation] = [now, session.generation()];
        return received();
      });
    },
    'receive.mode': ({ kind, mode }) => done(receiverToChange().setMode(kind, mode)),
    'receive.decide': ({ id, accept }) => done(receiverToChange().decide(id, accept)),
    'receive.undo': ({ id }) => done(receiverToChange().undo(id)),
  };

  /** Rows that moved since the last frame; a head each time something did, or while a wave is watched. */
  async function* watchRun(id: string, signal: AbortSignal): AsyncGenerator<RunFrame> {
    const service = changes();
    const generation = session.generation();
    const first = service.observedRun(id) ?? (await service.get(id));
    if (!first) throw new AppError('RUN_UNKNOWN', 'there is no run of this id');
    let seq = 0;
    let rev = -1;
    let head = '';
    let waiting: RunTarget[] | null = null;
    let latest = 'plan' in first ? first : null;
    for await (const frame of watchPaced<RunFrame>(clock, signal, next, () =>
      waiting?.length ? 0 : undefined,
    )) {
      yield frame;
      if (session.generation() !== generation) return;
    }

    function next(): RunFrame | null {
      const now = look();
      if (!now) return null;
      if (waiting === null) waiting = now.rows(-1);
      else if (now.rev !== rev) waiting.push(...now.rows(rev));
      rev = now.rev;
      const text = JSON.stringify(now.head);
      if (waiting.length === 0 && text === head && seq > 0) return null;
      head = text;
      seq += 1;
      const rows = waiting.splice(0, ROWS_PER_FRAME);
      return { type: seq === 1 ? 'snapshot' : 'delta', seq, at: clock.now(), run: now.head, rows };
    }
    function look(): { rev: number; head: RunHead; rows: (after: number) => RunTarget[] } | null {
      const seen = service.observedRun(id);
      if (seen) return { rev: seen.rev, head: seen.head, rows: seen.targets };
      // Once over it may live again as another object, and be over again: the one seen last has all of it.
      latest = service.living(id) ?? latest;
      const run = latest;
      if (!run) return null;
      return {
        rev: run.rev,
        head: service.head(run),
        rows: (after) =>
          run.targets
            .filter((target) => after < 0 || target.rev > after)
            .map((target) => viewOfTarget(run, target)),
      };
    }
  }
}
