/**
 * Drives the living runs: asks the machine what is next, writes it down, applies it, acts on it; one step after the
 * other for each run. What arrives meanwhile (results, confirms, decisions) waits for the next step, so that a hundred
 * of them cost one write.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import type { JsonObject } from '../../../shared/lib/json.js';
import { correlationOf } from '../../core/changes/match.js';
import { applyEntry } from '../../core/changes/run-apply.js';
import { nextEntries } from '../../core/changes/run-decide.js';
import { bodyFor, isOver, type Run, type RunEntry, type Target } from '../../core/changes/run-state.js';
import { restarts, type What } from '../../core/changes/what.js';
import { changeBody, changeEnvelope } from '../../core/protocol/bus/change-messages.js';
import type { OpenRun, RunBook } from './run-book.js';
import { recordStory } from './story.js';
import type { ChangeDeps, ChangeSettings } from './types.js';

type Live = OpenRun & {
  readonly bodies: readonly Buffer[];
  queue: { entry: RunEntry; done?: (error: Error | null) => void }[];
  isBusy: boolean;
  /** Its nodes are to be looked at in the next step. */
  isDue: boolean;
  /** The journal refused; tried again then (steady ms). */
  retryUp: number;
};

const RETRY_JOURNAL_MS = 5_000;

export type RunEngine = ReturnType<typeof createRunEngine>;

export function createRunEngine(settings: ChangeSettings, deps: ChangeDeps, book: RunBook) {
  const { bus, clock, log, random, cluster } = deps;
  const live = new Map<string, Live>();
  /** Kind and name: the run that asked this node last. */
  const latest = new Map<string, Run>();
  const keyOf = (kind: What['kind'], name: string): string => `${kind} ${name}`;
  let isStopped = false;

  /** At most one open action per node and kind. */
  const isOpenAt = (kind: What['kind'], name: string, except: Run | null): boolean => {
    const run = latest.get(keyOf(kind, name));
    return run !== undefined && run !== except && run.byName.get(name)?.state === 'sent';
  };

  const adopt = (entry: OpenRun): Live => {
    const made: Live = {
      ...entry,
      bodies: entry.run.plan.bodies.map(changeBody),
      ...{ queue: [], isBusy: false, isDue: true, retryUp: 0 },
    };
    live.set(entry.run.plan.id, made);
    for (const target of entry.run.targets)
      if (target.attempt > 0) latest.set(keyOf(entry.run.plan.kind, target.name), entry.run);
    return made;
  };

  const step = async (rt: Live): Promise<boolean> => {
    const taken = rt.queue.splice(0);
    const entries = taken.map(({ entry }) => entry);
    if (entries.length === 0 && deps.isLive()) {
      const around = {
        look: cluster.look,
        judges: rt.isDue,
        canSend: !deps.isBlocked() && !rt.isForgotten,
        isBusy: (name: string) => isOpenAt(rt.run.plan.kind, name, rt.run),
      };
      entries.push(...nextEntries(rt.run, clock.now(), around));
      if (entries.length === 0) rt.isDue = false;
    }
    if (entries.length === 0) return false;
    try {
      await Promise.all(entries.map((entry) => rt.journal.append(entry as unknown as JsonObject)));
    } catch (cause) {
      const error = new AppError(
        'JOURNAL_UNWRITABLE',
        cause instanceof Error ? cause.message : String(cause),
        { cause },
      );
      // Results that were heard wait; a decision is refused, since whoever made it is there to be told.
      rt.queue.unshift(...taken.filter(({ done }) => done === undefined));
      taken.forEach(({ done }) => done?.(error));
      rt.retryUp = clock.uptime() + RETRY_JOURNAL_MS;
      if (rt.run.state === 'running') applyEntry(rt.run, { ...holdOf(clock.now(), 'journal') });
      log.error({ error, run: rt.run.plan.id }, 'the journal of a change cannot be written; it is held');
      return false;
    }
    for (const entry of entries) {
      const before = rt.run.state;
      applyEntry(rt.run, entry);
      recordStory(deps.events, rt.run, entry, before);
      if (entry.t === 'attempt') void send(rt, entry.n);
    }
    taken.forEach(({ done }) => done?.(null));
    return true;
  };

  const pump = async (rt: Live): Promise<void> => {
    if (rt.isBusy || isStopped || clock.uptime() < rt.retryUp) return;
    rt.isBusy = true;
    try {
      while (!isStopped && (await step(rt)));
      if (isOver(rt.run) && rt.queue.length === 0) {
        await book.close(rt.run.plan.id);
        live.delete(rt.run.plan.id);
      }
    } catch (error) {
      log.error({ error, run: rt.run.plan.id }, 'a change could not go on');
      rt.retryUp = clock.uptime() + RETRY_JOURNAL_MS;
    } finally {
      rt.isBusy = false;
    }
  };

  const put = (rt: Live, entry: RunEntry): void => {
    rt.queue.push({ entry });
    // After whatever else this turn of the loop brings.
    queueMicrotask(() => void pump(rt));
  };

  /** Hands one batch to the bus. It never rejects: how each ended is written down. */
  const send = async (rt: Live, indexes: readonly number[]): Promise<void> => {
    const { run } = rt;
    const ended = { sent: [] as number[], gone: [] as number[], doubt: [] as number[] };
    const unsent = new Map<string, number[]>();
    const isBroadcast = run.plan.mode === 'broadcast';
    const one = async (target: Target): Promise<void> => {
      latest.set(keyOf(run.plan.kind, target.name), run);
      const { attempt, index } = target;
      if (restarts(bodyFor(run, target))) cluster.expectReload(target.name);
      if (isBroadcast && index !== indexes[0]) return;
      const ids = {
        messageId: random.uuid(),
        correlationId: correlationOf(settings.name, run.plan.id, attempt),
      };
      const body = rt.bodies[run.plan.bodyOf[index] ?? 0]!;
      try {
        await bus.publish(
          deps.seal(changeEnvelope(isBroadcast ? null : target.name, body, ids, clock.now())),
        );
        ended.sent.push(...(isBroadcast ? indexes : [index]));
      } catch (error) {
        const { code, message } =
          error instanceof AppError ? error : { code: 'INTERNAL', message: String(error) };
        const which = isBroadcast ? indexes : [index];
        if (code === 'BUS_UNROUTABLE') ended.gone.push(...which);
        // The link broke before the confirm: perhaps it went out.
        else if (code === 'BUS_LOST') ended.doubt.push(...which);
        else unsent.set(message, [...(unsent.get(message) ?? []), ...which]);
      }
    };
    await Promise.all(indexes.map((index) => one(run.targets[index]!)));
    const at = clock.now();
    for (const t of ['sent', 'gone', 'doubt'] as const)
      if (ended[t].length > 0) rt.queue.push({ entry: { t, at, n: ended[t] } });
    for (const [error, n] of unsent)
      rt.queue.push({ entry: { t: 'unsent', at, n, error: error.slice(0, 300) } });
    void pump(rt);
  };

  return {
    adopt,
    isOpenAt,
    /** The run that asked this node last for a change of this kind. */
    latestAt: (kind: What['kind'], name: string): Run | null => latest.get(keyOf(kind, name)) ?? null,

    /** Resolves when it is written and applied. Rejects with JOURNAL_UNWRITABLE. */
    command(rt: Live, entry: RunEntry): Promise<void> {
      rt.retryUp = 0;
      return new Promise((resolve, reject) => {
        rt.queue.push({ entry, done: (error) => (error ? reject(error) : resolve()) });
        void pump(rt);
      });
    },

    /** A living run; one that is over comes back to life when `reopens`. */
    async find(id: string, reopens = false): Promise<Live | null> {
      const known = live.get(id);
      if (known) return known;
      const entry = await book.find(id);
      if (!entry || !reopens) return null;
      book.reopen(entry);
      return adopt(entry);
    },

    heard(run: Run, entry: RunEntry): void {
      const rt = live.get(run.plan.id);
      if (rt) return put(rt, entry);
      // A late word on a run that is over still counts.
      void book.find(run.plan.id).then((found) => {
        if (!found || isStopped) return;
        book.reopen(found);
        put(adopt(found), entry);
      });
    },

    /** Looks after all of them. Call every 250 ms. */
    tick(): void {
      for (const rt of live.values()) {
        rt.isDue = true;
        void pump(rt);
      }
    },

    /** Our link is gone or back; `outageMs` is how long it was. */
    linkDown(): void {
      for (const rt of live.values()) if (rt.run.state === 'running') put(rt, holdOf(clock.now(), 'link'));
    },
    linkUp(outageMs: number): void {
      if (outageMs <= 0) return;
      for (const rt of live.values()) put(rt, { t: 'outage', at: clock.now(), ms: outageMs });
    },

    stop(): void {
      isStopped = true;
    },
  };
}

export const holdOf = (at: number, why: 'link' | 'restart' | 'journal'): RunEntry => ({
  ...{ t: 'hold', at, why, rule: null, gate: null },
});
