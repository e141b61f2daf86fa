/**
 * The virtualised grid: however many nodes there are, only the rows in view exist. One row carries the focus and
 * stays in the document when it scrolls away. Keys are those of every table of the console.
 */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type MouseEvent } from 'react';
import { formatDuration, text } from '../../../shared/i18n/index.js';
import { Icon } from '../../components/index.js';
import { useSize } from '../../parts/use-size.js';
import { expectArrival, isArriving, nodeHref, setParams, useParam } from '../../route.js';
import { rowAt } from '../../store/roster.js';
import { prefsStore, usePrefs } from '../../store/prefs.js';
import { select, selectionStore, toggleSelected, useSelection } from '../../store/selection.js';
import { setUi } from '../../store/ui.js';
import { useBeatsFor } from './beats.js';
import { columnLabel, type Column } from './columns.js';
import type { Sort, SortKey } from '../../parts/node-order.js';
import { Row, TICKS } from './Row.js';

const HEIGHTS = { compact: 28, regular: 34, relaxed: 42 } as const;
const OVERSCAN = 10;

type Props = {
  readonly slots: readonly number[];
  readonly columns: readonly Column[];
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
  readonly onHover: (isOver: boolean) => void;
  readonly onCopy: () => void;
  readonly onExport: () => void;
};

export function Grid({ slots, columns, sort, onSort, onHover, onCopy, onExport }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  const density = usePrefs((prefs) => prefs.density);
  const selected = useSelection((selection) => selection.names);
  const peek = useParam('peek');
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  /** The row that is to have the focus once it is drawn; -1 for none. */
  const wantsFocus = useRef(isArriving() ? 0 : -1);
  const height = HEIGHTS[density];
  const current = Math.min(active, Math.max(0, slots.length - 1));

  const rows = useVirtualizer({
    count: slots.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    rangeExtractor: useCallback(
      (range: Range) =>
        [...new Set([...defaultRangeExtractor(range), current])]
          .filter((i) => i < slots.length)
          .sort((a, b) => a - b),
      [current, slots.length],
    ),
  });
  useEffect(() => rows.measure(), [height, rows]);
  const { width } = useSize(viewport);
  useLayoutEffect(() => {
    const bar = (viewport.current?.offsetWidth ?? 0) - (viewport.current?.clientWidth ?? 0);
    viewport.current?.parentElement?.style.setProperty('--scrollbar', `${bar}px`);
  }, [width]);

  const template = useMemo(() => `14px ${columns.map((column) => column.width).join(' ')}`, [columns]);
  const shown = rows.getVirtualItems();
  const names = shown.flatMap(({ index }) => rowAt(slots[index] ?? -1)?.name ?? []);
  useBeatsFor(
    names,
    columns.some((column) => column.id === 'beats'),
  );

  const nameAt = (index: number): string | null => rowAt(slots[index] ?? -1)?.name ?? null;
  const namesBetween = (a: number, b: number): string[] =>
    slots.slice(Math.min(a, b), Math.max(a, b) + 1).flatMap((slot) => rowAt(slot)?.name ?? []);

  const focusWanted = (): void => {
    // An earlier render's effect may come first, with the row from before: it has nothing to do with this.
    if (wantsFocus.current !== current) return;
    const row = viewport.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
    if (!row) return;
    wantsFocus.current = -1;
    row.focus({ preventScroll: true });
  };
  useEffect(focusWanted);
  useEffect(() => {
    if (peek !== '') setUi({ peekOrder: slots.flatMap((slot) => rowAt(slot)?.name ?? []) });
  }, [peek, slots]);

  const moveTo = (index: number, extend: boolean): void => {
    const to = Math.max(0, Math.min(slots.length - 1, index));
    if (extend) select(namesBetween(anchor.current, to));
    else anchor.current = to;
    wantsFocus.current = to;
    setActive(to);
    rows.scrollToIndex(to, { align: 'auto' });
    // The row that is current already is drawn; no new picture will come to give it the focus.
    if (to === current) focusWanted();
    const name = nameAt(to);
    if (peek !== '' && name !== null) setParams({ peek: name });
  };

  const onKey = (event: GridKey): void => {
    // A box keeps its own Space, and the head its own Enter.
    if (event.key === ' ' && event.target instanceof HTMLInputElement) return;
    const isInHead =
      event.target instanceof Element && event.target.closest('[role="columnheader"]') !== null;
    if (isInHead && (event.key === 'Enter' || event.key === ' ')) return;
    const mod = event.ctrlKey || event.metaKey;
    const single = prefsStore.getState().singleKeys && !mod && !event.altKey;
    const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? 400) / height) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: slots.length - 1,
      ...(single ? { j: current + 1, k: current - 1 } : {}),
    };
    const step = steps[event.key];
    // From outside, the first step shows where one is.
    const isNext = step !== undefined && Math.abs(step - current) === 1;
    const to = isOutside(event.target) && isNext && !event.shiftKey ? current : step;
    const name = nameAt(current);
    if (to !== undefined) moveTo(to, event.shiftKey);
    else if (mod && event.key === 'a') select(slots.flatMap((slot) => rowAt(slot)?.name ?? []));
    else if (mod && event.key === 'c' && !event.shiftKey) onCopy();
    else if (mod && event.key === 'e') onExport();
    else if (event.key === 'Enter' && name !== null) {
      expectArrival();
      location.hash = nodeHref(name);
    } else if (event.key === ' ' && name !== null) setParams({ peek: peek === name ? null : name });
    else if (event.key === 'Escape' && peek === '' && selectionStore.getState().names.size > 0) select([]);
    else if (single && event.key === 'x' && name !== null) toggleSelected(name);
    else if (single && event.key === 'X') {
      const before = selectionStore.getState().names;
      select(slots.flatMap((slot) => rowAt(slot)?.name ?? []).filter((each) => !before.has(each)));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const latestOnKey = useRef(onKey);
  useEffect(() => {
    latestOnKey.current = onKey;
  });
  useEffect(() => {
    const onOutside = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || !isOutside(event.target)) return;
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      // Text that was marked on the page is what is to be copied.
      if ((event.ctrlKey || event.metaKey) && getSelection()?.isCollapsed === false) return;
      latestOnKey.current(event);
    };
    window.addEventListener('keydown', onOutside);
    return () => window.removeEventListener('keydown', onOutside);
  }, []);

  const pick = useCallback(
    (index: number, event: MouseEvent) => {
      const name = rowAt(slots[index] ?? -1)?.name;
      if (name === undefined) return;
      wantsFocus.current = index;
      setActive(index);
      if (event.shiftKey)
        select(
          slots
            .slice(Math.min(anchor.current, index), Math.max(anchor.current, index) + 1)
            .flatMap((s) => rowAt(s)?.name ?? []),
        );
      else if (event.ctrlKey || event.metaKey) toggleSelected(name);
      else if (event.detail > 1) location.hash = nodeHref(name);
      else setParams({ peek: name });
      if (!event.shiftKey) anchor.current = index;
    },
    [slots],
  );
  const toggle = useCallback(
    (index: number) => {
      const name = rowAt(slots[index] ?? -1)?.name;
      if (name === undefined) return;
      // Keys go on from the row whose box was ticked.
      setActive(index);
      anchor.current = index;
      toggleSelected(name);
    },
    [slots],
  );

  const isAll = slots.length > 0 && selected.size >= slots.length;
  return (
    <div
      className="grid"
      role="grid"
      aria-label={text('nodes.title')}
      aria-rowcount={slots.length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      onKeyDown={onKey}
      onPointerEnter={() => onHover(true)}
      onPointerLeave={() => onHover(false)}
    >
      <div className="tr th" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        <span role="columnheader" className="chk-cell">
          <input
            type="checkbox"
            className="chk"
            checked={isAll}
            ref={(box) => {
              if (box) box.indeterminate = selected.size > 0 && !isAll;
            }}
            aria-label={text('nodes.select.all')}
            onChange={() => select(isAll ? [] : namesBetween(0, slots.length - 1))}
          />
        </span>
        {columns.map((column) => (
          <Heading key={column.id} column={column} sort={sort} onSort={onSort} span={spanOf(slots, shown)} />
        ))}
      </div>
      <div className="viewport" ref={viewport}>
        <div
          role="rowgroup"
          style={{ height: rows.getTotalSize(), position: 'relative' }}
          onFocus={(event) => {
            const index = Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index);
            if (Number.isInteger(index)) setActive(index);
          }}
        >
          {shown.map(({ index, start }) => {
            const slot = slots[index] ?? -1;
            const name = rowAt(slot)?.name ?? '';
            return (
              <Row
                key={slot}
                slot={slot}
                index={index}
                top={start}
                height={height}
                columns={columns}
                template={template}
                isActive={index === current}
                isSelected={selected.has(name)}
                isPeeked={peek !== '' && name === peek}
                onPick={pick}
                onToggle={toggle}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

type GridKey = Pick<
  KeyboardEvent,
  'key' | 'target' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'preventDefault' | 'stopPropagation'
>;

/** Nothing has the focus, or the page as a whole: then keys are meant for the grid. */
const isOutside = (target: EventTarget | null): boolean =>
  target === document.body || (target instanceof Element && target.id === 'main');

function Heading(props: {
  readonly column: Column;
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
  readonly span: string;
}) {
  const { column, sort, onSort, span } = props;
  const { id } = column;
  const isSorted = sort.by === id;
  const label = columnLabel(id, span);
  return (
    <span
      role="columnheader"
      className={column.isNumber ? 'r' : ''}
      aria-sort={isSorted ? (sort.down ? 'descending' : 'ascending') : id === 'beats' ? undefined : 'none'}
    >
      {id === 'beats' ? (
        label
      ) : (
        <button type="button" className={`so${isSorted ? ' on' : ''}`} onClick={() => onSort(id)}>
          {label}
          {isSorted && <Icon of={sort.down ? ChevronUp : ChevronDown} size={12} />}
        </button>
      )}
    </span>
  );
}

/** The time the ticks span, named only where the rows in view beat alike. */
function spanOf(slots: readonly number[], shown: readonly { readonly index: number }[]): string {
  const intervals = shown.flatMap(({ index }) => rowAt(slots[index] ?? -1)?.intervalMs ?? []);
  const low = Math.min(...intervals);
  const high = Math.max(...intervals);
  if (intervals.length === 0 || high > low * 1.25) return '';
  const span = (TICKS * (low + high)) / 2;
  const minutes = Math.round(span / 60_000);
  return minutes >= 1 ? formatDuration(minutes * 60_000) : formatDuration(Math.round(span / 5000) * 5000);
}
