/**
 * What a virtualised table does by keyboard, the same in every list: one row carries the focus and stays in the
 * document when it scrolls away; steps, ends, pages, open and peek. What a row is and holds is the caller's.
 */
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type FocusEvent } from 'react';
import { isArriving } from '../route.js';
import { prefsStore, usePrefs } from '../store/prefs.js';
import { useSize } from './use-size.js';

const HEIGHTS = { compact: 28, regular: 34, relaxed: 42 } as const;
const OVERSCAN = 10;

export type GridKey = Pick<
  KeyboardEvent,
  | 'key'
  | 'target'
  | 'ctrlKey'
  | 'metaKey'
  | 'altKey'
  | 'shiftKey'
  | 'defaultPrevented'
  | 'preventDefault'
  | 'stopPropagation'
>;

export type GridActs = {
  readonly count: number;
  /** The row that has the focus at first. */
  readonly first?: number;
  readonly onOpen: (index: number) => void;
  readonly onPeek?: (index: number) => void;
  /** The focus went to another row by key; `from` is where it came from when Shift was held. */
  readonly onMove?: (index: number, from: number | null) => void;
  /** Keys of this table alone; true when it was one. `isSingle`: a plain letter that may act. */
  readonly onKey?: (event: GridKey, index: number, isSingle: boolean) => boolean;
};

export type GridState = ReturnType<typeof useGrid>;

/** Nothing has the focus, or the page as a whole: then keys are meant for the table. */
const isOutside = (target: EventTarget | null): boolean =>
  target === document.body || (target instanceof Element && target.id === 'main');

/** Buttons in a row, and the head, keep their own Enter and Space; a box its Space. */
const isOwnKey = ({ key, target }: GridKey): boolean =>
  target instanceof Element &&
  ((key === ' ' && target instanceof HTMLInputElement) ||
    ((key === ' ' || key === 'Enter') && target.closest('button, a, [role="columnheader"]') !== null));

export function useGrid(acts: GridActs) {
  const { count, first = 0 } = acts;
  const viewport = useRef<HTMLDivElement>(null);
  const height = HEIGHTS[usePrefs((prefs) => prefs.density)];
  const [active, setActive] = useState(first);
  const anchor = useRef(0);
  /** The row that is to have the focus once it is drawn; -1 for none. */
  const wantsFocus = useRef(isArriving() ? first : -1);
  const current = Math.min(active, Math.max(0, count - 1));
  const rows = useVirtualizer({
    count,
    getScrollElement: () => viewport.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    rangeExtractor: useCallback(
      (range: Range) =>
        [...new Set([...defaultRangeExtractor(range), current])]
          .filter((i) => i < count)
          .sort((a, b) => a - b),
      [current, count],
    ),
  });
  useEffect(() => rows.measure(), [height, rows]);
  const { width } = useSize(viewport);
  // A scrollbar that comes or goes changes the width. Asking after each picture would lay out the page inside the render.
  useLayoutEffect(() => {
    const bar = (viewport.current?.offsetWidth ?? 0) - (viewport.current?.clientWidth ?? 0);
    viewport.current?.parentElement?.style.setProperty('--scrollbar', `${bar}px`);
  }, [width]);

  const focusWanted = (): void => {
    // An earlier render's effect may come first, with the row from before: it has nothing to do with this.
    if (wantsFocus.current !== current) return;
    const row = viewport.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
    if (!row) return;
    wantsFocus.current = -1;
    row.focus({ preventScroll: true });
  };
  useEffect(focusWanted);

  const moveTo = (index: number, isExtending: boolean): void => {
    const to = Math.max(0, Math.min(count - 1, index));
    if (!isExtending) anchor.current = to;
    wantsFocus.current = to;
    setActive(to);
    rows.scrollToIndex(to, { align: 'auto' });
    // The row that is current already is drawn; no new picture will come to give it the focus.
    if (to === current) focusWanted();
    acts.onMove?.(to, isExtending ? anchor.current : null);
  };
  const onKey = (event: GridKey): void => {
    if (count === 0 || isOwnKey(event)) return;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isSingle = isPlain && prefsStore.getState().singleKeys;
    const page = Math.max(1, Math.floor((viewport.current?.clientHeight ?? 400) / height) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: count - 1,
      ...(isSingle ? { j: current + 1, k: current - 1 } : {}),
    };
    const step = steps[event.key];
    // From outside, the first step shows where one is.
    const isNext = step !== undefined && Math.abs(step - current) === 1;
    const to = isOutside(event.target) && isNext && !event.shiftKey ? current : step;
    if (to !== undefined && !event.altKey) moveTo(to, event.shiftKey);
    else if (event.key === 'Enter' && isPlain) acts.onOpen(current);
    else if (event.key === ' ' && isPlain && acts.onPeek) acts.onPeek(current);
    else if (!acts.onKey?.(event, current, isSingle)) return;
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

  const onFocus = (event: FocusEvent<HTMLElement>): void => {
    const index = Number(event.target.closest<HTMLElement>('[data-index]')?.dataset['index']);
    if (Number.isInteger(index)) setActive(index);
  };
  /** Keys go on from this row; the focus stays where it is. Says from where a choice with Shift reaches. */
  const goOnFrom = useCallback((index: number, isExtending = false): number => {
    const from = anchor.current;
    if (!isExtending) anchor.current = index;
    setActive(index);
    return from;
  }, []);
  /** A row was clicked: it has the focus from now on. */
  const pick = useCallback(
    (index: number, isExtending = false): number => {
      wantsFocus.current = index;
      return goOnFrom(index, isExtending);
    },
    [goOnFrom],
  );
  return { viewport, rows, height, width, current, onKey, onFocus, goOnFrom, pick };
}
