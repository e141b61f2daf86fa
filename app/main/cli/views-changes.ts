/** Rehearsals, runs and their rows as plain text, in the words of the window. Words of peers are made visible. */
import {
  type ChangeCheck,
  type Confirm,
  type ResultCounts,
  RESULT_STATES,
  type RollbackCheck,
  type Run,
  type RunHead,
  type RunSummary,
  type RunTarget,
  type ShownWhat,
} from '../../shared/domain/change.js';
import type { ApprovalRequest } from '../../shared/domain/received.js';
import {
  checkText,
  formatAge,
  formatClock,
  formatDuration,
  formatMoment,
  formatNumber,
  holdText,
  text,
  visible,
  whatText,
} from '../../shared/i18n/index.js';
import { fields, table } from './table.js';

const NOTHING = text('cli.nothing');
const MOST_ROWS = 200;
const MOST_NAMES = 10;
const MAX_WORDS = 300;

const head = (...names: readonly Parameters<typeof text>[0][]): string[] => names.map((name) => text(name));
const namesText = (names: readonly string[]): string => {
  const shown = names.slice(0, MOST_NAMES).map((name) => visible(name, 80));
  return names.length > MOST_NAMES
    ? text('cli.names.more', { names: shown.join(', '), more: names.length - MOST_NAMES })
    : shown.join(', ');
};
const notesLines = (notes: ChangeCheck['notes']): string[] =>
  notes.map((note) => `${text(`cli.severity.${note.severity}`)}: ${checkText(note)}`);

/** The body as it would be sent, masked; without it for a gem, whose line says all. */
const bodyLines = (what: ShownWhat | null): string[] =>
  what?.kind === 'settings' && what.settings !== ''
    ? what.settings.split('\n').map((line) => visible(line, 1_000))
    : [];

/** What a rehearsal found: notes, the diff with where its old values are from, waves, and what to confirm. */
export function checkReport(check: ChangeCheck): string {
  const { what, targets, waves, notes, diff, confirm } = check;
  const parts: string[] = [
    text('cli.check.head', { what: what === null ? text('cli.check.unread') : whatText(what) }),
    ...notesLines(notes),
  ];
  if (what !== null && targets.names.length > 0) {
    if (diff.length > 0) parts.push('', diffTable(diff));
    parts.push(
      '',
      fields([
        [text('cli.field.to'), `${formatNumber(targets.names.length)}: ${namesText(targets.names)}`],
        ...(targets.excluded.length > 0
          ? [[text('cli.field.left-out'), namesText(targets.excluded.map(({ name }) => name))] as const]
          : []),
        ...(targets.lords.length > 0 ? [[text('cli.field.lords'), namesText(targets.lords)] as const] : []),
        [text('cli.field.waves'), waves.map(({ size }) => formatNumber(size)).join(' · ')],
        [text('cli.field.canary'), check.canary ?? NOTHING],
        [text('cli.field.deadline'), formatDuration(check.deadlineS * 1_000)],
        [text('cli.field.at-most'), formatNumber(check.atMost)],
        [text('cli.field.rollback'), text('cli.check.rollback', check.rollback)],
        [text('cli.field.size'), text('cli.check.bytes', { bytes: check.bytes })],
        [text('cli.field.confirm'), confirmText(confirm)],
      ]),
    );
  }
  return parts.join('\n');
}

const diffTable = (diff: ChangeCheck['diff']): string =>
  table(
    head('cli.head.key', 'cli.head.before', 'cli.head.after', 'cli.head.effect'),
    diff.map((row) => [
      row.path,
      row.before
        .map(({ value, source, nodes }) =>
          text('cli.check.before', {
            value: visible(value ?? '?', 60),
            source: text(`source.${source}`),
            nodes,
          }),
        )
        .join('; ') || NOTHING,
      row.after,
      text(`effect.${row.effect}`) + (row.lost.length > 0 ? ` − ${row.lost.join(', ')}` : ''),
    ]),
  );

const confirmText = ({ level, expect, approval }: Confirm): string =>
  text(`cli.confirm.${level}`, { expect: visible(expect, 80) }) +
  (approval ? ` ${text('cli.confirm.approval')}` : '');

export function rollbackReport({ names, without, bodies, notes, confirm }: RollbackCheck): string {
  return [
    text('cli.rollback.head', { count: names.length }),
    ...notesLines(notes),
    ...bodies.flatMap(({ what, nodes }) => [
      text('cli.rollback.body', { what: whatText(what), nodes }),
      ...bodyLines(what).map((line) => `  ${line}`),
    ]),
    '',
    fields([
      [text('cli.field.to'), namesText(names)],
      [text('cli.field.left-out'), namesText(without) || NOTHING],
      [text('cli.field.confirm'), confirmText(confirm)],
    ]),
  ].join('\n');
}

export const countsText = (counts: ResultCounts): string =>
  RESULT_STATES.filter((state) => counts[state] > 0)
    .map((state) => `${formatNumber(counts[state])} ${text(`result.${state}`)}`)
    .join(', ') || NOTHING;

const stateText = ({ state, hold, wave, waveCount }: RunSummary): string =>
  hold !== null
    ? holdText(hold)
    : state === 'running' && waveCount > 1
      ? text('cli.run.wave', { wave, waves: waveCount })
      : text(`run.state.${state}`);

const begunText = ({ id, state }: NonNullable<RunSummary['rollbackBegun']>): string =>
  `${id} (${text(`run.state.${state}`)})`;

export const runsText = (runs: readonly RunSummary[], at: number): string =>
  table(
    head(
      'cli.head.id',
      'cli.head.state',
      'cli.head.what',
      'cli.head.targets',
      'cli.head.outcome',
      'cli.head.by',
      'cli.head.when',
    ),
    runs.map((run) => [
      run.id,
      stateText(run),
      whatText(run.what),
      formatNumber(run.total),
      countsText(run.counts),
      run.by ?? NOTHING,
      formatAge(at - run.createdAt),
    ]),
    [3, 6],
  );

/** One line about a run after something was decided about it. */
export const summaryLine = (run: RunSummary): string =>
  `${run.id}  ${whatText(run.what)}: ${stateText(run)}. ${countsText(run.counts)}`;

export const startedText = (run: RunHead): string =>
  [summaryLine(run), text('cli.push.started', { id: run.id })].join('\n');

export function runText(run: Run, now: number): string {
  const parts = [
    fields([
      [text('cli.field.id'), run.id],
      [text('cli.field.what'), whatText(run.what)],
      [text('cli.field.state'), stateText(run)],
      [text('cli.field.profile'), run.profile],
      [text('cli.field.by'), run.by ?? NOTHING],
      [text('cli.field.when'), `${formatMoment(run.createdAt)} (${formatAge(now - run.createdAt)})`],
      [text('cli.field.outcome'), `${formatNumber(run.total)}: ${countsText(run.counts)}`],
      ...(run.rollbackOf === null ? [] : [[text('cli.field.rollback-of'), run.rollbackOf] as const]),
      ...(run.rolledBackBy === null ? [] : [[text('cli.field.rolled-back-by'), run.rolledBackBy] as const]),
      ...(run.rollbackBegun
        ? [[text('cli.field.rollback-begun'), begunText(run.rollbackBegun)] as const]
        : []),
      ...(run.differ.length === 0 ? [] : [[text('cli.field.differ'), namesText(run.differ)] as const]),
    ]),
  ];
  const body = bodyLines(run.what);
  if (body.length > 0) parts.push('', ...body);
  if (run.waves.length > 1)
    parts.push(
      '',
      ...run.waves.map((wave) =>
        text('cli.run.wave-line', { wave: wave.wave, size: wave.size, counts: countsText(wave.counts) }),
      ),
    );
  if (run.errors.length > 0)
    parts.push(
      '',
      ...run.errors.map(({ error, count, names }) =>
        text('cli.run.error-line', { count, error: visible(error, MAX_WORDS), names: namesText(names) }),
      ),
    );
  if (run.decisions.length > 0)
    parts.push(
      '',
      ...run.decisions.map(({ at, what, by, reason }) =>
        [formatClock(at), decisionText(what), by ?? '', reason ?? '']
          .filter(Boolean)
          .map((part) => visible(part, MAX_WORDS))
          .join('  '),
      ),
    );
  parts.push('', targetsTable(run));
  return parts.join('\n');
}

const decisionText = (what: string): string => {
  const key = `decision.${what}` as Parameters<typeof text>[0];
  return DECISIONS.has(what) ? text(key) : visible(what, 40);
};
const DECISIONS: ReadonlySet<string> = new Set([
  'started',
  'held',
  'resumed',
  'continued',
  'stopped',
  'retried',
  'rolled-back',
  'rollback-lost',
  'approved',
]);

function targetsTable({ targets }: Run): string {
  const urgent = [...targets].sort(
    (a, b) => RESULT_STATES.indexOf(a.state) - RESULT_STATES.indexOf(b.state) || a.index - b.index,
  );
  const rows = urgent.slice(0, MOST_ROWS);
  const more =
    rows.length < targets.length
      ? `\n${text('cli.more', { shown: rows.length, total: targets.length })}`
      : '';
  return (
    table(
      head(
        'cli.head.wave',
        'cli.head.name',
        'cli.head.state',
        'cli.head.took',
        'cli.head.version',
        'cli.head.try',
        'cli.head.detail',
      ),
      rows.map((row) => [
        String(row.wave),
        row.name,
        text(`result.${row.state}`),
        row.sentAt === null || row.resultAt === null ? NOTHING : formatDuration(row.resultAt - row.sentAt),
        row.versionAfter ?? row.versionBefore ?? NOTHING,
        String(row.attempt),
        detailOf(row) || NOTHING,
      ]),
      [0, 3, 5],
    ) + more
  );
}

const detailOf = (row: RunTarget): string =>
  [
    row.error ?? row.detail ?? '',
    row.why === null ? '' : text(`why.${row.why}`),
    row.unsure ? text('cli.run.unsure') : '',
    row.contradicted ?? '',
  ]
    .filter(Boolean)
    .map((part) => visible(part, MAX_WORDS))
    .join('; ');

/** One line per change while a run is followed. */
export const targetLine = (row: RunTarget): string =>
  [formatClock(row.stateAt), row.name, text(`result.${row.state}`), detailOf(row)]
    .filter(Boolean)
    .map((part) => visible(part, MAX_WORDS))
    .join('  ');
export const headLine = (run: RunHead): string => `${stateText(run)}. ${countsText(run.counts)}`;

export const approvalText = (asked: ApprovalRequest): string =>
  [
    fields([
      [text('cli.field.id'), asked.runId],
      [text('cli.field.what'), whatText(asked.what)],
      [text('cli.field.profile'), asked.profile],
      [text('cli.field.by'), `${asked.by} (${asked.console})`],
      [
        text('cli.field.to'),
        `${formatNumber(asked.nodes)}: ${namesText(asked.firstNames)}${asked.broadcast ? `, ${text('cli.check.broadcast')}` : ''}`,
      ],
      [text('cli.field.when'), formatMoment(asked.createdAt)],
      [text('cli.field.until'), formatMoment(asked.until)],
      [text('cli.field.hash'), asked.hash],
    ]),
    ...bodyLines(asked.what),
  ].join('\n');
