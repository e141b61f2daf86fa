/** The list of nodes: however many there are, only the rows in view exist. */
import { useMemo } from 'react';
import { formatDuration, text } from '../../../shared/i18n/index.js';
import { GridTable, Heading } from '../../parts/grid.js';
import type { Sort, SortKey } from '../../parts/node-order.js';
import { useNodeGrid } from '../../parts/use-node-grid.js';
import { rowAt } from '../../store/roster.js';
import { select, useSelection } from '../../store/selection.js';
import { useBeatsFor } from './beats.js';
import { columnLabel, type Column } from './columns.js';
import { Row, TICKS } from './Row.js';

type Props = {
  readonly slots: readonly number[];
  readonly columns: readonly Column[];
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
  readonly onHover: (isOver: boolean) => void;
  readonly onCopy: () => void;
  readonly onExport: () => void;
};

const namesOf = (slots: readonly number[]): string[] => slots.flatMap((slot) => rowAt(slot)?.name ?? []);
const itself = (name: string): string => name;

export function Grid({ slots, columns, sort, onSort, onHover, onCopy, onExport }: Props) {
  const selected = useSelection((selection) => selection.names);
  const { grid, peek, onPick, onTick } = useNodeGrid({
    lines: slots,
    idsOf: namesOf,
    nameOf: itself,
    selected,
    onSelect: select,
    onCopy,
    onExport,
  });
  const template = useMemo(() => `14px ${columns.map((column) => column.width).join(' ')}`, [columns]);
  const shown = grid.rows.getVirtualItems().flatMap(({ index }) => slots[index] ?? []);
  useBeatsFor(
    namesOf(shown),
    columns.some((column) => column.id === 'beats'),
  );
  const isAll = slots.length > 0 && selected.size >= slots.length;
  const span = spanOf(shown);
  return (
    <GridTable
      grid={grid}
      label={text('nodes.title')}
      columns={columns.length + 1}
      template={template}
      isMulti
      onHover={onHover}
      head={
        <>
          <span role="columnheader" className="chk-cell">
            <input
              type="checkbox"
              className="chk"
              checked={isAll}
              ref={(box) => {
                if (box) box.indeterminate = selected.size > 0 && !isAll;
              }}
              aria-label={text('nodes.select.all')}
              onChange={() => select(isAll ? [] : namesOf(slots))}
            />
          </span>
          {columns.map(({ id, isNumber }) => (
            <Heading
              key={id}
              label={columnLabel(id, span)}
              className={isNumber ? 'r' : ''}
              by={id === 'beats' ? undefined : id}
              sort={sort}
              onSort={onSort}
            />
          ))}
        </>
      }
      row={(place) => {
        const slot = slots[place.index] ?? -1;
        const name = rowAt(slot)?.name ?? '';
        return (
          <Row
            key={slot}
            {...place}
            slot={slot}
            columns={columns}
            isSelected={selected.has(name)}
            isPeeked={peek !== '' && name === peek}
            onPick={onPick}
            onToggle={onTick}
          />
        );
      }}
    />
  );
}

/** The time the ticks span, named only where the rows in view beat alike. */
function spanOf(shown: readonly number[]): string {
  const intervals = shown.flatMap((slot) => rowAt(slot)?.intervalMs ?? []);
  const low = Math.min(...intervals);
  const high = Math.max(...intervals);
  if (intervals.length === 0 || high > low * 1.25) return '';
  const span = (TICKS * (low + high)) / 2;
  const minutes = Math.round(span / 60_000);
  return minutes >= 1 ? formatDuration(minutes * 60_000) : formatDuration(Math.round(span / 5000) * 5000);
}
