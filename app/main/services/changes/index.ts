/**
 * Changes of one node: checked, sent in waves, watched until proven; and what others push, as far as it is heard. The
 * rules are core/changes; this holds the runs of a profile together. Built with the node and thrown away with it.
 */
import type { ChangeInput, RunHead, RunList, RunSummary, RunTarget } from '../../../shared/domain/change.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { createElsewhere } from '../../core/changes/elsewhere.js';
import { isUnbound } from '../../core/protocol/bus/topology.js';
import { headOfObserved, summaryOfObserved, targetsOfObserved } from '../../core/changes/observed.js';
import { isOver, type Run } from '../../core/changes/run-state.js';
import { tookIt } from '../../core/changes/took.js';
import { headOfRun, viewOfTarget } from '../../core/changes/run-views.js';
import { maskSettings } from '../../core/changes/what.js';
import { hashOfRun } from './approval.js';
import { createCommands } from './commands.js';
import { createContext, KNOWN_RUNS } from './context.js';
import { createEars } from './ears.js';
import { createRunBook } from './run-book.js';
import { createRunEngine, holdOf } from './run-engine.js';
import type { ChangeDeps, ChangeSettings } from './types.js';

export type ChangeService = ReturnType<typeof createChanges>;

const MAX_LISTED = 200;

export function createChanges(settings: ChangeSettings, deps: ChangeDeps) {
  const { clock, log, cluster } = deps;
  const book = createRunBook(deps.journals, deps.secretStore, log);
  const elsewhere = createElsewhere(
    (node) => cluster.look(node) !== null,
    (node) => isUnbound(cluster.look(node)?.version),
  );
  const engine = createRunEngine(settings, deps, book, elsewhere);
  const ears = createEars(deps, book, engine, elsewhere);
  let problem: AppError | null = null;
  let downUp: number | null = null;
  const context = createContext(settings, deps, {
    ...{ book, engine, elsewhere },
    problem: () => problem,
  });
  const commands = createCommands(context);

  /** Of how many that took it the values from before are known; asked for anew when that number has settled. */
  const backs = new WeakMap<Run, { took: number; known: number }>();
  const knownBack = (run: Run): number => {
    const took = tookIt(run).length;
    const last = backs.get(run);
    if (last?.took === took || run.inFlight > 0) return last?.known ?? 0;
    backs.set(run, { took, known: last?.known ?? 0 });
    commands.reverse(run, {}).then(
      ({ names }) => backs.set(run, { took, known: names.length }),
      (error: unknown) => log.warn({ error }, 'what was there before a change cannot be looked up'),
    );
    return last?.known ?? 0;
  };
  const head = (run: Run): RunHead => {
    const differ = run.hold?.why === 'link' ? cluster.differ().filter((name) => run.byName.has(name)) : [];
    const head = headOfRun(run, {
      ...{ look: cluster.look, at: clock.now(), differ, rollbackKnown: knownBack(run) },
      hash: run.state === 'waiting' ? hashOfRun(run) : '',
    });
    return context.told(head);
  };

  /** Until they are looked at, those that were not over are not told of: they would be said to be running. */
  let isLoading = false;
  let loading: Promise<void> = Promise.resolve();
  const load = async (): Promise<void> => {
    try {
      await book.load();
      for (const entry of [...book.open().values()]) {
        const rt = engine.adopt(entry);
        const ms = Math.max(0, clock.now() - entry.run.aliveAt);
        await engine.command(rt, { t: 'restart', at: clock.now(), ms });
        if (entry.run.state === 'running') await engine.command(rt, holdOf(clock.now(), 'restart'));
      }
      for (const { id } of book.summaries().filter(mayBeAnswered(clock.now())).slice(0, KNOWN_RUNS)) {
        const entry = await book.find(id);
        if (entry) engine.remember(entry.run);
      }
      await commands.tellLostOnes();
      await ears.load();
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      problem = new AppError('JOURNAL_UNWRITABLE', words, { cause });
      log.error({ error: cause }, 'the journals of changes cannot be read');
    }
  };
  const opened = (): ReturnType<typeof book.open> => (isLoading ? new Map() : book.open());

  return {
    ...commands,
    head,
    isOurs: ears.isOurs,
    heardResult: ears.result,
    heardPush: ears.push,
    /** Our own settings went back to what they were before. */
    undone: (at: number): void => elsewhere.touch(settings.name, at),
    problem: (): AppError | null => problem,

    /** Reads what is there; what was not over is held. Never rejects. */
    load(): Promise<void> {
      isLoading = true;
      loading = load().finally(() => (isLoading = false));
      return loading;
    },
    /** What is there was read, and what was not over is held. */
    loaded: (): Promise<void> => loading,

    /** What a run was, to begin another from it; what looks secret is masked. Throws RUN_UNKNOWN. */
    async input(id: string): Promise<ChangeInput> {
      const { plan } = await context.find(id);
      const body = plan.bodies[0]!;
      const last = plan.waves.length - 1;
      return {
        what:
          body.kind === 'gem'
            ? body
            : { ...body, settings: JSON.stringify(maskSettings(body.settings), null, 2) },
        // Of a roll-back with several bodies only those that got the first.
        where: { names: plan.names.filter((_, index) => (plan.bodyOf[index] ?? 0) === 0) },
        how: {
          ...{ mode: plan.mode, stop: plan.stop, atMost: plan.atMost, deadlineS: plan.deadlineMs / 1_000 },
          waves: plan.waves.map((wave, index) => ({
            ...wave,
            size: index === last ? 'rest' : String(wave.size),
          })),
        },
      };
    },

    tick: (): void => engine.tick(),
    linkDown(): void {
      downUp ??= clock.uptime();
      engine.linkDown();
    },
    linkUp(): void {
      if (downUp !== null) engine.linkUp(clock.uptime() - downUp);
      downUp = null;
    },
    /** Begins nothing new. */
    beginNothing: (): void => engine.end(),
    close: (): Promise<void> => engine.drain(),

    list(limit = MAX_LISTED): RunList {
      const seen = ears.observed.list().map((entry) => summaryOfObserved(entry, settings.profile.name));
      const ours = book
        .summaries()
        .filter(({ id }) => !isLoading || !book.open().has(id))
        .map(context.told);
      const runs = [...ours, ...seen].sort((a, b) => b.createdAt - a.createdAt);
      return { at: clock.now(), runs: runs.slice(0, limit) };
    },
    /** Runs that are not over. */
    openRuns: (): Run[] =>
      [...opened().values()]
        .map(({ run }) => run)
        .filter((run) => !isOver(run))
        .sort((a, b) => b.plan.createdAt - a.plan.createdAt),
    /** A run in memory. */
    living: (id: string): Run | null => (opened().get(id) ?? book.looked(id))?.run ?? null,
    async get(id: string): Promise<Run | null> {
      await loading;
      return engine.living(id)?.run ?? (await book.find(id))?.run ?? null;
    },
    observedRun(id: string): { rev: number; head: RunHead; targets: (after?: number) => RunTarget[] } | null {
      const entry = ears.observed.find(id);
      if (!entry) return null;
      const { rev } = entry;
      return {
        rev,
        head: headOfObserved(entry, settings.profile.name),
        targets: (after) => targetsOfObserved(entry, after),
      };
    },
    async ofNode(name: string): Promise<{ run: RunSummary; target: RunTarget }[]> {
      await loading;
      const found: { run: RunSummary; target: RunTarget }[] = [];
      for (const run of book.summaries().slice(0, KNOWN_RUNS)) {
        const entry = await book.find(run.id);
        const target = entry?.run.byName.get(name);
        if (entry && target) found.push({ run: context.told(run), target: viewOfTarget(entry.run, target) });
      }
      return found;
    },
  };
}

/** Over, with nodes that gave no answer, perhaps to an attempt before the last, and not so old that none will come. */
const mayBeAnswered =
  (now: number) =>
  ({ state, counts, createdAt }: RunSummary): boolean =>
    (state === 'done' || state === 'stopped') &&
    counts['no-answer'] + counts.undeliverable + counts.failed > 0 &&
    now - createdAt < DAY_MS;
const DAY_MS = 86_400_000;
