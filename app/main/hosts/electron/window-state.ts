/** Where the window was, and where it may be: always wholly reachable on a display that is there now. */
import * as z from 'zod';

export type Bounds = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

const side = z.number().int().min(-100_000).max(100_000);
export const WindowState = z.object({
  x: side,
  y: side,
  width: side.positive(),
  height: side.positive(),
  isMaximized: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

export const MIN_SIZE = { width: 960, height: 600 } as const;
const USUAL_SIZE = { width: 1440, height: 900 } as const;
/** So much of the old place must lie on a display for that display to be meant. */
const ENOUGH_PX = 64;

/** `areas` are the displays' work areas, the primary one first. `saved` is whatever the store held. */
export function placeWindow(saved: unknown, areas: readonly [Bounds, ...Bounds[]]): WindowState {
  const parsed = WindowState.safeParse(saved);
  const area = parsed.success ? bestArea(parsed.data, areas) : null;
  if (!parsed.success || area === null) return { ...centred(USUAL_SIZE, areas[0]), isMaximized: false };
  const width = clamp(parsed.data.width, MIN_SIZE.width, area.width);
  const height = clamp(parsed.data.height, MIN_SIZE.height, area.height);
  return {
    x: clamp(parsed.data.x, area.x, area.x + area.width - width),
    y: clamp(parsed.data.y, area.y, area.y + area.height - height),
    width,
    height,
    isMaximized: parsed.data.isMaximized,
  };
}

/** The area that shows most of the old place; null when none shows enough to grab it. */
function bestArea(bounds: Bounds, areas: readonly Bounds[]): Bounds | null {
  const seen = areas.map((area) => ({
    area,
    width: Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x),
    height: Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y),
  }));
  const enough = seen.filter(({ width, height }) => width >= ENOUGH_PX && height >= ENOUGH_PX);
  return enough.sort((a, b) => b.width * b.height - a.width * a.height)[0]?.area ?? null;
}

function centred(size: { width: number; height: number }, area: Bounds): Bounds {
  const width = Math.min(size.width, area.width);
  const height = Math.min(size.height, area.height);
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  };
}

/** A display smaller than the minimum wins over it: the window must be reachable. */
const clamp = (value: number, low: number, high: number): number =>
  Math.max(Math.min(low, high), Math.min(value, high));
