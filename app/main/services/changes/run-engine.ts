/**
 * Drives the living runs: asks the machine what is next, writes it down, applies it, acts on it; one step after the
 * other for each run. What arrives meanwhile (results, confirms, decisions) waits for the next step, so that a hundred
 * of them cost one write.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import type { JsonObject } from '../../../shared/lib/json.js';
import type { Elsewhere } from '../../core/changes/elsewhere.js';
import { applyEntry } from '../../core/changes/run-apply.js';
import { nextEntries } from '../../core/changes/run-decide.js';
import { isOver, type Run, type RunEntry } from '../../core/changes/run-state.js';
import { restarts, type What } from '../../core/changes/what.js';
import { changeBody } from '../../core/protocol/bus/change-messages.js';
import type { OpenRun, RunBook } from './run-book.js';
import { sendAttempt } from './send.js';
import { recordStory } from './story.js';
import type { ChangeDeps, ChangeSettings } from './types.js';

export type Live = OpenRun & {
  readonly bodies: readonly Buffer[];
  queue: { entry: RunEntry; done?: (error: Error | null) => void }[];
  isBusy: boolean;
  /** Its nodes are to be looked at in the next step. */
  isDue: boolean;
  /** The journal refused; tried again then (steady ms). */
  retryUp: number;
};

const RETRY_JOURNAL_MS = 5_000;
/** A late word of a node is about one of so many runs before the last. */
const MAX_OLDER = 4;
/** After a crash nobody knows more exactly until when results could be heard. */
const ALIVE_MS = 5_000;
const isWaited = ({ targets }: Run): boolean =>
  targets.some(({ state, settled }) => state === 'sent' || (state === 'success' && !settled));

export type RunEngine = ReturnType<typeof createRunEngine>;

export function createRunEngine(
  settings: ChangeSettings,
  deps: ChangeDeps,
  book: RunBook,
  elsewhere: Pick<Elsewhere, 'isTouched'>,
) {
  const { clock, log, cluster } = deps;
  const live = new Map<string, Live>();
  const reopening = new Map<string, Promise<Live | null>>();
  /** Kind and name: the run that asked this node last. */
  const latest = new Map<string, Run>();
  /** Runs before the latest that a node may still answer, newest first. */
  const older = new Map<string, Run[]>();
  const setLatest = (key: string, name: string, run: Run): void => {
    const before = latest.get(key);
    latest.set(key, run);
    if (!before || before === run) return;
    // By id: one that was read anew is the same run, and the object of before is not kept up to date.
    const others = [before, ...(older.get(key) ?? [])].filter((one) => one.plan.id !== run.plan.id);
    const waited = others.filter((one) => (one.byName.get(name)?.due.length ?? 0) > 0);
    if (waited.length > 0) older.set(key, waited.slice(0, MAX_OLDER));
    else older.delete(key);
  };
  /** Being written down: nobody else may send to them meanwhile. */
  const reserved = new Map<string, Run>();
  const keyOf = (kind: What['kind'], name: string): string => `${kind} ${name}`;
  /** Nothing new is begun; what was heard is still written down. */
  let isEnding = false;

  /** At most one open action per node and kind. */
  const isOpenAt = (kind: What['kind'], name: string, except: Run | null): boolean => {
    const key = keyOf(kind, name);
    const taken = reserved.get(key);
    if (taken !== undefined && taken !== except) return true;
    const run = latest.get(key);
    return run !== undefined && run !== except && run.byName.get(name)?.state === 'sent';
  };
  const keysOf = ({ plan }: Run, n: readonly number[]): string[] =>
    n.map((index) => keyOf(plan.kind, plan.names[index]!));

  /** Somebody has changed it, or it was started anew, since then; what `except` did counts for nothing. */
  const isTouched = (name: string, since: number, except: Run): boolean =>
    elsewhere.isTouched(name, since) ||
    (cluster.look(name)?.startedAt ?? -Infinity) >= since ||
    (['settings', 'gem'] as const).some((kind) => {
      const run = latest.get(keyOf(kind, name));
      return run !== undefined && run !== except && (run.byName.get(name)?.sentAt ?? -Infinity) >= since;
    });

  const remind = (run: Run, name: string): void => setLatest(keyOf(run.plan.kind, name), name, run);

  const adopt = (entry: OpenRun): Live => {
    const { run } = entry;
    const known = live.get(run.plan.id);
    if (known?.run === run) return known;
    const made: Live = {
      ...entry,
      bodies: run.plan.bodies.map(changeBody),
      ...{ queue: [], isBusy: false, isDue: true, retryUp: 0 },
    };
    live.set(run.plan.id, made);
    remember(run);
    return made;
  };
  const remember = (run: Run): void => {
    for (const { attempt, name, sentAt } of run.targets) {
      if (attempt === 0) continue;
      const key = keyOf(run.plan.kind, name);
      // An older run that comes back to life does not take over what a newer one waits for.
      const other = latest.get(key)?.byName.get(name)?.sentAt ?? -1;
      if (other <= (sentAt ?? 0)) setLatest(key, name, run);
      else {
        const others = older.get(key);
        const place = others?.findIndex((one) => one.plan.id === run.plan.id) ?? -1;
        if (others && place >= 0) others[place] = run;
      }
    }
  };

  /** A run that is over comes back to life, once however many ask. */
  const revive = (id: string): Promise<Live | null> => {
    const known = live.get(id);
    if (known) return Promise.resolve(known);
    const coming = reopening.get(id);
    if (coming) return coming;
    const reading = book
      .find(id)
      .then((entry) => {
        if (!entry) return null;
        book.reopen(entry);
        return adopt(entry);
      })
      .finally(() => reopening.delete(id));
    reopening.set(id, reading);
    return reading;
  };

  const write = async (rt: Live, entries: readonly RunEntry[]): Promise<AppError | null> => {
    try {
      await Promise.all(entries.map((entry) => rt.journal.append(entry as unknown as JsonObject)));
      return null;
    } catch (cause) {
      return new AppError('JOURNAL_UNWRITABLE', cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    }
  };

  /** False: nothing was to be done. */
  const step = async (rt: Live): Promise<boolean> => {
    const { run } = rt;
    const taken = rt.queue.splice(0);
    const entries = taken.map(({ entry }) => entry);
    if (entries.length === 0 && deps.isLive() && !isEnding) {
      const around = {
        look: cluster.look,
        judges: rt.isDue,
        canSend: !deps.isBlocked() && !rt.isForgotten,
        isBusy: (name: string) => isOpenAt(run.plan.kind, name, run),
        isTouched: (name: string) => isTouched(name, run.plan.createdAt, run),
      };
      entries.push(...nextEntries(run, clock.now(), around));
      if (entries.length === 0) rt.isDue = false;
    }
    if (entries.length === 0) return false;
    const booked = entries.flatMap((entry) => (entry.t === 'attempt' ? keysOf(run, entry.n) : []));
    for (const key of booked) reserved.set(key, run);
    const error = await write(rt, entries);
    if (!error) {
      const before = run.state;
      for (const entry of entries) applyEntry(run, entry);
      recordStory(deps.events, run, entries, before);
      for (const entry of entries)
        if (entry.t === 'attempt') for (const index of entry.n) remind(run, run.plan.names[index]!);
    }
    for (const key of booked) reserved.delete(key);
    if (error) {
      // Results that were heard wait; a decision is refused, since whoever made it is there to be told.
      rt.queue.unshift(...taken.filter(({ done }) => done === undefined));
      taken.forEach(({ done }) => done?.(error));
      rt.retryUp = clock.uptime() + RETRY_JOURNAL_MS;
      applyEntry(run, holdOf(clock.now(), 'journal'));
      log.error({ error, run: run.plan.id }, 'the journal of a change cannot be written; it is held');
      return false;
    }
    for (const entry of entries) if (entry.t === 'attempt') void send(rt, entry.n);
    taken.forEach(({ done }) => done?.(null));
    return true;
  };

  const pump = async (rt: Live): Promise<void> => {
    if (rt.isBusy || clock.uptime() < rt.retryUp) return;
    rt.isBusy = true;
    const { id } = rt.run.plan;
    try {
      for (;;) {
        while (await step(rt));
        if (!isOver(rt.run) || rt.queue.length > 0) break;
        await book.close(id);
        if (rt.queue.length === 0) {
          live.delete(id);
          break;
        }
        // Somebody spoke while the last line was written.
        book.reopen(rt);
      }
    } catch (error) {
      log.error({ error, run: id }, 'a change could not go on');
      rt.retryUp = clock.uptime() + RETRY_JOURNAL_MS;
    } finally {
      rt.isBusy = false;
    }
  };

  /** CH17: whom a roll-back goes to is written down where it is asked for, before it goes. Rejects when it cannot be. */
  const tellOriginal = async ({ plan }: Run, n: readonly number[]): Promise<void> => {
    if (plan.rollbackOf === null) return;
    const original = await revive(plan.rollbackOf);
    if (!original) return;
    const places = n.flatMap((index) => original.run.byName.get(plan.names[index]!)?.index ?? []);
    await command(original, { t: 'back', at: clock.now(), n: places });
  };

  const put = (rt: Live, entry: RunEntry): void => {
    rt.queue.push({ entry });
    // After whatever else this turn of the loop brings.
    queueMicrotask(() => void pump(rt));
  };

  /** Resolves when it is written and applied. Rejects with JOURNAL_UNWRITABLE. */
  function command(rt: Live, entry: RunEntry): Promise<void> {
    rt.retryUp = 0;
    return new Promise((resolve, reject) => {
      rt.queue.push({ entry, done: (error) => (error ? reject(error) : resolve()) });
      void pump(rt);
    });
  }

  /** Taken away by a restart just now, or not back in order since one. */
  const isAway = (name: string, { state, settled, again }: Omit<Run['targets'][number], 'name'>): boolean => {
    if (again || state === 'sent') return true;
    if (state === 'success') return !settled;
    return state === 'regressed' && cluster.look(name)?.state !== 'healthy';
  };

  /** A word on a run, perhaps on one that is over: it still counts. `entryFor` sees the run as it is then. */
  function heard(id: string, entryFor: (run: Run) => RunEntry | null): void {
    const tell = (rt: Live | null): void => {
      const entry = rt && entryFor(rt.run);
      if (rt && entry) put(rt, entry);
    };
    const rt = live.get(id);
    if (rt) return tell(rt);
    revive(id).then(tell, (error: unknown) =>
      log.error({ error, run: id }, 'a late result could not be kept: the journal cannot be read'),
    );
  }

  const send = async (rt: Live, indexes: readonly number[]): Promise<void> => {
    const ended = await tellOriginal(rt.run, indexes).then(
      () => sendAttempt(settings.name, deps, rt, indexes),
      (error: unknown): RunEntry[] => [
        { t: 'unsent', at: clock.now(), n: [...indexes], error: error instanceof Error ? error.message : '' },
      ],
    );
    for (const entry of ended) rt.queue.push({ entry });
    void pump(rt);
  };

  return {
    adopt,
    /** A run that is over: a late word of its nodes is still about it. */
    remember,
    isOpenAt,
    /** Nodes that a change of a living run may have taken away just now: on their way, or not proven to be back. */
    away: (): string[] =>
      [...live.values()].flatMap(({ run }) =>
        run.plan.bodies.some(restarts)
          ? run.targets.flatMap(({ name, ...target }) => (isAway(name, target) ? [name] : []))
          : [],
      ),
    revive,
    /** A living run; null when it is over or unknown. */
    living: (id: string): Live | null => live.get(id) ?? null,
    /** The runs that this node may answer with a change of this kind, the last first. */
    askedAt(kind: What['kind'], name: string): readonly Run[] {
      const key = keyOf(kind, name);
      const last = latest.get(key);
      return last ? [last, ...(older.get(key) ?? [])] : [];
    },

    command,
    heard,

    /** Looks after all of them. Call every 250 ms. */
    tick(): void {
      for (const rt of live.values()) {
        rt.isDue = true;
        if (clock.now() - rt.run.aliveAt >= ALIVE_MS && isWaited(rt.run))
          put(rt, { t: 'alive', at: clock.now() });
        else void pump(rt);
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

    /** Begins nothing new. */
    end(): void {
      isEnding = true;
    },
    /** What was heard until now is written down when this resolves. Call after the bus was closed. Never rejects. */
    async drain(): Promise<void> {
      isEnding = true;
      for (const rt of [...live.values()]) {
        rt.retryUp = 0;
        while (rt.isBusy || rt.queue.length > 0) {
          const waiting = rt.queue.length;
          await pump(rt);
          await new Promise((resolve) => setImmediate(resolve));
          if (!rt.isBusy && rt.queue.length >= waiting && rt.retryUp > clock.uptime()) break;
        }
      }
    },
  };
}

export const holdOf = (at: number, why: 'link' | 'restart' | 'journal'): RunEntry => ({
  ...{ t: 'hold', at, why, rule: null, gate: null },
});
