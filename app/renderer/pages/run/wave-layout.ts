/**
 * How the waves of a run stand side by side: how wide each is and how large its cells. Pure. One cell per node while
 * there is room, larger for small waves; beyond that a cell stands for a few and shows the worst of them.
 */

/** Pitch (cell and gap) and how many stand in a column, large ones first. */
const SIZES = [
  { pitch: 12, gap: 2, high: 5 },
  { pitch: 9, gap: 2, high: 7 },
  { pitch: 7, gap: 1, high: 9 },
  { pitch: 6, gap: 1, high: 10 },
  { pitch: 5, gap: 1, high: 12 },
  { pitch: 4, gap: 1, high: 15 },
  { pitch: 3, gap: 1, high: 20 },
  { pitch: 3, gap: 1, high: 30 },
  { pitch: 2, gap: 0, high: 30 },
] as const;
/** The least; very large waves are half as high again before their cells touch. */
const HEIGHT = 60;
/** Sides of a wave. */
export const WAVE_PADDING = 32;
const ROOMY = 232;
const TIGHT = 176;
const LEAST = 116;

export type WaveLayout = {
  /** px, with its sides. */
  readonly width: number;
  readonly pitch: number;
  readonly gap: number;
  readonly high: number;
  /** Nodes per cell. */
  readonly per: number;
};

const columnsOf = (cells: number, high: number): number => Math.max(1, Math.ceil(cells / high));
const widthAt = (size: number, { pitch, high }: (typeof SIZES)[number]): number =>
  columnsOf(size, high) * pitch + WAVE_PADDING;

/** `sizes`: nodes per wave. `room`: px for all; more waves than fit are wider than it together. */
export function layoutWaves(sizes: readonly number[], room: number): readonly WaveLayout[] {
  if (sizes.length === 0) return [];
  const even = Math.floor(room / sizes.length);
  const [first, last] = [SIZES[0], SIZES[SIZES.length - 1] ?? SIZES[0]];
  const sum = (widths: readonly number[]): number => widths.reduce((a, b) => a + b, 0);
  const wishedFor = (least: number): number[] => sizes.map((size) => Math.max(least, widthAt(size, first)));
  for (const least of [ROOMY, TIGHT, LEAST]) {
    const wished = wishedFor(Math.min(least, Math.max(LEAST, even)));
    if (sum(wished) <= room) return sizes.map((size, i) => fit(size, wished[i] ?? least));
    // Every node can have a cell of its own: from there, what is left makes cells larger.
    const needed = sizes.map((size) => Math.max(Math.min(least, Math.max(LEAST, even)), widthAt(size, last)));
    if (sum(needed) > room) continue;
    const widths = shared(sizes, needed, room, wished);
    return sizes.map((size, i) => fit(size, widths[i] ?? least));
  }
  const least = Math.max(LEAST, Math.min(TIGHT, even));
  const widths = shared(
    sizes,
    sizes.map(() => least),
    room,
    wishedFor(least),
  );
  return sizes.map((size, i) => fit(size, widths[i] ?? least));
}

/** What is left beyond the least of each goes to the large ones, none more than it can use. */
function shared(
  sizes: readonly number[],
  least: readonly number[],
  room: number,
  wished: readonly number[],
): readonly number[] {
  const out = [...least];
  let left = room - out.reduce((a, b) => a + b, 0);
  let open = sizes.map((_, i) => i).filter((i) => (wished[i] ?? 0) > (out[i] ?? 0));
  while (left > 1 && open.length > 0) {
    const total = open.reduce((sum, i) => sum + Math.sqrt(sizes[i] ?? 0), 0);
    let given = 0;
    for (const i of open) {
      const share = (left * Math.sqrt(sizes[i] ?? 0)) / total;
      const before = out[i] ?? 0;
      out[i] = Math.min(wished[i] ?? 0, before + share);
      given += (out[i] ?? 0) - before;
    }
    open = open.filter((i) => (out[i] ?? 0) < (wished[i] ?? 0) - 0.5);
    left -= given;
  }
  return out.map(Math.floor);
}

function fit(size: number, width: number): WaveLayout {
  const room = width - WAVE_PADDING;
  for (const { pitch, gap, high } of SIZES) {
    if (columnsOf(size, high) * pitch <= room) return { width, pitch, gap, high, per: 1 };
  }
  const cells = Math.max(1, Math.floor(room / 3)) * 20;
  return { width, pitch: 3, gap: 1, high: 20, per: Math.ceil(size / cells) };
}

/** Inner size of the picture of a wave. */
export function pictureOf(size: number, layout: WaveLayout): { width: number; height: number } {
  const cells = Math.ceil(size / layout.per);
  return {
    width: columnsOf(cells, layout.high) * layout.pitch,
    height: Math.max(HEIGHT, layout.high * layout.pitch),
  };
}

/** The cell under a point of the picture, or -1. */
export function cellAt(x: number, y: number, size: number, layout: WaveLayout): number {
  const column = Math.floor(x / layout.pitch);
  const row = Math.floor(y / layout.pitch);
  if (column < 0 || row < 0 || row >= layout.high) return -1;
  const cell = column * layout.high + row;
  return cell < Math.ceil(size / layout.per) ? cell : -1;
}
