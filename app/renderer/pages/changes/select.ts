/** Which changes the list shows, and what their first column says. Pure. */
import { CHANGE_KINDS, type ResultState, type RunSummary } from '../../../shared/domain/change.js';
import { text } from '../../../shared/i18n/index.js';
import { BAD_STATES, isOpenRun, worstOf } from '../../store/runs.js';

export const KINDS = ['all', ...CHANGE_KINDS] as const;
export const BY = ['anyone', 'here', 'others'] as const;
export const STATES = ['all', 'open', 'failed', 'done', 'stopped', 'rolledBack', 'observed'] as const;

export type ListFilter = {
  readonly kind: (typeof KINDS)[number];
  readonly by: (typeof BY)[number];
  readonly state: (typeof STATES)[number] | 'held' | 'waiting';
};

const oneOf = <T extends string>(choices: readonly T[], word: string, otherwise: T): T =>
  choices.find((choice) => choice === word) ?? otherwise;

/** What an address holds may be anything. */
export const readListFilter = (kind: string, by: string, state: string): ListFilter => ({
  kind: oneOf(KINDS, kind, 'all'),
  by: oneOf(BY, by, 'anyone'),
  state: oneOf([...STATES, 'held', 'waiting'] as const, state, 'all'),
});

export const hasFailures = ({ counts }: RunSummary): boolean => worstOf(counts) !== null;

/** Every node that was sent to has shown that it is well. */
const isProven = ({ counts, total }: RunSummary): boolean =>
  counts.verified + counts['no-change'] + counts.skipped === total;

function fitsState(run: RunSummary, state: ListFilter['state']): boolean {
  switch (state) {
    case 'all':
      return true;
    case 'open':
      return isOpenRun(run);
    case 'failed':
      return hasFailures(run);
    case 'rolledBack':
      return run.rolledBackBy !== null;
    default:
      return run.state === state;
  }
}

export const selectRuns = (runs: readonly RunSummary[], filter: ListFilter): readonly RunSummary[] =>
  runs.filter(
    (run) =>
      (filter.kind === 'all' || run.kind === filter.kind) &&
      (filter.by === 'anyone' || (filter.by === 'others') === (run.state === 'observed')) &&
      fitsState(run, filter.state),
  );

/** The counts worth a place in a row: what went well, what did not, what is still to come. */
const OUTCOME: readonly ResultState[] = [
  'verified',
  'no-change',
  ...BAD_STATES,
  'sent',
  'success',
  'queued',
  'skipped',
];
export const outcomeOf = ({ counts }: RunSummary): readonly (readonly [ResultState, number])[] =>
  OUTCOME.flatMap((state) => (counts[state] > 0 ? [[state, counts[state]] as const] : []));

export type StateLook = {
  readonly word: string;
  readonly mark: ResultState | 'updating' | 'late' | 'unheard';
  readonly isLoud: boolean;
};

/** The first column: mark and word. */
export function stateOf(run: RunSummary): StateLook {
  const look = (word: string, mark: StateLook['mark'], isLoud = false): StateLook => ({ word, mark, isLoud });
  if (run.rolledBackBy !== null) return look(text('changePage.state.rolledBack'), 'regressed');
  switch (run.state) {
    case 'waiting':
      return look(text('changePage.state.waiting'), 'unheard', true);
    case 'running':
      return look(
        run.waveCount > 1
          ? text('changePage.state.wave', { wave: run.wave, waves: run.waveCount })
          : text('changePage.state.running'),
        'updating',
        true,
      );
    case 'held': {
      const gate = run.hold?.gate ?? null;
      return look(
        gate === null ? text('changePage.state.held') : text('changePage.state.gate', { gate: gate - 1 }),
        'late',
        true,
      );
    }
    case 'done':
      return look(
        text('changePage.state.done'),
        worstOf(run.counts) ?? (isProven(run) ? 'verified' : 'success'),
      );
    case 'stopped':
      return look(text('changePage.state.stopped'), 'skipped');
    case 'observed':
      return look(text('changePage.state.observed'), 'unheard');
  }
}
