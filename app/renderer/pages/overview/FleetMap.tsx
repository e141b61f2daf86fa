/**
 * The fleet map: one cell per node on one canvas, a cursor, and a line that writes out the node under pointer or
 * cursor. Frames repaint dirty cells only; React draws again for cursor, layout and labels, never for a beat.
 */
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { NODE_STATES, type NodeState } from '../../../shared/domain/node-state.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Foreign, StatusMark } from '../../components/index.js';
import { nodeHref, setParams } from '../../route.js';
import { legionsStore, useLegions } from '../../store/legions.js';
import { usePrefs } from '../../store/prefs.js';
import { slotsByName } from '../../store/natural.js';
import { onRosterFrame, rosterRows, rowAt, slotOf, useRoster } from '../../store/roster.js';
import { select, selectionStore } from '../../store/selection.js';
import { cellAt, layoutFleet, moveFrom, placeAt, type FleetLayout, type Move } from './fleet-layout.js';
import { createPainter, readPalette, type Marked } from './fleet-paint.js';
import { Readout } from './Readout.js';

const LABELS = 64;
const KEYS: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'start',
  End: 'end',
  PageUp: 'groupUp',
  PageDown: 'groupDown',
};

/** Where the cells are now, within this room (labels and all, px). */
export function useFleetLayout(width: number, height: number): FleetLayout {
  const groupBy = usePrefs((prefs) => prefs.groupBy);
  const names = useRoster((state) => state.names);
  return useMemo(
    () => layoutFleet(rosterRows(), slotsByName(), groupBy, { width: Math.max(64, width - LABELS), height }),
    // The rows are one mutable table; `names` says when places change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [names, groupBy, width, height],
  );
}

export function FleetMap({ layout }: { readonly layout: FleetLayout }) {
  const [cursorName, setCursorName] = useState<string | null>(null);
  const [hovered, setHovered] = useState(-1);
  const [hasFocus, setHasFocus] = useState(false);
  const anchor = useRef(-1);
  const canvas = useCells(layout);

  const cursor = placeOfName(layout, cursorName);
  const shown = hovered >= 0 ? hovered : cursor;
  const setCursor = (place: number): void => setCursorName(rowAt(layout.order[place] ?? -1)?.name ?? null);

  const selectTo = (place: number): void => {
    const [from, to] = [Math.min(anchor.current, place), Math.max(anchor.current, place)];
    select(layout.order.slice(from, to + 1).flatMap((slot) => rowAt(slot)?.name ?? []));
  };

  const onKey = (event: KeyboardEvent): void => {
    const move = KEYS[event.key];
    if (move) {
      const from = cursor < 0 ? 0 : cursor;
      const isJump = event.ctrlKey && (move === 'left' || move === 'right');
      const to = isJump
        ? nextTrouble(layout, from, move === 'right' ? 1 : -1)
        : cursor < 0
          ? 0
          : moveFrom(layout, from, move);
      if (event.shiftKey) {
        if (anchor.current < 0) anchor.current = from;
        selectTo(to);
      } else anchor.current = -1;
      setCursor(to);
      setHovered(-1);
    } else if (event.key === 'Enter' && cursorName !== null) location.hash = nodeHref(cursorName);
    else if (event.key === ' ' && cursorName !== null) setParams({ peek: cursorName });
    else if (event.key === 'Escape' && selectionStore.getState().names.size > 0) select([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const placeUnder = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return placeAt(layout, event.clientX - box.left, event.clientY - box.top);
  };
  const onMove = (event: PointerEvent): void => {
    const place = placeUnder(event);
    setHovered(place);
    if (event.buttons === 1 && anchor.current >= 0 && place >= 0 && place !== anchor.current) selectTo(place);
  };
  const onDown = (event: PointerEvent): void => {
    const place = placeUnder(event);
    anchor.current = place;
    if (place >= 0) setCursor(place);
    select([]);
  };

  const proxy = cursor >= 0 ? rowAt(layout.order[cursor] ?? -1) : undefined;
  const group = layout.groups[layout.groupOf[cursor] ?? 0];
  const isLord = useLegions(({ lords }) => cursorName !== null && lords.has(cursorName));
  return (
    <>
      <div className="fleet" style={{ height: layout.height }}>
        <GroupLabels layout={layout} />
        <div
          className="fleet-cells"
          role="application"
          aria-label={text('overview.fleet')}
          aria-describedby="fleet-keys"
          aria-activedescendant={proxy ? 'fleet-cell' : undefined}
          tabIndex={0}
          onKeyDown={onKey}
          onFocus={() => setHasFocus(true)}
          onBlur={() => setHasFocus(false)}
        >
          <canvas
            ref={canvas}
            onPointerMove={onMove}
            onPointerDown={onDown}
            onPointerLeave={() => setHovered(-1)}
            onDoubleClick={() => cursorName !== null && (location.hash = nodeHref(cursorName))}
          />
          {cursor >= 0 && <CursorBox layout={layout} place={cursor} />}
          {proxy && (
            <span
              id="fleet-cell"
              className="sr"
              role="img"
              aria-live={hasFocus ? 'polite' : 'off'}
              aria-label={text('overview.fleet.cell', {
                name: visible(proxy.name, 80),
                state: text(`state.${proxy.state}`),
                lord: isLord ? 'yes' : 'no',
                group: group?.merged
                  ? text('overview.fleet.others', { count: group.merged })
                  : visible(group?.label ?? '', 60),
                place: cursor - (group?.start ?? 0) + 1,
                size: group?.size ?? 0,
              })}
            />
          )}
          <span id="fleet-keys" className="sr">
            {text('overview.fleet.keys')}
          </span>
        </div>
      </div>
      <Readout slot={shown >= 0 ? (layout.order[shown] ?? -1) : -1} width={layout.width} />
    </>
  );
}

const placeOfName = (layout: FleetLayout, name: string | null): number =>
  name === null ? -1 : (layout.placeOf[slotOf(name)] ?? -1);

/** The nearest place in this direction whose node is not healthy; stays where there is none. */
function nextTrouble(layout: FleetLayout, from: number, step: 1 | -1): number {
  for (let place = from + step; place >= 0 && place < layout.order.length; place += step) {
    const state = rowAt(layout.order[place] ?? -1)?.state;
    if (state !== undefined && state !== 'healthy') return place;
  }
  return from;
}

const marked = (): Marked => ({
  selected: selectionStore.getState().names,
  lords: legionsStore.getState().lords,
});

/** Keeps the canvas painted: anew for a new layout or theme, dirty cells on frames, selection and who leads. */
function useCells(layout: FleetLayout) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<ReturnType<typeof createPainter> | null>(null);

  useLayoutEffect(() => {
    if (!canvas.current) return;
    const element = canvas.current;
    painter.current ??= createPainter(element);
    const reset = (): void => painter.current?.reset(layout, readPalette(element), rosterRows(), marked());
    reset();
    const themes = new MutationObserver(reset);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const colours = matchMedia('(forced-colors: active)');
    colours.addEventListener('change', reset);
    return () => {
      themes.disconnect();
      colours.removeEventListener('change', reset);
    };
  }, [layout]);

  useEffect(() => {
    const paint = (slots: readonly number[] | null): void =>
      painter.current?.paint(slots, rosterRows(), marked());
    const stopFrames = onRosterFrame((touched) => paint(touched));
    const stopSelection = selectionStore.subscribe(() => paint(null));
    const stopLords = legionsStore.subscribe(({ lords }, before) => {
      if (lords !== before.lords) paint([...lords, ...before.lords].map(slotOf));
    });
    return () => {
      stopFrames();
      stopSelection();
      stopLords();
    };
  }, []);
  return canvas;
}

function CursorBox({ layout, place }: { readonly layout: FleetLayout; readonly place: number }) {
  const { x, y } = cellAt(layout, place);
  const size = layout.cell + 7;
  return (
    <span
      className="fleet-cursor"
      style={{ left: x - 3.5, top: y - 3.5, width: size, height: size }}
      aria-hidden="true"
    />
  );
}

const TROUBLE = ['silent', 'late', 'troubled'] as const;
type Counts = Readonly<Record<(typeof TROUBLE)[number], number>>;

/** Each group's name, size and own trouble; counted from the same rows that are drawn, once a second at most. */
function GroupLabels({ layout }: { readonly layout: FleetLayout }) {
  const counts = useGroupCounts(layout);
  return layout.groups.map((group, index) => {
    const label = group.merged ? text('overview.fleet.others', { count: group.merged }) : group.label;
    const tall = group.height > 70;
    const count = counts[index];
    return (
      <div className="fleet-group" key={index} style={{ top: group.top - 2, maxHeight: group.height + 6 }}>
        <b className="el" title={visible(label)}>
          {label === '' ? text('overview.fleet.all') : <Foreign max={14}>{label}</Foreign>}
        </b>
        {group.height > 30 && (
          <em className="t3 num">
            {group.size.toLocaleString('en')}
            {!tall &&
              count &&
              TROUBLE.filter((state) => count[state] > 0)
                .slice(0, 1)
                .map((state) => <Trouble key={state} state={state} count={count[state]} />)}
          </em>
        )}
        {tall &&
          count &&
          TROUBLE.filter((state) => count[state] > 0).map((state) => (
            <Trouble key={state} state={state} count={count[state]} />
          ))}
      </div>
    );
  });
}

const Trouble = ({ state, count }: { readonly state: NodeState; readonly count: number }) => (
  <em className={`num trouble c-${state === 'silent' ? 'lost' : state === 'late' ? 'late' : 'self'}`}>
    <StatusMark state={state} size={9} />
    {count}
    <span className="sr">{text(`state.${state}`)}</span>
  </em>
);

const COUNT_EVERY_MS = 1000;
const STATE_COUNT = NODE_STATES.length;

function useGroupCounts(layout: FleetLayout): readonly Counts[] {
  const read = useCallback((): readonly Counts[] => {
    const sums = new Int32Array(layout.groups.length * STATE_COUNT);
    layout.order.forEach((slot, place) => {
      const state = rowAt(slot)?.state;
      if (state === undefined || state === 'healthy') return;
      const at = (layout.groupOf[place] ?? 0) * STATE_COUNT + NODE_STATES.indexOf(state);
      sums[at] = (sums[at] ?? 0) + 1;
    });
    const of = (group: number, state: NodeState): number =>
      sums[group * STATE_COUNT + NODE_STATES.indexOf(state)] ?? 0;
    return layout.groups.map((_, group) => ({
      silent: of(group, 'silent'),
      late: of(group, 'late'),
      troubled: of(group, 'troubled'),
    }));
  }, [layout]);
  const [state, setState] = useState({ layout, counts: read() });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = (): void => {
      timer = undefined;
      setState({ layout, counts: read() });
    };
    const stop = onRosterFrame(() => (timer ??= setTimeout(update, COUNT_EVERY_MS)));
    update();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [layout, read]);
  return state.layout === layout ? state.counts : read();
}
