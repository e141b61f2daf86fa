/**
 * What a table whose rows are nodes does besides: choosing many of them by key and click, a glance at one beside the
 * table, the way to its page. The list of nodes and the table of a run's targets are such.
 */
import { useCallback, useEffect, useRef, type MouseEvent } from 'react';
import { expectArrival, nodeHref, setParams, useParam } from '../route.js';
import { setUi } from '../store/ui.js';
import { useGrid } from './use-grid.js';

export type NodeGridActs<Line, Id> = {
  /** The same array as long as its lines are the same. */
  readonly lines: readonly Line[];
  /** A line may stand for several nodes, or for none; the function itself stays the same. */
  readonly idsOf: (lines: readonly Line[]) => Id[];
  readonly nameOf: (id: Id) => string | undefined;
  readonly selected: ReadonlySet<Id>;
  readonly onSelect: (ids: Iterable<Id>) => void;
  /** Enter or Space on a line that is not one node. */
  readonly onOther?: (line: Line) => void;
  readonly onCopy: () => void;
  readonly onExport: () => void;
};

export function useNodeGrid<Line, Id>(acts: NodeGridActs<Line, Id>) {
  const { lines, idsOf, nameOf, selected, onSelect } = acts;
  const peek = useParam('peek');
  const oneAt = (at: number): Id | undefined => {
    const ids = idsOf(lines.slice(at, at + 1));
    return ids.length === 1 ? ids[0] : undefined;
  };
  const nameAt = (at: number): string | undefined => {
    const id = oneAt(at);
    return id === undefined ? undefined : nameOf(id);
  };
  const extend = (a: number, b: number): void =>
    onSelect(idsOf(lines.slice(Math.min(a, b), Math.max(a, b) + 1)));
  const toggle = (at: number): boolean => {
    const id = oneAt(at);
    if (id === undefined) return false;
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
    return true;
  };
  const withName = (at: number, act: (name: string) => void): void => {
    const line = lines[at];
    const name = nameAt(at);
    if (name !== undefined) act(name);
    else if (line !== undefined) acts.onOther?.(line);
  };
  const grid = useGrid({
    count: lines.length,
    onOpen: (at) =>
      withName(at, (name) => {
        expectArrival();
        location.hash = nodeHref(name);
      }),
    onPeek: (at) => withName(at, (name) => setParams({ peek: peek === name ? null : name })),
    onMove: (at, from) => {
      if (from !== null) extend(from, at);
      const name = nameAt(at);
      if (peek !== '' && name !== undefined) setParams({ peek: name });
    },
    onKey: (event, at, isSingle) => {
      const mod = event.ctrlKey || event.metaKey;
      if (mod && event.key === 'a') onSelect(idsOf(lines));
      else if (mod && event.key === 'c' && !event.shiftKey) acts.onCopy();
      else if (mod && event.key === 'e') acts.onExport();
      else if (event.key === 'Escape' && peek === '' && selected.size > 0) onSelect([]);
      else if (isSingle && event.key === 'x') return toggle(at);
      else if (isSingle && event.key === 'X') onSelect(idsOf(lines).filter((id) => !selected.has(id)));
      else return false;
      return true;
    },
  });
  useEffect(() => {
    if (peek !== '') setUi({ peekOrder: idsOf(lines).flatMap((id) => nameOf(id) ?? []) });
  }, [peek, lines, idsOf, nameOf]);

  const click = (at: number, event: MouseEvent): void => {
    const name = nameAt(at);
    if (name === undefined) return;
    const from = grid.pick(at, event.shiftKey);
    if (event.shiftKey) extend(from, at);
    else if (event.ctrlKey || event.metaKey) toggle(at);
    else if (event.detail > 1) location.hash = nodeHref(name);
    else setParams({ peek: name });
  };
  const tick = (at: number): void => {
    grid.goOnFrom(at);
    toggle(at);
  };
  // Rows are drawn anew only for what they show: their handlers stay the same whatever is chosen.
  const latest = useRef({ click, tick });
  useEffect(() => {
    latest.current = { click, tick };
  });
  const onPick = useCallback((at: number, event: MouseEvent) => latest.current.click(at, event), []);
  const onTick = useCallback((at: number) => latest.current.tick(at), []);
  return { grid, peek, onPick, onTick };
}
