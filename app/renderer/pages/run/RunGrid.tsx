/** The virtualised table of a run's targets: only the rows in view exist. Keys are those of every table of the console. */
import { useCallback, useMemo } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { GridTable, Heading } from '../../parts/grid.js';
import { useNodeGrid } from '../../parts/use-node-grid.js';
import { targetAt } from '../../store/run.js';
import { runColumns } from './columns.js';
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

const indicesOf = (lines: readonly Line[]): number[] =>
  lines.flatMap((line) => (line.kind === 'row' ? [line.index] : line.isOpen ? [] : line.indices));

const nameOf = (index: number): string | undefined => targetAt(index)?.name;

export function RunGrid(props: Props) {
  const { lines, selected, onSelect, onFold } = props;
  const { grid, peek, onPick } = useNodeGrid({
    lines,
    idsOf: indicesOf,
    nameOf,
    selected,
    onSelect,
    onOther: (line) => {
      if (line.kind === 'fold') onFold(line.id);
    },
    onCopy: props.onCopy,
    onExport: props.onExport,
  });
  const { width, pick } = grid;
  const columns = useMemo(() => runColumns(width, props.hasWaves), [width, props.hasWaves]);
  const template = useMemo(() => columns.map((column) => column.width).join(' '), [columns]);
  const onToggle = useCallback(
    (id: string, at: number): void => {
      pick(at);
      onFold(id);
    },
    [onFold, pick],
  );
  return (
    <GridTable
      grid={grid}
      kind="run-grid"
      label={text('run.table')}
      columns={columns.length}
      template={template}
      isMulti
      onHover={props.onHover}
      head={columns.map(({ id, isNumber, sort: by }) => (
        <Heading
          key={id}
          label={text(`run.col.${id}`)}
          className={`${isNumber ? 'r' : ''}${id === 'beats' ? ' beats-since' : ''}`}
          by={by}
          sort={props.sort}
          onSort={props.onSort}
        />
      ))}
      row={(place) => {
        const line = lines[place.index];
        if (!line) return null;
        return line.kind === 'fold' ? (
          <FoldRow key={line.id} {...place} columns={columns} line={line} onToggle={onToggle} />
        ) : (
          <TargetRow
            key={line.id}
            {...place}
            columns={columns}
            target={line.index}
            isFolded={line.isFolded}
            isSelected={selected.has(line.index)}
            isPeeked={peek !== '' && nameOf(line.index) === peek}
            onPick={onPick}
          />
        );
      }}
    />
  );
}
