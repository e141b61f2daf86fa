/**
 * Draws cells on the one canvas of the fleet map: all of them once, then only those whose state or selection
 * differs from what was drawn. Small cells differ in lightness; from 14 px on they also carry the state's shape. From 9 px
 * on the upper right corner of a node that leads a legion is cut off and filled: a shape, whatever the state's colour.
 */
import { NODE_STATES, type NodeState } from '../../../shared/domain/node-state.js';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import { cellAt, type FleetLayout } from './fleet-layout.js';

export type Palette = Readonly<Record<NodeState | 'outline' | 'ground' | 'accent' | 'lord', string>>;

const SHAPE_FROM = 14;
const LORD_FROM = 9;
const SELECTED = 64;
const LORD = 128;

/** Names of the nodes that stand out. */
export type Marked = { readonly selected: ReadonlySet<string>; readonly lords: ReadonlySet<string> };

/** Colours of the present theme. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    healthy: token('--heat-ok'),
    late: token('--heat-late'),
    silent: token('--heat-silent'),
    troubled: token('--heat-troubled'),
    updating: token('--heat-updating'),
    unheard: 'transparent',
    left: 'transparent',
    outline: token('--heat-outline'),
    ground: token('--canvas'),
    accent: token('--accent'),
    lord: token('--text'),
  };
}

/** One per canvas. `drawn` remembers what each place shows, so that a repaint touches differences only. */
export function createPainter(canvas: HTMLCanvasElement) {
  const context = canvas.getContext('2d');
  let drawn = new Uint8Array(0);
  let layout: FleetLayout | null = null;
  let palette: Palette | null = null;

  function paintPlace(place: number, row: RosterRow | undefined, { selected, lords }: Marked): void {
    if (!context || !layout || !palette) return;
    const state = row?.state ?? 'unheard';
    const { cell, pitch } = layout;
    const isSelected = row !== undefined && selected.has(row.name);
    const isLord = cell >= LORD_FROM && row !== undefined && lords.has(row.name);
    const code = NODE_STATES.indexOf(state) + 1 + (isSelected ? SELECTED : 0) + (isLord ? LORD : 0);
    if (drawn[place] === code) return;
    drawn[place] = code;
    const { x, y } = cellAt(layout, place);
    context.clearRect(x, y, pitch, pitch);
    if (isSelected) {
      context.fillStyle = palette.accent;
      context.fillRect(x, y, pitch, pitch);
    }
    drawCell(context, palette, state, x, y, cell);
    if (isLord) drawLord(context, palette, x, y, cell);
  }

  return {
    /** Everything anew, for a new layout, theme or pixel ratio. */
    reset(
      next: FleetLayout,
      colours: Palette,
      rows: readonly (RosterRow | undefined)[],
      marked: Marked,
    ): void {
      layout = next;
      palette = colours;
      drawn = new Uint8Array(next.order.length);
      const ratio = globalThis.devicePixelRatio || 1;
      canvas.width = Math.max(1, Math.round(next.width * ratio));
      canvas.height = Math.max(1, Math.round(next.height * ratio));
      canvas.style.width = `${next.width}px`;
      canvas.style.height = `${next.height}px`;
      context?.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.paint(null, rows, marked);
    },

    /** The places of these slots, or all of them when null. */
    paint(slots: readonly number[] | null, rows: readonly (RosterRow | undefined)[], marked: Marked): void {
      if (!layout) return;
      for (const slot of slots ?? layout.order) {
        const place = layout.placeOf[slot] ?? -1;
        if (place >= 0) paintPlace(place, rows[slot], marked);
      }
    },
  };
}

function drawCell(
  context: CanvasRenderingContext2D,
  palette: Palette,
  state: NodeState,
  x: number,
  y: number,
  cell: number,
): void {
  if (state === 'unheard' || state === 'left') {
    context.strokeStyle = palette.outline;
    context.lineWidth = cell > 6 ? 1.5 : 1;
    const inset = context.lineWidth / 2;
    context.strokeRect(x + inset, y + inset, cell - context.lineWidth, cell - context.lineWidth);
    return;
  }
  context.fillStyle = palette[state];
  if (cell < 9) context.fillRect(x, y, cell, cell);
  else {
    context.beginPath();
    context.roundRect(x, y, cell, cell, cell >= SHAPE_FROM ? 3 : 1.5);
    context.fill();
  }
  if (cell >= SHAPE_FROM && state !== 'healthy')
    drawShape(context, palette.ground, state, x + cell / 2, y + cell / 2, cell * 0.26);
}

/** A gap of the ground between the corner and the cell keeps it apart from every colour of a state. */
function drawLord(
  context: CanvasRenderingContext2D,
  palette: Palette,
  x: number,
  y: number,
  cell: number,
): void {
  const size = Math.max(5, Math.round(cell * 0.42));
  const corner = (colour: string, leg: number): void => {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(x + cell - leg, y);
    context.lineTo(x + cell, y);
    context.lineTo(x + cell, y + leg);
    context.closePath();
    context.fill();
  };
  corner(palette.ground, size + (cell >= SHAPE_FROM ? 2.5 : 1.5));
  corner(palette.lord, size);
}

function drawShape(
  context: CanvasRenderingContext2D,
  colour: string,
  state: NodeState,
  x: number,
  y: number,
  r: number,
): void {
  context.fillStyle = colour;
  context.beginPath();
  if (state === 'late') {
    context.moveTo(x, y - r);
    context.lineTo(x + r * 1.1, y + r * 0.85);
    context.lineTo(x - r * 1.1, y + r * 0.85);
  } else if (state === 'troubled') {
    context.moveTo(x, y - r * 1.15);
    context.lineTo(x + r * 1.15, y);
    context.lineTo(x, y + r * 1.15);
    context.lineTo(x - r * 1.15, y);
  } else if (state === 'updating') {
    context.moveTo(x, y);
    context.arc(x, y, r, -Math.PI / 2, 0);
  } else {
    context.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  }
  context.closePath();
  context.fill();
}
