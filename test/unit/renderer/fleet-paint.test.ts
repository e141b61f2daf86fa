/** Cells of the fleet map are painted again only when what they show is another; lords are marked where there is room. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { layoutFleet } from '../../../app/renderer/pages/overview/fleet-layout.js';
import { createPainter, type Palette } from '../../../app/renderer/pages/overview/fleet-paint.js';
import { aRow } from '../../support/fake-client.js';

const COLOURS: Palette = {
  ...{ healthy: 'ok', late: 'late', silent: 'silent', troubled: 'troubled', updating: 'updating' },
  ...{ unheard: 'none', left: 'none', outline: 'outline', ground: 'ground', accent: 'accent', lord: 'lord' },
};

/** A canvas that writes down each fill with its colour. */
function paper() {
  const fills: string[] = [];
  const note = vi.fn();
  const context = {
    fillStyle: '',
    fill: () => void fills.push(context.fillStyle),
    fillRect: () => void fills.push(context.fillStyle),
    ...{ clearRect: note, strokeRect: note, beginPath: note, closePath: note, setTransform: note },
    ...{ moveTo: note, lineTo: note, arc: note, rect: note, roundRect: note },
  };
  const canvas = { getContext: () => context, style: {} } as unknown as HTMLCanvasElement;
  return { canvas, painted: () => fills.splice(0) };
}

function mapOf(count: number, space = { width: 640, height: 400 }) {
  const rows = Array.from({ length: count }, (_, slot) => aRow(slot, `a-${slot}`, 0));
  const layout = layoutFleet(
    rows,
    rows.map((_, slot) => slot),
    'none',
    space,
  );
  return { rows, layout };
}
const none = new Set<string>();
const marks = (...lords: string[]) => ({ selected: none, lords: new Set(lords) });

describe('the fleet map', () => {
  beforeEach(() => vi.stubGlobal('devicePixelRatio', 1));
  afterEach(() => vi.unstubAllGlobals());

  it('marks the cells of lords, and paints only the two that change when another leads', () => {
    const { rows, layout } = mapOf(12);
    const { canvas, painted } = paper();
    const painter = createPainter(canvas);
    painter.reset(layout, COLOURS, rows, marks('a-3'));
    expect(painted().filter((colour) => colour === 'lord')).toHaveLength(1);
    painter.paint(null, rows, marks('a-3'));
    expect(painted()).toEqual([]);
    painter.paint(null, rows, marks('a-5'));
    expect(painted()).toEqual(['ok', 'ok', 'ground', 'lord']);
    painter.paint([-1, 99], rows, marks('a-5'));
    expect(painted()).toEqual([]);
  });

  it('has no room for the mark in the small cells of a large fleet', () => {
    const { rows, layout } = mapOf(5000);
    expect(layout.cell).toBeLessThan(9);
    const { canvas, painted } = paper();
    createPainter(canvas).reset(layout, COLOURS, rows, marks('a-3'));
    expect(painted()).not.toContain('lord');
  });
});
