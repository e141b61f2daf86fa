/**
 * What the roster keeps of each node, as parallel columns: 10,000 nodes are a handful of arrays, not objects.
 * Times: `…At` is wall time (epoch ms), `…Up` is steady time (ms). -1 is "unknown" in numbers that cannot be negative.
 */
export const GAPS = 60;
export const MEMORY_SAMPLES = 24;

export type Columns = {
  capacity: number;
  state: Uint8Array;
  badges: Uint8Array;
  stateAt: Float64Array;
  lastAt: Float64Array;
  lastUp: Float64Array;
  firstAt: Float64Array;
  startedAt: Float64Array;
  intervalMs: Float32Array;
  jitterMs: Float32Array;
  skewMs: Float64Array;
  pid: Float64Array;
  memoryMb: Float32Array;
  cpuUserS: Float32Array;
  cpuSystemS: Float32Array;
  uptimeS: Float64Array;
  threads: Float32Array;
  extensions: Float32Array;
  workers: Float32Array;
  beats: Uint32Array;
  changes: Uint16Array;
  /** Index into TRUST_STATES. */
  key: Uint8Array;
  /** The revision at which a row's last beat or state moved, and at which anything else did. */
  hotRev: Float64Array;
  coldRev: Float64Array;
  /** The deadline last set in the wheel; older entries of the slot are void. */
  dueUp: Float64Array;
  /** Rings: `gaps[slot * GAPS + n % GAPS]` for the n-th gap; -1 marks a gap that was our own outage. */
  gaps: Float32Array;
  gapCount: Uint32Array;
  memory: Float32Array;
};

type Key = Exclude<keyof Columns, 'capacity'>;

const PER_SLOT: Partial<Record<Key, number>> = { gaps: GAPS, memory: MEMORY_SAMPLES };

export function createColumns(capacity: number): Columns {
  const f64 = (): Float64Array => new Float64Array(capacity);
  const f32 = (): Float32Array => new Float32Array(capacity);
  return {
    capacity,
    state: new Uint8Array(capacity),
    badges: new Uint8Array(capacity),
    stateAt: f64(),
    lastAt: f64(),
    lastUp: f64(),
    firstAt: f64(),
    startedAt: f64(),
    intervalMs: f32(),
    jitterMs: f32(),
    skewMs: f64(),
    pid: f64(),
    memoryMb: f32(),
    cpuUserS: f32(),
    cpuSystemS: f32(),
    uptimeS: f64(),
    threads: f32(),
    extensions: f32(),
    workers: f32(),
    beats: new Uint32Array(capacity),
    changes: new Uint16Array(capacity),
    key: new Uint8Array(capacity),
    hotRev: f64(),
    coldRev: f64(),
    dueUp: f64(),
    gaps: new Float32Array(capacity * GAPS),
    gapCount: new Uint32Array(capacity),
    memory: new Float32Array(capacity * MEMORY_SAMPLES),
  };
}

/** Grows every column in place of its object, so that holders of the object see the larger arrays. */
export function growColumns(columns: Columns, capacity: number): void {
  const larger = createColumns(capacity);
  for (const key of Object.keys(larger) as (keyof Columns)[]) {
    if (key === 'capacity') continue;
    (larger[key] as Float64Array).set(columns[key]);
  }
  Object.assign(columns, larger);
}

/** Forgets what a slot held. */
export function clearSlot(columns: Columns, slot: number): void {
  for (const key of Object.keys(columns) as (keyof Columns)[]) {
    if (key === 'capacity') continue;
    const width = PER_SLOT[key] ?? 1;
    (columns[key] as Float64Array).fill(0, slot * width, (slot + 1) * width);
  }
}

const scratch = new Float64Array(GAPS);

function lastGaps(columns: Columns, slot: number, want: number): number {
  const have = Math.min(columns.gapCount[slot]!, GAPS);
  let count = 0;
  for (let back = 1; back <= have && count < want; back += 1) {
    const gap = columns.gaps[slot * GAPS + ((columns.gapCount[slot]! - back) % GAPS)]!;
    if (gap >= 0) scratch[count++] = gap;
  }
  return count;
}

/** Median of `scratch[0..count)`, which it sorts. */
function medianOfScratch(count: number): number {
  for (let i = 1; i < count; i += 1) {
    const value = scratch[i]!;
    let j = i - 1;
    for (; j >= 0 && scratch[j]! > value; j -= 1) scratch[j + 1] = scratch[j]!;
    scratch[j + 1] = value;
  }
  const middle = count >> 1;
  return count % 2 === 1 ? scratch[middle]! : (scratch[middle - 1]! + scratch[middle]!) / 2;
}

/** Median of the last 16 gaps, or null with fewer than three of them (four beats). */
export function medianGap(columns: Columns, slot: number): number | null {
  const count = lastGaps(columns, slot, 16);
  return count < 3 ? null : medianOfScratch(count);
}

/** Median absolute deviation of the last 16 gaps from `median`, ms. */
export function gapDeviation(columns: Columns, slot: number, median: number): number {
  const count = lastGaps(columns, slot, 16);
  for (let i = 0; i < count; i += 1) scratch[i] = Math.abs(scratch[i]! - median);
  return medianOfScratch(count);
}

/** The remembered gaps of a slot, oldest first. */
export function gapsOf(columns: Columns, slot: number): number[] {
  const count = columns.gapCount[slot]!;
  const have = Math.min(count, GAPS);
  return Array.from({ length: have }, (_, i) => columns.gaps[slot * GAPS + ((count - have + i) % GAPS)]!);
}
