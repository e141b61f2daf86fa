/** The list of changes, newest first. Keys are those of every table; what can be done with a row is in its menu. */
import { Ellipsis } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { RunHead, RunSummary } from '../../../shared/domain/change.js';
import { formatMoment, formatNumber, text, visible } from '../../../shared/i18n/index.js';
import { IconButton, Menu, MenuItem, MenuLine, ResultMark, StatusMark } from '../../components/index.js';
import { useMay } from '../../parts/acting.js';
import { formatDay } from '../../parts/day.js';
import { GridTable, rowAttributes } from '../../parts/grid.js';
import { RetryDialog, RollbackDialog } from '../../parts/run-dialogs.js';
import { useGrid } from '../../parts/use-grid.js';
import { expectArrival, go, runHref } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { ask } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { say } from '../../store/ui.js';
import { download } from '../../parts/download.js';
import { runToCsv, runToJson } from '../../parts/run-export.js';
import { runName } from '../../parts/run-words.js';
import { outcomeOf, stateOf, type StateLook } from './select.js';

type ColumnId = 'state' | 'what' | 'targets' | 'outcome' | 'by' | 'when' | 'more';
const WIDE: readonly (readonly [ColumnId, string])[] = [
  ['state', '132px'],
  ['what', 'minmax(180px, 1fr)'],
  ['targets', '112px'],
  ['outcome', 'minmax(220px, 1.3fr)'],
  ['by', '112px'],
  ['when', '72px'],
  ['more', '32px'],
];
const columnsIn = (room: number) =>
  WIDE.filter(([id]) => (room >= 1000 || id !== 'by') && (room >= 640 || id !== 'outcome'));

type Asking = { readonly what: 'retry' | 'rollback'; readonly run: RunHead };

export function ChangesGrid({ runs }: { readonly runs: readonly RunSummary[] }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const open = (index: number): void => {
    const run = runs[index];
    if (!run) return;
    expectArrival();
    location.hash = runHref(run.id);
  };
  const grid = useGrid({ count: runs.length, onOpen: open });
  const columns = useMemo(() => columnsIn(grid.width || 1200), [grid.width]);
  const template = columns.map(([, width]) => width).join(' ');
  const start = (what: Asking['what'], id: string): void => {
    ask('run.get', { id }).then(
      ({ targets: _rows, ...run }) => setAsking({ what, run }),
      (reason: unknown) => say(reason instanceof Error ? reason.message : String(reason)),
    );
  };
  return (
    <>
      <GridTable
        grid={grid}
        kind="changes"
        label={text('changePage.title')}
        columns={columns.length}
        template={template}
        head={columns.map(([id]) => (
          <span key={id} role="columnheader" className={id === 'when' ? 'r' : ''}>
            {id === 'more' ? (
              <span className="sr">{text('changePage.col.more')}</span>
            ) : (
              text(`changePage.col.${id}`)
            )}
          </span>
        ))}
        row={(place) => {
          const run = runs[place.index];
          if (!run) return null;
          return (
            <div key={run.id} {...rowAttributes(place)} onClick={() => open(place.index)}>
              {columns.map(([id]) => (
                <Cell key={id} id={id} run={run} onStart={start} />
              ))}
            </div>
          );
        }}
      />
      {asking?.what === 'retry' && <RetryDialog run={asking.run} onClose={() => setAsking(null)} />}
      {asking?.what === 'rollback' && <RollbackDialog run={asking.run} onClose={() => setAsking(null)} />}
    </>
  );
}

type CellProps = {
  readonly id: ColumnId;
  readonly run: RunSummary;
  readonly onStart: (what: Asking['what'], id: string) => void;
};

function Cell({ id, run, onStart }: CellProps) {
  switch (id) {
    case 'state': {
      const look = stateOf(run);
      return (
        <span role="gridcell" className="row change-state">
          <RunMark look={look} />
          <span className={`el ${look.isLoud ? 'b5' : 't2'}`}>{look.word}</span>
        </span>
      );
    }
    case 'what':
      return (
        <span role="gridcell" className="row change-what">
          <span className="el b5">{runName(run)}</span>
          {run.rollbackOf !== null && <span className="bdg">{text('run.rollbackOf')}</span>}
        </span>
      );
    case 'targets':
      return (
        <span role="gridcell" className="num t2 el">
          {run.mode === 'broadcast'
            ? text('changePage.targets.all', { count: run.total })
            : formatNumber(run.total)}
        </span>
      );
    case 'outcome':
      return (
        <span role="gridcell" className="outcome num">
          {outcomeOf(run).map(([state, count]) => (
            <span key={state} title={text('changePage.outcome', { count, state: text(`result.${state}`) })}>
              <ResultMark state={state} />
              <span className={state === 'failed' || state === 'regressed' ? 'b5' : 't2'}>
                {formatNumber(count)}
              </span>
              <span className="sr">{text(`result.${state}`)}</span>
            </span>
          ))}
        </span>
      );
    case 'by':
      return (
        <span role="gridcell" className="t2 el">
          {visible(run.by ?? text('run.by.unknown'), 60)}
        </span>
      );
    case 'when':
      return <When at={run.createdAt} />;
    case 'more':
      return <More run={run} onStart={onStart} />;
  }
}

export function RunMark({ look: { mark } }: { readonly look: StateLook }) {
  return mark === 'updating' || mark === 'late' || mark === 'unheard' ? (
    <StatusMark state={mark} />
  ) : (
    <ResultMark state={mark} {...(mark === 'success' || mark === 'skipped' ? { tone: 'unk' } : {})} />
  );
}

function When({ at }: { readonly at: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const words = useFleetTime((now) => formatDay(at, now, utc));
  return (
    <span role="gridcell" className="r num t2" title={formatMoment(at, utc)}>
      {words}
    </span>
  );
}

function More({ run, onStart }: Omit<CellProps, 'id'>) {
  const may = useMay();
  const { counts } = run;
  const isOurs = run.state !== 'observed' && run.state !== 'waiting';
  const canRetry = isOurs && counts.failed + counts.undeliverable + counts['no-answer'] > 0;
  const took = counts.verified + counts.success + counts.regressed;
  // Where a roll-back reached nobody, it is tried again from its own run.
  const isBack = run.rolledBackBy !== null || run.rollbackBegun !== undefined;
  const canRollback = isOurs && run.mode === 'addressed' && took > 0 && !isBack;
  const save = (kind: 'csv' | 'json'): void => {
    ask('run.get', { id: run.id }).then(
      (whole) =>
        kind === 'csv'
          ? download(`change-${run.createdAt}.csv`, 'text/csv', runToCsv(whole.targets))
          : download(`change-${run.createdAt}.json`, 'application/json', runToJson(whole)),
      (reason: unknown) => say(reason instanceof Error ? reason.message : String(reason)),
    );
  };
  return (
    <span role="gridcell" className="more-cell" onClick={(event) => event.stopPropagation()}>
      <Menu trigger={<IconButton icon={Ellipsis} label={text('changePage.more', { name: runName(run) })} />}>
        <MenuItem onSelect={() => (location.hash = runHref(run.id))}>{text('changePage.open')}</MenuItem>
        {may.act && (
          <MenuItem onSelect={() => go(`/changes/new/${run.kind}`, { from: run.id })}>
            {text('run.editAsNew')}
          </MenuItem>
        )}
        {may.act && canRetry && (
          <MenuItem disabled={may.whyNot !== null} onSelect={() => onStart('retry', run.id)}>
            {text('run.retry.unfinished')}
          </MenuItem>
        )}
        {may.act && canRollback && (
          <MenuItem disabled={may.whyNot !== null} onSelect={() => onStart('rollback', run.id)}>
            {text('run.rollback.after')}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem onSelect={() => save('csv')}>{text('changePage.exportCsv')}</MenuItem>
        <MenuItem onSelect={() => save('json')}>{text('changePage.exportJson')}</MenuItem>
      </Menu>
    </span>
  );
}
