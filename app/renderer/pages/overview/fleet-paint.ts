/**
 * Draws cells on the one canvas of the fleet map: all of them once, then only those whose state or selection
 * differs from what was drawn. Small cells differ in lightness; from 14 px on they also carry the state's shape.
 */
import { NODE_STATES, type NodeState } from '../../../shared/domain/node-state.js';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import { cellAt, type FleetLayout } from './fleet-layout.js';

export type Palette = Readonly<Record<NodeState | 'outline' | 'ground' | 'accent', string>>;

const SHAPE_FROM = 14;
const SELECTED = 64;

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
  };
}

/** One per canvas. `drawn` remembers what each place shows, so that a repaint touches differences only. */
export function createPainter(canvas: HTMLCanvasElement) {
  const context = canvas.getContext('2d');
  let drawn = new Uint8Array(0);
  let layout: FleetLayout | null = null;
  let palette: Palette | null = null;

  function paintPlace(place: number, row: RosterRow | undefined, isSelected: boolean): void {
    if (!context || !layout || !palette) return;
    const state = row?.state ?? 'unheard';
    const code = NODE_STATES.indexOf(state) + 1 + (isSelected ? SELECTED : 0);
    if (drawn[place] === code) return;
    drawn[place] = code;
    const { cell, pitch } = layout;
    const { x, y } = cellAt(layout, place);
    context.clearRect(x, y, pitch, pitch);
    if (isSelected) {
      context.fillStyle = palette.accent;
      context.fillRect(x, y, pitch, pitch);
    }
    drawCell(context, palette, state, x, y, cell);
  }

  return {
    /** Everything anew, for a new layout, theme or pixel ratio. */
    reset(
      next: FleetLayout,
      colours: Palette,
      rows: readonly (RosterRow | undefined)[],
      selected: ReadonlySet<string>,
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
      this.paint(null, rows, selected);
    },

    /** The places of these slots, or all of them when null. */
    paint(
      slots: readonly number[] | null,
      rows: readonly (RosterRow | undefined)[],
      selected: ReadonlySet<string>,
    ): void {
      if (!layout) return;
      for (const slot of slots ?? layout.order) {
        const place = layout.placeOf[slot] ?? -1;
        const row = rows[slot];
        if (place >= 0) paintPlace(place, row, row !== undefined && selected.has(row.name));
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
