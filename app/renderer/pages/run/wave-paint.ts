/** Draws the cells of one wave: all once, then only those that differ. Small cells differ in lightness, larger in shape. */
import { RESULT_STATES, type ResultState, type RunTarget } from '../../../shared/domain/change.js';
import { pictureOf, type WaveLayout } from './wave-layout.js';

export type Palette = Readonly<Record<'ok' | 'lost' | 'info' | 'unk' | 'rest' | 'ground', string>>;

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ok: token('--ok'),
    lost: token('--lost'),
    info: token('--info'),
    unk: token('--control'),
    rest: token('--cell-rest'),
    ground: token('--canvas'),
  };
}

const SHAPE_FROM = 8;
const NONE = 255;

/** One per canvas. `first`: the index of the wave's first target. */
export function createWavePainter(canvas: HTMLCanvasElement) {
  const context = canvas.getContext('2d');
  let drawn = new Uint8Array(0);
  let layout: WaveLayout | null = null;
  let palette: Palette | null = null;
  let first = 0;
  let size = 0;

  function paintCell(cell: number, rows: readonly (RunTarget | undefined)[]): void {
    if (!context || !layout || !palette) return;
    const state = worstOf(rows, first + cell * layout.per, Math.min(layout.per, size - cell * layout.per));
    const code = RESULT_STATES.indexOf(state);
    if (drawn[cell] === code) return;
    drawn[cell] = code;
    const { pitch, gap, high } = layout;
    const x = Math.floor(cell / high) * pitch;
    const y = (cell % high) * pitch;
    context.clearRect(x, y, pitch, pitch);
    drawCell(context, palette, state, x, y, pitch - gap);
  }

  return {
    reset(
      next: WaveLayout,
      from: number,
      count: number,
      colours: Palette,
      rows: readonly (RunTarget | undefined)[],
    ) {
      layout = next;
      first = from;
      size = count;
      palette = colours;
      const { width, height } = pictureOf(count, next);
      const ratio = globalThis.devicePixelRatio || 1;
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      context?.setTransform(ratio, 0, 0, ratio, 0, 0);
      const cells = Math.ceil(count / next.per);
      drawn = new Uint8Array(cells).fill(NONE);
      for (let cell = 0; cell < cells; cell += 1) paintCell(cell, rows);
    },
    /** null: any of them may differ. */
    paint(touched: ReadonlySet<number> | null, rows: readonly (RunTarget | undefined)[]): void {
      if (!layout) return;
      const { per } = layout;
      if (touched === null || touched.size > size / per) {
        for (let cell = 0; cell < drawn.length; cell += 1) paintCell(cell, rows);
        return;
      }
      for (const index of touched)
        if (index >= first && index < first + size) paintCell(Math.floor((index - first) / per), rows);
    },
  };
}

/** The most urgent of a few; states are listed most urgent first. */
function worstOf(rows: readonly (RunTarget | undefined)[], from: number, count: number): ResultState {
  let worst: number = RESULT_STATES.length;
  for (let i = from; i < from + count; i += 1) {
    const row = rows[i];
    if (row) worst = Math.min(worst, RESULT_STATES.indexOf(row.state));
  }
  return RESULT_STATES[worst] ?? 'queued';
}

function drawCell(
  context: CanvasRenderingContext2D,
  palette: Palette,
  state: ResultState,
  x: number,
  y: number,
  cell: number,
): void {
  const isLarge = cell >= SHAPE_FROM;
  const fill = (colour: string, alpha = 1): void => {
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    if (isLarge) {
      context.beginPath();
      context.roundRect(x, y, cell, cell, 2);
      context.fill();
    } else context.fillRect(x, y, cell, cell);
    context.globalAlpha = 1;
  };
  const outline = (colour: string): void => {
    const width = 1.5;
    if (!isLarge) return fill(colour, 0.5);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.roundRect(x + width / 2, y + width / 2, cell - width, cell - width, 1.5);
    context.stroke();
  };
  const stroke = (colour: string, ...points: readonly (readonly [number, number])[]): void => {
    if (!isLarge) return;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    points.forEach(([px, py], i) =>
      i % 2 === 0
        ? context.moveTo(x + px * cell, y + py * cell)
        : context.lineTo(x + px * cell, y + py * cell),
    );
    context.stroke();
  };
  switch (state) {
    case 'verified':
      return fill(palette.ok);
    case 'no-change':
      fill(palette.ok, 0.4);
      return stroke(palette.ok, [0.25, 0.38], [0.75, 0.38], [0.25, 0.64], [0.75, 0.64]);
    case 'success':
      return outline(palette.ok);
    case 'failed':
      fill(palette.lost);
      return stroke(palette.ground, [0.27, 0.27], [0.73, 0.73], [0.73, 0.27], [0.27, 0.73]);
    case 'regressed':
      fill(palette.lost);
      return stroke(
        palette.ground,
        [0.62, 0.16],
        [0.36, 0.54],
        [0.36, 0.54],
        [0.64, 0.5],
        [0.64, 0.5],
        [0.42, 0.86],
      );
    case 'undeliverable':
      outline(palette.lost);
      return stroke(palette.lost, [0.2, 0.8], [0.8, 0.2]);
    case 'no-answer':
      return fill(palette.unk);
    case 'sent':
      return outline(palette.info);
    case 'skipped':
      fill(palette.rest);
      return stroke(palette.unk, [0.28, 0.5], [0.72, 0.5]);
    case 'queued':
      return fill(palette.rest);
  }
}
