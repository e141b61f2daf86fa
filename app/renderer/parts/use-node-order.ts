/**
 * The order of the list over time. It follows the roster at most once a second; while it is held (pointer over
 * the table, rows selected, view paused) a changed order is only announced, and applied when asked.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RosterRow } from '../../shared/domain/roster-table.js';
import { nameRanks } from '../store/natural.js';
import { onRosterFrame, rosterRows } from '../store/roster.js';
import { orderRows, sameOrder, type Sort } from './node-order.js';

const EVERY_MS = 1000;

export type NodeOrder = {
  readonly slots: readonly number[];
  /** Another order is waiting. */
  readonly isBehind: boolean;
  readonly apply: () => void;
};

/** `makeTest` is called for each pass, since ages move; its identity says when filter or options changed. */
export function useOrder(
  makeTest: () => (row: RosterRow) => boolean,
  sort: Sort,
  isHeld: () => boolean,
): NodeOrder {
  const compute = useCallback(() => orderRows(rosterRows(), nameRanks(), makeTest(), sort), [makeTest, sort]);
  const [state, setState] = useState(() => ({ compute, slots: compute(), isBehind: false }));
  // Filter and sort are the reader's own doing: they act at once, in this very render.
  const current = state.compute === compute ? state : { compute, slots: compute(), isBehind: false };
  if (current !== state) setState(current);

  const held = useRef(isHeld);
  useEffect(() => {
    held.current = isHeld;
  });

  const apply = useCallback(() => setState({ compute, slots: compute(), isBehind: false }), [compute]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = (): void => {
      timer = undefined;
      const next = compute();
      setState((old) => {
        if (sameOrder(old.slots, next)) return old.isBehind ? { ...old, isBehind: false } : old;
        return held.current()
          ? { ...old, compute, isBehind: true }
          : { compute, slots: next, isBehind: false };
      });
    };
    const stop = onRosterFrame((touched) => {
      if (touched === null) {
        // Slots may mean other nodes now.
        clearTimeout(timer);
        timer = undefined;
        apply();
      } else timer ??= setTimeout(follow, EVERY_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [compute, apply]);

  return { slots: current.slots, isBehind: current.isBehind, apply };
}
