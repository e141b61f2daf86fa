/**
 * The order of the list over time: it follows the keys, but stands still while the pointer is over the table; then
 * another order is only announced, and applied when asked.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { keyRows, keysStore } from '../../store/keys.js';
import { orderKeys, sameKeys, type KeyFilter, type Listed, type Sort } from './select.js';

const EVERY_MS = 1000;

export type KeyOrder = {
  readonly listed: readonly Listed[];
  readonly isBehind: boolean;
  readonly apply: () => void;
};

export function useKeyOrder(filter: KeyFilter, sort: Sort, isHeld: () => boolean): KeyOrder {
  const compute = useCallback(() => orderKeys(keyRows(), filter, sort), [filter, sort]);
  const [state, setState] = useState(() => ({ compute, listed: compute(), isBehind: false }));
  // Filter and sort are the reader's own doing: they act at once, in this very render.
  const current = state.compute === compute ? state : { compute, listed: compute(), isBehind: false };
  if (current !== state) setState(current);
  const held = useRef(isHeld);
  useEffect(() => {
    held.current = isHeld;
  });
  const apply = useCallback(() => setState({ compute, listed: compute(), isBehind: false }), [compute]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = keysStore.getState();
    const follow = (): void => {
      timer = undefined;
      const next = compute();
      setState((old) => {
        if (sameKeys(old.listed, next)) return old.isBehind ? { ...old, isBehind: false } : old;
        return held.current()
          ? { ...old, compute, isBehind: true }
          : { compute, listed: next, isBehind: false };
      });
    };
    const stop = keysStore.subscribe((now) => {
      const isFirst = !last.isFilled && now.isFilled;
      const moved = now.order !== last.order || (sort.by === 'lastSeen' && now.frame !== last.frame);
      last = now;
      if (isFirst) follow();
      else if (moved) timer ??= setTimeout(follow, EVERY_MS / 4);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [compute, sort.by]);

  return { listed: current.listed, isBehind: current.isBehind, apply };
}
