/** A run: its sentence, its waves and gates, and every node with what became of it. It goes on when nobody looks. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { RunHead } from '../../../shared/domain/change.js';
import { text } from '../../../shared/i18n/index.js';
import { Button, Empty, Failure } from '../../components/index.js';
import { download } from '../../parts/index.js';
import { RetryDialog } from '../../parts/run-dialogs.js';
import { currentPath, href, runOf, setParams, useParam } from '../../route.js';
import { watchWhile } from '../../store/connection.js';
import { isPaused } from '../../store/pause.js';
import { rosterStore } from '../../store/roster.js';
import { acceptRun, failRun, openRun, pauseRun, runStore, targetAt, useRun } from '../../store/run.js';
import { say } from '../../store/ui.js';
import { Chips } from './Chips.js';
import { namesToTsv, runToCsv } from '../../parts/run-export.js';
import { Gate } from './Gate.js';
import { HeldNote } from './HeldNote.js';
import { RunGrid } from './RunGrid.js';
import { RunHeader } from './RunHeader.js';
import { readRunFilter, type RunSort, type Sort } from './select.js';
import { useRunLines } from './use-run-lines.js';
import { Waves } from './Waves.js';

export function RunPage() {
  const id = runOf(currentPath());
  useOpenRun(id);
  const isHere = useRun((state) => state.id === id);
  const head = useRun((state) => state.head);
  const error = useRun((state) => state.error);
  if (isHere && head) return <RunView key={id} head={head} />;
  return (
    <div className="page run-page">
      <header className="head">
        <h1>{text('changePage.title')}</h1>
      </header>
      <div className="empty-page">
        {error?.code === 'RUN_UNKNOWN' ? (
          <Empty title={text('run.unknown')} why={text('run.unknown.why')}>
            <a className="btn" href={href('/changes')}>
              {text('run.back')}
            </a>
          </Empty>
        ) : error ? (
          <Failure code={error.code} raw={error.message} />
        ) : (
          <p className="empty loading">{text('run.loading')}</p>
        )}
      </div>
    </div>
  );
}

/** Watches the run as long as its page is there. A first picture comes even to a paused view; then it stands still. */
function useOpenRun(id: string): void {
  useEffect(() => {
    openRun(id);
    if (id === '') return;
    const stop = watchWhile(
      'run.watch',
      { id },
      (frame) => {
        const isTaken = acceptRun(frame);
        if (isPaused() && runStore.getState().isFull) pauseRun();
        return isTaken;
      },
      (error) => {
        failRun(error);
        return error?.code === 'RUN_UNKNOWN';
      },
    );
    return () => {
      stop();
      openRun('');
    };
  }, [id]);
}

const NOTHING: ReadonlySet<number> = new Set();

function RunView({ head }: { readonly head: RunHead }) {
  const counts = useRun((state) => state.counts) ?? head.counts;
  const waves = useRun((state) => state.waves);
  const [state, wave, typed] = [useParam('state'), useParam('wave'), useParam('name')];
  const filter = useMemo(() => readRunFilter(state, wave, typed), [state, wave, typed]);
  const [sort, setSort] = useState<Sort>({ by: 'result', down: false });
  const [folds, setFolds] = useState(true);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<ReadonlySet<number>>(NOTHING);
  const [again, setAgain] = useState<readonly string[] | null>(null);
  const isOver = useRef(false);
  const isReady = useAfterPaint();
  const isHeld = useCallback(
    () => isOver.current || selected.size > 0 || rosterStore.getState().pausedAt !== null,
    [selected],
  );
  const { lines, isBehind, apply } = useRunLines(filter, sort, folds, opened, isHeld);
  const indices = (): number[] =>
    lines.flatMap((line) => (line.kind === 'row' ? [line.index] : line.isOpen ? [] : line.indices));
  const rowsShown = () => indices().flatMap((index) => targetAt(index) ?? []);
  const rowsChosen = () =>
    selected.size > 0 ? [...selected].flatMap((i) => targetAt(i) ?? []) : rowsShown();
  const copy = (): void =>
    void navigator.clipboard?.writeText(namesToTsv(rowsChosen())).then(() => say(text('shell.copied')));
  const onSelect = useCallback((chosen: Iterable<number>) => setSelected(new Set(chosen)), []);
  const onFold = useCallback(
    (key: string) =>
      setOpened((old) => {
        const next = new Set(old);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  useEscape(() => {
    if (state === '' && wave === '' && typed === '') return false;
    setParams({ state: null, wave: null, name: null });
    return true;
  });
  const canRetry =
    selected.size > 0 &&
    rowsChosen().some(
      (row) => row.state === 'failed' || row.state === 'undeliverable' || row.state === 'no-answer',
    );
  const hasErrors = counts.failed + counts.undeliverable + counts['no-answer'] + counts.regressed > 1;
  return (
    <div className="page run-page">
      <RunHeader head={head} counts={counts} waves={waves} rowsShown={rowsShown} />
      <HeldNote head={head} />
      {head.mode === 'addressed' && (head.total > 1 || head.waveCount > 1) && (
        <Waves head={head} waves={waves} />
      )}
      <Gate head={head} waves={waves} onRetry={setAgain} />
      <Chips counts={counts} filter={filter} folds={folds} canFold={hasErrors} onFold={setFolds} />
      {isBehind && (
        <p className="order-note run-behind t2" role="status">
          {text('run.behind')} ·{' '}
          <button type="button" className="verb" onClick={apply}>
            {text('run.behind.apply')}
          </button>
        </p>
      )}
      {!isReady ? null : lines.length > 0 ? (
        <RunGrid
          lines={lines}
          hasWaves={head.waveCount > 1}
          sort={sort}
          onSort={(by: RunSort) => setSort((old) => ({ by, down: old.by === by ? !old.down : false }))}
          onHover={(over) => {
            isOver.current = over;
          }}
          selected={selected}
          onSelect={onSelect}
          onFold={onFold}
          onCopy={copy}
          onExport={() => download('change.csv', 'text/csv', runToCsv(rowsShown()))}
        />
      ) : (
        <div className="empty-page">
          {head.total === 0 ? (
            <Empty title={text('run.empty')} />
          ) : (
            <Empty title={text('run.none')} why={text('run.none.why', { count: head.total })}>
              <Button onClick={() => setParams({ state: null, wave: null, name: null })}>
                {text('run.none.clear')}
              </Button>
            </Empty>
          )}
        </div>
      )}
      {selected.size > 0 && (
        <div
          className="selection-bar"
          role="group"
          aria-label={text('run.selected', { count: selected.size })}
        >
          <span className="b5">{text('run.selected', { count: selected.size })}</span>
          <span className="sp" />
          {canRetry && (
            <Button onClick={() => setAgain(rowsChosen().map(({ name }) => name))}>
              {text('run.retry.some', { count: selected.size })}
            </Button>
          )}
          <Button onClick={copy}>{text('run.selected.copy')}</Button>
          <Button look="quiet" onClick={() => setSelected(NOTHING)}>
            {text('run.selected.clear')}
          </Button>
        </div>
      )}
      {again !== null && <RetryDialog run={head} names={again} onClose={() => setAgain(null)} />}
    </div>
  );
}

/** True from the second picture on: the answer stands before its proof is laid out. */
function useAfterPaint(): boolean {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setReady(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return isReady;
}

/** Esc outside fields: the panel first (the shell's), then the filter, then back. */
function useEscape(clear: () => boolean): void {
  const latest = useRef(clear);
  useEffect(() => {
    latest.current = clear;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isElsewhere =
        event.target instanceof HTMLElement && event.target.closest('input, [role="dialog"], [role="menu"]');
      if (event.key !== 'Escape' || isElsewhere || event.defaultPrevented) return;
      if (document.querySelector('.peek, [role="dialog"], [role="menu"]')) return;
      if (latest.current()) event.preventDefault();
    };
    // Before the shell's own, which would leave the page.
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, []);
}
