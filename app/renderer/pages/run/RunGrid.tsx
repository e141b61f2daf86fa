/** The virtualised table of a run's targets: only the rows in view exist. Keys are those of every table of the console. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useCallback, useEffect, useMemo, type MouseEvent } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { Icon } from '../../components/index.js';
import { useGrid } from '../../parts/use-grid.js';
import { expectArrival, nodeHref, setParams, useParam } from '../../route.js';
import { targetAt } from '../../store/run.js';
import { setUi } from '../../store/ui.js';
import { runColumns, type RunColumn } from './columns.js';
import type { Line, RunSort, Sort } from './select.js';
import { FoldRow, TargetRow } from './TargetRow.js';

type Props = {
  readonly lines: readonly Line[];
  readonly hasWaves: boolean;
  readonly sort: Sort;
  readonly onSort: (by: RunSort) => void;
  readonly onHover: (isOver: boolean) => void;
  readonly selected: ReadonlySet<number>;
  readonly onSelect: (indices: Iterable<number>) => void;
  readonly onFold: (id: string) => void;
  readonly onCopy: () => void;
  readonly onExport: () => void;
};

const indexOf = (line: Line | undefined): number => (line?.kind === 'row' ? line.index : -1);
const indicesOf = (lines: readonly Line[]): number[] =>
  lines.flatMap((line) => (line.kind === 'row' ? [line.index] : line.isOpen ? [] : line.indices));

export function RunGrid(props: Props) {
  const { lines, selected, onSelect, onFold } = props;
  const peek = useParam('peek');
  const nameAt = (at: number): string | null => targetAt(indexOf(lines[at]))?.name ?? null;
  const toggle = (index: number): void => {
    const next = new Set(selected);
    if (!next.delete(index)) next.add(index);
    onSelect(next);
  };
  const grid = useGrid({
    count: lines.length,
    onOpen: (at) => {
      const line = lines[at];
      const name = nameAt(at);
      if (line?.kind === 'fold') onFold(line.id);
      else if (name !== null) {
        expectArrival();
        location.hash = nodeHref(name);
      }
    },
    onPeek: (at) => {
      const line = lines[at];
      const name = nameAt(at);
      if (line?.kind === 'fold') onFold(line.id);
      else if (name !== null) setParams({ peek: peek === name ? null : name });
    },
    onMove: (at, from) => {
      if (from !== null) onSelect(indicesOf(lines.slice(Math.min(at, from), Math.max(at, from) + 1)));
      const name = nameAt(at);
      if (peek !== '' && name !== null) setParams({ peek: name });
    },
    onKey: (event, at, isSingle) => {
      const mod = event.ctrlKey || event.metaKey;
      const index = indexOf(lines[at]);
      if (mod && event.key === 'a') onSelect(indicesOf(lines));
      else if (mod && event.key === 'c' && !event.shiftKey) props.onCopy();
      else if (mod && event.key === 'e') props.onExport();
      else if (event.key === 'Escape' && peek === '' && selected.size > 0) onSelect([]);
      else if (isSingle && event.key === 'x' && index >= 0) toggle(index);
      else if (isSingle && event.key === 'X')
        onSelect(indicesOf(lines).filter((each) => !selected.has(each)));
      else return false;
      return true;
    },
  });
  const { rows, width, current, pick } = grid;
  const columns = useMemo(() => runColumns(width, props.hasWaves), [width, props.hasWaves]);
  const template = useMemo(() => columns.map((column) => column.width).join(' '), [columns]);
  useEffect(() => {
    if (peek !== '') setUi({ peekOrder: indicesOf(lines).flatMap((index) => targetAt(index)?.name ?? []) });
  }, [peek, lines]);

  const onPick = useCallback(
    (at: number, event: MouseEvent): void => {
      const index = indexOf(lines[at]);
      const name = targetAt(index)?.name;
      if (name === undefined) return;
      const from = pick(at, event.shiftKey);
      if (event.shiftKey) onSelect(indicesOf(lines.slice(Math.min(from, at), Math.max(from, at) + 1)));
      else if (event.ctrlKey || event.metaKey) {
        const next = new Set(selected);
        if (!next.delete(index)) next.add(index);
        onSelect(next);
      } else if (event.detail > 1) location.hash = nodeHref(name);
      else setParams({ peek: name });
    },
    [lines, onSelect, pick, selected],
  );
  const onToggle = useCallback(
    (id: string, at: number): void => {
      pick(at);
      onFold(id);
    },
    [onFold, pick],
  );
  return (
    <div
      className="grid run-grid"
      role="grid"
      aria-label={text('run.table')}
      aria-rowcount={lines.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      onKeyDown={grid.onKey}
      onPointerEnter={() => props.onHover(true)}
      onPointerLeave={() => props.onHover(false)}
    >
      <div className="tr th" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => (
          <Heading key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
        ))}
      </div>
      <div className="viewport" ref={grid.viewport}>
        <div
          role="rowgroup"
          style={{ height: rows.getTotalSize(), position: 'relative' }}
          onFocus={grid.onFocus}
        >
          {rows.getVirtualItems().map(({ index: at, start }) => {
            const line = lines[at];
            if (!line) return null;
            const common = {
              at,
              top: start,
              height: grid.height,
              columns,
              template,
              isActive: at === current,
            };
            return line.kind === 'fold' ? (
              <FoldRow key={line.id} {...common} line={line} onToggle={onToggle} />
            ) : (
              <TargetRow
                key={line.id}
                {...common}
                index={line.index}
                isFolded={line.isFolded}
                isSelected={selected.has(line.index)}
                isPeeked={peek !== '' && targetAt(line.index)?.name === peek}
                onPick={onPick}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Heading(props: {
  readonly column: RunColumn;
  readonly sort: Sort;
  readonly onSort: (by: RunSort) => void;
}) {
  const { column, sort, onSort } = props;
  const { sort: by, id } = column;
  const isSorted = sort.by === by;
  const label = text(`run.col.${id}`);
  return (
    <span
      role="columnheader"
      className={`${column.isNumber ? 'r' : ''}${id === 'beats' ? ' beats-since' : ''}`}
      aria-sort={by === undefined ? undefined : isSorted ? (sort.down ? 'descending' : 'ascending') : 'none'}
    >
      {by === undefined ? (
        label
      ) : (
        <button type="button" className={`so${isSorted ? ' on' : ''}`} onClick={() => onSort(by)}>
          {label}
          {isSorted && <Icon of={sort.down ? ChevronUp : ChevronDown} size={12} />}
        </button>
      )}
    </span>
  );
}
