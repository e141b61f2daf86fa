/**
 * Changes of one node: checked, sent in waves, watched until proven; and what others push, as far as it is heard. The
 * rules are core/changes; this holds the runs of a profile together. Built with the node and thrown away with it.
 */
import type {
  ChangeCheck,
  ChangeInput,
  ResultState,
  RollbackCheck,
  RollbackInput,
  RunHead,
  RunList,
  RunSummary,
  RunTarget,
} from '../../../shared/domain/change.js';
import { confirmFor, isConfirmed } from '../../../shared/domain/reach.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { JsonObject } from '../../../shared/lib/json.js';
import { createKnowledge, type Knowledge, type ObservedPush } from '../../core/changes/knowledge.js';
import { fits, readCorrelation, type HeardResult } from '../../core/changes/match.js';
import { planWaves } from '../../core/changes/plan.js';
import {
  createObserved,
  headOfObserved,
  summaryOfObserved,
  targetsOfObserved,
} from '../../core/changes/observed.js';
import { evidenceOf } from '../../core/changes/run-decide.js';
import { isOver, type Run, type RunEntry, type RunPlan, type Target } from '../../core/changes/run-state.js';
import { headOfRun, summaryOfRun, tookIt, viewOfTarget } from '../../core/changes/run-views.js';
import { detailOf, maskSettings, pathsOf, restarts, shownWhat, type What } from '../../core/changes/what.js';
import { APPROVAL_MS, checkApproval, hashOfRun, readRequest, requestText, signRequest } from './approval.js';
import { createRunBook, OBSERVED } from './run-book.js';
import { createRunEngine, holdOf } from './run-engine.js';
import { DEFAULT_STOP, rehearse, type Rehearsal } from './rehearse.js';
import { reverseOf, type Reverse } from './rollback.js';
import type { ChangeDeps, ChangeSettings } from './types.js';
import { whatText } from '../../../shared/i18n/index.js';

export type ChangeService = ReturnType<typeof createChanges>;

/** How far back values from before are looked up. */
const KNOWN_RUNS = 20;
const MAX_PUSHES = 100;
const SHARED_MS = 60_000;
const RETRYABLE: readonly ResultState[] = ['failed', 'undeliverable', 'no-answer', 'regressed'];

export function createChanges(settings: ChangeSettings, deps: ChangeDeps) {
  const { clock, log, random, cluster, events } = deps;
  const book = createRunBook(deps.journals, deps.secretStore, log);
  const engine = createRunEngine(settings, deps, book);
  const observed = createObserved(
    (at) => `o-${at.toString(36)}-${Buffer.from(random.bytes(2)).toString('hex')}`,
  );
  /** Newest first. */
  const pushes: ObservedPush[] = [];
  const observedJournal = deps.journals.open(OBSERVED);
  let problem: AppError | null = null;
  let downUp: number | null = null;
  let rev = 0;

  const makeId = (at: number): string => {
    const time = new Date(at).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    return `${time}-${Buffer.from(random.bytes(2)).toString('hex')}`;
  };

  /** Runs that may say what was there before, newest first. */
  const runsAbout = async (what: What, before: Run | null): Promise<Run[]> => {
    const paths = new Set(what.kind === 'settings' ? pathsOf(what.settings) : []);
    const found: Run[] = [];
    for (const summary of book.summaries()) {
      if (found.length >= KNOWN_RUNS) break;
      if (before && (summary.createdAt > before.plan.createdAt || summary.id === before.plan.id)) continue;
      const isAbout =
        what.kind === 'gem'
          ? summary.what.kind === 'gem' && summary.what.extension === what.extension
          : summary.what.kind === 'settings' && summary.what.keys.some((key) => paths.has(key));
      const entry = isAbout ? await book.find(summary.id) : null;
      if (entry) found.push(entry.run);
    }
    return found;
  };
  const knowledge = async (what: What, before: Run | null = null): Promise<Knowledge> => {
    const own = { name: settings.name, settings: deps.ownSettings() };
    const heard = before ? pushes.filter(({ at }) => at < before.plan.createdAt) : pushes;
    return createKnowledge(await runsAbout(what, before), heard, own, cluster.look);
  };
  const rehearsal = (input: ChangeInput): Promise<Rehearsal> =>
    rehearse(
      input,
      { settings, cluster, knowledge, isBusy: (name, kind) => engine.isOpenAt(kind, name, null) },
      clock.now(),
    );

  const mayAct = (): void => {
    if (settings.profile.readOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
    if (problem) throw problem;
    if (!deps.isLive()) throw new AppError('BUS_NOT_CONNECTED', 'the link to the broker is down');
  };
  const confirmed = (check: Pick<ChangeCheck, 'confirm'>, typed: string | undefined): void => {
    const { confirm } = check;
    if (isConfirmed(confirm, typed)) return;
    const isMissing = typed === undefined || typed === '';
    throw new AppError(
      isMissing ? 'CONFIRM_MISSING' : 'CONFIRM_WRONG',
      `confirm with ${confirm.expect || 'nothing'}`,
      {
        details: { expect: confirm.expect, level: confirm.level },
      },
    );
  };

  const begin = async (plan: RunPlan): Promise<Run> => {
    let entry;
    try {
      entry = await book.begin(plan);
    } catch (cause) {
      throw new AppError('JOURNAL_UNWRITABLE', cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    }
    const rt = engine.adopt(entry);
    await engine.command(rt, decisionOf('started', { reason: plan.reason }));
    if (plan.approvalUntil !== null)
      events.record(
        { kind: 'run.approval-asked', facts: { run: plan.id, what: nameOf(entry.run) } },
        clock.now(),
      );
    return entry.run;
  };
  const decisionOf = (
    what: Extract<RunEntry, { t: 'decision' }>['what'],
    more: { reason?: string | null; n?: number[]; run?: string; by?: string } = {},
  ): RunEntry => ({
    ...{ t: 'decision', at: clock.now(), what, by: more.by ?? settings.user, reason: more.reason ?? null },
    ...(more.n ? { n: more.n } : {}),
    ...(more.run === undefined ? {} : { run: more.run }),
  });

  const findRun = async (id: string): Promise<Run> => {
    const entry = (await engine.find(id)) ?? (await book.find(id));
    if (!entry) throw unknownRun();
    return entry.run;
  };
  const decide = async (
    id: string,
    allowed: readonly Run['state'][],
    entry: (run: Run) => RunEntry,
  ): Promise<RunSummary> => {
    mayAct();
    const run = await findRun(id);
    if (!allowed.includes(run.state)) throw new AppError('RUN_STATE', `the run is ${run.state}`);
    const rt = await engine.find(id, true);
    if (!rt) throw unknownRun();
    await engine.command(rt, entry(run));
    return summaryOfRun(run);
  };

  const head = (run: Run): RunHead => {
    const mine = new Set(run.plan.names);
    const isHeldByLink = run.hold?.why === 'link';
    return headOfRun(run, {
      look: cluster.look,
      at: clock.now(),
      differ: isHeldByLink ? cluster.differ().filter((name) => mine.has(name)) : [],
      hash: run.state === 'waiting' ? hashOfRun(run) : '',
      rollbackKnown: knownBack(run),
    });
  };
  /** Found once per state of the run, since a page asks four times a second. */
  const backs = new WeakMap<Run, { took: number; known: number }>();
  const knownBack = (run: Run): number => {
    const took = tookIt(run).length;
    const last = backs.get(run);
    // While results pour in the figure may be a little old; it is asked for when they have stopped.
    if (last?.took === took || run.inFlight > 0) return last?.known ?? 0;
    backs.set(run, { took, known: last?.known ?? 0 });
    void reverse(run, {}).then(({ names }) => backs.set(run, { took, known: names.length }));
    return last?.known ?? 0;
  };
  const reverse = async (run: Run, given: RollbackInput): Promise<Reverse> =>
    reverseOf(run, given, await knowledge(run.plan.bodies[0]!, run));
  const confirmBack = (back: Reverse) =>
    confirmFor({
      nodes: back.names.length,
      profile: settings.profile,
      isBroadcast: false,
      restarts: back.bodies.some(restarts),
      hasLord: back.names.some(cluster.isLord),
      secondPerson: false,
    });

  return {
    rev: (): number => rev,
    observedRev: observed.rev,
    problem: (): AppError | null => problem,

    /** Reads what is there; what was not over is held. Never rejects. */
    async load(): Promise<void> {
      try {
        await book.load();
        for (const entry of [...book.open().values()]) {
          const rt = engine.adopt(entry);
          const { run } = entry;
          await engine.command(rt, { t: 'restart', at: clock.now() });
          if (run.state === 'running') await engine.command(rt, holdOf(clock.now(), 'restart'));
        }
        for (const line of await observedJournal.read()) restoreObserved(line);
      } catch (cause) {
        problem = new AppError('JOURNAL_UNWRITABLE', cause instanceof Error ? cause.message : String(cause), {
          cause,
        });
        log.error({ error: cause }, 'the journals of changes cannot be read');
      }
    },

    check: async (input: ChangeInput): Promise<ChangeCheck> => (await rehearsal(input)).check,

    async start(
      input: ChangeInput & { confirm?: string | undefined; reason?: string | undefined },
    ): Promise<Run> {
      mayAct();
      const { check, what, same } = await rehearsal(input);
      const errors = check.notes.filter(({ severity }) => severity === 'error');
      if (errors.length > 0 || !what) throw refusalOf(errors, check);
      confirmed(check, input.confirm);
      const at = clock.now();
      return begin({
        id: makeId(at),
        kind: what.kind,
        mode: input.how?.mode ?? 'addressed',
        createdAt: at,
        by: settings.user,
        profile: settings.profile.name,
        bodies: [what],
        names: check.targets.names,
        bodyOf: [],
        same: [...same],
        waves: check.waves,
        stop: input.how?.stop ?? DEFAULT_STOP,
        atMost: check.atMost,
        deadlineMs: check.deadlineS * 1_000,
        canary: check.canary,
        rollbackOf: null,
        approvalUntil: check.confirm.approval ? at + APPROVAL_MS : null,
        reason: input.reason ?? null,
      });
    },

    hold: (id: string) => decide(id, ['running'], () => decisionOf('held')),
    /** Past a hold or a gate. Against a rule or the evidence only with a reason. */
    goOn: (id: string, what: 'resumed' | 'continued', reason: string | undefined) =>
      decide(id, ['held'], (run) => {
        const isAgainst =
          run.hold?.why === 'rule' ||
          run.hold?.why === 'evidence' ||
          (run.hold?.gate != null && evidenceOf(run, run.wave, clock.now()).short !== null);
        if (isAgainst && (reason ?? '').trim() === '')
          throw new AppError('REASON_MISSING', 'going on against the evidence needs a reason');
        return decisionOf(what, { reason: reason ?? null });
      }),
    end: (id: string) => decide(id, ['running', 'held', 'waiting'], () => decisionOf('stopped')),

    async retry(
      id: string,
      wish: {
        names?: readonly string[] | undefined;
        states?: readonly ResultState[] | undefined;
        confirm?: string | undefined;
      },
    ): Promise<RunSummary> {
      const wanted = wish.names && new Set(wish.names);
      const states = wish.states ?? RETRYABLE.filter((state) => state !== 'regressed');
      return decide(id, ['running', 'held', 'done', 'stopped'], (run) => {
        if (run.plan.mode === 'broadcast')
          throw new AppError('RUN_STATE', 'a broadcast cannot be tried again singly');
        const n = run.targets
          .filter(
            (target) =>
              RETRYABLE.includes(target.state) &&
              (wanted ? wanted.has(target.name) : states.includes(target.state)),
          )
          .map(({ index }) => index);
        if (n.length === 0) throw new AppError('RUN_NOTHING', 'nobody to try again');
        const confirm = confirmFor({
          nodes: n.length,
          profile: settings.profile,
          isBroadcast: false,
          restarts: run.plan.bodies.some(restarts),
          hasLord: n.some((index) => cluster.isLord(run.targets[index]!.name)),
          secondPerson: false,
        });
        confirmed({ confirm }, wish.confirm);
        return decisionOf('retried', { n });
      });
    },

    async rollbackCheck(id: string, given: RollbackInput): Promise<RollbackCheck> {
      const run = await findRun(id);
      const back = await reverse(run, given);
      return {
        names: back.names,
        without: back.without,
        bodies: back.bodies.map((body, index) => ({
          what: shownWhat(body),
          nodes: back.bodyOf.filter((place) => place === index).length,
        })),
        notes: back.notes,
        confirm: confirmBack(back),
      };
    },
    async rollback(id: string, given: RollbackInput, confirm: string | undefined): Promise<Run> {
      mayAct();
      const run = await findRun(id);
      if (run.rolledBackBy !== null || run.state === 'waiting')
        throw new AppError('RUN_STATE', 'nothing to roll back');
      const back = await reverse(run, given);
      const errors = back.notes.filter(({ severity }) => severity === 'error');
      if (errors.length > 0)
        throw new AppError('CHANGE_INVALID', 'the given values cannot be sent', {
          details: { notes: errors },
        });
      if (back.names.length === 0)
        throw new AppError(
          tookIt(run).length === 0 ? 'RUN_NOTHING' : 'ROLLBACK_UNKNOWN',
          'nothing to send back',
          {
            details: { names: back.without.slice(0, 50) },
          },
        );
      confirmed({ confirm: confirmBack(back) }, confirm);
      const rt = await engine.find(id, true);
      if (!rt) throw unknownRun();
      if (run.state === 'running' || run.state === 'held') await engine.command(rt, decisionOf('stopped'));
      const at = clock.now();
      const plan: RunPlan = {
        ...run.plan,
        ...{
          id: makeId(at),
          mode: 'addressed',
          createdAt: at,
          by: settings.user,
          canary: null,
          reason: null,
        },
        ...{ bodies: back.bodies, names: back.names, bodyOf: back.bodyOf, same: [], approvalUntil: null },
        waves: planWaves(undefined, back.names.length),
        // A roll-back goes to all that took it, whatever happens on the way.
        stop: { regressed: 1_000_000, failedShare: 1 },
        rollbackOf: id,
      };
      // Who took it is written down before anything goes out.
      const n = back.names.flatMap((name) => run.byName.get(name)?.index ?? []);
      await engine.command(rt, decisionOf('rolled-back', { n, run: plan.id }));
      book.setRolledBackBy(id, plan.id);
      return begin(plan);
    },

    async input(id: string): Promise<ChangeInput> {
      const { plan } = await findRun(id);
      const body = plan.bodies[0]!;
      return {
        what:
          body.kind === 'gem'
            ? body
            : {
                kind: 'settings',
                settings: JSON.stringify(maskSettings(body.settings), null, 2),
                restart: body.restart,
              },
        where: { names: [...plan.names] },
        how: {
          mode: plan.mode,
          waves: plan.waves.map((wave, index) => ({
            ...wave,
            size: index === plan.waves.length - 1 ? 'rest' : String(wave.size),
          })),
          ...{ stop: plan.stop, atMost: plan.atMost, deadlineS: plan.deadlineMs / 1_000 },
        },
      };
    },

    async approvalText(id: string): Promise<string> {
      const run = await findRun(id);
      if (run.state !== 'waiting') throw new AppError('APPROVAL_NOT_WANTED', `the run is ${run.state}`);
      return requestText(run, settings.user, settings.name);
    },
    async approve(id: string, text: string): Promise<RunSummary> {
      mayAct();
      const run = await findRun(id);
      if (run.state !== 'waiting') throw new AppError('APPROVAL_NOT_WANTED', `the run is ${run.state}`);
      const by = checkApproval(run, text, deps.approvals, clock.now());
      return decide(id, ['waiting'], () => decisionOf('approved', { by }));
    },
    readRequest,
    signRequest(text: string): string {
      const signed = signRequest(text, deps.approvals, clock.now());
      const { by, runId } = signed.request;
      events.record(
        {
          kind: 'run.approval-signed',
          facts: { run: runId, other: by, what: whatText(signed.request.what) },
        },
        clock.now(),
      );
      return signed.text;
    },

    /** An UpdateResult was heard. True: it answers something of ours. */
    heardResult(node: string, heard: Omit<HeardResult, 'skewMs'>): boolean {
      const { result, at } = heard;
      const kind = result.action === 'update_gem' ? 'gem' : 'settings';
      const run = engine.latestAt(kind, node);
      const target = run?.byName.get(node);
      const ok = result.status === 'success';
      if (run && target && fits(run, target, { ...heard, skewMs: cluster.skewMs(node) })) {
        const isShared = pushes.some(
          (push) =>
            kind === 'settings' && at - push.at < SHARED_MS && (push.target === null || push.target === node),
        );
        engine.heard(run, {
          ...{ t: 'result', at, n: target.index, ok },
          detail: result.detail?.slice(0, 2_000) ?? null,
          error: result.error?.slice(0, 4_000) ?? (ok ? null : result.status.slice(0, 200)),
          ...(isShared ? { shared: true } : {}),
        });
        return true;
      }
      if (result.action !== 'message') {
        observed.result(node, result, at);
        const { action, status, detail, error } = result;
        note({
          at,
          node,
          action,
          status: status.slice(0, 200),
          detail: detail?.slice(0, 500) ?? null,
          error: error?.slice(0, 500) ?? null,
        });
      }
      return false;
    },

    /** Somebody's push was seen on its way. `target` null: to all. */
    heardPush(what: What, target: string | null, correlationId: string | undefined, at: number): void {
      const echo = readCorrelation(correlationId);
      if (echo && book.has(echo.runId)) return;
      if (what.kind === 'settings') {
        pushes.unshift({ at, target, settings: maskSettings(what.settings), restart: what.restart });
        if (pushes.length > MAX_PUSHES) pushes.pop();
      }
      observed.push(shownWhat(what), detailOf(what), echo?.from || null, at);
      rev += 1;
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
    close: (): void => engine.stop(),
    /** A message of a run of this console that came back to us. */
    isOurs: (correlationId: string | undefined): boolean => {
      const echo = readCorrelation(correlationId);
      return echo !== null && book.has(echo.runId);
    },

    list(limit = 200): RunList {
      const runs = [
        ...book.summaries(),
        ...observed.list().map((entry) => summaryOfObserved(entry, settings.profile.name)),
      ].sort((a, b) => b.createdAt - a.createdAt);
      return { at: clock.now(), runs: runs.slice(0, limit) };
    },
    /** Runs that are not over. */
    openRuns: (): Run[] => [...book.open().values()].map(({ run }) => run).filter((run) => !isOver(run)),
    async get(id: string): Promise<Run | null> {
      return (await engine.find(id))?.run ?? (await book.find(id))?.run ?? null;
    },
    /** A run in memory. */
    living: (id: string): Run | null => book.open().get(id)?.run ?? null,
    head,
    observedRun(id: string): { rev: number; head: RunHead; targets: RunTarget[] } | null {
      const entry = observed.find(id);
      return (
        entry && {
          rev: entry.rev,
          head: headOfObserved(entry, settings.profile.name),
          targets: targetsOfObserved(entry),
        }
      );
    },
    async ofNode(name: string): Promise<{ run: RunSummary; target: RunTarget }[]> {
      const found: { run: RunSummary; target: RunTarget }[] = [];
      for (const summary of book.summaries().slice(0, KNOWN_RUNS)) {
        const run = (await book.find(summary.id))?.run;
        const target: Target | undefined = run?.byName.get(name);
        if (target) found.push({ run: summary, target: viewOfTarget(target) });
      }
      return found;
    },
  };

  /** Results that answer nothing of ours are kept too, in lines of their own. */
  function note(line: JsonObject): void {
    observedJournal
      .append(line)
      .catch((error: unknown) => log.debug({ error }, 'an observed result was not kept'));
  }
  function restoreObserved(line: JsonObject | null): void {
    const { at, node, action, status, detail, error } = line ?? {};
    if (typeof at !== 'number' || typeof node !== 'string' || typeof status !== 'string') return;
    if (action !== 'update_settings' && action !== 'update_gem') return;
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    observed.result(node, { action, status, detail: text(detail), error: text(error), node }, at);
  }
}

const nameOf = (run: Run): string => whatText(shownWhat(run.plan.bodies[0]!));
const unknownRun = (): AppError => new AppError('RUN_UNKNOWN', 'there is no run of this id');

function refusalOf(errors: ChangeCheck['notes'], check: ChangeCheck): AppError {
  const [first] = errors;
  if (first?.code === 'names-unknown')
    return new AppError('TARGETS_UNKNOWN', 'names that nobody has heard of', {
      details: { names: check.targets.unknown.slice(0, 50), notes: errors },
    });
  if (first?.code === 'nobody')
    return new AppError('TARGETS_NONE', 'nobody is left', { details: { notes: check.notes } });
  if (first?.code === 'read-only') return new AppError('PROFILE_READ_ONLY', 'a read-only profile');
  return new AppError('CHANGE_INVALID', 'the change cannot be sent', { details: { notes: errors } });
}
