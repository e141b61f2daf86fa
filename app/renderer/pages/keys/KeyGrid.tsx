/** The virtualised list of keys: only the rows in view exist. Keys are those of every table of the console. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { Icon } from '../../components/index.js';
import { useSize } from '../../parts/use-size.js';
import { isArriving, setParams, useParam } from '../../route.js';
import { keyAt } from '../../store/keys.js';
import { prefsStore, usePrefs } from '../../store/prefs.js';
import { keyColumns, type KeyColumn } from './columns.js';
import { KeyRowView } from './KeyRowView.js';
import type { KeySort, Listed, Sort } from './select.js';

const HEIGHTS = { compact: 28, regular: 34, relaxed: 42 } as const;
const OVERSCAN = 10;

type Props = {
  readonly listed: readonly Listed[];
  readonly sort: Sort;
  readonly onSort: (by: KeySort) => void;
  readonly onHover: (isOver: boolean) => void;
};

export function KeyGrid({ listed, sort, onSort, onHover }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  const density = usePrefs((prefs) => prefs.density);
  const opened = useParam('key');
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      listed.findIndex((one) => one.id === opened),
    ),
  );
  /** The row that is to have the focus once it is drawn; -1 for none. */
  const wantsFocus = useRef(isArriving() ? active : -1);
  const height = HEIGHTS[density];
  const current = Math.min(active, Math.max(0, listed.length - 1));
  const { width } = useSize(viewport);
  const columns = useMemo(() => keyColumns(width), [width]);
  const template = useMemo(() => columns.map((column) => column.width).join(' '), [columns]);
  const rows = useVirtualizer({
    count: listed.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    rangeExtractor: useCallback(
      (range: Range) =>
        [...new Set([...defaultRangeExtractor(range), current])]
          .filter((i) => i < listed.length)
          .sort((a, b) => a - b),
      [current, listed.length],
    ),
  });
  useEffect(() => rows.measure(), [height, rows]);
  useLayoutEffect(() => {
    const bar = (viewport.current?.offsetWidth ?? 0) - (viewport.current?.clientWidth ?? 0);
    viewport.current?.parentElement?.style.setProperty('--scrollbar', `${bar}px`);
  }, [width]);
  useEffect(() => {
    const at = listed.findIndex((one) => one.id === opened);
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
    // Scrolls there once per address; what moves the list later does not move the reader.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [opened]);

  const focusWanted = (): void => {
    if (wantsFocus.current !== current) return;
    const row = viewport.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
    if (!row) return;
    wantsFocus.current = -1;
    row.focus({ preventScroll: true });
  };
  useEffect(focusWanted);

  const moveTo = (index: number): void => {
    const to = Math.max(0, Math.min(listed.length - 1, index));
    wantsFocus.current = to;
    setActive(to);
    rows.scrollToIndex(to, { align: 'auto' });
    if (to === current) focusWanted();
    const one = listed[to];
    if (opened !== '' && opened !== 'own' && one) setParams({ key: one.id });
  };
  const onKey = (event: GridKey): void => {
    const isInHead =
      event.target instanceof Element && event.target.closest('[role="columnheader"]') !== null;
    if (isInHead && (event.key === 'Enter' || event.key === ' ')) return;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? 400) / height) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: listed.length - 1,
      ...(prefsStore.getState().singleKeys && isPlain ? { j: current + 1, k: current - 1 } : {}),
    };
    const step = steps[event.key];
    // From outside, the first step shows where one is.
    const isNext = step !== undefined && Math.abs(step - current) === 1;
    const to = isOutside(event.target) && isNext ? current : step;
    const id = listed[current]?.id;
    if (to !== undefined && isPlain) moveTo(to);
    else if (event.key === 'Enter' && id !== undefined) {
      setParams({ key: id });
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.peek')?.focus());
    } else if (event.key === ' ' && id !== undefined) setParams({ key: opened === id ? null : id });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const latestOnKey = useRef(onKey);
  useEffect(() => {
    latestOnKey.current = onKey;
  });
  useEffect(() => {
    const onOutside = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !isOutside(event.target)) return;
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      latestOnKey.current(event);
    };
    window.addEventListener('keydown', onOutside);
    return () => window.removeEventListener('keydown', onOutside);
  }, []);

  const pick = useCallback(
    (index: number): void => {
      wantsFocus.current = index;
      setActive(index);
      const one = listed[index];
      if (one) setParams({ key: one.id });
    },
    [listed],
  );
  const openName = keyAt(opened)?.name;
  return (
    <div
      className="grid keys"
      role="grid"
      aria-label={text('keyPage.title')}
      aria-rowcount={listed.length + 1}
      aria-colcount={columns.length}
      onKeyDown={onKey}
      onPointerEnter={() => onHover(true)}
      onPointerLeave={() => onHover(false)}
    >
      <div className="tr th" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => (
          <Heading key={column.id} column={column} sort={sort} onSort={onSort} />
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
          {rows.getVirtualItems().map(({ index, start }) => {
            const one = listed[index];
            if (!one) return null;
            return (
              <KeyRowView
                key={one.id}
                id={one.id}
                isCompanion={one.isCompanion}
                index={index}
                top={start}
                height={height}
                columns={columns}
                template={template}
                isActive={index === current}
                isOpen={one.id === opened}
                isBeside={one.isCompanion && openName !== undefined && keyAt(one.id)?.name === openName}
                onPick={pick}
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
  'key' | 'target' | 'ctrlKey' | 'metaKey' | 'altKey' | 'preventDefault' | 'stopPropagation'
>;

/** Nothing has the focus, or the page as a whole: then keys are meant for the list. */
const isOutside = (target: EventTarget | null): boolean =>
  target === document.body || (target instanceof Element && target.id === 'main');

function Heading(props: {
  readonly column: KeyColumn;
  readonly sort: Sort;
  readonly onSort: (by: KeySort) => void;
}) {
  const { column, sort, onSort } = props;
  const { sort: by, id } = column;
  const isSorted = sort.by === by;
  const label = text(`keyPage.col.${id}`);
  return (
    <span
      role="columnheader"
      className={column.isNumber ? 'r' : ''}
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
