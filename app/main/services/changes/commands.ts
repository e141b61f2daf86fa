/** What a person decides about changes: begin one, hold it, let it go on, stop it, try again, send the values back. */
import type {
  ChangeCheck,
  ChangeInput,
  Confirm,
  ResultState,
  RollbackCheck,
  RollbackInput,
  RunSummary,
} from '../../../shared/domain/change.js';
import { confirmFor } from '../../../shared/domain/reach.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { whatText } from '../../../shared/i18n/index.js';
import { mayFall, planWaves, spreadLegions, type PlannedWave } from '../../core/changes/plan.js';
import { RETRYABLE } from '../../core/changes/run-apply.js';
import { brokenRule, evidenceOf } from '../../core/changes/run-decide.js';
import { isOver, type Run, type RunEntry, type RunPlan } from '../../core/changes/run-state.js';
import { summaryOfRun } from '../../core/changes/run-views.js';
import { tookIt } from '../../core/changes/took.js';
import { restarts, shownWhat, type What } from '../../core/changes/what.js';
import { APPROVAL_MS, checkApproval, readRequest, requestText, signRequest } from './approval.js';
import { type Context, unknownRun } from './context.js';
import { DEFAULT_STOP, rehearse, type Rehearsal } from './rehearse.js';
import { reverseOf, type Reverse } from './rollback.js';
import type { Live } from './run-engine.js';

const SETTLE_POLL_MS = 20;

export function createCommands(context: Context) {
  const { settings, deps, book, engine, decision } = context;
  const { clock, cluster, events } = deps;

  const rehearsal = (input: ChangeInput): Promise<Rehearsal> =>
    rehearse(
      input,
      {
        ...{ settings, cluster, knowledge: context.knowledge },
        isBusy: (name, kind) => engine.isOpenAt(kind, name, null),
      },
      clock.now(),
    );

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
    await engine.command(rt, decision('started', { reason: plan.reason }));
    if (plan.approvalUntil !== null) {
      const what = whatText(shownWhat(plan.bodies[0]!));
      events.record({ kind: 'run.approval-asked', facts: { run: plan.id, what } }, clock.now());
    }
    return entry.run;
  };

  const decide = async (
    id: string,
    allowed: readonly Run['state'][],
    entry: (run: Run) => RunEntry,
    sends = true,
  ): Promise<RunSummary> => {
    context.mayAct(sends);
    if (!book.has(id)) throw unknownRun();
    const rt = await engine.revive(id);
    if (!rt) throw unknownRun();
    const { run } = rt;
    if (!allowed.includes(run.state)) throw new AppError('RUN_STATE', `the run is ${run.state}`);
    if (sends && rt.isForgotten)
      throw new AppError('RUN_STATE', 'the values that look secret are gone; begin the change anew');
    await engine.command(rt, entry(run));
    return context.told(summaryOfRun(run));
  };

  /** `secondPerson`: what was approved may be sent again; what goes back is another change. */
  const confirmAgain = (names: readonly string[], bodies: readonly What[], secondPerson = false): Confirm => {
    const lords = cluster.lords();
    return confirmFor({
      nodes: names.length,
      profile: settings.profile,
      isBroadcast: false,
      restarts: bodies.some(restarts),
      hasLord: names.some((name) => lords.has(name)),
      secondPerson,
    });
  };

  const confirmBack = ({ names, bodies }: Pick<Reverse, 'names' | 'bodies'>): Confirm =>
    confirmAgain(names, bodies, settings.secondPerson);

  const reverse = async (run: Run, given: RollbackInput): Promise<Reverse> =>
    reverseOf(run, given, await context.knowledge(run.plan.bodies[0]!, run));

  /** Checked, confirmed, stopped, and looked at once more: what was on its way when it was stopped took it too. */
  const rollBack = async (id: string, given: RollbackInput, confirm: string | undefined): Promise<Run> => {
    const rt = await engine.revive(id);
    if (!rt) throw unknownRun();
    const { run } = rt;
    const before = engine.living(run.rollbacks.at(-1) ?? '');
    const isGoing = before !== null && !isOver(before.run) && before.run.counts.queued > 0;
    const isBack = run.rollbacks.length > 0 && tookIt(run).length === 0;
    if (isGoing || isBack || run.state === 'waiting') throw new AppError('RUN_STATE', 'nothing to roll back');
    let back = await checkedReverse(run, given);
    context.confirmed(confirmBack(back), confirm);
    const confirmed = new Set(back.names);
    if (run.state === 'running' || run.state === 'held') {
      await engine.command(rt, decision('stopped'));
      await settled(run);
      back = await checkedReverse(run, given);
      // Fewer than were confirmed are no new question.
      if (!back.names.every((name) => confirmed.has(name))) context.confirmed(confirmBack(back), confirm);
    }
    const at = clock.now();
    const { names, waves } = wavesBack(back);
    const bodyAt = new Map(back.names.map((name, index) => [name, back.bodyOf[index] ?? 0]));
    const plan: RunPlan = {
      ...run.plan,
      ...{ id: context.makeId(at), mode: 'addressed', createdAt: at, by: settings.user, canary: null },
      ...{ bodies: back.bodies, names, bodyOf: names.map((name) => bodyAt.get(name) ?? 0), same: [] },
      approvalUntil: confirmBack(back).approval ? at + APPROVAL_MS : null,
      waves,
      // A roll-back goes to all that took it, whatever happens on the way.
      stop: { regressed: 1_000_000, failedShare: 1 },
      ...{ rollbackOf: id, reason: null },
    };
    // Each of them is out of it when it is sent to, which is written down before (CH17).
    const n = back.names.flatMap((name) => run.byName.get(name)?.index ?? []);
    await engine.command(rt, decision('rolled-back', { n, run: plan.id, follows: true }));
    try {
      return await begin(plan);
    } catch (error) {
      // As at the next start, where this cannot be written either.
      if (!book.has(plan.id)) await tellLost(rt, plan.id).catch(() => undefined);
      throw error;
    }
  };
  const tellLost = (rt: Live, lost: string): Promise<void> =>
    engine.command(rt, decision('rollback-lost', { run: lost, by: null }));
  /** A roll-back that was written down where it was asked for and ended there with the console, before its own plan. */
  const tellLostOnes = async (): Promise<void> => {
    for (const { id, rolledBackBy } of book.summaries()) {
      if (rolledBackBy === null || book.has(rolledBackBy)) continue;
      // One that has gone out was there, and has been removed since.
      const entry = await book.find(id);
      if (!entry || entry.run.targets.some(({ wentBack }) => wentBack)) continue;
      const rt = await engine.revive(id);
      if (rt) await tellLost(rt, rolledBackBy);
    }
  };
  /** At once, but for legions that would lose their quorum by it. */
  const wavesBack = ({
    names,
    bodies,
  }: Pick<Reverse, 'names' | 'bodies'>): { names: string[]; waves: PlannedWave[] } =>
    spreadLegions(names, planWaves(undefined, names.length), {
      legions: bodies.some(restarts) ? cluster.legions() : [],
      lords: cluster.lords(),
    });
  /** Throws RUN_QUORUM: a retry goes out at once. */
  const keepsQuorum = (names: readonly string[], bodies: readonly What[]): void => {
    const legions = bodies.some(restarts) ? cluster.legions() : [];
    const all = [...new Set([...names, ...engine.away()])];
    const crowded = legions.find(
      (legion) => legion.quorum > 0 && all.filter((name) => legion.nodes.has(name)).length > mayFall(legion),
    );
    if (!crowded) return;
    const members = names.filter((name) => crowded.nodes.has(name));
    throw new AppError('RUN_QUORUM', 'too many members of a legion at once', {
      details: { name: crowded.name, names: members },
    });
  };
  const goingBack = new Set<string>();
  const checkedReverse = async (run: Run, given: RollbackInput): Promise<Reverse> => {
    const back = await reverse(run, given);
    const errors = back.notes.filter(({ severity }) => severity === 'error');
    if (errors.length > 0)
      throw new AppError('CHANGE_INVALID', 'the given values cannot be sent', { details: { notes: errors } });
    if (back.names.length > 0) return back;
    const isNobody = tookIt(run).length === 0;
    throw new AppError(isNobody ? 'RUN_NOTHING' : 'ROLLBACK_UNKNOWN', 'nothing to send back', {
      details: { names: back.without.slice(0, 50) },
    });
  };
  /** The broker has answered for all that was handed to it; bounded by the bus, which always answers. */
  const settled = (run: Run): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (run.targets.some(({ pending }) => pending)) clock.after(SETTLE_POLL_MS, look);
        else resolve();
      };
      look();
    });

  const waiting = async (id: string): Promise<Run> => {
    const run = await context.find(id);
    if (run.state !== 'waiting') throw new AppError('APPROVAL_NOT_WANTED', `the run is ${run.state}`);
    return run;
  };

  return {
    ...{ reverse, tellLostOnes },
    check: async (input: ChangeInput): Promise<ChangeCheck> => (await rehearsal(input)).check,

    async start(
      input: ChangeInput & { confirm?: string | undefined; reason?: string | undefined },
    ): Promise<Run> {
      context.mayAct();
      const { check, what, same } = await rehearsal(input);
      const errors = check.notes.filter(({ severity }) => severity === 'error');
      if (errors.length > 0 || !what) throw refusalOf(errors, check);
      context.confirmed(check.confirm, input.confirm);
      const at = clock.now();
      return begin({
        ...{ id: context.makeId(at), kind: what.kind, mode: input.how?.mode ?? 'addressed', createdAt: at },
        ...{ by: settings.user, profile: settings.profile.name, bodies: [what], bodyOf: [], same },
        ...{ names: check.targets.names, waves: check.waves, stop: input.how?.stop ?? DEFAULT_STOP },
        ...{ atMost: check.atMost, deadlineMs: check.deadlineS * 1_000, canary: check.canary },
        ...{ rollbackOf: null, reason: input.reason ?? null },
        approvalUntil: check.confirm.approval ? at + APPROVAL_MS : null,
      });
    },

    hold: (id: string) => decide(id, ['running'], () => decision('held'), false),
    /** Past a hold or a gate. Against a rule or the evidence only with a reason. */
    goOn: (id: string, what: 'resumed' | 'continued', reason: string | undefined) =>
      decide(id, ['held'], (run) => {
        const gate = run.hold?.gate ?? null;
        const evidence = run.wave === 0 ? null : evidenceOf(run, run.wave, clock.now());
        const isAtGate = gate !== null && (run.hold?.why !== 'rule' || evidence?.isComplete === true);
        const isAgainst =
          brokenRule(run) !== null || (isAtGate && evidence !== null && evidence.short !== null);
        if (isAgainst && (reason ?? '').trim() === '')
          throw new AppError('REASON_MISSING', 'going on against the evidence needs a reason');
        return decision(what, {
          reason: reason ?? null,
          ...(isAgainst ? { excuses: true } : {}),
          ...(isAtGate ? { gate } : {}),
        });
      }),
    end: (id: string) => decide(id, ['running', 'held', 'waiting'], () => decision('stopped'), false),

    retry: (
      id: string,
      wish: {
        names?: readonly string[] | undefined;
        states?: readonly ResultState[] | undefined;
        confirm?: string | undefined;
      },
    ): Promise<RunSummary> =>
      decide(id, ['running', 'held', 'done', 'stopped'], (run) => {
        if (run.plan.mode === 'broadcast')
          throw new AppError('RUN_STATE', 'a broadcast cannot be tried again singly');
        const wanted = wish.names && new Set(wish.names);
        const states = wish.states ?? [...RETRYABLE].filter((state) => state !== 'regressed');
        const chosen = run.targets.filter(
          ({ name, state }) => RETRYABLE.has(state) && (wanted ? wanted.has(name) : states.includes(state)),
        );
        if (chosen.length === 0) throw new AppError('RUN_NOTHING', 'nobody to try again');
        const names = chosen.map(({ name }) => name);
        keepsQuorum(names, run.plan.bodies);
        context.confirmed(confirmAgain(names, run.plan.bodies), wish.confirm);
        return decision('retried', { n: chosen.map(({ index }) => index) });
      }),

    async rollbackCheck(id: string, given: RollbackInput): Promise<RollbackCheck> {
      const { names, without, bodies, bodyOf, notes } = await reverse(await context.find(id), given);
      const { waves } = wavesBack({ names, bodies });
      if (waves.length > 1)
        notes.push({ severity: 'warning', code: 'legion-waves', facts: { count: waves.length - 1 } });
      return {
        ...{ names, without, notes },
        bodies: bodies.map((body, index) => ({
          what: shownWhat(body),
          nodes: bodyOf.filter((place) => place === index).length,
        })),
        confirm: confirmBack({ names, bodies }),
      };
    },

    async rollback(id: string, given: RollbackInput, confirm: string | undefined): Promise<Run> {
      context.mayAct();
      if (!book.has(id)) throw unknownRun();
      if (goingBack.has(id)) throw new AppError('RUN_STATE', 'it is being rolled back');
      goingBack.add(id);
      try {
        return await rollBack(id, given, confirm);
      } finally {
        goingBack.delete(id);
      }
    },

    async approvalText(id: string): Promise<string> {
      return requestText(await waiting(id), settings.user, settings.name);
    },
    async approve(id: string, text: string): Promise<RunSummary> {
      context.mayAct();
      const by = checkApproval(await waiting(id), text, deps.approvals, clock.now(), settings.name);
      return decide(id, ['waiting'], () => decision('approved', { by }));
    },
    readRequest,
    signRequest(text: string): string {
      const { text: signed, request } = signRequest(text, deps.approvals, clock.now());
      const facts = { run: request.runId, other: request.by, what: whatText(request.what) };
      events.record({ kind: 'run.approval-signed', facts }, clock.now());
      return signed;
    },
  };
}

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
