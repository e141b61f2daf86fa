/** What the commands on runs share: the book, the engine, what is known from before, and whether anything may be sent. */
import { AppError } from '../../../shared/errors/app-error.js';
import type { Confirm, RunSummary } from '../../../shared/domain/change.js';
import { isConfirmed } from '../../../shared/domain/reach.js';
import type { Elsewhere } from '../../core/changes/elsewhere.js';
import { createKnowledge, type Knowledge } from '../../core/changes/knowledge.js';
import type { Run, RunEntry } from '../../core/changes/run-state.js';
import { withRollback } from '../../core/changes/run-views.js';
import { pathsOf, type What } from '../../core/changes/what.js';
import type { RunBook } from './run-book.js';
import type { RunEngine } from './run-engine.js';
import type { ChangeDeps, ChangeSettings } from './types.js';

/** How far back values from before are looked up. */
export const KNOWN_RUNS = 20;
/** What came after a run: a change over which it would be rolled back has to be among these. */
const LATER_RUNS = 100;

export type Context = ReturnType<typeof createContext>;

type Decision = Extract<RunEntry, { t: 'decision' }>;

export function createContext(
  settings: ChangeSettings,
  deps: ChangeDeps,
  parts: {
    readonly book: RunBook;
    readonly engine: RunEngine;
    readonly elsewhere: Elsewhere;
    readonly problem: () => AppError | null;
  },
) {
  const { book, engine } = parts;
  const { clock, cluster, random } = deps;

  /** Runs that may say what is there, or was there before `run`, newest first. */
  const runsAbout = async (what: What, of: Run | null): Promise<Run[]> => {
    const paths = new Set(what.kind === 'settings' ? pathsOf(what.settings) : []);
    const found: Run[] = [];
    let later = 0;
    for (const summary of book.summaries().sort((a, b) => lastMoveOf(b) - lastMoveOf(a))) {
      if (summary.id === of?.plan.id) continue;
      const isLater = of !== null && lastMoveOf(summary) > of.plan.createdAt;
      if (isLater ? later >= LATER_RUNS : found.length - later >= KNOWN_RUNS) {
        if (isLater) continue;
        break;
      }
      const sent = summary.what;
      const isSame =
        what.kind === 'gem'
          ? sent.kind === 'gem' && sent.extension === what.extension
          : sent.kind === 'settings' && sent.keys.some((key) => paths.has(key));
      // Whatever makes nodes read their files anew ends what was known of their settings.
      const isAbout =
        isSame || (what.kind === 'settings' && (sent.kind === 'gem' ? sent.reload : sent.restart));
      const entry = isAbout ? await book.find(summary.id) : null;
      if (!entry) continue;
      found.push(entry.run);
      if (isLater) later += 1;
    }
    return found;
  };

  return {
    ...{ settings, deps, book, engine },

    /** What nodes have now; with `of` what they had before that run came to them. */
    knowledge: async (what: What, of: Run | null = null): Promise<Knowledge> =>
      createKnowledge({
        runs: await runsAbout(what, of),
        elsewhere: parts.elsewhere,
        own: { name: settings.name, settings: deps.ownSettings() },
        look: cluster.look,
        of,
      }),

    makeId(at: number): string {
      const time = new Date(at).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
      return `${time}-${Buffer.from(random.bytes(2)).toString('hex')}`;
    },

    /** Throws PROFILE_READ_ONLY, JOURNAL_UNWRITABLE or, where something is to be sent, BUS_NOT_CONNECTED. */
    mayAct(needsLink = true): void {
      if (settings.profile.readOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
      const problem = parts.problem();
      if (problem) throw problem;
      if (needsLink && !deps.isLive())
        throw new AppError('BUS_NOT_CONNECTED', 'the link to the broker is down');
    },

    /** Throws CONFIRM_MISSING or CONFIRM_WRONG. */
    confirmed(confirm: Confirm, typed: string | undefined): void {
      if (isConfirmed(confirm, typed)) return;
      const isMissing = typed === undefined || typed === '';
      const { expect, level } = confirm;
      throw new AppError(
        isMissing ? 'CONFIRM_MISSING' : 'CONFIRM_WRONG',
        `confirm with ${expect || 'nothing'}`,
        { details: { expect, level } },
      );
    },

    decision: (
      what: Decision['what'],
      more: Partial<Pick<Decision, 'reason' | 'n' | 'run' | 'by' | 'excuses' | 'gate' | 'follows'>> = {},
    ): RunEntry => ({
      ...{ t: 'decision', at: clock.now(), what, by: settings.user, reason: null },
      ...more,
    }),

    /** As it is told: with its roll-back as that stands now. */
    told: <T extends RunSummary>(run: T): T => withRollback(run, book.summary),

    /** Throws RUN_UNKNOWN. */
    async find(id: string): Promise<Run> {
      const entry = engine.living(id) ?? (await book.find(id));
      if (!entry) throw unknownRun();
      return entry.run;
    },
  };
}

/** A run that was tried again, or answered late, says more of today than its beginning. */
const lastMoveOf = ({ createdAt, endedAt, lastResultAt }: RunSummary): number =>
  endedAt === null ? Number.MAX_SAFE_INTEGER : Math.max(createdAt, endedAt, lastResultAt ?? 0);

export const unknownRun = (): AppError => new AppError('RUN_UNKNOWN', 'there is no run of this id');
