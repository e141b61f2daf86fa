/** How every virtualised table is built: the head, the viewport, where a row stands. Its keys are in `use-grid`. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import type { CSSProperties, HTMLAttributes, ReactNode } from 'react';
import { Icon } from '../components/index.js';
import type { GridState } from './use-grid.js';

export type RowPlace = {
  readonly index: number;
  readonly top: number;
  readonly height: number;
  /** The tracks of the columns. */
  readonly template: string;
  readonly isActive: boolean;
};

type TableProps = {
  readonly grid: GridState;
  readonly kind?: string;
  readonly label: string;
  readonly columns: number;
  readonly template: string;
  readonly isMulti?: boolean;
  readonly head: ReactNode;
  readonly onHover?: (isOver: boolean) => void;
  readonly row: (place: RowPlace) => ReactNode;
};

export function GridTable({ grid, template, onHover, ...props }: TableProps) {
  const { rows, height, current } = grid;
  return (
    <div
      className={`grid ${props.kind ?? ''}`.trimEnd()}
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.options.count + 1}
      aria-colcount={props.columns}
      aria-multiselectable={props.isMulti ? 'true' : undefined}
      onKeyDown={grid.onKey}
      onPointerEnter={() => onHover?.(true)}
      onPointerLeave={() => onHover?.(false)}
    >
      <div className="tr th" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {props.head}
      </div>
      <div className="viewport" ref={grid.viewport}>
        <div
          role="rowgroup"
          style={{ height: rows.getTotalSize(), position: 'relative' }}
          onFocus={grid.onFocus}
        >
          {rows
            .getVirtualItems()
            .map(({ index, start: top }) =>
              props.row({ index, top, height, template, isActive: index === current }),
            )}
        </div>
      </div>
    </div>
  );
}

type HeadingProps<By extends string> = {
  readonly label: string;
  readonly className?: string;
  /** What a click sorts by; nothing for a column that has no order. */
  readonly by: By | undefined;
  readonly sort: { readonly by: By; readonly down: boolean };
  readonly onSort: (by: By) => void;
};

export function Heading<By extends string>({ label, className, by, sort, onSort }: HeadingProps<By>) {
  const isSorted = sort.by === by;
  return (
    <span
      role="columnheader"
      className={className}
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

/** A row whose data are not here yet: its place alone. */
export const emptyRow = ({ index, top, height, template }: RowPlace) =>
  ({
    className: 'tr',
    style: { transform: `translateY(${top}px)`, height, gridTemplateColumns: template } as CSSProperties,
    role: 'row',
    'aria-rowindex': index + 2,
  }) satisfies HTMLAttributes<HTMLElement>;

export const rowAttributes = (place: RowPlace) => ({
  ...emptyRow(place),
  tabIndex: place.isActive ? 0 : -1,
  'data-index': place.index,
});
