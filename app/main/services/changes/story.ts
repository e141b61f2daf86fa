/** What a run writes into the feed and the audit: who began what, each wave, why it was held, who decided, how it ended. */
import { assertNever } from '../../../shared/lib/assert.js';
import type { RunState } from '../../../shared/domain/change.js';
import type { EventKind } from '../../../shared/domain/event.js';
import { whatText } from '../../../shared/i18n/index.js';
import type { EventLog } from '../../core/history/event-log.js';
import type { Run, RunEntry } from '../../core/changes/run-state.js';
import { wordsOf } from '../../core/changes/run-views.js';
import { shownWhat } from '../../core/changes/what.js';

const FOLD_MS = 5_000;

const DECISIONS = {
  started: 'run.started',
  held: 'run.held',
  resumed: 'run.resumed',
  continued: 'run.continued',
  stopped: 'run.stopped',
  retried: 'run.retried',
  'rolled-back': 'run.rolled-back',
  'rollback-lost': 'run.rollback-lost',
  approved: 'run.approved',
} as const satisfies Record<Extract<RunEntry, { t: 'decision' }>['what'], EventKind>;

/** Names of an event in the audit; more are counted. */
const MAX_NAMES = 2_000;

/** Records what these entries mean for a person; most mean nothing. Failures of one step are one event. */
export function recordStory(
  events: EventLog,
  run: Run,
  entries: readonly RunEntry[],
  before: RunState,
): void {
  for (const entry of entries) recordEntry(events, run, entry, before);
  const failed = entries.filter((entry) => entry.t === 'result' && !entry.ok);
  const [first] = failed;
  if (first?.t !== 'result') return;
  const names = failed.flatMap((entry) => (entry.t === 'result' ? (run.targets[entry.n]?.name ?? []) : []));
  events.record(
    {
      kind: 'run.failed',
      facts: { run: run.plan.id, what: nameOf(run), error: wordsOf(run, first.error), nodes: names.length },
      names: names.slice(0, MAX_NAMES),
      ...{ foldMs: FOLD_MS, foldKey: run.plan.id },
    },
    first.at,
  );
}

const nameOf = ({ plan }: Run): string => whatText(shownWhat(plan.bodies[0]!));

function recordEntry(events: EventLog, run: Run, entry: RunEntry, before: RunState): void {
  const { plan, counts } = run;
  const shared = { run: plan.id, what: nameOf(run) };
  const namesOf = (indexes: readonly number[]): string[] =>
    indexes.flatMap((index) => run.targets[index]?.name ?? []);
  const record = (
    kind: EventKind,
    facts: Record<string, string | number | boolean | null>,
    names: readonly string[] = [],
    foldKey?: string,
  ): void => {
    const fold = foldKey === undefined ? {} : { foldMs: FOLD_MS, foldKey };
    events.record(
      { kind, facts: { ...shared, ...facts }, names: names.slice(0, MAX_NAMES), ...fold },
      entry.at,
    );
  };
  switch (entry.t) {
    case 'wave':
      if (plan.waves.length > 1) {
        const names = run.targets.filter(({ wave }) => wave === entry.wave).map(({ name }) => name);
        record('run.wave', { wave: entry.wave, waves: plan.waves.length, nodes: names.length }, names);
      }
      return;
    case 'hold':
      // Held already, or over: nothing came of it.
      if (before !== 'running' || run.hold?.at !== entry.at) return;
      return record(entry.why === 'ask' ? 'run.gate' : 'run.held', {
        ...{ hold: entry.why, rule: entry.rule, wave: entry.gate ?? run.wave },
        ...{ verified: counts.verified, failed: counts.failed, regressed: counts.regressed },
      });
    case 'verdict':
      if (entry.state === 'regressed')
        record(
          'run.regressed',
          { why: entry.why, nodes: entry.n.length },
          namesOf(entry.n),
          `${plan.id} ${entry.why}`,
        );
      return;
    case 'end':
      return record('run.done', {
        ...{
          nodes: run.targets.length,
          verified: counts.verified,
          same: counts['no-change'],
          failed: counts.failed,
        },
        ...{
          regressed: counts.regressed,
          undeliverable: counts.undeliverable,
          'no-answer': counts['no-answer'],
        },
        skipped: counts.skipped,
      });
    case 'decision': {
      const names = entry.n ? namesOf(entry.n) : entry.what === 'started' ? plan.names : [];
      return record(
        DECISIONS[entry.what],
        {
          ...{ by: entry.by, reason: entry.reason, nodes: names.length },
          ...(entry.what === 'held' ? { hold: 'hand' } : {}),
          ...(entry.what === 'started'
            ? { waves: plan.waves.length, mode: plan.mode, rollbackOf: plan.rollbackOf }
            : {}),
          ...(entry.what === 'approved' ? { other: entry.by } : {}),
          ...(entry.run === undefined ? {} : { by: entry.by, other: entry.run }),
        },
        names,
      );
    }
    case 'result':
    case 'owed':
    case 'attempt':
    case 'sent':
    case 'gone':
    case 'unsent':
    case 'doubt':
    case 'back':
    case 'alive':
    case 'outage':
    case 'restart':
      return;
    default:
      return assertNever(entry);
  }
}
