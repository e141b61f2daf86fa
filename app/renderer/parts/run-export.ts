/** A run as files: its rows as CSV, all of it as JSON, and a report that can be read and printed. Pure. */
import type { Run, RunTarget } from '../../shared/domain/change.js';
import {
  formatDuration,
  formatMoment,
  formatShare,
  text,
  visible,
  visibleBlock,
} from '../../shared/i18n/index.js';
import { nameOfWhat } from './run-words.js';

const COLUMNS = [
  'wave',
  'name',
  'state',
  'attempt',
  'sentAt',
  'resultAt',
  'tookMs',
  'beats',
  'pidBefore',
  'pidAfter',
  'versionBefore',
  'versionAfter',
  'detail',
  'error',
  'why',
] as const;

const moment = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

function valueOf(row: RunTarget, column: (typeof COLUMNS)[number]): string {
  if (column === 'tookMs')
    return row.sentAt === null || row.resultAt === null ? '' : String(row.resultAt - row.sentAt);
  if (column === 'sentAt' || column === 'resultAt') return moment(row[column]);
  const value = row[column];
  return value === null ? '' : String(value);
}

/** A cell that a spreadsheet takes for a formula is opened with a quote. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const runToCsv = (rows: readonly RunTarget[]): string =>
  [
    COLUMNS.join(','),
    ...rows.map((row) => COLUMNS.map((column) => cell(valueOf(row, column))).join(',')),
  ].join('\r\n') + '\r\n';

export const runToJson = (run: Run): string => `${JSON.stringify(run, null, 2)}\n`;

export const namesToTsv = (rows: readonly RunTarget[]): string => rows.map(({ name }) => name).join('\n');

const MOST_NODES = 500;

/** What was sent, in which waves, what came of it, who decided what and why. */
export function runReport(run: Run, now: number, utc: boolean): string {
  const at = (time: number | null): string => (time === null ? '–' : formatMoment(time, utc).slice(0, 19));
  const by = (who: string | null): string => visible(who ?? text('run.by.unknown'), 80);
  const under = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
  const bad = run.targets.filter(({ state }) => state !== 'verified' && state !== 'no-change');
  const lines = [
    text('run.report.title'),
    text('run.title', { name: nameOfWhat(run.what), count: run.total }),
    '',
    text('run.report.number', { id: visible(run.id, 80) }),
    text('run.report.profile', { profile: visible(run.profile, 80) }),
    text('run.report.by', { by: by(run.by) }),
    text('run.report.began', { at: at(run.createdAt) }),
    text('run.report.ended', { at: at(run.endedAt) }),
    text('run.report.state', { state: text(`run.state.${run.state}`) }),
    ...under(
      text('run.report.what'),
      (run.what.kind === 'gem' ? nameOfWhat(run.what) : visibleBlock(run.what.settings)).split('\n'),
    ),
    ...under(
      text('run.report.waves'),
      run.waves.map((wave) =>
        text('run.report.wave', {
          wave: wave.wave,
          size: wave.size,
          begins: wave.begins,
          needed: formatShare(wave.minVerified),
          watch: formatDuration(wave.watchS * 1000),
        }),
      ),
    ),
    ...under(
      text('run.report.outcome'),
      Object.entries(run.counts).flatMap(([state, count]) =>
        count === 0 ? [] : `${count} ${text(`result.${state as RunTarget['state']}`)}`,
      ),
    ),
    ...under(
      text('run.report.errors'),
      run.errors.map(({ error, count }) => `${count} × ${visible(error, 300)}`),
    ),
    ...under(
      text('run.report.decisions'),
      run.decisions.map(
        (one) =>
          `${at(one.at)}  ${decisionText(one)}${one.reason === null ? '' : `: ${visible(one.reason, 500)}`}`,
      ),
    ),
    ...(bad.length === 0
      ? ['', text('run.report.allWell')]
      : under(text('run.report.nodes'), [
          ...bad
            .slice(0, MOST_NODES)
            .map((row) =>
              [
                visible(row.name, 80),
                text(`result.${row.state}`),
                visible(row.error ?? (row.why === null ? '' : text(`why.${row.why}`)), 200),
              ]
                .filter(Boolean)
                .join('  '),
            ),
          ...(bad.length > MOST_NODES ? ['…'] : []),
        ])),
    '',
    text('run.report.made', { at: at(now) }),
  ];
  return `${lines.join('\n')}\n`;
}

/** `you let go on`, `you tried again, 3 nodes`. */
export function decisionText(one: Run['decisions'][number]): string {
  const key = `decision.${one.what}`;
  return text('run.decision', {
    by: visible(one.by ?? text('run.by.unknown'), 60),
    what: DECIDED.has(one.what) ? text(key as 'decision.started') : visible(one.what, 60),
    count: one.count ?? -1,
  });
}
const DECIDED: ReadonlySet<string> = new Set([
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
