/**
 * The lines of the table over time: they follow the run, but the order stands still while the pointer is over the table
 * or rows are selected; then another order is only announced, and applied when asked.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { fleetNow } from '../../store/clock.js';
import { onRunFrame, runRows } from '../../store/run.js';
import { linesOf, orderTargets, sameLines, type Line, type RunFilter, type Sort } from './select.js';

export type RunLines = {
  readonly lines: readonly Line[];
  readonly isBehind: boolean;
  readonly apply: () => void;
};

export function useRunLines(
  filter: RunFilter,
  sort: Sort,
  folds: boolean,
  opened: ReadonlySet<string>,
  isHeld: () => boolean,
): RunLines {
  const compute = useCallback(
    () => linesOf(runRows(), orderTargets(runRows(), filter, sort, fleetNow()), folds, opened),
    [filter, sort, folds, opened],
  );
  const [state, setState] = useState(() => ({ compute, lines: compute(), isBehind: false }));
  // Filter, sort and folds are the reader's own doing: they act at once, in this very render.
  const current = state.compute === compute ? state : { compute, lines: compute(), isBehind: false };
  if (current !== state) setState(current);
  const held = useRef(isHeld);
  useEffect(() => {
    held.current = isHeld;
  });
  const apply = useCallback(() => setState({ compute, lines: compute(), isBehind: false }), [compute]);
  useEffect(
    () =>
      onRunFrame(() => {
        const next = compute();
        setState((old) => {
          if (sameLines(old.lines, next)) return old.isBehind ? { ...old, isBehind: false } : old;
          // Rows that come while the first picture loads are no change of order.
          const isGrowing = old.lines.length === 0 || next.length > old.lines.length;
          return held.current() && !isGrowing
            ? { ...old, compute, isBehind: true }
            : { compute, lines: next, isBehind: false };
        });
      }),
    [compute],
  );
  return { lines: current.lines, isBehind: current.isBehind, apply };
}
